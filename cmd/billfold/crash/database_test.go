package crash

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"billfold/models/db"
	"billfold/models/db/dbtest"

	"gorm.io/gorm"
)

// database is one the product runs on.
type database struct {
	dialect db.Dialect
	address string
	dir     string // where its commands run
}

func newDatabase(t testing.TB, dialect db.Dialect) *database {
	t.Helper()
	return &database{dialect, dbtest.EmptyURL(t, dialect), t.TempDir()}
}

var clones atomic.Int64

// clone copies a database that nobody has open. The copy is gone when the test ends.
func (d *database) clone(t testing.TB) *database {
	t.Helper()
	to := &database{dialect: d.dialect, dir: t.TempDir()}
	if d.dialect == db.SQLite {
		from := d.file()
		if _, err := os.Stat(from + "-wal"); !errors.Is(err, os.ErrNotExist) {
			t.Fatalf("%s is still open: it has a write-ahead log (%v)", from, err)
		}
		content, err := os.ReadFile(from)
		if err != nil {
			t.Fatal(err)
		}
		to.address = "sqlite:" + filepath.Join(to.dir, "billfold.db")
		if err := os.WriteFile(to.file(), content, 0o600); err != nil {
			t.Fatal(err)
		}
		return to
	}
	u, err := url.Parse(d.address)
	if err != nil {
		t.Fatal(err)
	}
	template := strings.TrimPrefix(u.Path, "/")
	name := fmt.Sprintf("%.30s_c%d", template, clones.Add(1))
	d.admin(t, "CREATE DATABASE "+name+" TEMPLATE "+template)
	t.Cleanup(func() { d.admin(t, "DROP DATABASE "+name+" WITH (FORCE)") })
	u.Path = "/" + name
	to.address = u.String()
	return to
}

// file is the path of an SQLite database.
func (d *database) file() string { return strings.TrimPrefix(d.address, "sqlite:") }

// admin runs a statement for the whole PostgreSQL server. A connection that was closed may take a moment
// to be gone, and a database is only copied when nobody is connected.
func (d *database) admin(t testing.TB, statement string) {
	t.Helper()
	u, err := url.Parse(d.address)
	if err != nil {
		t.Fatal(err)
	}
	u.Path = "/postgres"
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	server, err := db.Open(ctx, u.String())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = server.Close() }()
	for {
		err := server.Read(ctx).Exec(statement).Error
		if err == nil {
			return
		}
		if ctx.Err() != nil || !strings.Contains(err.Error(), "being accessed by other users") {
			t.Fatalf("%s: %v", statement, err)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// look opens the database for the test itself.
func (d *database) look(t testing.TB, fn func(ctx context.Context, d *db.DB)) {
	t.Helper()
	ctx := context.Background()
	opened, err := db.Open(ctx, d.address)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := opened.Close(); err != nil {
			t.Error(err)
		}
	}()
	fn(ctx, opened)
}

// count is the result of a query for one number.
func (d *database) count(t testing.TB, query string, args ...any) (n int) {
	t.Helper()
	d.look(t, func(ctx context.Context, d *db.DB) {
		if err := d.Read(ctx).Raw(query, args...).Scan(&n).Error; err != nil {
			t.Fatalf("%s: %v", query, err)
		}
	})
	return n
}

// wait lets the time pass that a killed process leaves behind in real time, without waiting for it: five
// minutes for the lease of a job, two for a form that was being worked on.
func (d *database) wait(t testing.TB) {
	t.Helper()
	d.look(t, func(ctx context.Context, d *db.DB) {
		now := time.Now().UTC()
		err := d.RunTx(ctx, func(tx *gorm.DB) error {
			return errors.Join(tx.Exec(`UPDATE jobs SET locked_until = ? WHERE state = 'running'`, now.Add(-time.Second)).Error,
				tx.Exec(`UPDATE jobs SET run_at = ? WHERE state = 'queued'`, now.Add(-time.Second)).Error,
				tx.Exec(`UPDATE form_keys SET created_at = ? WHERE location = ''`, now.Add(-3*time.Minute)).Error)
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}
