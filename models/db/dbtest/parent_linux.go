package dbtest

import "syscall"

// endWithParent has the kernel send the signal to the child when the thread that starts it dies, so
// that not even a killed supervisor leaves a server behind. That thread must be locked.
func endWithParent(attr *syscall.SysProcAttr, signal syscall.Signal) { attr.Pdeathsig = signal }
