// Package dbtest gives each test a real, empty, migrated database of its own, on SQLite and on
// PostgreSQL.
//
//	dbtest.go      what tests call: New, Each, URL, EmptyURL
//	sqlite.go      a file migrated once per process, copied per test
//	postgres.go    a template database migrated once per cluster, cloned per test
//	cluster.go     the private PostgreSQL cluster that all test processes of a user share
//	supervise.go   the process that owns the cluster and ends it when no test uses it any more
//	disturb.go     Disturbed: a database whose statements fail as they are told to
//	disturb_*.go   how: a driver in front of SQLite, a proxy on the wire to PostgreSQL
//	programs.go    where PostgreSQL's programs are, and whose rights they run with
//
// Nothing needs to be running before a test and nothing runs after it. A PostgreSQL that the machine
// runs for other purposes, on port 5432 or elsewhere, is never used. Where PostgreSQL is missing the
// tests fail and say how to get it; they are never skipped. Unix only.
package dbtest

import (
	"context"
	"testing"
	"time"

	"billfold/models/db"
)

// deadline bounds what a test waits for its database, starting a cluster included.
const deadline = 2 * time.Minute

// Each runs fn once on each database, as the subtests "sqlite" and "postgres".
func Each(t *testing.T, fn func(t *testing.T, d *db.DB)) {
	t.Helper()
	for _, dialect := range []db.Dialect{db.SQLite, db.Postgres} {
		t.Run(string(dialect), func(t *testing.T) { fn(t, New(t, dialect)) })
	}
}

// New opens an empty database with the current schema. It is closed and gone when the test ends.
func New(t testing.TB, dialect db.Dialect) *db.DB {
	t.Helper()
	address := URL(t, dialect)
	ctx, cancel := context.WithTimeout(context.Background(), deadline)
	defer cancel()
	d, err := db.Open(ctx, address)
	if err != nil {
		t.Fatalf("open the test database: %v", err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Errorf("close the test database: %v", err)
		}
	})
	return d
}

// URL makes an empty database with the current schema and returns its address, for tests that hand
// it to a process of their own. The database is gone when the test ends.
func URL(t testing.TB, dialect db.Dialect) string {
	t.Helper()
	return address(t, dialect, true)
}

// EmptyURL is the address of a new database without any table. It is gone when the test ends.
func EmptyURL(t testing.TB, dialect db.Dialect) string {
	t.Helper()
	return address(t, dialect, false)
}

func address(t testing.TB, dialect db.Dialect, migrated bool) string {
	t.Helper()
	var address string
	var err error
	switch dialect {
	case db.SQLite:
		address, err = newFile(t.TempDir(), migrated)
	case db.Postgres:
		var drop func() error
		address, drop, err = newDatabase(migrated)
		if drop != nil {
			t.Cleanup(func() {
				if err := drop(); err != nil {
					t.Errorf("drop the test database: %v", err)
				}
			})
		}
	default:
		t.Fatalf("no such database: %q", dialect)
	}
	if err != nil {
		t.Fatalf("make a test database (%s): %v", dialect, err)
	}
	return address
}
