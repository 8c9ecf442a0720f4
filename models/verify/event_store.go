package verify

import (
	"bytes"
	"database/sql"
	"encoding/json"
	"fmt"

	"billfold/models/event"
	"billfold/models/invoice"
)

// checkChains follows every hash chain from its first event to the last.
func checkChains(p *pass) error {
	after := ""
	for {
		var chains []chain
		err := p.tx.Raw(`SELECT chain AS name, last_hash, length FROM event_chains WHERE chain > ? ORDER BY chain LIMIT ?`, after, batch).Scan(&chains).Error
		if err != nil {
			return err
		}
		for _, c := range chains {
			if err := c.follow(p); err != nil {
				return err
			}
		}
		if len(chains) < batch {
			break
		}
		after = chains[len(chains)-1].Name
	}
	return p.violations("E2", "events stand outside every chain", `SELECT 'chain ' || e.chain, CAST(COUNT(*) AS TEXT) FROM events e
		WHERE NOT EXISTS (SELECT 1 FROM event_chains c WHERE c.chain = e.chain) GROUP BY e.chain`)
}

// chain is what the end of a hash chain must be.
type chain struct {
	Name     string
	LastHash []byte
	Length   int64
}

func (c chain) follow(p *pass) error {
	previous, position := []byte{}, int64(0)
	for {
		var rows []event.Row
		err := p.tx.Where("chain = ? AND position > ?", c.Name, position).Order("position").Limit(batch).Find(&rows).Error
		if err != nil {
			return err
		}
		for _, row := range rows {
			p.result.Checked++
			subject := fmt.Sprintf("event %d", row.Seq)
			if row.Position != position+1 {
				p.violated("E2", subject, "events %d to %d of chain %s are missing", position+1, row.Position-1, c.Name)
			} else if !bytes.Equal(row.Link(previous), row.Hash) {
				p.violated("E2", subject, "was changed, or the one before it")
			}
			previous, position = row.Hash, row.Position
		}
		if len(rows) < batch {
			break
		}
	}
	if position != c.Length || !bytes.Equal(previous, c.LastHash) {
		p.violated("E2", "chain "+c.Name, "ends at event %d, must end at %d", position, c.Length)
	}
	return nil
}

// story is an invoice and the state that its events lead to.
type story struct {
	id, number                           string
	state, told                          invoice.State
	total, prepaid                       int64
	issued, transfers, recordedTransfers int64
	refunds, recordedRefunds             int64
	charged, recordedCharged             int64
	reversed, recordedReversed           int64
}

// checkInvoiceEvents says that every issued invoice has the event of its issue and one for each bank
// transfer in and back, each payment by card and each that the bank took back, and that its state is where its events lead by allowed steps.
func checkInvoiceEvents(p *pass) error {
	var s *story
	err := p.each(func(rows *sql.Rows) error {
		var next story
		var kind, before, after sql.NullString
		if err := rows.Scan(&next.id, &next.number, &next.state, &next.total, &next.prepaid, &next.transfers, &next.refunds, &next.charged, &next.reversed, &kind, &before, &after); err != nil {
			return err
		}
		if s == nil || s.id != next.id {
			if s != nil {
				s.settle(p)
			}
			s = &next
			s.told = invoice.Estimate
		}
		p.result.Checked++
		return s.tell(p, kind.String, before.String, after.String)
	}, `SELECT i.id, i.number, i.state, i.total_minor, i.prepaid_minor,
		(SELECT COUNT(*) FROM payments p WHERE p.invoice_id = i.id AND p.kind = 'payment' AND p.method = 'bank_transfer'),
		(SELECT COUNT(*) FROM payments p WHERE p.invoice_id = i.id AND p.kind = 'refund' AND p.method = 'bank_transfer'),
		(SELECT COUNT(*) FROM payments p WHERE p.invoice_id = i.id AND p.kind = 'payment' AND p.method = 'card'),
		(SELECT COUNT(*) FROM payments p WHERE p.invoice_id = i.id AND p.kind = 'reversal'),
		e.type, e.before, e.after FROM invoices i LEFT JOIN event_subjects s ON s.subject_id = i.id LEFT JOIN events e ON e.seq = s.event_seq
		WHERE i.number IS NOT NULL AND i.kind = 'invoice' ORDER BY i.id, s.event_seq`)
	if err == nil && s != nil {
		s.settle(p)
	}
	return err
}

// tell takes the next event of the invoice in.
func (s *story) tell(p *pass, kind, before, after string) error {
	switch kind {
	case "invoice.issued":
		s.issued++
		s.told = invoice.Issued
		if invoice.Due(s.total, 0, s.prepaid, 0) == 0 {
			s.told = invoice.Paid
		}
		return nil
	case "payment.recorded":
		s.recordedTransfers++
	case "payment.refunded":
		s.recordedRefunds++
	case "payment.charged":
		s.recordedCharged++
	case "payment.reversed":
		s.recordedReversed++
	}
	from, err := stateIn(before)
	if err != nil {
		return err
	}
	to, err := stateIn(after)
	if err != nil || to == "" {
		return err
	}
	if from != s.told || (to != from && !from.CanBecome(to)) {
		p.violated("I4", s.number, "was %s and went from %s to %s", s.told.Words(), from.Words(), to.Words())
	}
	s.told = to
	return nil
}

func (s *story) settle(p *pass) {
	if s.issued != 1 {
		p.violated("E1", s.number, "has %d events of its issue", s.issued)
	}
	if s.transfers != s.recordedTransfers {
		p.violated("E1", s.number, "has %d bank transfers and %d events of them", s.transfers, s.recordedTransfers)
	}
	if s.refunds != s.recordedRefunds {
		p.violated("E1", s.number, "has %d refunds and %d events of them", s.refunds, s.recordedRefunds)
	}
	if s.charged != s.recordedCharged {
		p.violated("E1", s.number, "has %d payments by card and %d events of them", s.charged, s.recordedCharged)
	}
	if s.reversed != s.recordedReversed {
		p.violated("E1", s.number, "has %d reversals and %d events of them", s.reversed, s.recordedReversed)
	}
	if s.state != s.told {
		p.violated("I4", s.number, "is %s, its events lead to %s", s.state.Words(), s.told.Words())
	}
}

// stateIn is the state among an event's values, "" for none.
func stateIn(values string) (invoice.State, error) {
	if values == "" {
		return "", nil
	}
	var v struct {
		State invoice.State `json:"state"`
	}
	err := json.Unmarshal([]byte(values), &v)
	return v.State, err
}
