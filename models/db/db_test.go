package db

import (
	"context"
	"os"
	"path/filepath"
	"testing"
)

func TestMigrateSQLite(t *testing.T) {
	d, err := Open(context.Background(), "sqlite:"+filepath.Join(t.TempDir(), "x y?.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	if err := d.Migrate(context.Background()); err != nil {
		t.Fatal(err)
	}
	if n, err := d.Pending(context.Background()); n != 0 || err != nil {
		t.Fatalf("pending %d %v", n, err)
	}
}

func TestSQLiteFilesAreTheOwnersAlone(t *testing.T) {
	path := filepath.Join(t.TempDir(), "billfold.db")
	d, err := Open(t.Context(), "sqlite:"+path)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	if err := d.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{path, path + "-wal", path + "-shm"} {
		info, err := os.Stat(name)
		if err != nil {
			t.Fatal(err)
		}
		if rights := info.Mode().Perm(); rights != 0o600 {
			t.Errorf("%s has the rights %o", filepath.Base(name), rights)
		}
	}
	if err := os.Chmod(path, 0o640); err != nil {
		t.Fatal(err)
	}
	again, err := Open(t.Context(), "sqlite:"+path)
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o640 {
		t.Errorf("the rights that the operator set were changed: %v, %v", info.Mode().Perm(), err)
	}
}
