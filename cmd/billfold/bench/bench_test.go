package bench

import (
	"context"
	"crypto/rand"
	"errors"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"billfold/models/db"
	"billfold/models/db/dbtest"
)

// tiny are sizes that take no time and leave no size even: rests of batches, of transactions and of accounts.
func tiny(t testing.TB, dialect db.Dialect) Options {
	o := Options{Records: 310, Projects: 30, Accounts: 3, Groups: 3, Lines: 3, Events: 10, Rounds: 2}
	o.Address = "sqlite:" + filepath.Join(t.TempDir(), "not-touched.db")
	if dialect == db.Postgres {
		o.Address = dbtest.EmptyURL(t, db.Postgres)
	}
	return o
}

// each runs fn on both databases.
func each(t *testing.T, fn func(t *testing.T, dialect db.Dialect, o Options)) {
	for _, dialect := range []db.Dialect{db.SQLite, db.Postgres} {
		t.Run(string(dialect), func(t *testing.T) { fn(t, dialect, tiny(t, dialect)) })
	}
}

// run measures what is named and returns its rows, which must be whole.
func run(t *testing.T, dialect db.Dialect, o Options) []Row {
	t.Helper()
	var rows []Row
	server, err := Run(t.Context(), o, func(more []Row) error { rows = append(rows, more...); return nil })
	if err != nil {
		t.Fatal(err)
	}
	if want := map[db.Dialect]string{db.SQLite: "SQLite", db.Postgres: "PostgreSQL"}[dialect]; !strings.HasPrefix(server, want) {
		t.Errorf("the server is %q, want %s", server, want)
	}
	for _, r := range rows {
		if r.Database != string(dialect) || r.Rounds != o.Rounds || r.Median <= 0 || r.Min > r.Median || r.Max < r.Median {
			t.Errorf("%+v is not a result of %d rounds on %s", r, o.Rounds, dialect)
		}
		if r.Limit == nil || r.Limit.Median <= 0 || r.Ratio <= 0 || r.Memory == nil || r.Memory.Heap <= 0 {
			t.Errorf("%s lacks its limit, its ratio or its memory: %+v", r.Name, r)
		}
	}
	return rows
}

func TestIngestIsMeasured(t *testing.T) {
	before := ingestBatches
	t.Cleanup(func() { ingestBatches = before })
	ingestBatches = []int{8, 100}
	each(t, func(t *testing.T, dialect db.Dialect, o Options) {
		o.Only = []string{"ingest-scattered", "ingest-usual"}
		rows := run(t, dialect, o)
		if len(rows) != 4 {
			t.Fatalf("%d rows, want two shapes in batches of two sizes", len(rows))
		}
		aims := map[db.Dialect]int{db.SQLite: 1, db.Postgres: 3}[dialect]
		for _, r := range rows {
			if len(r.Aims) != aims {
				t.Errorf("%s has %d aims, want %d", r.Name, len(r.Aims), aims)
			}
		}
	})
}

func TestClosingIsMeasured(t *testing.T) {
	each(t, func(t *testing.T, dialect db.Dialect, o Options) {
		o.Only = []string{"closing"}
		rows := run(t, dialect, o)
		if len(rows) != 2 || rows[0].Sizes[0].N != 3 || rows[1].Sizes[0].N != 30 {
			t.Fatalf("%+v, want rows of 3 and of 30 groups", rows)
		}
	})
}

// TestInterrupt stops in the middle: the error says so and nothing is left behind. On PostgreSQL as a user
// who may make databases and no more.
func TestInterrupt(t *testing.T) {
	each(t, func(t *testing.T, dialect db.Dialect, o Options) {
		o.Only = []string{"ingest-usual"}
		var left func() []string
		if dialect == db.SQLite {
			left = func() []string {
				files, err := os.ReadDir(filepath.Dir(strings.TrimPrefix(o.Address, "sqlite:")))
				if err != nil {
					t.Fatal(err)
				}
				names := make([]string, len(files))
				for i, f := range files {
					names[i] = f.Name()
				}
				return names
			}
		} else {
			o.Address, left = owner(t, o.Address)
		}
		ctx, cancel := context.WithCancel(t.Context())
		o.Bar = func(string) func(int, int) {
			return func(int, int) {
				if len(left()) == 0 {
					t.Error("no throw-away database is there while it is measured")
				}
				cancel()
			}
		}
		_, err := Run(ctx, o, func([]Row) error { t.Error("a measurement ended although it was interrupted"); return nil })
		if err == nil {
			t.Error("no error after an interrupt")
		}
		if names := left(); len(names) > 0 {
			t.Errorf("left behind: %v", names)
		}
	})
}

// owner makes a user of PostgreSQL for the test and gives its address and the databases it owns.
func owner(t *testing.T, address string) (own string, databases func() []string) {
	t.Helper()
	d, err := db.Open(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	pool, err := d.SQL()
	if err != nil {
		t.Fatal(err)
	}
	name := "bench_" + strings.ToLower(rand.Text())
	if _, err := pool.Exec("CREATE ROLE " + name + " LOGIN CREATEDB"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if _, err := pool.Exec("DROP ROLE " + name); err != nil {
			t.Error(err)
		}
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	})
	parsed, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	if q := parsed.Query(); q.Has("user") {
		q.Set("user", name)
		parsed.RawQuery = q.Encode()
	} else {
		parsed.User = url.User(name)
	}
	return parsed.String(), func() []string {
		var names []string
		err := d.Read(context.Background()).Raw(`SELECT d.datname FROM pg_database d JOIN pg_roles r ON r.oid = d.datdba WHERE r.rolname = ?`, name).Scan(&names).Error
		if err != nil {
			t.Fatal(err)
		}
		return names
	}
}

// TestFailedReport ends a run whose results nobody takes, with nothing left behind.
func TestFailedReport(t *testing.T) {
	o := tiny(t, db.SQLite)
	o.Only = []string{"closing"}
	gone := errors.New("the reader has gone")
	if _, err := Run(t.Context(), o, func([]Row) error { return gone }); !errors.Is(err, gone) {
		t.Errorf("%v, want the error of the report", err)
	}
	if files, err := os.ReadDir(filepath.Dir(strings.TrimPrefix(o.Address, "sqlite:"))); err != nil || len(files) > 0 {
		t.Errorf("left behind: %v, %v", files, err)
	}
}

func TestChoose(t *testing.T) {
	if _, err := Run(t.Context(), Options{Only: []string{"nothing"}}, nil); err == nil || !strings.Contains(err.Error(), "ingest-usual") {
		t.Errorf("an unknown measurement gives %v, want an error that names the known ones", err)
	}
	if _, err := Run(t.Context(), Options{Only: []string{"closing"}, Records: 1, Projects: 1, Accounts: 1, Groups: 0, Lines: 1, Events: 1, Rounds: 1}, nil); err == nil || !strings.Contains(err.Error(), "--groups") {
		t.Errorf("no groups give %v, want an error that names --groups", err)
	}
}
