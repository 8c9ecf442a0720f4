package dbtest

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"billfold/models/db"
)

const disturbedDriver = "sqlite-disturbed"

var (
	disturbers sync.Map // by the path of the file
	ownDriver  = sync.OnceValue(func() driver.Driver {
		pool, err := sql.Open("sqlite", "")
		if err != nil {
			panic(err) // package db registers it
		}
		return pool.Driver()
	})
	registerDriver = sync.OnceFunc(func() { sql.Register(disturbedDriver, liteDriver{}) })
)

func throughDriver(ctx context.Context, path string, f *Disturber) (context.Context, func()) {
	registerDriver()
	disturbers.Store(path, f)
	return db.ThroughDriver(ctx, disturbedDriver), func() { disturbers.Delete(path) }
}

// errLost stands for a device that failed; SQLite says it with this code, SQLITE_IOERR.
type errLost struct{}

func (errLost) Error() string { return "disk I/O error (10)" }
func (errLost) Code() int     { return 10 }

// errBusy is what SQLite itself says while another connection writes.
var errBusy = sync.OnceValue(func() error {
	dir, err := os.MkdirTemp("", "billfold-dbtest-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	pool, err := sql.Open("sqlite", "file:"+filepath.Join(dir, "busy.db")+"?_txlock=immediate&_pragma=busy_timeout(0)")
	if err != nil {
		return err
	}
	defer func() { _ = pool.Close() }()
	tx, err := pool.Begin()
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }()
	if _, err = pool.Begin(); err == nil || !strings.Contains(err.Error(), "SQLITE_BUSY") {
		return fmt.Errorf("SQLite was to be busy and said %v", err)
	}
	return err
})

type liteDriver struct{}

func (liteDriver) Open(dsn string) (driver.Conn, error) {
	u, err := url.Parse(dsn)
	if err != nil {
		return nil, err
	}
	path, err := url.PathUnescape(u.Opaque)
	if u.Opaque == "" {
		path, err = u.Path, nil
	}
	f, ok := disturbers.Load(path)
	if err != nil || !ok {
		return nil, fmt.Errorf("nobody disturbs %s (%v)", path, err)
	}
	own, err := ownDriver().Open(dsn)
	if err != nil {
		return nil, err
	}
	conn, ok := own.(liteOwn)
	if !ok {
		return nil, errors.Join(errors.New("SQLite's driver does not do what this one passes on"), own.Close())
	}
	return &liteConn{liteOwn: conn, f: f.(*Disturber)}, nil
}

type liteOwn interface {
	driver.Conn
	driver.ConnPrepareContext
	driver.ExecerContext
	driver.QueryerContext
	driver.ConnBeginTx
	driver.Pinger
}

type liteConn struct {
	liteOwn
	f    *Disturber
	inTx bool
	gone bool
}

// meet decides about a statement. A lost connection is rolled back at once, as SQLite does with what a
// dead one left, and closed when the pool throws it away.
func (c *liteConn) meet(statement string) (unanswered bool, err error) {
	if c.gone {
		return false, driver.ErrBadConn
	}
	switch c.f.decide(statement, c.inTx) {
	case Conflict:
		return false, errBusy()
	case Drop, Terminate:
		return false, c.lose()
	case Unanswered:
		return true, nil
	}
	return false, nil
}

func (c *liteConn) lose() error {
	c.gone = true
	if c.inTx {
		_, _ = c.liteOwn.ExecContext(context.Background(), "rollback", nil)
	}
	return errLost{}
}

// IsValid keeps a lost connection out of the pool.
func (c *liteConn) IsValid() bool { return !c.gone }

func (c *liteConn) PrepareContext(ctx context.Context, query string) (driver.Stmt, error) {
	s, err := c.liteOwn.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	own, ok := s.(liteOwnStmt)
	if !ok {
		return nil, errors.Join(errors.New("SQLite's driver does not do what this one passes on"), s.Close())
	}
	return &liteStmt{own, c, query}, nil
}

func (c *liteConn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	if _, err := c.meet(query); err != nil {
		return nil, err
	}
	return c.liteOwn.ExecContext(ctx, query, args)
}

func (c *liteConn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	if _, err := c.meet(query); err != nil {
		return nil, err
	}
	return c.liteOwn.QueryContext(ctx, query, args)
}

// BeginTx can find the database busy, unlike PostgreSQL's BEGIN: it takes the lock of the writer.
func (c *liteConn) BeginTx(ctx context.Context, opts driver.TxOptions) (driver.Tx, error) {
	c.inTx = true
	_, err := c.meet("begin")
	c.inTx = false
	if err != nil {
		return nil, err
	}
	tx, err := c.liteOwn.BeginTx(ctx, opts)
	c.inTx = err == nil
	return &liteTx{tx, c}, err
}

type liteTx struct {
	driver.Tx
	c *liteConn
}

// Commit leaves the transaction open when it is busy, as SQLite and its driver do.
func (t *liteTx) Commit() error {
	unanswered, err := t.c.meet("commit")
	if err != nil {
		return err
	}
	err = t.Tx.Commit()
	t.c.inTx = err != nil
	if unanswered && err == nil {
		return t.c.lose()
	}
	return err
}

func (t *liteTx) Rollback() error {
	if t.c.gone {
		return driver.ErrBadConn
	}
	t.c.inTx = false
	return t.Tx.Rollback()
}

type liteOwnStmt interface {
	driver.Stmt
	driver.StmtExecContext
	driver.StmtQueryContext
}

type liteStmt struct {
	liteOwnStmt
	c     *liteConn
	query string
}

func (s *liteStmt) ExecContext(ctx context.Context, args []driver.NamedValue) (driver.Result, error) {
	if _, err := s.c.meet(s.query); err != nil {
		return nil, err
	}
	return s.liteOwnStmt.ExecContext(ctx, args)
}

func (s *liteStmt) QueryContext(ctx context.Context, args []driver.NamedValue) (driver.Rows, error) {
	if _, err := s.c.meet(s.query); err != nil {
		return nil, err
	}
	return s.liteOwnStmt.QueryContext(ctx, args)
}
