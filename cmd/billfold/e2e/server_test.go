package e2e

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// What the demo of a test is like: a fixed business time and a known password.
const (
	DemoClock    = "2026-11-22T14:05:00Z"
	DemoUser     = "admin@acme.example"
	DemoPassword = "a-password-for-tests"
)

// build compiles the product once per test run, as it is shipped. BILLFOLD_E2E_BUILD adds flags.
var build = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "billfold-e2e-build-")
	if err != nil {
		return "", err
	}
	buildDir = dir
	path := filepath.Join(dir, "billfold")
	args := append([]string{"build", "-o", path}, strings.Fields(os.Getenv("BILLFOLD_E2E_BUILD"))...)
	cmd := exec.Command("go", append(args, "billfold/cmd/billfold")...)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("%s: %w\n%s", cmd, err, out)
	}
	return path, nil
})

var buildDir string

func removeBuild() error {
	if buildDir == "" {
		return nil
	}
	return os.RemoveAll(buildDir)
}

// Server is a running product.
type Server struct {
	URL string // http://127.0.0.1:PORT
	log *buffer
}

// Log is what the server has written so far.
func (s *Server) Log() string { return s.log.String() }

// Serve starts "billfold serve" with demo data in the database at the address, and stops it in order
// when the test ends. More flags may follow.
func Serve(t *testing.T, database string, flags ...string) *Server {
	t.Helper()
	listen := freeAddress(t)
	s := &Server{URL: "http://" + listen, log: &buffer{}}
	args := append([]string{"serve", "--demo", "--listen", listen, "--database-url", database,
		"--demo-password", DemoPassword, "--clock", DemoClock}, flags...)
	cmd := command(t, args...)
	cmd.Stdout, cmd.Stderr = s.log, s.log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	running := true
	t.Cleanup(func() {
		if running {
			stop(t, cmd, ended)
		}
		if t.Failed() {
			t.Logf("the server wrote:\n%s", s.Log())
		}
	})
	began := time.Now()
	for {
		select {
		case err := <-ended:
			running = false
			t.Fatalf("billfold %s ended: %v\n%s", strings.Join(args, " "), err, s.Log())
		case <-time.After(50 * time.Millisecond):
		}
		response, err := http.Get(s.URL + "/sign-in")
		if err == nil {
			_ = response.Body.Close()
			if response.StatusCode == http.StatusOK {
				t.Logf("the sign-in page answered after %s", time.Since(began).Round(time.Millisecond))
				return s
			}
		}
		if time.Since(began) > time.Minute {
			t.Fatalf("the sign-in page does not answer: %v\n%s", err, s.Log())
		}
	}
}

// stop ends the server the way an operator does and expects it to end well.
func stop(t *testing.T, cmd *exec.Cmd, ended chan error) {
	t.Helper()
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil && !errors.Is(err, os.ErrProcessDone) {
		t.Error(err)
	}
	select {
	case err := <-ended:
		if err != nil {
			t.Errorf("the server ended badly: %v", err)
		}
	case <-time.After(30 * time.Second):
		t.Error("the server did not end within 30 s of SIGTERM")
		_ = cmd.Process.Kill()
		<-ended
	}
}

// Billfold runs one command of the product and returns what it wrote and its exit code.
func Billfold(t *testing.T, stdin string, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	cmd := command(t, args...)
	var out, problems bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(stdin), &out, &problems
	var exit *exec.ExitError
	if err := cmd.Run(); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return out.String(), problems.String(), cmd.ProcessState.ExitCode()
}

// command is the product with arguments, in an empty folder, without the caller's configuration.
func command(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	path, err := build()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(path, args...)
	cmd.Dir = t.TempDir()
	for _, setting := range os.Environ() {
		if !strings.HasPrefix(setting, "BILLFOLD_") {
			cmd.Env = append(cmd.Env, setting)
		}
	}
	cmd.SysProcAttr = &syscall.SysProcAttr{}
	endWithTest(cmd.SysProcAttr)
	return cmd
}

// freeAddress is an address of this machine on which nothing listens at the moment.
func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().String()
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
