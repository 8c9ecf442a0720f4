package verify

import (
	"context"
	"database/sql"
	"fmt"

	"billfold/models/db"
	"billfold/models/invoice"

	"gorm.io/gorm"
)

// pass is one check at work. One connection serves it, so rows must be read to their end before the
// next query.
type pass struct {
	tx      *gorm.DB
	dialect db.Dialect
	result  *Result
}

// snapshot runs a check in one transaction that reads, and sees the database as it was when it began.
func snapshot(ctx context.Context, d *db.DB, result *Result, run func(*pass) error) error {
	options := &sql.TxOptions{ReadOnly: true}
	if d.Dialect() == db.Postgres {
		options.Isolation = sql.LevelRepeatableRead // SQLite's transactions are snapshots as they are
	}
	return d.Read(ctx).Transaction(func(tx *gorm.DB) error {
		return run(&pass{tx, d.Dialect(), result})
	}, options)
}

func (p *pass) violated(invariant, subject, format string, args ...any) {
	p.result.Violated++
	if len(p.result.Violations) < MaxListed {
		p.result.Violations = append(p.result.Violations, Violation{invariant, subject, fmt.Sprintf(format, args...)})
	}
}

// count notes how many things a check looks at, where it does not count them itself.
func (p *pass) count(query string) error {
	var n int
	err := p.tx.Raw(query).Scan(&n).Error
	p.result.Checked += n
	return err
}

// each calls fn for every row of a query, one at a time.
func (p *pass) each(fn func(*sql.Rows) error, query string, args ...any) error {
	rows, err := p.tx.Raw(query, args...).Rows()
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		if err := fn(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

// violations runs a query whose every row (subject, detail) is a violation.
func (p *pass) violations(invariant, message, query string, args ...any) error {
	return p.each(func(rows *sql.Rows) error {
		var subject, detail string
		if err := rows.Scan(&subject, &detail); err != nil {
			return err
		}
		p.violated(invariant, subject, "%s: %s", message, detail)
		return nil
	}, query, args...)
}

// batch is how many rows are read at once where each needs queries of its own.
const batch = 500

// eachIssued calls fn for every issued invoice, in the order of ids, a batch at a time.
func eachIssued(p *pass, fn func(invoice.Row) error) error {
	after := ""
	for {
		q := p.tx.Where("frozen AND number IS NOT NULL")
		if after != "" {
			q = q.Where("id > ?", after)
		}
		var rows []invoice.Row
		if err := q.Order("id").Limit(batch).Find(&rows).Error; err != nil {
			return err
		}
		for _, row := range rows {
			p.result.Checked++
			if err := fn(row); err != nil {
				return err
			}
		}
		if len(rows) < batch {
			return nil
		}
		after = rows[len(rows)-1].ID
	}
}

// address is SQL for what an invoice i is called: its number, or the id of an estimate.
const address = `COALESCE(i.number, 'estimate ' || CAST(i.id AS TEXT))`
