package e2e

import (
	"os"
	"path/filepath"
	"sync"
	"testing"

	"billfold/models/db"
)

// demo is one database with demo data for all tests of a run; each test works on a copy of its own.
var demo struct {
	once sync.Once
	dir  string
}

// demoCopy is the address of a fresh copy of the demo's database, as a first start leaves it.
func demoCopy(t *testing.T) string {
	t.Helper()
	demo.once.Do(func() {
		if _, err := build(); err != nil {
			t.Fatal(err)
		}
		dir := filepath.Join(buildDir, "demo") // removed with the build
		if err := os.MkdirAll(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		if t.Run("demo data", func(t *testing.T) { Serve(t, "sqlite:"+filepath.Join(dir, "billfold.db")) }) {
			demo.dir = dir
		}
	})
	if demo.dir == "" {
		t.Fatal("there is no demo data")
	}
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(demo.dir)); err != nil {
		t.Fatal(err)
	}
	return "sqlite:" + filepath.Join(dir, "billfold.db")
}

// ids reads ids from a demo database: the tests must know what a person may not see.
func ids(t *testing.T, database, query string, args ...any) []string {
	t.Helper()
	d, err := db.Open(t.Context(), database)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = d.Close() }()
	var found []string
	if err := d.Read(t.Context()).Raw(query, args...).Scan(&found).Error; err != nil {
		t.Fatal(err)
	}
	if len(found) == 0 {
		t.Fatalf("the demo has nothing for %s", query)
	}
	return found
}
