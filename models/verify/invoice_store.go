package verify

import (
	"bytes"
	"crypto/sha256"
	"database/sql"
	"fmt"

	"billfold/models/invoice"
)

// checkSeals computes the seal of every issued invoice and the hash of every stored document again. The
// lines of one invoice are in memory at a time, as when it was issued.
func checkSeals(p *pass) error {
	err := eachIssued(p, func(row invoice.Row) error {
		var lines []invoice.LineRow
		if err := p.tx.Where("invoice_id = ?", row.ID).Order("id").Find(&lines).Error; err != nil {
			return err
		}
		taxes, err := taxesOf(p, row.ID)
		if err != nil {
			return err
		}
		seal, err := invoice.SealOf(row, lines, taxes)
		if err != nil {
			return err
		}
		if !bytes.Equal(seal, row.Seal) {
			p.violated("I1", row.Address(), "the invoice or a line of it was changed after it was issued")
		}
		return nil
	})
	if err != nil {
		return err
	}
	err = p.violations("I1", "a number was given and nothing is frozen", `SELECT i.number, i.state FROM invoices i WHERE i.number IS NOT NULL AND NOT i.frozen`)
	if err != nil {
		return err
	}
	return p.each(func(rows *sql.Rows) error {
		var number, kind string
		var stored, content []byte
		var size int64
		if err := rows.Scan(&number, &kind, &stored, &content, &size); err != nil {
			return err
		}
		p.result.Checked++
		if sum := sha256.Sum256(content); !bytes.Equal(sum[:], stored) || int64(len(content)) != size {
			p.violated("I1", number, "the stored %s was changed", kind)
		}
		return nil
	}, `SELECT `+address+`, d.kind, d.sha256, d.content, d.size FROM invoice_documents d JOIN invoices i ON i.id = d.invoice_id`)
}

// checkNumbers says that every series runs from 1 to its counter without a gap, in the form it is
// printed, and that a group has one invoice a month.
func checkNumbers(p *pass) error {
	last := map[string]int64{}
	err := p.each(func(rows *sql.Rows) error {
		var series, number string
		var n int64
		if err := rows.Scan(&series, &n, &number); err != nil {
			return err
		}
		p.result.Checked++
		if n != last[series]+1 {
			p.violated("I3", number, "follows number %d of its series", last[series])
		}
		if want := fmt.Sprintf("%s-%06d", series, n); want != number {
			p.violated("I3", number, "must be written %s", want)
		}
		last[series] = n
		return nil
	}, `SELECT COALESCE(series, ''), COALESCE(series_number, 0), number FROM invoices WHERE number IS NOT NULL ORDER BY series, series_number`)
	if err != nil {
		return err
	}
	var counters []struct {
		Series    string
		LastValue int64
	}
	if err := p.tx.Raw(`SELECT series, last_value FROM counters`).Scan(&counters).Error; err != nil {
		return err
	}
	for _, c := range counters {
		if c.LastValue != last[c.Series] {
			p.violated("I3", c.Series, "the counter stands at %d, the last invoice is %d", c.LastValue, last[c.Series])
		}
		delete(last, c.Series)
	}
	for series, n := range last {
		p.violated("I3", series, "has %d invoices and no counter", n)
	}
	return p.violations("I2", "the group has more than one invoice of the month", `SELECT 'group ' || CAST(i.group_id AS TEXT), i.month FROM invoices i
		WHERE i.kind = 'invoice' GROUP BY i.group_id, i.month HAVING COUNT(*) > 1`)
}
