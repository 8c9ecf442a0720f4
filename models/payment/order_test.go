package payment_test

import (
	"flag"
	"fmt"
	"slices"
	"testing"

	"billfold/models"
	"billfold/models/db"
	"billfold/models/db/dbtest"
	"billfold/models/payment"
	"billfold/models/payment/paymenttest"

	"pgregory.net/rapid"
)

// TestNoticesInAnyOrder is P2: the same notices, in two orders and each any number of times, lead to the
// same end: the invoice, its charges, what is counted and planned, and the sums of its payments. Of two
// charges that both took money the one that is known first is kept, so those are compared without their
// order.
func TestNoticesInAnyOrder(t *testing.T) {
	checks := flag.Lookup("rapid.checks").Value.String()
	defer func() { _ = flag.Set("rapid.checks", checks) }()
	_ = flag.Set("rapid.checks", "30")
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		rapid.Check(t, func(r *rapid.T) {
			card := rapid.SampledFrom([]string{paymenttest.Asks, paymenttest.Slow, paymenttest.Declined, "lost"}).Draw(r, "card")
			two := rapid.Bool().Draw(r, "two charges")
			states := []payment.State{payment.ActionRequired, payment.Processing, payment.Failed, payment.Cancelled, payment.Succeeded}
			if !two {
				states = append(states, payment.Reversed)
			}
			var said []says
			for i := range 6 {
				s := says{0, rapid.SampledFrom(states).Draw(r, "state")}
				if two && i%2 == 1 {
					s.charge = 1
				}
				said = append(said, s)
			}
			var ends []string
			for range 2 {
				told := rapid.Permutation(append(slices.Clone(said), said[:3]...)).Draw(r, "order")
				ends = append(ends, w.end(card, two, told))
			}
			if ends[0] != ends[1] {
				r.Fatalf("one order ends in\n%s, the other in\n%s", ends[0], ends[1])
			}
		})
		w.sound()
	})
}

// says is a state that is told of the first or the second charge.
type says struct {
	charge int
	state  payment.State
}

// end is how a new invoice ends after notices.
func (w *world) end(card string, two bool, told []says) string {
	does := card
	if card == "lost" { // the answer to the charge is, and only notices tell of it
		does = paymenttest.Slow
	}
	p := w.debtor(does)
	if card == "lost" {
		w.loseAnswerTo("Charge", func() { w.refused("a lost answer", models.Unavailable, w.payments.Collect(ctx, p.id)) })
	} else {
		w.must(w.payments.Collect(ctx, p.id))
	}
	first, _ := w.gateway.Book(w.last(p).ID)
	outcomes := []payment.Outcome{first.Outcome}
	if two { // the first was given up, so there is a page
		w.exec(`UPDATE charges SET state = 'cancelled' WHERE id = ?`, first.Key)
		session := w.payNow(p)
		page := w.last(p)
		outcomes = append(outcomes, payment.Outcome{Refs: payment.Refs{Key: page.ID, SessionRef: session.Ref, ChargeRef: "pi_of_" + page.ID}, InvoiceID: p.id, Amount: page.Amount})
	}
	for _, s := range told {
		o := outcomes[s.charge]
		o.State, o.Failure = s.state, ""
		w.must(w.receive(paymenttest.Sign(payment.Notice{ID: models.NewID(), Type: "charge." + string(s.state), Outcome: &o})))
	}
	var states []string
	for _, a := range w.attempts(p) {
		states = append(states, string(a.State))
	}
	slices.Sort(states)
	plan, err := w.payments.Plan(ctx, p.scope, p.id)
	w.must(err)
	var kinds []string
	w.must(w.d.Read(ctx).Raw(`SELECT kind || ' ' || CAST(amount_minor AS TEXT) FROM payments WHERE invoice_id = ? ORDER BY kind`, p.id).Scan(&kinds).Error)
	row := w.row(p)
	return fmt.Sprint(row.State, row.DueMinor, row.PaidMinor, states, plan.Failures, plan.NextCharge, kinds)
}
