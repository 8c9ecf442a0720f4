package payment_test

import (
	"testing"
	"time"

	"billfold/models"
	"billfold/models/access"
	"billfold/models/invoice"
	"billfold/models/payment"
	"billfold/models/payment/paymenttest"
)

var back = payment.Back{Return: "https://billing.example/return", Cancel: "https://billing.example/cancel"}

func (w *world) payNow(p *debtor) payment.Session {
	w.Helper()
	session, err := w.payments.PayNow(ctx, p.scope, p.number, "", back)
	w.must(err)
	return session
}

func (w *world) refused(what string, kind models.Kind, err error) {
	w.Helper()
	if models.KindOf(err) != kind || err == nil {
		w.Errorf("%s: %v, kind %d, want %d", what, err, models.KindOf(err), kind)
	}
}

func TestPayNow(t *testing.T) {
	each(t, func(w *world) {
		p := w.debtor(paymenttest.Declined)
		w.must(w.payments.Collect(ctx, p.id))
		session := w.payNow(p)
		w.want("the same page again", w.payNow(p), session)
		w.gateway.Pay(session.Ref, paymenttest.Declined)
		state, err := w.payments.Returned(ctx, p.scope, p.number)
		w.must(err)
		w.want("a card that the page refuses", []any{state, w.stands(p)}, []any{payment.Started, "payment_failed 12550 failed started"})
		w.gateway.Pay(session.Ref, paymenttest.Works)
		_, err = w.payments.PayNow(ctx, p.scope, p.number, "", back)
		w.refused("paid, which nobody has told yet", models.Conflict, err)
		w.want("and that is taken in", w.stands(p), "paid 0 failed succeeded")
		_, err = w.payments.PayNow(ctx, p.scope, p.number, "", back)
		w.refused("a paid invoice", models.Conflict, err)
		w.want("events", w.events(p)[2:], "[payment.failed payment.started payment.charged]")

		left := w.debtor(paymenttest.Works)
		session = w.payNow(left)
		w.must(w.payments.Collect(ctx, left.id)) // somebody is paying
		w.want("nobody else is charged meanwhile", w.stands(left), "issued 12550 started")
		w.gateway.Leave(session.Ref)
		_, err = w.payments.Returned(ctx, left.scope, left.number)
		w.must(err)
		w.sweep()
		w.want("a page that was left", w.stands(left), "paid 0 cancelled succeeded")
	})
}

func TestPayNowIsRefused(t *testing.T) {
	each(t, func(w *world) {
		p, other := w.debtor(""), w.debtor(paymenttest.Works)
		_, err := w.payments.PayNow(ctx, p.scope, "BF-2024-999999", "", back)
		w.refused("no such invoice", models.NotFound, err)
		_, err = w.payments.PayNow(ctx, p.scope, "estimate-2024-10", "", back)
		w.refused("an estimate", models.NotFound, err)
		_, err = w.payments.PayNow(ctx, p.scope, other.number, "", back)
		w.refused("another account's invoice", models.NotFound, err)
		_, err = w.payments.PayNow(ctx, p.scope, p.number, other.card, back)
		w.refused("another account's card", models.NotFound, err)
		_, err = w.payments.Returned(ctx, p.scope, other.number)
		w.refused("a return to another account's invoice", models.NotFound, err)
		_, err = w.payments.Returned(ctx, p.scope, p.number)
		w.refused("a return from nowhere", models.NotFound, err)
		_, err = w.payments.PayNow(ctx, access.Scope{}, p.number, "", back)
		w.refused("nobody", models.NotFound, err)
		list, err := w.payments.Attempts(ctx, p.scope, other.id)
		w.want("another account's attempts", []any{list, err}, []any{[]payment.Attempt{}, nil})
		bare := payment.NewStore(w.d, func() time.Time { return w.now }, payment.Options{})
		_, err = bare.PayNow(ctx, p.scope, p.number, "", back)
		w.refused("without a gateway", models.Unavailable, err)
		w.refused("a notice of no gateway", models.NotFound, bare.Receive(ctx, payment.Sandbox, nil, nil))
		w.must(w.invoices.SetState(ctx, operator, p.number, invoice.Waived, "goodwill"))
		_, err = w.payments.PayNow(ctx, p.scope, p.number, "", back)
		w.refused("a waived invoice", models.Conflict, err)
		w.want("nothing was begun", w.stands(p), "waived 12550")
		slow := w.debtor(paymenttest.Slow)
		w.must(w.payments.Collect(ctx, slow.id))
		_, err = w.payments.PayNow(ctx, slow.scope, slow.number, "", back)
		w.refused("while the bank decides", models.Conflict, err)
	})
}

// Attack 8: paying on a page while the automatic charge runs takes the money once, whoever is first.
func TestPayNowRacesTheAutomaticCharge(t *testing.T) {
	each(t, func(w *world) {
		p := w.debtor(paymenttest.Works)
		w.gateway.Hold(func(what string) {
			if what == "Charge" { // the question is on its way
				_, err := w.payments.PayNow(ctx, p.scope, p.number, "", back)
				w.refused("while it is asked for", models.Conflict, err)
			}
		})
		w.must(w.payments.Collect(ctx, p.id))
		w.gateway.Hold(func(string) {})
		w.want("the automatic charge", w.stands(p), "paid 0 succeeded")

		// The charge that waits for the cardholder is confirmed while it is being given up.
		p = w.debtor(paymenttest.Asks)
		w.must(w.payments.Collect(ctx, p.id))
		key := w.last(p).ID
		w.gateway.Hold(func(what string) {
			if what == "Cancel" {
				w.gateway.Decide(key, true)
			}
		})
		_, err := w.payments.PayNow(ctx, p.scope, p.number, "", back)
		w.refused("it was too late to give it up", models.Conflict, err)
		w.gateway.Hold(func(string) {})
		w.want("it is paid", w.stands(p), "paid 0 succeeded")

		// The answer to giving it up is lost, the page is paid, and the first one succeeds after all.
		p = w.debtor(paymenttest.Asks)
		w.must(w.payments.Collect(ctx, p.id))
		first := w.last(p).ID
		session := w.payNow(p)
		w.gateway.Pay(session.Ref, paymenttest.Works)
		book, _ := w.gateway.Book(first)
		late := book.Outcome
		late.State = payment.Succeeded
		w.gateway.Force(first, payment.Succeeded) // the bank's own mistake
		w.must(w.receive(paymenttest.Sign(payment.Notice{ID: "late", Type: "charge.succeeded", Outcome: &late})))
		w.want("both took money", w.stands(p), "paid 0 succeeded surplus") // giving the page up came too late
		for _, m := range w.gateway.Messages() {
			w.must(w.receive(m))
		}
		w.want("and all is told again", w.stands(p), "paid 0 succeeded surplus")
		w.sweep()
		w.want("one is sent back", w.stands(p), "paid 0 succeeded refunded")
		taken, n := w.gateway.Taken(p.id)
		w.want("taken", []any{taken, n}, []any{12_550, 1})
	})
}

// A page for another amount than is due by now is closed, and one of an invoice that was paid otherwise.
func TestAPageFollowsWhatIsDue(t *testing.T) {
	each(t, func(w *world) {
		p := w.debtor("bank")
		w.must(w.payments.Collect(ctx, p.id))
		first := w.payNow(p)
		_, err := w.invoices.RecordPayment(ctx, operator, invoice.NewPayment{Number: p.number, Amount: "25.50", Reference: "part"})
		w.must(err)
		second := w.payNow(p)
		if first.Ref == second.Ref || w.last(p).Amount.String() != "100.00 EUR" {
			w.Fatalf("%+v", w.last(p))
		}
		if w.gateway.Pay(first.Ref, paymenttest.Works) {
			w.Error("the page for another amount is open")
		}
		_, err = w.invoices.RecordPayment(ctx, operator, invoice.NewPayment{Number: p.number, Reference: "rest"})
		w.must(err)
		w.now = w.now.Add(2 * time.Minute)
		w.sweep()
		w.want("paid otherwise", w.stands(p), "paid 0 cancelled cancelled")
		if w.gateway.Pay(second.Ref, paymenttest.Works) {
			w.Error("the page of a paid invoice is open")
		}

		late := w.debtor("bank")
		session := w.payNow(late)
		_, err = w.invoices.RecordPayment(ctx, operator, invoice.NewPayment{Number: late.number, Reference: "late"})
		w.must(err)
		w.gateway.Pay(session.Ref, paymenttest.Works)
		w.now = w.now.Add(2 * time.Minute)
		w.sweep()
		w.want("paid twice", w.stands(late), "paid 0 refunded")
		taken, n := w.gateway.Taken(late.id)
		w.want("taken", []any{taken, n}, []any{0, 0})

		lost := w.debtor("bank")
		w.payNow(w.debtor("bank"))
		_, err = w.payments.PayNow(ctx, lost.scope, lost.number, "", back)
		w.must(err)
		open := w.debtor("bank")
		w.gateway.LoseAnswers(2) // of Customer, of StartPayment
		for range 2 {
			_, err = w.payments.PayNow(ctx, open.scope, open.number, "", back)
			w.refused("a lost answer", models.Unavailable, err)
		}
		session = w.payNow(open)
		w.want("pages that were opened for it", len(w.attempts(open)), 1)
		w.now = w.now.Add(25 * time.Hour)
		w.sweep()
		w.want("a page that has expired", w.stands(open), "issued 12550 cancelled")
		if w.gateway.Pay(session.Ref, paymenttest.Works) {
			w.Error("the page is open")
		}
	})
}
