package bench

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"billfold/models"
	"billfold/models/access"
	"billfold/models/db"
	"billfold/models/db/scratch"
)

// Options say what is measured, where and how much of it.
type Options struct {
	Address string // of the database server; "" for SQLite in the temporary folder
	Only    []string

	Records  int // usage records taken in
	Projects int // over so many projects
	Accounts int // of so many accounts
	Groups   int // billing groups closed
	Lines    int // lines of each
	Events   int // events of the group whose pages are read
	Rounds   int // of each measurement; results are medians

	Bar func(words string) func(done, total int) // progress; nil, or giving nil, for none
}

// Env is what a measurement works with.
type Env struct {
	Options
	Server  string // the database in words: "PostgreSQL 15.4, fsync on, synchronous_commit on"
	Dialect db.Dialect
	scratch *scratch.Server
}

// now is the business time of every measurement: the first of a month, after the billed one has ended.
var now = time.Date(2026, 10, 1, 6, 0, 0, 0, time.UTC)

// Clock is the business clock of every measurement.
func Clock() time.Time { return now }

// Month is the month that has just ended by Clock.
const Month = models.Month("2026-09")

var operator = access.OperatorActor()

func newEnv(ctx context.Context, o Options) (*Env, error) {
	for name, n := range map[string]int{"records": o.Records, "projects": o.Projects, "accounts": o.Accounts, "groups": o.Groups,
		"lines": o.Lines, "events": o.Events, "rounds": o.Rounds} {
		if n < 1 {
			return nil, fmt.Errorf("--%s must be at least 1", name)
		}
	}
	server, err := scratch.Open(ctx, o.Address)
	if err != nil {
		return nil, err
	}
	e := &Env{Options: o, Dialect: server.Dialect(), scratch: server}
	if e.Server, err = e.describe(ctx); err != nil {
		return nil, errors.Join(err, e.close())
	}
	return e, nil
}

func (e *Env) close() error { return e.scratch.Close() }

// NewDatabase makes an empty throw-away database with the current schema. Drop it when it is done with;
// what is left is dropped at the end.
func (e *Env) NewDatabase(ctx context.Context) (*scratch.Database, error) { return e.scratch.New(ctx) }

// Open connects to a throw-away database.
func (e *Env) Open(ctx context.Context, d *scratch.Database) (*db.DB, error) {
	return db.Open(ctx, d.Address)
}

// In runs fn on a copy of a prepared database, to which nobody may be connected, and drops the copy.
func (e *Env) In(ctx context.Context, prepared *scratch.Database, fn func(d *db.DB) error) error {
	copied, err := prepared.Clone(ctx)
	if err != nil {
		return err
	}
	d, err := db.Open(ctx, copied.Address)
	if err == nil {
		if err = e.settle(ctx, d); err == nil {
			err = fn(d)
		}
		err = errors.Join(err, d.Close())
	}
	return errors.Join(err, copied.Drop())
}

// settle reads a fresh copy once and has the database write what copying left behind, so that it does neither
// while it is measured.
func (e *Env) settle(ctx context.Context, d *db.DB) error {
	list, written := `SELECT tablename FROM pg_tables WHERE schemaname = 'public'`, "CHECKPOINT"
	if e.Dialect == db.SQLite {
		list, written = `SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%'`, "PRAGMA wal_checkpoint(TRUNCATE)"
	}
	b, err := newBare(ctx, d)
	if err != nil {
		return err
	}
	tables, err := b.read(ctx, "tables", list)
	if err != nil {
		return err
	}
	for _, t := range tables.rows {
		if _, err := b.read(ctx, "tables", fmt.Sprintf(`SELECT count(*) FROM %s`, t[0])); err != nil {
			return err
		}
	}
	if _, err := b.pool.ExecContext(ctx, written); err != nil && e.Dialect == db.SQLite {
		return err // on PostgreSQL only a superuser may; without it the figures scatter more
	}
	return ctx.Err()
}

// tidy brings a prepared database into the state of one that has been running: statistics to plan by, and
// nothing left for PostgreSQL's vacuum to come for while it is measured.
func (e *Env) tidy(ctx context.Context, d *db.DB) error {
	pool, err := d.SQL()
	if err != nil {
		return err
	}
	statement := "VACUUM (ANALYZE)"
	if e.Dialect == db.SQLite {
		statement = "ANALYZE"
	}
	_, err = pool.ExecContext(ctx, statement)
	return err
}

// Progress is the bar of a step; it can always be called.
func (e *Env) Progress(words string) func(done, total int) {
	if e.Bar != nil {
		if bar := e.Bar(words); bar != nil {
			return bar
		}
	}
	return func(int, int) {}
}

// describe names the database and what its durability rests on.
func (e *Env) describe(ctx context.Context) (string, error) {
	made, err := e.NewDatabase(ctx)
	if err != nil {
		return "", err
	}
	d, err := e.Open(ctx, made)
	if err != nil {
		return "", err
	}
	settings := [][2]string{{"PostgreSQL ", "SHOW server_version"}, {"fsync ", "SHOW fsync"}, {"synchronous_commit ", "SHOW synchronous_commit"},
		{"full_page_writes ", "SHOW full_page_writes"}, {"shared_buffers ", "SHOW shared_buffers"}}
	if e.Dialect == db.SQLite {
		settings = [][2]string{{"SQLite ", "SELECT sqlite_version()"}, {"journal_mode ", "PRAGMA journal_mode"}, {"synchronous ", "PRAGMA synchronous"}}
	}
	pool, err := d.SQL()
	if err != nil {
		return "", err
	}
	var words []string
	for _, s := range settings {
		var value string
		if err := pool.QueryRowContext(ctx, s[1]).Scan(&value); err != nil {
			return "", err
		}
		words = append(words, s[0]+value)
	}
	return strings.Join(words, ", "), errors.Join(d.Close(), made.Drop())
}
