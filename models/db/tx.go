package db

import (
	"context"
	"database/sql/driver"
	"errors"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
	"gorm.io/gorm"
)

// tries bounds how often a transaction is run again after losing to another one.
const tries = 10

// RunTx runs fn in a transaction and again, a bounded number of times, when the database says that
// it lost to another one (serialization failure, deadlock, busy), or when no transaction could be
// begun. fn must have no effect outside the transaction. A losing streak and a broken connection end as
// Unavailable, with nothing changed; only when the connection breaks during COMMIT nobody can know
// whether the change was made, and the message says so.
func (d *DB) RunTx(ctx context.Context, fn func(tx *gorm.DB) error) error {
	if d.dialect == SQLite {
		return d.pinned(ctx, func(tx *gorm.DB, _ CopyFrom) error { return fn(tx) })
	}
	return d.retry(ctx, func(at *stage) error { return d.write.WithContext(ctx).Transaction(at.through(fn)) })
}

// RunCopyTx is RunTx on one pinned connection; on PostgreSQL fn also gets COPY inside the same
// transaction. On SQLite copyFrom is nil. What fn asks for it must find by an index: no table is read as a
// whole, unless there is no other way.
func (d *DB) RunCopyTx(ctx context.Context, fn func(tx *gorm.DB, copyFrom CopyFrom) error) error {
	return d.pinned(ctx, func(tx *gorm.DB, copyFrom CopyFrom) error {
		if copyFrom != nil {
			// PostgreSQL keeps plans for as long as the connection lives, those of foreign keys too. Made while a
			// table was nearly empty, they read all of it for each row, also when it has grown.
			if err := tx.Exec(`SET LOCAL enable_seqscan = off`).Error; err != nil {
				return err
			}
		}
		return fn(tx, copyFrom)
	})
}

func (d *DB) pinned(ctx context.Context, fn func(tx *gorm.DB, copyFrom CopyFrom) error) error {
	return d.retry(ctx, func(at *stage) error {
		pool, err := d.write.DB()
		if err != nil {
			return err
		}
		conn, err := pool.Conn(ctx)
		if err != nil {
			return err
		}
		defer func() { _ = conn.Close() }()
		var copyFrom CopyFrom
		if d.dialect == Postgres {
			// COPY bypasses database/sql, so it must not run while the transaction reads rows.
			copyFrom = func(table string, columns []string, rows int, row func(i int, to *CopyRow)) error {
				return conn.Raw(func(driver any) error {
					return copyRows(ctx, driver.(*stdlib.Conn).Conn().PgConn(), table, columns, rows, row)
				})
			}
		}
		session := d.write.Session(&gorm.Session{Context: ctx, NewDB: true})
		session.Statement.ConnPool = conn
		err = session.Transaction(at.through(func(tx *gorm.DB) error { return fn(tx, copyFrom) }))
		if err != nil && *at == committing {
			// SQLite's driver leaves the transaction open when COMMIT fails (disk full, busy), where
			// database/sql takes it for ended: nothing could be written until a restart. Such a connection
			// is thrown away, which rolls back.
			_ = conn.Raw(func(any) error { return driver.ErrBadConn })
		}
		return err
	})
}

// stage is how far a transaction came.
type stage int

const (
	beginning stage = iota
	working
	committing
)

func (s *stage) through(fn func(tx *gorm.DB) error) func(tx *gorm.DB) error {
	return func(tx *gorm.DB) error {
		*s = working
		err := fn(tx)
		if err == nil {
			*s = committing
		}
		return err
	}
}

func (d *DB) retry(ctx context.Context, run func(at *stage) error) error {
	var err error
	var at stage
	for attempt := range tries {
		at = beginning
		err = run(&at)
		switch {
		case err == nil:
			return nil
		case lost(err):
		case !broken(err):
			return err
		case at == committing:
			return unavailable(sayUncertain, err)
		case at == working:
			return unavailable(sayUnreachable, err)
		}
		pause := time.Duration(rand.Int64N(int64(10*time.Millisecond) << min(attempt, 5)))
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(pause):
		}
	}
	if lost(err) {
		return unavailable(sayBusy, err)
	}
	return unavailable(sayUnreachable, err)
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
