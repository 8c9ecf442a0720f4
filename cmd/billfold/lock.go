package main

import (
	"fmt"
	"strings"

	"github.com/gofrs/flock"
)

// exclusively keeps a second serve or migrate away from the same SQLite file; other commands may open
// it beside a running server. PostgreSQL needs no such lock.
func exclusively(address string) (release func(), err error) {
	path, ok := strings.CutPrefix(address, "sqlite:")
	if !ok {
		return func() {}, nil
	}
	lock := flock.New(path + ".lock")
	held, err := lock.TryLock()
	if err != nil {
		return nil, fmt.Errorf("cannot lock the database %s: %w", path, err)
	}
	if !held {
		return nil, fmt.Errorf("the database %s is in use by a running billfold serve; stop it first", path)
	}
	return func() { _ = lock.Unlock() }, nil
}
