package crash

import (
	"context"
	"database/sql"
	"errors"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"billfold/models/db"
	"billfold/models/db/dbtest"
)

// cluster is a PostgreSQL of the test's own, which it may stop: the one that all tests share it may not.
// What it has acknowledged outlives the end of its processes, as in production.
type cluster struct {
	t       testing.TB
	bin     string
	dir     string
	as      *syscall.Credential // whose rights it runs with; nil for those of the test
	server  *exec.Cmd
	ended   chan struct{}
	address string // of an empty database
}

// newCluster makes a cluster in the folder, which its user can enter, and starts it.
func newCluster(t testing.TB, dir string) *cluster {
	t.Helper()
	c := &cluster{t: t, dir: filepath.Join(dir, "data")}
	c.like(dbtest.EmptyURL(t, db.Postgres))
	check(t, os.Mkdir(c.dir, 0o700))
	if c.as != nil {
		check(t, os.Chown(c.dir, int(c.as.Uid), int(c.as.Gid)))
	}
	if out, err := c.command("initdb", "-D", c.dir, "-U", "billfold", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync").CombinedOutput(); err != nil {
		t.Fatalf("initdb: %v\n%s", err, out)
	}
	u := url.URL{Scheme: "postgres", User: url.User("billfold"), Path: "/crash", RawQuery: url.Values{"host": {c.dir}, "port": {"5432"}}.Encode()}
	c.address = u.String()
	c.start()
	t.Cleanup(c.stop)
	(&database{dialect: db.Postgres, address: c.address}).admin(t, "CREATE DATABASE crash")
	return c
}

// like finds the programs of the server that the tests share, and the user that it runs as.
func (c *cluster) like(address string) {
	c.t.Helper()
	pool, err := sql.Open("pgx", address)
	check(c.t, err)
	defer func() { _ = pool.Close() }()
	var data string
	check(c.t, pool.QueryRow(`SELECT setting, current_setting('data_directory') FROM pg_config() WHERE name = 'BINDIR'`).Scan(&c.bin, &data))
	info, err := os.Stat(data)
	check(c.t, err)
	if owner := info.Sys().(*syscall.Stat_t); int(owner.Uid) != os.Geteuid() {
		c.as = &syscall.Credential{Uid: owner.Uid, Gid: owner.Gid}
	}
}

func (c *cluster) command(name string, args ...string) *exec.Cmd {
	cmd := exec.Command(filepath.Join(c.bin, name), args...)
	cmd.Dir = "/"
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "LC_ALL=C.UTF-8", "TZ=UTC"}
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: c.as}
	return cmd
}

// start runs the server and waits until it answers; after an immediate shutdown it recovers first.
func (c *cluster) start() {
	c.t.Helper()
	args := []string{"-D", c.dir, "-k", c.dir, "-p", "5432"}
	for _, setting := range []string{"listen_addresses=", "max_connections=100", "fsync=off", "synchronous_commit=on", "shared_buffers=32MB",
		"max_wal_size=64MB", "min_wal_size=32MB", "wal_level=minimal", "max_wal_senders=0", "dynamic_shared_memory_type=mmap", "log_min_messages=fatal"} {
		args = append(args, "-c", setting)
	}
	c.server, c.ended = c.command("postgres", args...), make(chan struct{})
	check(c.t, c.server.Start())
	go func(server *exec.Cmd, ended chan struct{}) {
		_ = server.Wait()
		close(ended)
	}(c.server, c.ended)
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	pool, err := sql.Open("pgx", strings.Replace(c.address, "/crash?", "/postgres?", 1))
	check(c.t, err)
	defer func() { _ = pool.Close() }()
	for pool.PingContext(ctx) != nil {
		if ctx.Err() != nil {
			c.t.Fatal("PostgreSQL does not start")
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// stop ends the server at once, without writing anything more: an immediate shutdown.
func (c *cluster) stop() {
	if err := c.server.Process.Signal(syscall.SIGQUIT); err != nil && !errors.Is(err, os.ErrProcessDone) {
		c.t.Error(err)
	}
	select {
	case <-c.ended:
	case <-time.After(30 * time.Second):
		c.t.Error("PostgreSQL does not stop")
		_ = c.server.Process.Kill()
		<-c.ended
	}
}

// folder makes a folder that the cluster's user can enter.
func folder(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("/tmp", "billfold-crash-")
	check(t, err)
	t.Cleanup(func() { check(t, os.RemoveAll(dir)) })
	check(t, os.Chmod(dir, 0o755))
	return dir
}
