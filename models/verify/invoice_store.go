package verify

import (
	"bytes"
	"crypto/sha256"
	"fmt"

	"billfold/models/invoice"
)

// checkSeals computes the seal of every issued invoice and the hash of every stored document again.
func checkSeals(p *pass) error {
	err := eachInvoice(p, "frozen AND number IS NOT NULL", func(row invoice.Row) error {
		var lines []invoice.LineRow
		if err := p.db.Read(p.ctx).Where("invoice_id = ?", row.ID).Order("id").Find(&lines).Error; err != nil {
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
	rows, err := p.db.Read(p.ctx).Raw(`SELECT i.number, d.kind, d.sha256, d.content FROM invoice_documents d JOIN invoices i ON i.id = d.invoice_id`).Rows()
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var number, kind string
		var stored, content []byte
		if err := rows.Scan(&number, &kind, &stored, &content); err != nil {
			return err
		}
		p.result.Checked++
		if sum := sha256.Sum256(content); !bytes.Equal(sum[:], stored) {
			p.violated("I1", number, "the stored %s was changed", kind)
		}
	}
	return rows.Err()
}

// checkNumbers says that every series runs from 1 to its counter without a gap, in the form it is printed.
func checkNumbers(p *pass) error {
	rows, err := p.db.Read(p.ctx).Raw(`SELECT series, series_number, number FROM invoices WHERE number IS NOT NULL ORDER BY series, series_number`).Rows()
	if err != nil {
		return err
	}
	last := map[string]int64{}
	for rows.Next() {
		var series, number string
		var n int64
		if err := rows.Scan(&series, &n, &number); err != nil {
			_ = rows.Close()
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
	}
	if err := rows.Err(); err != nil {
		_ = rows.Close()
		return err
	}
	_ = rows.Close()
	var counters []struct {
		Series    string
		LastValue int64
	}
	if err := p.db.Read(p.ctx).Raw(`SELECT series, last_value FROM counters`).Scan(&counters).Error; err != nil {
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
	return nil
}

// checkPayments says that what is paid is the sum of the payments, and that the state follows from it.
func checkPayments(p *pass) error {
	var n int64
	if err := p.db.Read(p.ctx).Raw(`SELECT COUNT(*) FROM payments`).Scan(&n).Error; err != nil {
		return err
	}
	p.result.Checked = int(n)
	err := violations(p, "M1", "the paid amount is not the sum of the payments", `SELECT i.number, CAST(i.paid_minor AS TEXT) FROM invoices i
		WHERE i.number IS NOT NULL AND i.paid_minor <> COALESCE((SELECT SUM(CASE WHEN p.kind = 'payment' THEN p.amount_minor ELSE -p.amount_minor END) FROM payments p WHERE p.invoice_id = i.id), 0)`)
	if err != nil {
		return err
	}
	err = violations(p, "M4", "a payment is in another currency", `SELECT i.number, p.reference FROM payments p JOIN invoices i ON i.id = p.invoice_id WHERE p.currency <> i.currency`)
	if err != nil {
		return err
	}
	return violations(p, "I4", "the state does not follow from what is due", `SELECT i.number, i.state FROM invoices i
		WHERE i.number IS NOT NULL AND ((i.state = 'paid' AND i.due_minor <> 0) OR (i.state IN ('issued', 'payment_failed') AND i.due_minor = 0))`)
}
