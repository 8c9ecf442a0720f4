package dbtest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"

	"billfold/models/db"
)

// migratedFile is the content of a database file with the current schema. It stays in memory, so
// nothing is left on disk and no other process has a part in it.
var migratedFile = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "billfold-dbtest-")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	path := filepath.Join(dir, "template.db")
	if err := migrate("sqlite:" + path); err != nil {
		return nil, err
	}
	// The last connection to close writes the log back into the file; a log left over would be lost.
	if _, err := os.Stat(path + "-wal"); !errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("the template still has a write-ahead log after it was closed (%v)", err)
	}
	return os.ReadFile(path)
})

// newFile makes a database file in dir and returns its address.
func newFile(dir string, migrated bool) (string, error) {
	path := filepath.Join(dir, "billfold.db")
	if migrated {
		content, err := migratedFile()
		if err != nil {
			return "", err
		}
		if err := os.WriteFile(path, content, 0o600); err != nil {
			return "", err
		}
	}
	return "sqlite:" + path, nil
}

// migrate brings the database at address up to the current schema and closes it again.
func migrate(address string) error {
	ctx, cancel := context.WithTimeout(context.Background(), deadline)
	defer cancel()
	d, err := db.Open(ctx, address)
	if err != nil {
		return err
	}
	return errors.Join(d.Migrate(ctx), d.Close())
}
