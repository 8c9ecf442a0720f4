package stripe_test

import (
	"strings"
	"testing"
	"time"

	"billfold/models"
	"billfold/models/invoice"
	"billfold/models/payment"
	"billfold/models/payment/stripe/stripetest"
)

// A card is charged after issue, once, though answers are lost and messages come again and in any order.
func TestLifeOfACharge(t *testing.T) {
	each(t, func(w *world) {
		p := w.debtor(stripetest.Works)
		w.fake.LoseAnswers("POST /v1/payment_intents")
		if err := w.payments.Collect(ctx, p.id); models.KindOf(err) != models.Unavailable || strings.Contains(err.Error(), stripetest.SecretKey) {
			t.Errorf("a lost answer: %v", err)
		}
		w.want("after a lost answer", w.stands(p), "issued 12550 started")
		w.fake.Heal()
		w.must(w.payments.Collect(ctx, p.id))
		w.want("asked again", w.stands(p), "paid 0 succeeded")
		w.shuffled()
		w.must(w.payments.Collect(ctx, p.id))
		w.want("in the end", w.stands(p), "paid 0 succeeded")
		w.want("payments at Stripe", len(w.fake.All("payment_intent")), 1)
		a := w.attempts(p)[0]
		w.want("the card", a.Label(), "Visa ending 4242")
	})
}

// The answer never comes, but the message does.
func TestLostAnswerTheMessageTells(t *testing.T) {
	each(t, func(w *world) {
		p := w.debtor(stripetest.Works)
		w.fake.LoseAnswers("POST /v1/payment_intents")
		if w.payments.Collect(ctx, p.id) == nil {
			t.Error("collected without an answer")
		}
		w.fake.Heal()
		w.deliver(w.fake.Message("payment_intent.succeeded"))
		w.want("in the end", w.stands(p), "paid 0 succeeded")
		w.want("its notice", w.notice("payment_intent.succeeded"), "applied: ")
	})
}

// A refused card is tried again on its days with payments of their own, then no more.
func TestLifeOfARefusedCard(t *testing.T) {
	each(t, func(w *world) {
		p := w.debtor(stripetest.NoFunds)
		w.must(w.payments.Collect(ctx, p.id))
		w.want("refused", w.stands(p), "payment_failed 12550 failed")
		w.want("why", w.attempts(p)[0].Failure, payment.FailFunds)
		for range 3 {
			w.now = w.now.AddDate(0, 0, 7)
			_, err := w.payments.Sweep(ctx)
			w.must(err)
			w.shuffled()
		}
		w.want("in the end", w.stands(p), "payment_failed 12550 failed failed failed failed")
		w.want("payments at Stripe", len(w.fake.All("payment_intent")), 4)
	})
}

// The bank asks the cardholder, who pays on the page; the automatic charge is given up first.
func TestAuthenticationOnThePage(t *testing.T) {
	each(t, func(w *world) {
		p := w.debtor(stripetest.Authenticates)
		w.must(w.payments.Collect(ctx, p.id))
		w.want("asked", w.stands(p), "payment_failed 12550 action_required")
		s, err := w.payments.PayNow(ctx, p.scope, p.number, "", back)
		w.must(err)
		w.want("the page is open", w.stands(p), "payment_failed 12550 cancelled started")
		again, err := w.payments.PayNow(ctx, p.scope, p.number, "", back)
		w.must(err)
		w.want("asked for again", again.Ref, s.Ref)
		if w.fake.Pay(s.Ref, stripetest.Declined) {
			t.Error("paid with a card that is refused")
		}
		w.shuffled()
		w.want("after a refusal on the page", w.stands(p), "payment_failed 12550 cancelled started")
		if !w.fake.Pay(s.Ref, stripetest.Authenticates) {
			t.Error("not paid")
		}
		state, err := w.payments.Returned(ctx, p.scope, p.number)
		w.must(err)
		w.want("back from the page", state, payment.Succeeded)
		w.shuffled()
		w.want("in the end", w.stands(p), "paid 0 cancelled succeeded")
		if _, err := w.payments.PayNow(ctx, p.scope, p.number, "", back); models.KindOf(err) != models.Conflict {
			t.Errorf("pay what is paid: %v", err)
		}
	})
}

// Nobody comes back from the page, or nobody pays on it: the messages tell.
func TestPageWithoutReturning(t *testing.T) {
	each(t, func(w *world) {
		p := w.debtor(stripetest.Declined)
		w.must(w.payments.Collect(ctx, p.id))
		left, err := w.payments.PayNow(ctx, p.scope, p.number, "", back)
		w.must(err)
		w.fake.Leave(left.Ref)
		w.shuffled()
		w.want("left", w.stands(p), "payment_failed 12550 failed cancelled")
		s, err := w.payments.PayNow(ctx, p.scope, p.number, "", back)
		w.must(err)
		w.fake.Pay(s.Ref, stripetest.Works)
		w.shuffled()
		w.want("in the end", w.stands(p), "paid 0 failed cancelled succeeded")
	})
}

// The bank takes a payment back, before and after we hear that it came.
func TestDispute(t *testing.T) {
	each(t, func(w *world) {
		p := w.debtor(stripetest.Works)
		w.must(w.payments.Collect(ctx, p.id))
		ref := w.fake.All("payment_intent")[0]["id"].(string)
		w.fake.Dispute(ref, true)
		w.shuffled()
		w.want("an inquiry", w.stands(p), "paid 0 succeeded")
		dispute := w.fake.Dispute(ref, false)
		w.shuffled()
		w.want("taken back", w.stands(p), "payment_failed 12550 reversed")
		w.fake.Close(dispute, false)
		w.shuffled()
		w.want("in the end", w.stands(p), "payment_failed 12550 reversed")

		unheard := w.debtor(stripetest.Works)
		w.fake.LoseAnswers("POST /v1/payment_intents")
		_ = w.payments.Collect(ctx, unheard.id)
		w.fake.Heal()
		w.fake.Dispute(w.fake.All("payment_intent")[1]["id"].(string), false)
		w.shuffled()
		w.want("unheard of until taken back", w.stands(unheard), "payment_failed 12550 reversed")
	})
}

// What was paid by transfer meanwhile is sent back, once.
func TestSurplusIsSentBack(t *testing.T) {
	each(t, func(w *world) {
		p := w.debtor(stripetest.Declined)
		w.must(w.payments.Collect(ctx, p.id))
		s, err := w.payments.PayNow(ctx, p.scope, p.number, "", back)
		w.must(err)
		_, err = w.invoices.RecordPayment(ctx, operator, invoice.NewPayment{Number: p.number, Reference: "T1"})
		w.must(err)
		w.fake.Pay(s.Ref, stripetest.Works)
		w.shuffled()
		w.want("too much", w.stands(p), "paid 0 failed surplus")
		w.fake.LoseAnswers("POST /v1/refunds")
		if _, err := w.payments.Sweep(ctx); err == nil {
			t.Error("sent back without an answer")
		}
		w.fake.Heal()
		for range 2 {
			_, err = w.payments.Sweep(ctx)
			w.must(err)
			w.shuffled()
		}
		w.want("in the end", w.stands(p), "paid 0 failed refunded")
		w.want("refunds at Stripe", len(w.fake.All("refund")), 1)
	})
}

// Attacks 1 and 2: what Stripe did not sign, and what does not fit the charge, pays nothing.
func TestMessagesThatPayNothing(t *testing.T) {
	each(t, func(w *world) {
		p, other := w.debtor(stripetest.Authenticates), w.debtor(stripetest.Authenticates)
		w.must(w.payments.Collect(ctx, p.id))
		w.must(w.payments.Collect(ctx, other.id))
		ref := w.attemptRef(0)
		body := []byte(`{"id":"evt_forged","object":"event","type":"payment_intent.succeeded","data":{"object":{"id":"` + ref + `","metadata":{"charge_id":"` + w.attempts(p)[0].ID + `"}}}}`)
		right := stripetest.Sign(body, stripetest.WebhookSecret, time.Now())
		w.fake.Set(ref, stripetest.Object{"status": "succeeded", "amount_received": int64(12_550)}) // were it asked
		for what, m := range map[string]stripetest.Message{
			"unsigned":       {Body: body},
			"another secret": {Header: stripetest.Sign(body, "whsec_other", time.Now()), Body: body},
			"old":            {Header: stripetest.Sign(body, stripetest.WebhookSecret, time.Now().Add(-6*time.Minute)), Body: body},
			"another body":   {Header: right, Body: append(body[:len(body):len(body)], ' ')},
		} {
			if err := w.payments.Receive(ctx, payment.Stripe, m.Header, m.Body); models.KindOf(err) != models.Invalid {
				t.Errorf("%s: %v", what, err)
			}
			w.want(what, w.stands(p), "payment_failed 12550 action_required")
		}
		theirs := w.fake.All("payment_intent")[1]["metadata"].(stripetest.Object)
		ours := w.fake.All("payment_intent")[0]["metadata"].(stripetest.Object)
		for i, c := range []struct {
			what string
			lie  stripetest.Object
		}{
			{"a cent less", stripetest.Object{"amount_received": int64(12_549), "metadata": ours}},
			{"one cent", stripetest.Object{"amount_received": int64(1), "metadata": ours}},
			{"another currency", stripetest.Object{"amount_received": int64(12_550), "currency": "usd", "metadata": ours}},
			{"another invoice", stripetest.Object{"currency": "eur", "metadata": stripetest.Object{"charge_id": ours["charge_id"], "invoice_id": theirs["invoice_id"], "origin": "automatic"}}},
			{"another charge", stripetest.Object{"metadata": theirs}},
		} {
			w.fake.Set(ref, c.lie)
			sent := []byte(strings.Replace(string(body), "evt_forged", "evt_lie"+string(rune('a'+i)), 1))
			w.deliver(stripetest.Message{Header: stripetest.Sign(sent, stripetest.WebhookSecret, time.Now()), Body: sent})
			w.want(c.what, w.stands(p)+", "+w.stands(other), "payment_failed 12550 action_required, payment_failed 12550 action_required")
			var outcome string
			w.must(w.d.Read(ctx).Raw(`SELECT outcome FROM gateway_notices WHERE notice_id = ?`, "evt_lie"+string(rune('a'+i))).Scan(&outcome).Error)
			w.want(c.what, outcome, "refused")
		}
		w.fake.Set(ref, stripetest.Object{"metadata": ours})
		right = stripetest.Sign(body, stripetest.WebhookSecret, time.Now())
		w.deliver(stripetest.Message{Header: right, Body: body})
		w.want("the truth", w.stands(p), "paid 0 succeeded")
		w.deliver(stripetest.Message{Header: right, Body: body}) // seen before
	})
}

// attemptRef is a payment at Stripe by its place.
func (w *world) attemptRef(n int) string { return w.fake.All("payment_intent")[n]["id"].(string) }

// A message whose charge cannot be asked for changes nothing and is to come again.
func TestMessageInTrouble(t *testing.T) {
	each(t, func(w *world) {
		p := w.debtor(stripetest.Works)
		w.fake.LoseAnswers("POST /v1/payment_intents")
		_ = w.payments.Collect(ctx, p.id)
		w.fake.Heal()
		m := w.fake.Message("payment_intent.succeeded")
		w.fake.Fail("GET /v1/payment_intents", 500)
		if err := w.payments.Receive(ctx, payment.Stripe, m.Header, m.Body); models.KindOf(err) != models.Unavailable {
			t.Errorf("%v", err)
		}
		w.want("nothing changed", w.stands(p), "issued 12550 started")
		w.deliver(m)
		w.want("it came again", w.stands(p), "paid 0 succeeded")
	})
}
