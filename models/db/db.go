// Package db opens the database, SQLite in one file or PostgreSQL, brings its schema up to date and
// runs transactions. It and the *_store.go files are the only places that know GORM.
package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"billfold/models"

	"github.com/glebarez/sqlite"
	"gorm.io/driver/postgres"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	"gorm.io/gorm/logger"
)

// Dialect is the kind of database.
type Dialect string

// The two databases the product runs on.
const (
	SQLite   Dialect = "sqlite"
	Postgres Dialect = "postgres"
)

// DB is an open database: one pool for transactions and one for reads (on PostgreSQL the same).
type DB struct {
	dialect Dialect
	write   *gorm.DB
	read    *gorm.DB
}

// Dialect tells which database it is.
func (d *DB) Dialect() Dialect { return d.dialect }

// Open connects to `sqlite:PATH` or `postgres://...`. Errors are one clear sentence without the password.
func Open(ctx context.Context, address string) (*DB, error) {
	switch {
	case strings.HasPrefix(address, "sqlite:"):
		return openSQLite(ctx, strings.TrimPrefix(address, "sqlite:"))
	case strings.HasPrefix(address, "postgres://"), strings.HasPrefix(address, "postgresql://"):
		return openPostgres(ctx, address)
	}
	return nil, fmt.Errorf("the database URL must be sqlite:PATH or postgres://USER:PASSWORD@HOST:PORT/NAME")
}

func config() *gorm.Config {
	return &gorm.Config{
		Logger:                 logger.Discard,
		TranslateError:         true,
		SkipDefaultTransaction: true,
		NowFunc:                func() time.Time { return models.Micro(time.Now()) },
	}
}

func openSQLite(ctx context.Context, path string) (*DB, error) {
	if path == "" {
		return nil, errors.New("the database URL sqlite: needs the path of a file")
	}
	if dir := filepath.Dir(path); dir != "." {
		if info, err := os.Stat(dir); err != nil || !info.IsDir() {
			return nil, fmt.Errorf("cannot open the database: the folder %s does not exist", dir)
		}
	}
	if err := makePrivate(path); err != nil {
		return nil, fmt.Errorf("cannot open the database: %w", err)
	}
	open := func(connections int, extra string) (*gorm.DB, error) {
		query := url.Values{"_pragma": {"busy_timeout(5000)", "journal_mode(WAL)", "foreign_keys(1)", "synchronous(FULL)"}}
		dsn := (&url.URL{Scheme: "file", Opaque: (&url.URL{Path: path}).EscapedPath(), RawQuery: query.Encode() + extra}).String()
		g, err := gorm.Open(liteDialect{&sqlite.Dialector{DriverName: driverName(ctx), DSN: dsn}}, config())
		if err != nil {
			return nil, fmt.Errorf("cannot open the database %s: %w", path, err)
		}
		pool, err := g.DB()
		if err != nil {
			return nil, err
		}
		pool.SetMaxOpenConns(connections)
		return g, errors.Join(translateRows(g), pool.PingContext(ctx))
	}
	// One writer: SQLite has one write lock, and waiting in the pool is fair where waiting in SQLite is not.
	write, err := open(1, "&_txlock=immediate")
	if err != nil {
		return nil, err
	}
	read, err := open(4, "")
	if err != nil {
		return nil, err
	}
	return &DB{dialect: SQLite, write: write, read: read}, nil
}

// makePrivate makes the file of a new database, readable by its owner alone: it holds password hashes and
// customers' data. SQLite gives the files beside it the same rights. Those of a file that is there are
// left as the operator set them.
func makePrivate(path string) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, os.ErrExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return f.Close()
}

func openPostgres(ctx context.Context, address string) (*DB, error) {
	parsed, err := url.Parse(address)
	if err != nil {
		return nil, errors.New("the database URL cannot be read; write postgres://USER:PASSWORD@HOST:PORT/NAME")
	}
	q := parsed.Query()
	if !q.Has("timezone") {
		q.Set("timezone", "UTC")
	}
	parsed.RawQuery = q.Encode()
	g, err := gorm.Open(postgresDialect{&postgres.Dialector{Config: &postgres.Config{DSN: parsed.String()}}}, config())
	if err != nil {
		return nil, fmt.Errorf("cannot connect to the database at %s%s: %s", parsed.Host, parsed.Path, reason(err))
	}
	pool, err := g.DB()
	if err != nil {
		return nil, err
	}
	pool.SetMaxOpenConns(20)
	pool.SetMaxIdleConns(10)
	if err := pool.PingContext(ctx); err != nil {
		return nil, fmt.Errorf("cannot connect to the database at %s%s: %s", parsed.Host, parsed.Path, reason(err))
	}
	return &DB{dialect: Postgres, write: g, read: g}, translateRows(g)
}

// reason is the last, telling part of a connection error, which carries no password.
func reason(err error) string {
	for inner := errors.Unwrap(err); inner != nil; inner = errors.Unwrap(err) {
		err = inner
	}
	text, _, _ := strings.Cut(strings.TrimSpace(err.Error()), "\n")
	return text
}

// Close closes the pools.
func (d *DB) Close() error {
	var errs []error
	for _, g := range []*gorm.DB{d.write, d.read} {
		if pool, err := g.DB(); err == nil {
			errs = append(errs, pool.Close())
		}
	}
	return errors.Join(errs...)
}

// Read is for queries outside a transaction.
func (d *DB) Read(ctx context.Context) *gorm.DB { return d.read.WithContext(ctx) }

// Ping says whether the database answers.
func (d *DB) Ping(ctx context.Context) error {
	pool, err := d.read.DB()
	if err != nil {
		return err
	}
	return pool.PingContext(ctx)
}

// SQL is the pool behind transactions, for COPY and for migrations.
func (d *DB) SQL() (*sql.DB, error) { return d.write.DB() }

// ForUpdate locks the rows a query finds until the transaction ends. FOR NO KEY UPDATE, because plain
// FOR UPDATE blocks foreign key checks. On SQLite nothing is added: the immediate transaction is the lock.
func ForUpdate(tx *gorm.DB) *gorm.DB {
	if tx.Dialector.Name() != "postgres" {
		return tx
	}
	return tx.Clauses(clause.Locking{Strength: "NO KEY UPDATE"})
}
