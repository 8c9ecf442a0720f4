package invoice_test

import (
	"fmt"
	"testing"

	"billfold/models"
	"billfold/models/db"
	"billfold/models/db/dbtest"
	"billfold/models/invoice"
)

// Every step that somebody can take, from every state, leads only where domain.md, "Invoice out" 7 allows it, or
// is refused as a conflict and changes nothing.
func TestEveryStepFromEveryState(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		month := models.Month("2024-08")
		put := map[invoice.State]func(number string){ // out of issued
			invoice.Issued:        func(string) {},
			invoice.Paid:          func(n string) { w.must(w.pay(n, "")) },
			invoice.Waived:        func(n string) { w.must(w.invoices.SetState(w.ctx, operator, n, invoice.Waived, "x")) },
			invoice.Uncollectible: func(n string) { w.must(w.invoices.SetState(w.ctx, operator, n, invoice.Uncollectible, "x")) },
			invoice.Credited:      func(n string) { w.note(n, "", "") },
			// What a gateway will say; until there is one, nothing leads here.
			invoice.PaymentFailed: func(n string) {
				w.must(w.db.RunTx(w.ctx, rawly(`UPDATE invoices SET state = 'payment_failed' WHERE number = ?`, n)))
			},
		}
		for _, from := range []invoice.State{invoice.Issued, invoice.Paid, invoice.PaymentFailed, invoice.Waived, invoice.Uncollectible, invoice.Credited} {
			for what, step := range map[string]struct {
				to invoice.State
				do func(number string) error
			}{
				"waive":      {invoice.Waived, func(n string) error { return w.invoices.SetState(w.ctx, operator, n, invoice.Waived, "x") }},
				"write off":  {invoice.Uncollectible, func(n string) error { return w.invoices.SetState(w.ctx, operator, n, invoice.Uncollectible, "x") }},
				"pay":        {invoice.Paid, func(n string) error { return w.pay(n, "125.50") }},
				"pay a part": {from, func(n string) error { return w.pay(n, "1") }},
				"credit": {invoice.Credited, func(n string) error {
					_, err := w.invoices.CreditInvoice(w.ctx, operator, n, invoice.CreditRequest{Reason: "x"})
					return err
				}},
			} {
				month = month.Next()
				w.use(w.project, month.Start().Format("2006-01-02T15:04:05Z"), "100")
				w.close(month)
				number := *w.row(w.group, month).Number
				put[from](number)
				before := w.row(w.group, month)
				w.want("state", before.State, from)
				err := step.do(number)
				after := w.row(w.group, month)
				name := fmt.Sprintf("%s: %s", from, what)
				switch {
				case err != nil:
					w.want(name, models.KindOf(err), models.Conflict)
					w.want(name+" leaves it", fmt.Sprint(after.State, after.DueMinor, after.PaidMinor, after.CreditedMinor), fmt.Sprint(before.State, before.DueMinor, before.PaidMinor, before.CreditedMinor))
					if what != "pay a part" && from.CanBecome(step.to) {
						w.Errorf("%s is refused: %v", name, err)
					}
				case after.State != from && !from.CanBecome(after.State):
					w.Errorf("%s made it %s", name, after.State)
				case what != "credit" && what != "pay a part":
					w.want(name, after.State, step.to)
				}
				if paid := after.State == invoice.Paid; paid && after.DueMinor != 0 {
					w.Errorf("%s: paid with %d due", name, after.DueMinor)
				}
			}
		}
	})
}

// Due 0 at issue: issued and paid in one transaction; a part of the amount leaves it issued.
func TestPaidAtIssueAndInParts(t *testing.T) {
	each(t, func(w *world) {
		w.prepaid(12_550)
		w.use(w.project, "2024-09-05T00:00:00Z", "100")
		w.close("2024-09")
		w.want("paid by prepaid credit", w.row(w.group, "2024-09").State, invoice.Paid)
		w.want("in one event", w.sum(`SELECT COUNT(*) FROM events WHERE type LIKE 'invoice.%' OR type LIKE 'payment.%'`), 1)
		w.use(w.project, "2024-10-05T00:00:00Z", "100")
		w.close("2024-10")
		for i, state := range []invoice.State{invoice.Issued, invoice.Issued, invoice.Paid} {
			w.must(w.pay("BF-2024-000002", []string{"0.01", "125.48", "0.01"}[i]))
			w.want("state", w.row(w.group, "2024-10").State, state)
		}
	})
}
