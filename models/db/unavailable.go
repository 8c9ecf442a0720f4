package db

import (
	"database/sql"
	"database/sql/driver"
	"errors"
	"io"
	"net"
	"strings"

	"billfold/models"

	"github.com/jackc/pgx/v5/pgconn"
	"gorm.io/gorm"
)

// What is said when the database fails. That nothing was changed is for the caller to say, who may have
// changed something in a transaction before.
const (
	sayBusy        = "The database is busy. Try again in a moment."
	sayUnreachable = "The database cannot be used right now. Try again in a moment."
	sayUncertain   = "The database failed while this was being saved. Look whether it was done before you try again."
)

// failure is an Unavailable error that keeps its cause: people read the message, the log shows both.
type failure struct {
	said  error
	cause error
}

func (f failure) Error() string   { return f.said.Error() + " (" + f.cause.Error() + ")" }
func (f failure) Unwrap() []error { return []error{f.said, f.cause} }

// unavailable makes a failure, in place of one that was made nearer to the cause and knew less.
func unavailable(message string, cause error) error {
	var f failure
	if errors.As(cause, &f) {
		cause = f.cause
	}
	return failure{models.Unavailablef("%s", message), cause}
}

// broken reports whether an error is about the database or the way to it, and not about what was asked.
func broken(err error) bool {
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		switch pg.Code {
		case "57P01", "57P02", "57P03", // it is being shut down, crashed, or starts
			"25006",                   // it became a standby
			"53100", "53200", "53300": // disk full, out of memory, too many connections
			return true
		}
		return strings.HasPrefix(pg.Code, "08")
	}
	var lite interface{ Code() int }
	if errors.As(err, &lite) {
		switch lite.Code() & 0xff { // SQLITE_READONLY, SQLITE_IOERR, SQLITE_FULL, SQLITE_CANTOPEN
		case 8, 10, 13, 14:
			return true
		}
	}
	var connect *pgconn.ConnectError
	var network net.Error
	return errors.As(err, &connect) || errors.As(err, &network) || errors.Is(err, driver.ErrBadConn) || errors.Is(err, sql.ErrConnDone) ||
		errors.Is(err, pgconn.ErrConnClosed) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, net.ErrClosed)
}

// translateRows does the same for the one way of asking whose errors GORM does not translate: Rows, and Scan
// after Raw.
func translateRows(g *gorm.DB) error {
	return g.Callback().Row().After("gorm:row").Register("billfold:translate", func(tx *gorm.DB) {
		if tx.Error != nil {
			tx.Error = tx.Dialector.(gorm.ErrorTranslator).Translate(tx.Error)
		}
	})
}

func translate(err error, own func(error) error) error {
	var f failure
	switch {
	case errors.As(err, &f):
		return err
	case errors.Is(err, gorm.ErrRecordNotFound):
		return err
	case broken(err):
		return unavailable(sayUnreachable, err)
	}
	return own(err)
}
