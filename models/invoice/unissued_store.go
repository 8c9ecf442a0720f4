package invoice

import (
	"fmt"

	"billfold/models/db"
	"billfold/models/event"
	"billfold/models/money"
)

// What closing a month comes to when it is not an invoice: parked, nothing to bill, or moved on.

func (c *closer) markClosed(g openGroup, invoiceID *string) {
	c.marks = append(c.marks, groupMonthRow{g.AccountID, g.GroupID, string(c.month), "closed", "", invoiceID, c.at})
}

// park notes why a group's month could not be closed; its admins are told by an event when the reason is new.
func (c *closer) park(g openGroup, o Outcome, reason string) *Outcome {
	o.Result, o.Reason = ResultParked, reason
	if before := c.found.before[g.GroupID]; before.State == "parked" && before.Reason == reason {
		return &o
	}
	c.marks = append(c.marks, groupMonthRow{g.AccountID, g.GroupID, string(c.month), "parked", reason, nil, c.at})
	c.events = append(c.events, event.Of{AccountID: g.AccountID, Event: event.Event{Type: "invoice.parked", Category: event.Invoices,
		Sentence: fmt.Sprintf("could not issue the invoice for %s: %s.", c.month.Label(), reason),
		After:    map[string]any{"month": c.month, "reason": reason}, Groups: []string{g.GroupID}}})
	return &o
}

// closeEmpty closes an estimate whose every cost is exactly zero: it keeps its lines and gets no number.
func (c *closer) closeEmpty(g openGroup, row *Row) {
	c.empty = append(c.empty, row.ID)
	c.markClosed(g, &row.ID)
	c.closedWithoutInvoice(g, "nothing was to be paid")
}

// closeEstimates freezes the estimates that close without a number.
func (c *closer) closeEstimates() error {
	if _, err := db.ExecIn(c.tx, `UPDATE invoice_lines SET frozen = ? WHERE invoice_id IN (?)`, c.empty, true); err != nil {
		return err
	}
	_, err := db.ExecIn(c.tx, `UPDATE invoices SET frozen = ?, updated_at = ? WHERE id IN (?)`, c.empty, true, c.at)
	return err
}

func (c *closer) closedWithoutInvoice(g openGroup, why string) {
	c.events = append(c.events, event.Of{AccountID: g.AccountID, Event: event.Event{Type: "month.closed", Category: event.Invoices,
		Sentence: fmt.Sprintf("closed %s without an invoice: %s.", c.month.Label(), why), After: map[string]any{"month": c.month}, Groups: []string{g.GroupID}}})
}

// moveOn moves the lines of an estimate at or below zero to the group's next month, with their cost and
// service period (domain.md, "Invoice out" 2), and says why.
func (c *closer) moveOn(g openGroup, row *Row, lines []LineRow, why string) error {
	if err := c.touch(); err != nil {
		return err
	}
	target := GroupMonth{g.GroupID, c.month.Next()}
	estimates, err := estimatesTx(c.tx, c.at, g.AccountID, []GroupMonth{target})
	if err != nil {
		return err
	}
	next := estimates[target]
	if err := c.tx.Exec(`DELETE FROM estimate_projects WHERE invoice_id = ?`, row.ID).Error; err != nil {
		return err
	}
	deltas := Deltas{}
	ids, amounts := make([]string, len(lines)), make([]int64, len(lines))
	for i, l := range lines {
		amount, err := money.NewCost(l.Cost, money.Currency(next.PriceCurrency)).Convert(next.Rate, money.Currency(next.Currency))
		if err != nil {
			return err
		}
		project := ""
		if l.ProjectID != nil {
			project = *l.ProjectID
		}
		if err := deltas.Add(next.ID, project, amount.Minor()); err != nil {
			return err
		}
		ids[i], amounts[i] = l.ID, amount.Minor()
	}
	_, err = db.UpdateRows(c.tx, "invoice_lines", db.Col("id", "uuid", ids), []db.Column{db.Col("amount_minor", "bigint", amounts),
		db.Col("invoice_id", "uuid", db.Each(len(ids), func(int) string { return next.ID }))}, "")
	if err != nil {
		return err
	}
	if err := ApplyDeltasTx(c.tx, c.at, deltas); err != nil {
		return err
	}
	if err := c.tx.Exec(`DELETE FROM invoices WHERE id = ? AND NOT frozen`, row.ID).Error; err != nil {
		return err
	}
	c.markClosed(g, nil)
	c.closedWithoutInvoice(g, why+", so its lines move to "+c.month.Next().Label())
	return nil
}
