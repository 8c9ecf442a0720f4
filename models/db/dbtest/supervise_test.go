package dbtest_test

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// TestNothingIsLeft starts a cluster of its own from another test process, ends that process in each
// way, and waits for the cluster to be gone.
func TestNothingIsLeft(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for name, end := range map[string]func(*os.Process) error{
		"finished": func(*os.Process) error { return nil },
		"killed":   (*os.Process).Kill,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			temp := t.TempDir()
			args := []string{"-test.run=^TestServerIsPrivate$"}
			if name == "killed" {
				args = []string{"-test.run=^$", "-test.bench=New/postgres", "-test.benchtime=1h"}
			}
			child := exec.Command(self, args...)
			child.Env = append(os.Environ(), "TMPDIR="+temp)
			if err := child.Start(); err != nil {
				t.Fatal(err)
			}
			var data string
			until(t, "the cluster to start", func() bool {
				links, _ := filepath.Glob(filepath.Join(temp, "billfold-dbtest-*", "data"))
				if len(links) == 1 {
					data, _ = filepath.EvalSymlinks(links[0]) // "" until it is there
				}
				_, err := os.Stat(filepath.Join(data, "postmaster.pid"))
				return data != "" && err == nil
			})
			if err := end(child.Process); err != nil {
				t.Fatal(err)
			}
			if err := child.Wait(); err != nil && name == "finished" {
				t.Fatal(err)
			}
			until(t, "the data folder to be removed", func() bool {
				_, err := os.Stat(data)
				return errors.Is(err, os.ErrNotExist)
			})
			until(t, "the supervisor to end", func() bool {
				locks, _ := filepath.Glob(filepath.Join(temp, "billfold-dbtest-*", "supervisor.lock"))
				f, err := os.Open(locks[0])
				if err != nil {
					t.Fatal(err)
				}
				defer func() { _ = f.Close() }()
				return syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) == nil
			})
		})
	}
}

func until(t *testing.T, what string, done func() bool) {
	t.Helper()
	for end := time.Now().Add(time.Minute); !done(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("waited a minute for %s", what)
		}
	}
}
