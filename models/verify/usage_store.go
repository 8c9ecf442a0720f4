package verify

import (
	"database/sql"
	"time"

	"billfold/models"

	"github.com/shopspring/decimal"
)

// lineSums is what a line says, and what its records add up to.
type lineSums struct {
	id, account, month      string
	cost, quantity          decimal.Decimal
	from, to                time.Time
	count                   int64
	sumCost, sumQuantity    decimal.Decimal
	firstStart, lastEnd     time.Time
	records                 int64
	anotherAccount, another bool // a record of another account, of another month
}

// record is a usage record as far as its line is concerned; all null for a line without any.
type record struct {
	cost, quantity decimal.NullDecimal
	account        sql.NullString
	start, end     sql.NullTime
}

func (l *lineSums) join(r record) {
	l.records++
	l.sumCost, l.sumQuantity = l.sumCost.Add(r.cost.Decimal), l.sumQuantity.Add(r.quantity.Decimal)
	if l.records == 1 || r.start.Time.Before(l.firstStart) {
		l.firstStart = r.start.Time
	}
	if r.end.Time.After(l.lastEnd) {
		l.lastEnd = r.end.Time
	}
	l.anotherAccount = l.anotherAccount || r.account.String != l.account
	l.another = l.another || string(models.MonthOf(r.start.Time)) != l.month
}

func (l *lineSums) settle(p *pass) {
	subject := "line " + l.id
	if !l.sumCost.Equal(l.cost) {
		p.violated("U2", subject, "its cost is %s, its records cost %s", l.cost, l.sumCost)
	}
	if !l.sumQuantity.Equal(l.quantity) {
		p.violated("U2", subject, "its quantity is %s, its records have %s", l.quantity, l.sumQuantity)
	}
	if l.count != l.records {
		p.violated("U1", subject, "counts %d records, has %d", l.count, l.records)
	}
	if l.anotherAccount {
		p.violated("T1", subject, "holds a record of another account")
	}
	if l.another {
		p.violated("U3", subject, "is for %s and holds a record of another month", l.month)
	}
	if l.records > 0 && (!l.from.Equal(l.firstStart) || !l.to.Equal(l.lastEnd)) {
		p.violated("U3", subject, "its service period is %s to %s, that of its records %s to %s", stamp(l.from), stamp(l.to), stamp(l.firstStart), stamp(l.lastEnd))
	}
}

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) }

// checkRecords adds up the records of every line: each record is on exactly one line by its key, and a
// line's cost, quantity and period are exactly those of its records. Both are read in the order of
// lines, so memory stays constant.
func checkRecords(p *pass) error {
	var line *lineSums
	err := p.each(func(rows *sql.Rows) error {
		var next lineSums
		var r record
		if err := rows.Scan(&next.id, &next.account, &next.month, &next.cost, &next.quantity, &next.from, &next.to, &next.count,
			&r.cost, &r.quantity, &r.account, &r.start, &r.end); err != nil {
			return err
		}
		if line == nil || line.id != next.id {
			if line != nil {
				line.settle(p)
			}
			line = &next
		}
		if r.account.Valid {
			p.result.Checked++
			line.join(r)
		}
		return nil
	}, `SELECT l.id, l.account_id, l.service_month, l.cost, l.quantity, l.service_start, l.service_end, l.record_count,
		r.cost, r.quantity, r.account_id, r.start_at, r.end_at
		FROM invoice_lines l LEFT JOIN usage_records r ON r.line_id = l.id
		WHERE l.original_line_id IS NULL ORDER BY l.id`)
	if err != nil {
		return err
	}
	if line != nil {
		line.settle(p)
	}
	return p.violations("U1", "the record is on no line", `SELECT 'record ' || r.record_id, CAST(r.line_id AS TEXT) FROM usage_records r
		WHERE NOT EXISTS (SELECT 1 FROM invoice_lines l WHERE l.id = r.line_id)`)
}

// checkEstimates compares the sums that pages show with the lines they are sums of.
func checkEstimates(p *pass) error {
	if err := p.count(`SELECT COUNT(*) FROM invoices WHERE kind = 'invoice'`); err != nil {
		return err
	}
	err := p.violations("U2", "the subtotal of the estimate is not the sum of its lines", `SELECT 'estimate ' || CAST(i.id AS TEXT), CAST(i.subtotal_minor AS TEXT)
		FROM invoices i WHERE i.number IS NULL AND i.subtotal_minor <> COALESCE((SELECT SUM(l.amount_minor) FROM invoice_lines l WHERE l.invoice_id = i.id), 0)`)
	if err != nil {
		return err
	}
	err = p.violations("U2", "the amount of a project is not the sum of its lines", `SELECT 'estimate ' || CAST(i.id AS TEXT), CAST(e.project_id AS TEXT)
		FROM estimate_projects e JOIN invoices i ON i.id = e.invoice_id LEFT JOIN (
			SELECT l.invoice_id, COALESCE(l.project_id, '`+models.NilID+`') AS project_id, SUM(l.amount_minor) AS minor FROM invoice_lines l
			GROUP BY l.invoice_id, COALESCE(l.project_id, '`+models.NilID+`')) l ON l.invoice_id = e.invoice_id AND l.project_id = e.project_id
		WHERE i.number IS NULL AND e.amount_minor <> COALESCE(l.minor, 0)`)
	if err != nil {
		return err
	}
	err = p.violations("U2", "the amount of a project stands in the list of another account, month or currency", `SELECT DISTINCT 'estimate ' || CAST(i.id AS TEXT), CAST(e.project_id AS TEXT)
		FROM estimate_projects e JOIN invoices i ON i.id = e.invoice_id WHERE i.number IS NULL AND (e.account_id <> i.account_id OR e.month <> i.month OR e.currency <> i.currency)`)
	if err != nil {
		return err
	}
	return p.violations("U2", "a project has lines and no amount", `SELECT DISTINCT 'estimate ' || CAST(i.id AS TEXT), COALESCE(CAST(l.project_id AS TEXT), 'no project')
		FROM invoices i JOIN invoice_lines l ON l.invoice_id = i.id WHERE i.number IS NULL
		AND NOT EXISTS (SELECT 1 FROM estimate_projects e WHERE e.invoice_id = i.id AND e.project_id = COALESCE(l.project_id, '`+models.NilID+`'))`)
}

// checkLateUsage says that usage never joins an invoice after it was issued, and none twice.
func checkLateUsage(p *pass) error {
	if err := p.count(`SELECT COUNT(*) FROM usage_records`); err != nil {
		return err
	}
	err := p.violations("U4", "a record came in after the invoice was issued", `SELECT i.number, r.record_id FROM usage_records r
		JOIN invoice_lines l ON l.id = r.line_id JOIN invoices i ON i.id = l.invoice_id
		WHERE i.number IS NOT NULL AND r.received_at > i.issued_at`)
	if err != nil {
		return err
	}
	return p.violations("U5", "the record was taken in more than once", `SELECT 'record ' || record_id, CAST(COUNT(*) AS TEXT) FROM usage_records
		GROUP BY account_id, record_id HAVING COUNT(*) > 1`)
}
