// Package e2e drives the built product in a real browser, the way a person would.
//
//	main_test.go      what all tests share: one browser, one build
//	browser_test.go   starting Chromium; pages that share nothing with one another
//	server_test.go    building the product, running the server and single commands
//	page_test.go      going places, and waiting until a page has come to rest
//	find_test.go      finding things by role and accessible name, as assistive technology does
//	act_test.go       clicking, typing, choosing, downloading, screenshots
//	harness_test.go   the tests of the above, against a small site of their own
//
// Chromium must be there; without it the tests fail and say how to get it.
package e2e

import (
	"fmt"
	"os"
	"testing"
)

func TestMain(m *testing.M) {
	code := m.Run()
	if err := errorsOf(closeBrowser, removeBuild); err != nil {
		fmt.Fprintln(os.Stderr, "e2e:", err)
		code = max(code, 1)
	}
	os.Exit(code)
}
