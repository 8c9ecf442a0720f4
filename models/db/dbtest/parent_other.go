//go:build !linux

package dbtest

import "syscall"

// endWithParent is what only Linux can do. Elsewhere the server of a killed supervisor ends by itself,
// within a minute of the next supervisor having removed its data folder.
func endWithParent(*syscall.SysProcAttr, syscall.Signal) {}
