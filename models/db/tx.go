package db

import (
	"context"
	"errors"
	"math/rand/v2"
	"strings"
	"time"

	"billfold/models"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
	"gorm.io/gorm"
)

// tries bounds how often a transaction is run again after losing to another one.
const tries = 10

// RunTx runs fn in a transaction and again, a bounded number of times, when the database says that
// it lost to another one (serialization failure, deadlock, busy). fn must have no effect outside the
// transaction. A losing streak ends as Unavailable.
func (d *DB) RunTx(ctx context.Context, fn func(tx *gorm.DB) error) error {
	return d.retry(ctx, func() error { return d.write.WithContext(ctx).Transaction(fn) })
}

// CopyFrom streams rows into a table by PostgreSQL's COPY, inside the transaction that handed it out.
type CopyFrom func(table string, columns []string, rows pgx.CopyFromSource) error

// RunCopyTx is RunTx on one pinned connection; on PostgreSQL fn also gets COPY inside the same
// transaction. On SQLite copyFrom is nil.
func (d *DB) RunCopyTx(ctx context.Context, fn func(tx *gorm.DB, copyFrom CopyFrom) error) error {
	if d.dialect == SQLite {
		return d.RunTx(ctx, func(tx *gorm.DB) error { return fn(tx, nil) })
	}
	return d.retry(ctx, func() error {
		pool, err := d.write.DB()
		if err != nil {
			return err
		}
		conn, err := pool.Conn(ctx)
		if err != nil {
			return err
		}
		defer func() { _ = conn.Close() }()
		// COPY bypasses database/sql, so it must not run while the transaction reads rows.
		copyFrom := func(table string, columns []string, rows pgx.CopyFromSource) error {
			return conn.Raw(func(driver any) error {
				_, err := driver.(*stdlib.Conn).Conn().CopyFrom(ctx, pgx.Identifier{table}, columns, rows)
				return err
			})
		}
		session := d.write.Session(&gorm.Session{Context: ctx, NewDB: true})
		session.Statement.ConnPool = conn
		return session.Transaction(func(tx *gorm.DB) error { return fn(tx, copyFrom) })
	})
}

func (d *DB) retry(ctx context.Context, run func() error) error {
	var err error
	for attempt := range tries {
		if err = run(); err == nil || !lost(err) {
			return err
		}
		pause := time.Duration(rand.Int64N(int64(10*time.Millisecond) << min(attempt, 5)))
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(pause):
		}
	}
	return errors.Join(models.Unavailablef("The database is busy. Try again in a moment."), err)
}

// lost reports whether the transaction failed only because of others and may be run again.
func lost(err error) bool {
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return pg.Code == "40001" || pg.Code == "40P01"
	}
	text := err.Error()
	return strings.Contains(text, "SQLITE_BUSY") || strings.Contains(text, "database is locked")
}
