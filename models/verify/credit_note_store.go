package verify

import (
	"database/sql"
	"time"

	"billfold/models"
	"billfold/models/invoice"
	"billfold/models/tax"

	"github.com/shopspring/decimal"
)

// checkCreditNotes says that the credit notes of every invoice never credit more than its lines, that
// their credits and taxes are the invoice's in proportion, and that the credit they give back is all there.
func checkCreditNotes(p *pass) error {
	after := models.NilID
	for {
		var originals []string
		err := p.tx.Raw(`SELECT DISTINCT original_id FROM invoices WHERE original_id > ? ORDER BY original_id LIMIT ?`, after, batch).Scan(&originals).Error
		if err != nil {
			return err
		}
		for _, id := range originals {
			if err := checkNotesOf(p, id); err != nil {
				return err
			}
		}
		if len(originals) < batch {
			break
		}
		after = originals[len(originals)-1]
	}
	if err := checkReturns(p); err != nil {
		return err
	}
	return checkReturnTimes(p)
}

// credited follows the notes of one invoice. Its lines are in memory, as when a note is issued.
type credited struct {
	original invoice.Row
	lines    map[string]*creditedLine
	issued   map[string]invoice.TaxRow // by category and rate
	so       map[string]invoice.TaxRow // credited so far
}

type creditedLine struct {
	invoice.LineRow
	credited int64
}

func keyOf(category string, rate decimal.Decimal) string { return category + " " + rate.String() }

func plus(sums map[string]invoice.TaxRow, rows []invoice.TaxRow) {
	for _, t := range rows {
		x := sums[keyOf(t.Category, t.Rate)]
		x.Rate = t.Rate
		x.LinesMinor, x.AllowanceMinor = x.LinesMinor+t.LinesMinor, x.AllowanceMinor+t.AllowanceMinor
		x.TaxableMinor, x.TaxMinor = x.TaxableMinor+t.TaxableMinor, x.TaxMinor+t.TaxMinor
		sums[keyOf(t.Category, t.Rate)] = x
	}
}

func checkNotesOf(p *pass, originalID string) error {
	c := credited{lines: map[string]*creditedLine{}, issued: map[string]invoice.TaxRow{}, so: map[string]invoice.TaxRow{}}
	if err := p.tx.Where("id = ?", originalID).Take(&c.original).Error; err != nil {
		return err
	}
	lines, err := linesOf(p, originalID)
	if err != nil {
		return err
	}
	for _, l := range lines {
		c.lines[l.ID] = &creditedLine{LineRow: l}
	}
	taxes, err := taxesOf(p, originalID)
	if err != nil {
		return err
	}
	plus(c.issued, taxes)
	var notes []invoice.Row
	if err := p.tx.Where("original_id = ?", originalID).Order("issued_at, id").Find(&notes).Error; err != nil {
		return err
	}
	var total int64
	for _, n := range notes {
		p.result.Checked++
		total += n.TotalMinor
		if err := c.add(p, n); err != nil {
			return err
		}
	}
	if total != c.original.CreditedMinor {
		p.violated("M1", c.original.Address(), "%d is credited, its credit notes are for %d", c.original.CreditedMinor, total)
	}
	return nil
}

func linesOf(p *pass, invoiceID string) (lines []invoice.LineRow, err error) {
	return lines, p.tx.Where("invoice_id = ?", invoiceID).Order("id").Find(&lines).Error
}

// add takes the next note of the invoice in.
func (c *credited) add(p *pass, n invoice.Row) error {
	o, subject := c.original, n.Address()
	snap, err := n.Decode()
	if err != nil {
		return err
	}
	if snap.Corrects == nil || snap.Corrects.Number != o.Address() || o.Kind != invoice.KindInvoice {
		p.violated("I1", subject, "does not say that it credits %s", o.Address())
	}
	if n.Currency != o.Currency || !n.Rate.Equal(o.Rate) || n.Month != o.Month {
		p.violated("M1", subject, "has another currency, rate or month than %s", o.Address())
	}
	lines, err := linesOf(p, n.ID)
	if err != nil {
		return err
	}
	for _, l := range lines {
		from := (*creditedLine)(nil)
		if l.OriginalLineID != nil {
			from = c.lines[*l.OriginalLineID]
		}
		if from == nil {
			p.violated("M1", "line "+l.ID, "credits no line of %s", o.Address())
			continue
		}
		if from.credited += l.AmountMinor; from.credited > max(0, from.AmountMinor) || from.credited < min(0, from.AmountMinor) {
			p.violated("M1", subject, "brings line %s to %d credited, it is %d", from.ID, from.credited, from.AmountMinor)
		}
		if !l.Cost.IsZero() || l.RecordCount != 0 {
			p.violated("U2", "line "+l.ID, "a credit note's line has cost %s and %d records", l.Cost, l.RecordCount)
		}
	}
	taxes, err := taxesOf(p, n.ID)
	if err != nil {
		return err
	}
	plus(c.so, taxes)
	return c.proportion(p, subject)
}

// proportion says that of each tax category and rate the reducing credit is taken in proportion, and the
// tax is that on all that is credited so far.
func (c *credited) proportion(p *pass, subject string) error {
	all := map[string]bool{}
	for _, l := range c.lines {
		key := keyOf(l.TaxCategory, l.TaxRate)
		was, known := all[key]
		all[key] = (was || !known) && l.credited == l.AmountMinor
	}
	for key, so := range c.so {
		issued := c.issued[key]
		allowance := issued.AllowanceMinor
		if so.LinesMinor < issued.LinesMinor {
			part := decimal.NewFromInt(max(0, so.LinesMinor)).Mul(decimal.NewFromInt(allowance))
			allowance = part.DivRound(decimal.NewFromInt(issued.LinesMinor), 0).IntPart()
		}
		want, err := tax.TaxMinor(so.LinesMinor-allowance, so.Rate)
		if err != nil {
			return err
		}
		if all[key] { // the last note took the remainder
			allowance, want = issued.AllowanceMinor, issued.TaxMinor
		}
		if so.AllowanceMinor != allowance {
			p.violated("M1", subject, "brings the credits at %s to %d, in proportion they are %d", key, so.AllowanceMinor, allowance)
		}
		if so.TaxMinor != want {
			p.violated("M1", subject, "brings the tax at %s to %d, must be %d", key, so.TaxMinor, want)
		}
	}
	return nil
}

// returnsOf is the reducing credit that a note gives back. Prepaid credit pays nothing on a note.
func returnsOf(p *pass, noteID string) (reducing, prepaid int64, err error) {
	err = p.tx.Raw(`SELECT CAST(COALESCE(SUM(r.amount_minor), 0) AS BIGINT) FROM credit_returns r JOIN credit_uses u ON u.id = r.use_id
		WHERE r.note_id = ? AND NOT u.prepaid`, noteID).Scan(&reducing).Error
	return reducing, 0, err
}

// checkReturns says that what came back of each use of a credit is there once, as a claim of its own.
func checkReturns(p *pass) error {
	for _, c := range []struct{ invariant, message, query string }{
		{"C1", "is not the credit that a credit note gave back", `SELECT 'claim ' || CAST(c.id AS TEXT), CAST(c.value_minor AS TEXT)
			FROM credit_claims c LEFT JOIN credit_returns r ON r.claim_id = c.id LEFT JOIN credit_uses u ON u.id = r.use_id LEFT JOIN credit_claims o ON o.id = u.claim_id
			WHERE (c.returned_by IS NOT NULL OR r.claim_id IS NOT NULL)
			AND (c.returned_by IS NULL OR r.note_id IS NULL OR r.note_id <> c.returned_by OR r.amount_minor <> c.value_minor OR o.credit_id <> c.credit_id)`},
		{"C1", "gave back a credit that its invoice did not use", `SELECT ` + address + `, CAST(u.id AS TEXT) FROM credit_returns r
			JOIN credit_uses u ON u.id = r.use_id JOIN invoices i ON i.id = r.note_id WHERE i.original_id IS NULL OR i.original_id <> u.invoice_id`},
		{"C1", "more of a credit came back than was used", `SELECT ` + address + `, CAST(u.id AS TEXT) FROM credit_uses u JOIN invoices i ON i.id = u.invoice_id
			WHERE u.amount_minor < (SELECT SUM(r.amount_minor) FROM credit_returns r WHERE r.use_id = u.id)`},
		{"C1", "the prepaid credit that came back is not what the invoice's payments say", `SELECT ` + address + `, i.state FROM invoices i WHERE i.kind = 'credit_note'
			AND COALESCE((SELECT SUM(r.amount_minor) FROM credit_returns r JOIN credit_uses u ON u.id = r.use_id WHERE r.note_id = i.id AND u.prepaid), 0)
			<> COALESCE((SELECT SUM(p.amount_minor) FROM payments p WHERE p.invoice_id = i.original_id AND p.kind = 'refund' AND p.method = '` + invoice.PrepaidReturn + `' AND p.reference = i.number), 0)`},
		{"T1", "the return of a credit is another account's", `SELECT 'claim ' || CAST(r.claim_id AS TEXT), ` + address + ` FROM credit_returns r
			JOIN credit_claims c ON c.id = r.claim_id JOIN invoices i ON i.id = r.note_id WHERE r.account_id <> c.account_id OR r.account_id <> i.account_id`},
		{"U2", "a line credits another and is on no credit note", `SELECT 'line ' || CAST(l.id AS TEXT), ` + address + ` FROM invoice_lines l JOIN invoices i ON i.id = l.invoice_id
			WHERE l.original_line_id IS NOT NULL AND i.kind <> 'credit_note'`},
		{"I4", "a credit note is neither due nor paid", `SELECT i.number, i.state FROM invoices i WHERE i.kind = 'credit_note'
			AND (i.state <> 'issued' OR i.paid_minor <> 0 OR i.credited_minor <> 0)`},
		{"E1", "has not one event of its issue", `SELECT i.number, i.state FROM invoices i WHERE i.kind = 'credit_note'
			AND (SELECT COUNT(*) FROM event_subjects s JOIN events e ON e.seq = s.event_seq WHERE s.subject_id = i.id AND e.type = 'invoice.credited') <> 1`},
	} {
		if err := p.violations(c.invariant, c.message, c.query); err != nil {
			return err
		}
	}
	return nil
}

// checkReturnTimes says that credit that came back ends no earlier than 60 days after the note, nor before
// the credit it came from.
func checkReturnTimes(p *pass) error {
	return p.each(func(rows *sql.Rows) error {
		var id string
		var issued time.Time
		var expires, old sql.NullTime
		if err := rows.Scan(&id, &issued, &expires, &old); err != nil {
			return err
		}
		if expires.Valid && (!old.Valid || expires.Time.Before(old.Time) || expires.Time.Before(issued.AddDate(0, 0, 60))) {
			p.violated("C5", "claim "+id, "came back on %s and ends too early, on %s", stamp(issued), stamp(expires.Time))
		}
		return nil
	}, `SELECT c.id, i.issued_at, c.expires_at, o.expires_at FROM credit_returns r JOIN credit_claims c ON c.id = r.claim_id
		JOIN invoices i ON i.id = r.note_id JOIN credit_uses u ON u.id = r.use_id JOIN credit_claims o ON o.id = u.claim_id`)
}
