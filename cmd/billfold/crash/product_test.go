package crash

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// process is one run of the product.
type process struct {
	t      testing.TB
	cmd    *exec.Cmd
	stdout buffer
	stderr buffer
	began  time.Time
	ended  chan struct{} // closed when the process is gone
	took   time.Duration
}

// start runs "billfold ARGS" on the database. More of the environment may be set by prepare.
func (d *database) start(t testing.TB, clock, stdin string, args ...string) *process {
	t.Helper()
	path, err := build()
	if err != nil {
		t.Fatal(err)
	}
	p := &process{t: t, cmd: exec.Command(path, args...), ended: make(chan struct{})}
	p.cmd.Dir = d.dir
	for _, setting := range os.Environ() {
		if !strings.HasPrefix(setting, "BILLFOLD_") {
			p.cmd.Env = append(p.cmd.Env, setting)
		}
	}
	p.cmd.Env = append(p.cmd.Env, "BILLFOLD_DATABASE_URL="+d.address, "BILLFOLD_CLOCK="+clock)
	p.cmd.Stdin, p.cmd.Stdout, p.cmd.Stderr = strings.NewReader(stdin), &p.stdout, &p.stderr
	p.cmd.SysProcAttr = &syscall.SysProcAttr{}
	endWithTest(p.cmd.SysProcAttr)
	p.began = time.Now()
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		_ = p.cmd.Wait() // how it ended is in ProcessState
		p.took = time.Since(p.began)
		close(p.ended)
	}()
	return p
}

// killAfter ends the process with SIGKILL when it has run for so long. killed is false when it was
// faster and ended by itself.
func (p *process) killAfter(moment time.Duration) (killed bool) {
	select {
	case <-p.ended:
	case <-time.After(time.Until(p.began.Add(moment))):
		if err := p.cmd.Process.Signal(syscall.SIGKILL); err != nil && !errors.Is(err, os.ErrProcessDone) {
			p.t.Fatal(err)
		}
		<-p.ended
	}
	status, ok := p.cmd.ProcessState.Sys().(syscall.WaitStatus)
	return ok && status.Signaled() && status.Signal() == syscall.SIGKILL
}

// code waits for the end of the process and gives its exit code.
func (p *process) code() int {
	p.t.Helper()
	select {
	case <-p.ended:
	case <-time.After(2 * time.Minute):
		_ = p.cmd.Process.Kill()
		<-p.ended
		p.t.Fatalf("billfold %s did not end within two minutes\n%s", strings.Join(p.cmd.Args[1:], " "), p.stderr.String())
	}
	return p.cmd.ProcessState.ExitCode()
}

// terminate ends a server the way an operator does and expects it to end well.
func (p *process) terminate() {
	p.t.Helper()
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil && !errors.Is(err, os.ErrProcessDone) {
		p.t.Fatal(err)
	}
	if code := p.code(); code != 0 {
		p.t.Fatalf("the server ended with exit code %d\n%s", code, p.stderr.String())
	}
}

// ok runs a command that must succeed and gives what it printed and how long it took.
func (d *database) ok(t testing.TB, clock, stdin string, args ...string) (string, time.Duration) {
	t.Helper()
	p := d.start(t, clock, stdin, args...)
	if code := p.code(); code != 0 {
		t.Fatalf("billfold %s: exit code %d\n%s%s", strings.Join(args, " "), code, p.stdout.String(), p.stderr.String())
	}
	return p.stdout.String(), p.took
}

// verify has the product check every invariant.
func (d *database) verify(t testing.TB) {
	t.Helper()
	d.ok(t, dayAfter, "", "verify")
}

// buffer is a bytes.Buffer that a process writes while a test reads.
type buffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}
