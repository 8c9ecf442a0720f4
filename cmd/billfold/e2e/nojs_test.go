package e2e

import "testing"

// TestWalkWithoutScript walks the same journey in a browser with JavaScript off: everything works, and
// only comfort is missing.
func TestWalkWithoutScript(t *testing.T) { walkAll(t, Options{NoScript: true}) }
