package db

import (
	"context"
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
