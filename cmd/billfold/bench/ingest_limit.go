package bench

import (
	"context"
	"database/sql"
	"fmt"
	"runtime"
	"strings"
	"time"

	"billfold/models/db"
)

// twin is a table that is defined as usage_records is, with the same keys and indexes.
const twin = "limit_records"

// ingestLimit writes the record rows of the product once more, into the twin, by bare SQL.
type ingestLimit struct {
	*bare
	world *world
}

func newIngestLimit(ctx context.Context, d *db.DB, w *world) (*ingestLimit, error) {
	b, err := newBare(ctx, d)
	if err != nil {
		return nil, err
	}
	statements := []string{"CREATE TABLE " + twin + " (LIKE usage_records INCLUDING ALL)",
		"ALTER TABLE " + twin + " ADD FOREIGN KEY (line_id) REFERENCES invoice_lines (id)"}
	if b.dialect == db.SQLite {
		if statements, err = sqliteTwin(ctx, b.pool); err != nil {
			return nil, err
		}
	}
	for _, s := range statements {
		if _, err := b.pool.ExecContext(ctx, s); err != nil {
			return nil, err
		}
	}
	return &ingestLimit{b, w}, nil
}

// sqliteTwin gives the statements that make the twin out of those that made the table.
func sqliteTwin(ctx context.Context, pool *sql.DB) ([]string, error) {
	rows, err := pool.QueryContext(ctx, `SELECT sql FROM sqlite_schema WHERE tbl_name = 'usage_records' AND type IN ('table', 'index') AND sql IS NOT NULL ORDER BY type DESC`)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	var statements []string
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			return nil, err
		}
		statements = append(statements, strings.ReplaceAll(s, "usage_records", twin))
	}
	return statements, rows.Err()
}

// write reads the product's rows of a batch, which is not measured, and gives the time that writing them
// into the twin takes in one durable transaction.
func (l *ingestLimit) write(ctx context.Context, first, last string, n int) (time.Duration, error) {
	var all table
	for _, c := range l.world.accounts {
		got, err := l.read(ctx, twin, `SELECT * FROM usage_records WHERE account_id = $1 AND record_id BETWEEN $2 AND $3 ORDER BY record_id`, c.id, first, last)
		if err != nil {
			return 0, err
		}
		got.rows = append(all.rows, got.rows...)
		all = got
	}
	if len(all.rows) != n {
		return 0, fmt.Errorf("a batch of %d records is stored as %d rows", n, len(all.rows))
	}
	runtime.GC() // what was read is not written at the limit's expense
	begun := time.Now()
	err := l.within(ctx, func(tx *sql.Tx) error { return l.insert(ctx, tx, all) })
	return time.Since(begun), err
}

// check makes sure that both sides have written the same rows, all of them.
func (l *ingestLimit) check(ctx context.Context, want int) error {
	var records, copies, differ int
	err := l.pool.QueryRowContext(ctx, `SELECT (SELECT count(*) FROM usage_records), (SELECT count(*) FROM `+twin+`),
		(SELECT count(*) FROM (SELECT * FROM usage_records EXCEPT SELECT * FROM `+twin+`) AS d)`).Scan(&records, &copies, &differ)
	if err == nil && (records != want || copies != want || differ != 0) {
		err = fmt.Errorf("%d records were to be written: the product wrote %d, the limit %d, and %d differ", want, records, copies, differ)
	}
	return err
}
