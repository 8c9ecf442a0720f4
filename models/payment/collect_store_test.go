package payment_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"billfold/models"
	"billfold/models/invoice"
	"billfold/models/payment"
	"billfold/models/payment/paymenttest"
)

func TestACardIsChargedAfterIssue(t *testing.T) {
	each(t, func(w *world) {
		p := w.debtor(paymenttest.Works)
		w.must(w.payments.Collect(ctx, p.id))
		w.want("it", w.stands(p), "paid 0 succeeded")
		for range 3 {
			w.must(w.payments.Collect(ctx, p.id))
			w.sweep()
		}
		w.want("again", w.stands(p), "paid 0 succeeded")
		w.want("charges that were asked for", w.gateway.Asked("Charge"), 1)
		a := w.last(p)
		w.want("the attempt", []any{a.Number, a.Kind, a.Amount, a.Label(), a.MethodID == p.card}, []any{1, payment.Automatic, "125.50 EUR", "Visa ending 4242", true})
		w.want("mails", w.mails(p), `[payment.received ["invoices@acme.example"]]`)
		w.want("events", w.events(p), "[usage.ingested invoice.issued payment.charged]")
		var row invoice.PaymentRow
		w.must(w.d.Read(ctx).Where("invoice_id = ?", p.id).Take(&row).Error)
		w.want("the payment", []any{row.Kind, row.Method, row.Label, row.AmountMinor, *row.ChargeID == a.ID}, []any{"payment", "card", "Visa ending 4242", 12_550, true})
	})
}

// The days of tries are after the first failure (--retry-days); then it is the operator's.
func TestAFailedChargeIsTriedAgain(t *testing.T) {
	each(t, func(w *world) {
		p := w.debtor(paymenttest.Declined)
		first := w.now
		w.must(w.payments.Collect(ctx, p.id))
		w.want("it", w.stands(p), "payment_failed 12550 failed")
		for i, days := range payment.DefaultRetryDays {
			plan, err := w.payments.Plan(ctx, p.scope, p.id)
			w.must(err)
			if plan.Failures != i+1 || plan.NextCharge == nil || !plan.NextCharge.Equal(first.AddDate(0, 0, days)) {
				w.Fatalf("after %d failures: %+v", i+1, plan)
			}
			w.now = plan.NextCharge.Add(-time.Second)
			w.sweep()
			w.must(w.payments.Collect(ctx, p.id))
			w.want("before its day", len(w.attempts(p)), i+1)
			w.now = plan.NextCharge.Add(time.Second)
			w.sweep()
			w.want("on its day", len(w.attempts(p)), i+2)
		}
		w.now = w.now.AddDate(1, 0, 0)
		w.sweep()
		w.want("in the end", w.stands(p), "payment_failed 12550 failed failed failed failed")
		mails := w.mails(p)
		w.want("mails", mails, slices.Repeat([]string{`payment.failed ["ana@acme.example"]`}, 4))
		w.choose(p, paymenttest.Works)
		w.sweep()
		w.want("with another card", w.stands(p), "paid 0 failed failed failed failed succeeded")
	})
}

// Without a card nothing happens by itself, and a card that is chosen later is charged.
func TestNoCard(t *testing.T) {
	each(t, func(w *world) {
		p := w.debtor("")
		w.must(w.payments.Collect(ctx, p.id))
		w.sweep()
		w.want("it", w.stands(p), "issued 12550")
		w.choose(p, paymenttest.Works)
		w.sweep()
		w.want("with a card", w.stands(p), "paid 0 succeeded")
		w.want("what is no invoice", models.KindOf(w.payments.Collect(ctx, models.NewID())), models.NotFound)
		w.want("what is no id", models.KindOf(w.payments.Collect(ctx, "x")), models.NotFound)
	})
}

// A killed process or a lost answer takes no money twice: the charge is asked for under the same key.
func TestALostAnswerTakesNothingTwice(t *testing.T) {
	each(t, func(w *world) {
		p := w.debtor(paymenttest.Works)
		w.must(w.payments.Collect(ctx, w.debtor(paymenttest.Works).id)) // another account's
		w.gateway.LoseAnswers(2)                                        // of Customer, of Charge
		for range 2 {
			if err := w.payments.Collect(ctx, p.id); !errors.Is(err, paymenttest.ErrLost) || models.KindOf(err) != models.Unavailable {
				w.Fatal(err)
			}
			w.want("it", w.stands(p), "issued 12550 started")
		}
		w.must(w.payments.Collect(ctx, p.id))
		w.want("asked again", w.stands(p), "paid 0 succeeded")
		taken, n := w.gateway.Taken(p.id)
		w.want("taken", []any{taken, n}, []any{12_550, 1})

		late := w.debtor(paymenttest.Works)
		w.must(w.payments.Collect(ctx, w.debtor("").id))
		w.must(w.payments.Collect(ctx, w.debtor("").id))
		w.gateway.LoseQuestions(1)
		if err := w.payments.Collect(ctx, late.id); !errors.Is(err, paymenttest.ErrLost) {
			w.Fatal(err)
		}
		w.now = w.now.Add(2 * time.Hour) // the gateway may have forgotten the key: it is asked whether it knows it
		w.sweep()
		w.want("never arrived", w.stands(late), "paid 0 cancelled succeeded")
		taken, n = w.gateway.Taken(late.id)
		w.want("taken", []any{taken, n}, []any{12_550, 1})
	})
}

func TestTheBankAsksTheCardholder(t *testing.T) {
	each(t, func(w *world) {
		p := w.debtor(paymenttest.Asks)
		w.must(w.payments.Collect(ctx, p.id))
		w.want("it", w.stands(p), "payment_failed 12550 action_required")
		w.want("mails", w.mails(p), `[payment.action_required ["ana@acme.example"]]`)
		session, err := w.payments.PayNow(ctx, p.scope, p.number, "", payment.Back{Return: "https://billing.example/r", Cancel: "https://billing.example/c"})
		w.must(err)
		w.want("with a page", w.stands(p), "payment_failed 12550 cancelled started")
		w.gateway.Pay(session.Ref, paymenttest.Works)
		state, err := w.payments.Returned(ctx, p.scope, p.number)
		w.must(err)
		w.want("after the page", []any{state, w.stands(p)}, []any{payment.Succeeded, "paid 0 cancelled succeeded"})

		slow := w.debtor(paymenttest.Slow)
		w.must(w.payments.Collect(ctx, slow.id))
		w.want("a slow bank", w.stands(slow), "issued 12550 processing")
		w.gateway.Decide(w.last(slow).ID, true)
		w.now = w.now.Add(11 * time.Minute)
		w.sweep()
		w.want("a slow bank decides", w.stands(slow), "paid 0 succeeded")

		again := w.debtor(paymenttest.Asks)
		w.must(w.payments.Collect(ctx, again.id))
		w.now = w.now.AddDate(0, 0, 1)
		w.sweep()
		w.want("on the next day of tries", w.stands(again), "payment_failed 12550 cancelled action_required")
	})
}
