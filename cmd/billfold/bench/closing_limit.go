package bench

import (
	"context"
	"database/sql"
	"fmt"
	"runtime"
	"time"

	"billfold/models/db"
	"billfold/models/invoice"
)

// limitGroups is how many groups one transaction of the limit takes, as closing does.
const limitGroups = 100

// closingLimit writes the rows that closing has written once more, with the same content, where the month
// is still open: values from memory, one statement for each table and 100 groups.
type closingLimit struct {
	closed, open *bare
}

func newClosingLimit(ctx context.Context, closed, open *db.DB) (*closingLimit, error) {
	from, err := newBare(ctx, closed)
	if err != nil {
		return nil, err
	}
	to, err := newBare(ctx, open)
	return &closingLimit{from, to}, err
}

// What closing writes for the invoices of a range of numbers, which the queries name chosen.
const (
	chosen  = `(SELECT id FROM invoices WHERE series = $1 AND series_number BETWEEN $2 AND $3)`
	issuing = `(SELECT e.seq FROM event_subjects s JOIN events e ON e.seq = s.event_seq AND e.type = 'invoice.issued' WHERE s.subject_id IN ` + chosen + `)`
)

// changes are rows that closing changes, with what it changes in them, and keys.
var changes = []struct {
	table, query string
	keys         []string
}{
	{"invoices", `SELECT id, state, series, series_number, number, credits_minor, taxable_minor, tax_minor, total_minor, prepaid_minor, due_minor,
		tax_note, tax_date, invoice_date, due_date, issued_at, snapshot, seal, frozen, updated_at
		FROM invoices WHERE id IN ` + chosen + ` ORDER BY series_number`, []string{"id"}},
	{"invoice_lines", `SELECT DISTINCT invoice_id, service_month, tax_category, tax_rate, frozen FROM invoice_lines WHERE invoice_id IN ` + chosen +
		` ORDER BY invoice_id`, []string{"invoice_id", "service_month"}},
	{"credit_claims", `SELECT id, remaining_minor FROM credit_claims WHERE id IN (SELECT claim_id FROM credit_uses WHERE invoice_id IN ` + chosen +
		`) ORDER BY id`, []string{"id"}},
	{"event_chains", `SELECT chain, last_hash, length FROM event_chains WHERE chain IN (SELECT chain FROM events WHERE seq IN ` + issuing +
		`) ORDER BY chain`, []string{"chain"}},
}

// additions are rows that closing adds.
var additions = []struct{ table, query string }{
	{"invoice_taxes", `SELECT * FROM invoice_taxes WHERE invoice_id IN ` + chosen + ` ORDER BY invoice_id, position`},
	{"credit_uses", `SELECT * FROM credit_uses WHERE invoice_id IN ` + chosen + ` ORDER BY id`},
	{"group_months", `SELECT * FROM group_months WHERE invoice_id IN ` + chosen + ` ORDER BY group_id`},
	{"events", `SELECT * FROM events WHERE seq IN ` + issuing + ` ORDER BY seq`},
	{"event_subjects", `SELECT * FROM event_subjects WHERE event_seq IN ` + issuing + ` ORDER BY event_seq`},
	{"jobs", `SELECT * FROM jobs WHERE unique_key IN (SELECT '` + invoice.JobPDF + `:' || id FROM invoices WHERE id IN ` + chosen + `) ORDER BY id`},
}

// run writes everything and gives the time that the writing took.
func (l *closingLimit) run(ctx context.Context, groups int, progress func(done, total int)) (took time.Duration, err error) {
	var series string
	err = l.closed.pool.QueryRowContext(ctx, `SELECT series FROM invoices WHERE series_number = 1 AND kind = 'invoice'`).Scan(&series)
	if err != nil {
		return 0, err
	}
	runs, err := l.closed.read(ctx, "billing_runs", `SELECT * FROM billing_runs`)
	if err != nil {
		return 0, err
	}
	err = l.open.within(ctx, func(tx *sql.Tx) error { return l.open.insert(ctx, tx, runs) })
	for first := 1; first <= groups && err == nil; first += limitGroups {
		last := min(first+limitGroups-1, groups)
		var part time.Duration
		part, err = l.transaction(ctx, series, first, last)
		took += part
		progress(last, groups)
	}
	return took, err
}

// transaction reads what closing wrote for a range of invoice numbers, which is not measured, and writes it.
func (l *closingLimit) transaction(ctx context.Context, series string, first, last int) (time.Duration, error) {
	var changed, added []table
	for _, c := range changes {
		t, err := l.closed.read(ctx, c.table, c.query, series, first, last)
		if err != nil {
			return 0, err
		}
		changed = append(changed, t)
	}
	for _, a := range additions {
		t, err := l.closed.read(ctx, a.table, a.query, series, first, last)
		if err != nil {
			return 0, err
		}
		added = append(added, t)
	}
	if n := len(changed[0].rows); n != last-first+1 {
		return 0, fmt.Errorf("closing numbered %d invoices from %d to %d", n, first, last)
	}
	runtime.GC() // what was read is not written at the limit's expense
	begun := time.Now()
	err := l.open.within(ctx, func(tx *sql.Tx) error {
		if l.open.dialect == db.Postgres {
			// Not to have the limit slowed down by a plan that reads all lines where it needs some.
			if _, err := tx.ExecContext(ctx, `SET LOCAL enable_seqscan = off`); err != nil {
				return err
			}
		}
		for i, t := range changed {
			if err := l.open.update(ctx, tx, t, changes[i].keys...); err != nil {
				return err
			}
		}
		for _, t := range added {
			if err := l.open.insert(ctx, tx, t); err != nil {
				return err
			}
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO counters (series, last_value) VALUES ($1, $2)
			ON CONFLICT (series) DO UPDATE SET last_value = excluded.last_value`, series, last)
		return err
	})
	return time.Since(begun), err
}
