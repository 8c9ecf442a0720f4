package dbtest

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"time"
)

const (
	// superviseVariable turns a test binary that imports this package into the supervisor.
	superviseVariable = "BILLFOLD_DBTEST_SUPERVISE"
	// exitBusy says that another supervisor is at work.
	exitBusy = 75
	// linger is how long an unused cluster waits for the next test binary of the same run.
	linger = 3 * time.Second
	// watch is how often the supervisor looks whether anybody uses the cluster.
	watch = 250 * time.Millisecond
	// dataPrefix begins the name of every data folder; nothing else is ever removed.
	dataPrefix = "billfold-dbtest-data-"
	// roomInMemory is what must be free on the memory file system for the data to go there.
	roomInMemory = 2 << 30
)

func init() {
	if os.Getenv(superviseVariable) == "" {
		return
	}
	if err := supervise(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

// supervise starts the cluster, waits until no process claims it, and ends it. It signals no process
// but the server that it started itself.
func supervise() error {
	runtime.LockOSThread() // see endWithParent
	only, err := openLock("supervisor")
	if err != nil {
		return err
	}
	if err := lock(only, syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		os.Exit(exitBusy)
	}
	users, err := openLock("users")
	if err != nil {
		return err
	}
	told := make(chan os.Signal, 1)
	signal.Notify(told, syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP)

	removeData() // of a supervisor that was killed
	defer removeData()
	server, err := startServer()
	if err != nil {
		return err
	}
	ended := make(chan error, 1)
	go func() { ended <- server.Wait() }()
	var idleSince time.Time
	for {
		select {
		case err := <-ended:
			return fmt.Errorf("the PostgreSQL server ended by itself: %v", err)
		case <-told:
			return stopServer(server, ended)
		case <-time.After(watch):
		}
		if lock(users, syscall.LOCK_EX|syscall.LOCK_NB) != nil {
			idleSince = time.Time{}
			continue
		}
		if idleSince.IsZero() {
			idleSince = time.Now()
		}
		if time.Since(idleSince) >= linger {
			// The lock stays: who comes now waits until this process is gone, then starts a new cluster.
			return stopServer(server, ended)
		}
		if err := lock(users, syscall.LOCK_UN); err != nil {
			return errors.Join(err, stopServer(server, ended))
		}
	}
}

// startServer makes a new cluster and runs its server.
func startServer() (*exec.Cmd, error) {
	bin, err := programs()
	if err != nil {
		return nil, err
	}
	who, err := serverIdentity()
	if err != nil {
		return nil, err
	}
	data, err := makeData(who)
	if err != nil {
		return nil, err
	}
	command := func(name string, args ...string) *exec.Cmd {
		cmd := exec.Command(filepath.Join(bin, name), args...)
		cmd.Dir = "/"
		cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "LC_ALL=C.UTF-8", "TZ=UTC"}
		cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: who.credential}
		endWithParent(cmd.SysProcAttr, syscall.SIGQUIT)
		return cmd
	}
	initdb := command("initdb", "-D", data, "-U", superuser, "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")
	if err := initdb.Run(); err != nil {
		return nil, fmt.Errorf("initdb: %w", err)
	}
	args := []string{"-D", data, "-k", data, "-p", socketPort}
	for _, setting := range []string{
		"listen_addresses=", // the socket alone
		"max_connections=500",
		"fsync=off", "synchronous_commit=off", "full_page_writes=off", "wal_level=minimal", "max_wal_senders=0",
		"max_wal_size=128MB", "shared_buffers=64MB",
		"dynamic_shared_memory_type=mmap", // in the data folder, so nothing outlives it
		"log_min_messages=fatal",
	} {
		args = append(args, "-c", setting)
	}
	server := command("postgres", args...)
	return server, server.Start()
}

// stopServer ends the server at once: its data are thrown away.
func stopServer(server *exec.Cmd, ended chan error) error {
	if err := server.Process.Signal(syscall.SIGQUIT); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return err
	}
	select {
	case <-ended: // with the exit code of an immediate shutdown
	case <-time.After(20 * time.Second):
		return errors.Join(errors.New("the PostgreSQL server did not stop when told to"), server.Process.Kill())
	}
	return nil
}

// makeData makes the data folder, in memory where there is room (a clone of a database then takes
// 11 ms instead of up to 200), and links it into the shared folder.
func makeData(who identity) (string, error) {
	bases := []string{os.TempDir(), "/tmp", "/var/tmp"}
	var fs syscall.Statfs_t
	const memory = "/dev/shm"
	if syscall.Statfs(memory, &fs) == nil && uint64(fs.Bavail)*uint64(fs.Bsize) >= roomInMemory {
		bases = append([]string{memory}, bases...)
	}
	at := slices.IndexFunc(bases, who.reaches)
	if at < 0 {
		return "", fmt.Errorf("PostgreSQL's user can enter none of the folders %s", strings.Join(bases, ", "))
	}
	data := filepath.Join(bases[at], fmt.Sprintf("%s%d-%d", dataPrefix, os.Geteuid(), os.Getpid()))
	if err := os.RemoveAll(data); err != nil {
		return "", err
	}
	if err := who.makeDir(data); err != nil {
		return "", err
	}
	return data, os.Symlink(data, dataLink())
}

// removeData removes the folder that the link names, and the link.
func removeData() {
	data, err := os.Readlink(dataLink())
	if err != nil {
		return
	}
	if strings.HasPrefix(filepath.Base(data), dataPrefix) {
		// A server that dies with its killed supervisor may still be writing its last files.
		for try := 0; os.RemoveAll(data) != nil && try < 20; try++ {
			time.Sleep(50 * time.Millisecond)
		}
	}
	_ = os.Remove(dataLink())
}
