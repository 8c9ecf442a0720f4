package scratch

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"billfold/models/db"
)

// folder is where SQLite files are made.
type folder string

// newFolder makes a folder beside a path, or among the temporary ones.
func newFolder(beside string) (place, error) {
	parent := ""
	if beside != "" {
		parent = filepath.Dir(beside)
	}
	made, err := os.MkdirTemp(parent, prefix)
	return folder(made), err
}

func (f folder) dialect() db.Dialect { return db.SQLite }

func (f folder) path(name string) string { return filepath.Join(string(f), name) }

// create copies the template with its log, because a file that was just closed may not be written back.
func (f folder) create(_ context.Context, name, template string) (string, error) {
	if template != "" {
		for _, part := range []string{"", "-wal"} {
			if err := copyFile(f.path(template)+part, f.path(name)+part); err != nil && (part == "" || !errors.Is(err, fs.ErrNotExist)) {
				return "", err
			}
		}
	}
	return "sqlite:" + f.path(name), nil
}

func (f folder) drop(_ context.Context, name string) error {
	var errs []error
	for _, part := range []string{"", "-wal", "-shm"} {
		if err := os.Remove(f.path(name) + part); !errors.Is(err, fs.ErrNotExist) {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

func (f folder) close() error { return os.RemoveAll(string(f)) }

func copyFile(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer func() { _ = in.Close() }()
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	// On the disk before it is measured, or its writing would be counted as the work's.
	return errors.Join(err, out.Sync(), out.Close())
}
