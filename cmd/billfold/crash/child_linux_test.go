package crash

import "syscall"

// endWithTest has the kernel end a child when the test process is killed and cleans up nothing.
func endWithTest(attr *syscall.SysProcAttr) { attr.Pdeathsig = syscall.SIGKILL }
