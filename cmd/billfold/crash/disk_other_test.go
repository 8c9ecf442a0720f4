//go:build !linux

package crash

import "testing"

// fullDisks needs a file system whose size can be changed at once.
func fullDisks(t *testing.T) { t.Fatal("a full disk is tried on Linux only") }
