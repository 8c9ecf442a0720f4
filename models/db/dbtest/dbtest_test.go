package dbtest_test

import (
	"context"
	"os"
	"testing"

	"billfold/models/db"
	"billfold/models/db/dbtest"
)

func TestEachIsEmptyAndMigrated(t *testing.T) {
	for range 2 { // the second time a database without the first one's rows
		dbtest.Each(t, func(t *testing.T, d *db.DB) {
			ctx := context.Background()
			if n, err := d.Pending(ctx); n != 0 || err != nil {
				t.Fatalf("pending migrations: %d, %v", n, err)
			}
			pool, err := d.SQL()
			if err != nil {
				t.Fatal(err)
			}
			var rows int
			if err := pool.QueryRow("SELECT count(*) FROM settings").Scan(&rows); err != nil || rows != 0 {
				t.Fatalf("settings has %d rows, %v", rows, err)
			}
			if _, err := pool.Exec("INSERT INTO settings VALUES ('a', 'b', CURRENT_TIMESTAMP)"); err != nil {
				t.Fatal(err)
			}
		})
	}
}

func TestEmptyURLHasNoTables(t *testing.T) {
	for _, dialect := range []db.Dialect{db.SQLite, db.Postgres} {
		t.Run(string(dialect), func(t *testing.T) {
			d, err := db.Open(context.Background(), dbtest.EmptyURL(t, dialect))
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = d.Close() }()
			pool, err := d.SQL()
			if err != nil {
				t.Fatal(err)
			}
			if _, err := pool.Exec("SELECT 1 FROM settings"); err == nil {
				t.Fatal("there is a table settings")
			}
		})
	}
}

// TestServerIsPrivate: the server under test is not one that listens on the network.
func TestServerIsPrivate(t *testing.T) {
	pool, err := dbtest.New(t, db.Postgres).SQL()
	if err != nil {
		t.Fatal(err)
	}
	var addresses, folder string
	err = pool.QueryRow("SELECT current_setting('listen_addresses'), current_setting('data_directory')").Scan(&addresses, &folder)
	if err != nil || addresses != "" {
		t.Fatalf("listens on %q, %v", addresses, err)
	}
	info, err := os.Stat(folder)
	if err != nil || info.Mode().Perm() != 0o700 {
		t.Fatalf("the data folder is %v, %v", info.Mode(), err)
	}
}

func BenchmarkNew(b *testing.B) {
	for _, dialect := range []db.Dialect{db.SQLite, db.Postgres} {
		b.Run(string(dialect), func(b *testing.B) {
			for b.Loop() {
				address := dbtest.URL(b, dialect)
				d, err := db.Open(context.Background(), address)
				if err != nil {
					b.Fatal(err)
				}
				_ = d.Close()
			}
		})
	}
}
