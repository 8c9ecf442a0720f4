package dbtest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
)

// The cluster is reached through a socket in its own data folder, so its port is only a file name and
// collides with nothing.
const (
	superuser     = "billfold"
	adminDatabase = "postgres"
	socketPort    = "65432"
)

// home holds what the processes of one user share: lock files, the supervisor's log, and the link
// "data" to the folder of the running cluster.
func home() string {
	return filepath.Join(os.TempDir(), "billfold-dbtest-"+strconv.Itoa(os.Geteuid()))
}

func dataLink() string  { return filepath.Join(home(), "data") }
func socketDir() string { return dataLink() }
func logPath() string   { return filepath.Join(home(), "log") }

// claim is this process's share in the cluster: a lock that the kernel gives back when the process
// ends, however it ends. The supervisor waits for all of them to be gone.
var claim *os.File

// joinCluster claims the cluster for as long as this process lives and starts it when nobody else has.
func joinCluster() error {
	if _, err := programs(); err != nil {
		return err
	}
	if err := makeHome(); err != nil {
		return err
	}
	var err error
	if claim, err = openLock("users"); err != nil {
		return err
	}
	// Waits while the supervisor is about to end the cluster; after that a new one is started below.
	if err := lock(claim, syscall.LOCK_SH); err != nil {
		return err
	}
	starting, err := openLock("start")
	if err != nil {
		return err
	}
	defer func() { _ = starting.Close() }()
	if err := lock(starting, syscall.LOCK_EX); err != nil {
		return err
	}
	return startCluster()
}

// startCluster returns once the cluster answers. The caller holds the lock "start".
func startCluster() error {
	ctx, cancel := context.WithTimeout(context.Background(), deadline)
	defer cancel()
	var ended chan error
	for {
		err := answers(ctx)
		if err == nil {
			return nil
		}
		if ended == nil {
			if ended, err = spawnSupervisor(); err != nil {
				return err
			}
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("the private PostgreSQL server did not answer within %s: %w\n%s", deadline, err, logTail())
		case exit := <-ended:
			var code *exec.ExitError
			if !errors.As(exit, &code) || code.ExitCode() != exitBusy {
				return fmt.Errorf("the private PostgreSQL server did not start: %v\n%s", exit, logTail())
			}
			ended = nil // an earlier supervisor is still there: it answers soon, or goes
			time.Sleep(50 * time.Millisecond)
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// spawnSupervisor runs this very test binary as the supervisor, in a session of its own so that an
// interrupt on the terminal leaves it to end in order.
func spawnSupervisor() (chan error, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	log, err := os.Create(logPath())
	if err != nil {
		return nil, err
	}
	defer func() { _ = log.Close() }()
	cmd := exec.Command(self)
	cmd.Dir = "/"
	cmd.Env = append(os.Environ(), superviseVariable+"=1")
	cmd.Stdout, cmd.Stderr = log, log // never those of the test: "go test" would wait for them
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	return ended, nil
}

// answers is nil when the cluster takes connections.
func answers(ctx context.Context) error {
	if _, err := os.Stat(filepath.Join(socketDir(), ".s.PGSQL."+socketPort)); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	conn, err := pgx.Connect(ctx, databaseURL(adminDatabase))
	if err != nil {
		return err
	}
	return conn.Close(ctx)
}

// makeHome makes the shared folder and refuses one that another user has put in its place.
func makeHome() error {
	dir := home()
	mode := os.FileMode(0o700)
	if os.Geteuid() == 0 {
		mode = 0o711 // PostgreSQL's own user passes through
	}
	if err := os.Mkdir(dir, mode); err != nil && !errors.Is(err, os.ErrExist) {
		return err
	}
	info, err := os.Lstat(dir)
	if err != nil {
		return err
	}
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok || !info.IsDir() || int(stat.Uid) != os.Geteuid() || info.Mode().Perm()&0o022 != 0 {
		return fmt.Errorf("%s is not a folder that only the user %d may change; remove it", dir, os.Geteuid())
	}
	return nil
}

// openLock opens a lock file of the shared folder. Lock files are never removed, because a process
// could then hold the lock of a file that others no longer see.
func openLock(name string) (*os.File, error) {
	return os.OpenFile(filepath.Join(home(), name+".lock"), os.O_CREATE|os.O_RDWR, 0o600)
}

// lock waits for the lock, or with LOCK_NB answers EWOULDBLOCK at once.
func lock(f *os.File, how int) error {
	for {
		err := syscall.Flock(int(f.Fd()), how)
		if !errors.Is(err, syscall.EINTR) {
			return err
		}
	}
}

// logTail is the end of what the supervisor, initdb and the server have written.
func logTail() string {
	content, err := os.ReadFile(logPath())
	if err != nil {
		return err.Error()
	}
	return string(content[max(0, len(content)-4000):])
}
