package scratch_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"billfold/models/db"
	"billfold/models/db/dbtest"
	"billfold/models/db/scratch"

	"github.com/shopspring/decimal"
)

// each runs fn with the address of a database that must stay as it is.
func each(t *testing.T, fn func(t *testing.T, dialect db.Dialect, address string)) {
	for _, dialect := range []db.Dialect{db.SQLite, db.Postgres} {
		t.Run(string(dialect), func(t *testing.T) { fn(t, dialect, dbtest.URL(t, dialect)) })
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// in runs a statement or counts settings in a database.
func settings(t *testing.T, address, statement string) (n int) {
	t.Helper()
	d, err := db.Open(t.Context(), address)
	must(t, err)
	defer func() { must(t, d.Close()) }()
	pool, err := d.SQL()
	must(t, err)
	if statement != "" {
		_, err = pool.Exec(statement)
		must(t, err)
	}
	must(t, pool.QueryRow(`SELECT count(*) FROM settings`).Scan(&n))
	return n
}

const insert = `INSERT INTO settings VALUES ('a', 'b', CURRENT_TIMESTAMP)`

func TestNewCloneDrop(t *testing.T) {
	each(t, func(t *testing.T, dialect db.Dialect, address string) {
		settings(t, address, insert)
		s, err := scratch.Open(t.Context(), address)
		must(t, err)
		if s.Dialect() != dialect {
			t.Errorf("it is %s, want %s", s.Dialect(), dialect)
		}
		first, err := s.New(t.Context())
		must(t, err)
		if n := settings(t, first.Address, insert); n != 1 {
			t.Errorf("a new database has %d rows after one was written", n)
		}
		second, err := first.Clone(t.Context())
		must(t, err)
		if n := settings(t, second.Address, `DELETE FROM settings`); n != 0 {
			t.Errorf("a copy keeps %d rows", n)
		}
		third, err := first.Clone(t.Context())
		must(t, err)
		if n := settings(t, third.Address, ""); n != 1 {
			t.Errorf("a second copy has %d rows, want the first one's", n)
		}
		must(t, second.Drop())
		must(t, second.Drop())
		gone(t, second.Address)
		must(t, s.Close())
		gone(t, first.Address)
		gone(t, third.Address)
		if n := settings(t, address, ""); n != 1 {
			t.Errorf("the database that was named has %d rows, want its 1", n)
		}
	})
}

// TestDropAfterInterrupt takes a database away although the work's context is over and somebody is connected.
func TestDropAfterInterrupt(t *testing.T) {
	each(t, func(t *testing.T, _ db.Dialect, address string) {
		ctx, cancel := context.WithCancel(t.Context())
		s, err := scratch.Open(ctx, address)
		must(t, err)
		made, err := s.New(ctx)
		must(t, err)
		d, err := db.Open(ctx, made.Address)
		must(t, err)
		cancel()
		if _, err := made.Clone(ctx); err == nil && strings.HasPrefix(made.Address, "postgres") {
			t.Error("a copy was made after the interrupt")
		}
		must(t, s.Close())
		_ = d.Close()
		gone(t, made.Address)
	})
}

func gone(t *testing.T, address string) {
	t.Helper()
	if path, ok := strings.CutPrefix(address, "sqlite:"); ok {
		if _, err := os.Stat(path); !os.IsNotExist(err) {
			t.Errorf("%s is still there", path)
		}
		return
	}
	if d, err := db.Open(context.Background(), address); err == nil {
		_ = d.Close()
		t.Errorf("%s is still there", address)
	} else if !strings.Contains(err.Error(), "does not exist") {
		t.Error(err)
	}
}

// TestSQLiteTouchesNothing opens beside a file: neither it nor anything else there changes.
func TestSQLiteTouchesNothing(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "billfold.db")
	content := []byte("not even a database")
	must(t, os.WriteFile(path, content, 0o600))
	s, err := scratch.Open(t.Context(), "sqlite:"+path)
	must(t, err)
	_, err = s.New(t.Context())
	must(t, err)
	must(t, s.Close())
	left, err := os.ReadDir(dir)
	must(t, err)
	after, err := os.ReadFile(path)
	must(t, err)
	if len(left) != 1 || !bytes.Equal(after, content) {
		t.Errorf("%d files are there, the one that was there holds %q", len(left), after)
	}
}

func TestOpenRefuses(t *testing.T) {
	for _, address := range []string{"mysql://x", "postgres://u:geheim@127.0.0.1:1/x", "sqlite:/no/such/folder/x.db"} {
		s, err := scratch.Open(t.Context(), address)
		if err == nil {
			_ = s.Close()
			t.Errorf("%s was opened", address)
		} else if strings.Contains(err.Error(), "geheim") {
			t.Errorf("the error holds the password: %v", err)
		}
	}
}

// TestCopy writes exact decimals and, in a transaction that fails, nothing.
func TestCopy(t *testing.T) {
	d := dbtest.New(t, db.Postgres)
	pool, err := d.SQL()
	must(t, err)
	conn, err := pool.Conn(t.Context())
	must(t, err)
	defer func() { must(t, conn.Close()) }()
	_, err = conn.ExecContext(t.Context(), `CREATE TEMP TABLE exact (n numeric(38,18))`)
	must(t, err)
	want := "12345678901234567890.123456789012345678"
	rows := [][]any{{scratch.Numeric(decimal.RequireFromString(want))}}
	tx, err := conn.BeginTx(t.Context(), nil)
	must(t, err)
	must(t, scratch.Copy(t.Context(), conn, "exact", []string{"n"}, rows))
	must(t, tx.Rollback())
	must(t, scratch.Copy(t.Context(), conn, "exact", []string{"n"}, rows))
	var got string
	must(t, conn.QueryRowContext(t.Context(), `SELECT string_agg(n::text, ' ') FROM exact`).Scan(&got))
	if got != want {
		t.Errorf("the table holds %s, want %s alone", got, want)
	}
}
