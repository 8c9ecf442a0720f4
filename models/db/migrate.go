package db

import (
	"context"
	"embed"
	"fmt"
	"io/fs"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

//go:embed migrations
var migrations embed.FS

// Migrations are the files of one dialect.
func Migrations(dialect Dialect) (fs.FS, error) {
	return fs.Sub(migrations, "migrations/"+string(dialect))
}

// Migrate brings the schema up to date. Several processes may do it at once: PostgreSQL takes an
// advisory lock, and on SQLite each migration is an immediate transaction.
func (d *DB) Migrate(ctx context.Context) error {
	provider, err := d.provider()
	if err != nil {
		return err
	}
	if _, err := provider.Up(ctx); err != nil {
		return fmt.Errorf("cannot bring the database schema up to date: %w", err)
	}
	return nil
}

// Pending counts the migrations that are still to be applied.
func (d *DB) Pending(ctx context.Context) (int, error) {
	provider, err := d.provider()
	if err != nil {
		return 0, err
	}
	status, err := provider.Status(ctx)
	if err != nil {
		return 0, err
	}
	pending := 0
	for _, s := range status {
		if s.State == goose.StatePending {
			pending++
		}
	}
	return pending, nil
}

func (d *DB) provider() (*goose.Provider, error) {
	files, err := Migrations(d.dialect)
	if err != nil {
		return nil, err
	}
	pool, err := d.SQL()
	if err != nil {
		return nil, err
	}
	if d.dialect == SQLite {
		return goose.NewProvider(goose.DialectSQLite3, pool, files)
	}
	locker, err := lock.NewPostgresSessionLocker()
	if err != nil {
		return nil, err
	}
	return goose.NewProvider(goose.DialectPostgres, pool, files, goose.WithSessionLocker(locker))
}
