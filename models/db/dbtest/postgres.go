package dbtest

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"fmt"
	"io/fs"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"billfold/models/db"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"
)

// server is the cluster as this process uses it.
type server struct {
	admin    *sql.DB
	template string // name of the migrated database
	strategy string // how CREATE DATABASE copies
}

var (
	started  = sync.OnceValues(start)
	sequence atomic.Int64
	process  = strings.ToLower(rand.Text()) // not the process id, which comes round again
)

// start joins the cluster, starting it when it does not run, and sees to the template. The pool
// stays open as long as the process, like the claim on the cluster.
func start() (*server, error) {
	if err := joinCluster(); err != nil {
		return nil, err
	}
	admin, err := sql.Open("pgx", databaseURL(adminDatabase))
	if err != nil {
		return nil, err
	}
	admin.SetMaxOpenConns(4)
	s := &server{admin: admin}
	var version int
	if err := admin.QueryRow("SELECT current_setting('server_version_num')::int").Scan(&version); err != nil {
		return nil, fmt.Errorf("ask PostgreSQL for its version: %w", err)
	}
	if version >= 150000 {
		// Copying files needs no log of each page: with fsync off a third of the time of the default.
		s.strategy = " STRATEGY file_copy"
	}
	hash, err := migrationsHash()
	if err != nil {
		return nil, err
	}
	s.template = "template_" + hash
	return s, s.makeTemplate()
}

// makeTemplate migrates one database per content of the migrations. Processes that start at once
// wait for the first; one that dies half-way leaves a database without the final name, made anew.
func (s *server) makeTemplate() error {
	ctx, cancel := context.WithTimeout(context.Background(), deadline)
	defer cancel()
	conn, err := s.admin.Conn(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }()
	const lock = 7261001 // any number, the same in every process
	if _, err := conn.ExecContext(ctx, "SELECT pg_advisory_lock($1)", lock); err != nil {
		return err
	}
	defer func() { _, _ = conn.ExecContext(context.Background(), "SELECT pg_advisory_unlock($1)", lock) }()
	var there bool
	err = conn.QueryRowContext(ctx, "SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)", s.template).Scan(&there)
	if err != nil || there {
		return err
	}
	unfinished := s.template + "_unfinished"
	for _, statement := range []string{"DROP DATABASE IF EXISTS " + unfinished + " WITH (FORCE)", "CREATE DATABASE " + unfinished} {
		if _, err := conn.ExecContext(ctx, statement); err != nil {
			return fmt.Errorf("%s: %w", statement, err)
		}
	}
	if err := migrate(databaseURL(unfinished)); err != nil {
		return err
	}
	// Cloning and renaming want nobody connected, and a closed connection may take a moment to be gone.
	rename := "ALTER DATABASE " + unfinished + " RENAME TO " + s.template
	for {
		if _, err = conn.ExecContext(ctx, rename); err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%s: %w", rename, err)
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// newDatabase makes a database and returns its address and what drops it.
func newDatabase(migrated bool) (address string, drop func() error, err error) {
	s, err := started()
	if err != nil {
		return "", nil, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), deadline)
	defer cancel()
	name := fmt.Sprintf("test_%s_%d", process, sequence.Add(1))
	statement := "CREATE DATABASE " + name
	if migrated {
		statement += " TEMPLATE " + s.template + s.strategy
	}
	if _, err := s.admin.ExecContext(ctx, statement); err != nil {
		return "", nil, fmt.Errorf("%s: %w", statement, err)
	}
	return databaseURL(name), func() error {
		ctx, cancel := context.WithTimeout(context.Background(), deadline)
		defer cancel()
		_, err := s.admin.ExecContext(ctx, "DROP DATABASE "+name+" WITH (FORCE)")
		return err
	}, nil
}

// databaseURL is the address of a database of the cluster. The socket's folder is open to its owner
// alone, which is why there is no password.
func databaseURL(name string) string {
	q := url.Values{"host": {socketDir()}, "port": {socketPort}}
	return (&url.URL{Scheme: "postgres", User: url.User(superuser), Path: "/" + name, RawQuery: q.Encode()}).String()
}

// migrationsHash names a template by the content of every migration.
func migrationsHash() (string, error) {
	files, err := db.Migrations(db.Postgres)
	if err != nil {
		return "", err
	}
	h := sha256.New()
	err = fs.WalkDir(files, ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := fs.ReadFile(files, path)
		_, _ = fmt.Fprintf(h, "%d:%s%d:", len(path), path, len(content))
		_, _ = h.Write(content)
		return err
	})
	return hex.EncodeToString(h.Sum(nil))[:16], err
}
