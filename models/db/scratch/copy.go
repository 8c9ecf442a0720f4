package scratch

import (
	"context"
	"database/sql"
	"fmt"
	"io"
	"math/big"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/shopspring/decimal"
)

// Copy streams rows into a table by PostgreSQL's COPY: one durable transaction of its own, unless the
// connection is in one.
func Copy(ctx context.Context, conn *sql.Conn, table string, columns []string, rows [][]any) error {
	return conn.Raw(func(driver any) error {
		c, ok := driver.(*stdlib.Conn)
		if !ok {
			return fmt.Errorf("COPY needs PostgreSQL, not %T", driver)
		}
		_, err := c.Conn().CopyFrom(ctx, pgx.Identifier{table}, columns, pgx.CopyFromRows(rows))
		return err
	})
}

// CopyTo streams what a query finds out of PostgreSQL as CSV.
func CopyTo(ctx context.Context, conn *sql.Conn, to io.Writer, query string) error {
	return conn.Raw(func(driver any) error {
		c, ok := driver.(*stdlib.Conn)
		if !ok {
			return fmt.Errorf("COPY needs PostgreSQL, not %T", driver)
		}
		_, err := c.Conn().PgConn().CopyTo(ctx, to, "COPY ("+query+") TO STDOUT (FORMAT csv)")
		return err
	})
}

// Numeric is a decimal as Copy takes it without a detour over text.
func Numeric(d decimal.Decimal) any {
	return pgtype.Numeric{Int: new(big.Int).Set(d.Coefficient()), Exp: d.Exponent(), Valid: true}
}
