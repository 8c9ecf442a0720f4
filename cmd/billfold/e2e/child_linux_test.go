package e2e

import "syscall"

// endWithTest has the kernel end the server when a test process is killed and cleans up nothing.
func endWithTest(attr *syscall.SysProcAttr) { attr.Pdeathsig = syscall.SIGKILL }
