package payment_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"billfold/models"
	"billfold/models/invoice"
	"billfold/models/money"
	"billfold/models/payment"
	"billfold/models/payment/paymenttest"
)

// notice is what became of a notice.
func (w *world) notice(id string) string {
	w.Helper()
	var row struct{ Outcome, Reason string }
	w.must(w.d.Read(ctx).Raw(`SELECT outcome, reason FROM gateway_notices WHERE notice_id = ?`, id).Scan(&row).Error)
	return row.Outcome + ": " + row.Reason
}

// Attack 1: a message that the gateway did not sign marks nothing as paid.
func TestAForgedNotice(t *testing.T) {
	each(t, func(w *world) {
		p := w.debtor(paymenttest.Asks)
		w.must(w.payments.Collect(ctx, p.id))
		said := paymenttest.Says(w.gateway, w.last(p).ID, payment.Succeeded)
		good := paymenttest.Sign(payment.Notice{ID: "a", Type: "charge.succeeded", Outcome: &said})
		before := w.count()
		for what, forged := range map[string]paymenttest.Message{
			"without a signature":   {Body: good.Body},
			"another signature":     {Header: w.gateway.Messages()[0].Header, Body: good.Body},
			"a byte more":           {Header: good.Header, Body: append(bytes.Clone(good.Body), ' ')},
			"another amount":        {Header: good.Header, Body: bytes.Replace(good.Body, []byte("12550"), []byte("1"), 1)},
			"nothing":               {},
			"a signature of naught": {Header: good.Header},
		} {
			w.refused(what, models.Invalid, w.receive(forged))
		}
		w.want("it", w.stands(p), "payment_failed 12550 action_required")
		w.want("the database", w.count(), before)
	})
}

// count is how much there is in the tables that a notice may write.
func (w *world) count() (text string) {
	w.Helper()
	for _, table := range []string{"charges", "payments", "events", "mails", "collections", "gateway_notices", "jobs"} {
		var n int
		w.must(w.d.Read(ctx).Raw(`SELECT COUNT(*) FROM ` + table).Scan(&n).Error)
		text += fmt.Sprint(table, " ", n, " ")
	}
	return text
}

// Attack 2: a message that is signed and names another invoice, another amount or another currency than
// our charge changes nothing, and the log says so.
func TestANoticeThatDoesNotFit(t *testing.T) {
	each(t, func(w *world) {
		p, other := w.debtor(paymenttest.Asks), w.debtor(paymenttest.Asks)
		w.must(w.payments.Collect(ctx, p.id))
		w.must(w.payments.Collect(ctx, other.id))
		theirs, _ := w.gateway.Book(w.last(other).ID)
		for i, c := range []struct {
			why    string
			change func(*payment.Outcome)
		}{
			{"it names the invoice", func(o *payment.Outcome) { o.InvoiceID = other.id }},
			{"it names the invoice", func(o *payment.Outcome) { o.InvoiceID = "" }},
			{"it is of 125.49 EUR", func(o *payment.Outcome) { o.Amount = money.New(12_549, "EUR") }},
			{"it is of 0.01 EUR", func(o *payment.Outcome) { o.Amount = money.New(1, "EUR") }},
			{`it is in "USD"`, func(o *payment.Outcome) { o.Amount = money.New(12_550, "USD") }},
			{`it is in ""`, func(o *payment.Outcome) { o.Amount = money.Amount{} }},
			{"its reference is", func(o *payment.Outcome) { o.ChargeRef = "pi_else" }},
			{"its reference is", func(o *payment.Outcome) { o.ChargeRef = theirs.ChargeRef }},
			{"it has no reference", func(o *payment.Outcome) { o.ChargeRef = "" }},
			{"no gateway's to say", func(o *payment.Outcome) { o.State = payment.Refunded }},
			{"no gateway's to say", func(o *payment.Outcome) { o.State = "settled" }},
		} {
			for _, state := range []payment.State{payment.Succeeded, payment.Reversed} {
				said := paymenttest.Says(w.gateway, w.last(p).ID, state)
				c.change(&said)
				id := fmt.Sprint("odd ", i, state)
				w.must(w.receive(paymenttest.Sign(payment.Notice{ID: id, Type: "charge." + string(state), Outcome: &said})))
				if got := w.notice(id); !strings.HasPrefix(got, "refused: ") || !strings.Contains(got, c.why) {
					w.Errorf("%s: %s", c.why, got)
				}
				w.want(c.why, w.stands(p)+", "+w.stands(other), "payment_failed 12550 action_required, payment_failed 12550 action_required")
				if events := w.events(p); events[len(events)-1] != "payment.refused" {
					w.Errorf("%s: %v", c.why, events)
				}
			}
		}
		for _, refs := range []payment.Refs{{}, {Key: models.NewID()}, {ChargeRef: "pi_else"}, {SessionRef: "cs_else"}, {Key: p.id}} {
			said := paymenttest.Says(w.gateway, w.last(p).ID, payment.Succeeded)
			said.Refs = refs
			id := fmt.Sprintf("nobody's %+v", refs)
			w.must(w.receive(paymenttest.Sign(payment.Notice{ID: id, Type: "charge.succeeded", Outcome: &said})))
			if got := w.notice(id); !strings.HasPrefix(got, "ignored: no charge") {
				w.Errorf("%+v: %s", refs, got)
			}
		}
		w.must(w.receive(paymenttest.Sign(payment.Notice{ID: "other", Type: "balance.available"})))
		w.want("about something else", w.notice("other"), "ignored: it is about nothing of ours")
		w.refused("without an id", models.Invalid, w.receive(paymenttest.Sign(payment.Notice{Type: "balance.available"})))
		w.want("in the end", w.stands(p)+", "+w.stands(other), "payment_failed 12550 action_required, payment_failed 12550 action_required")
	})
}

// Attack 7: the same notice, and the same news under another id, has its effect once.
func TestANoticeComesAgain(t *testing.T) {
	each(t, func(w *world) {
		p := w.debtor(paymenttest.Slow)
		w.must(w.payments.Collect(ctx, p.id))
		key := w.last(p).ID
		w.gateway.Decide(key, true)
		for range 3 {
			for _, m := range w.gateway.Messages() {
				w.must(w.receive(m))
			}
		}
		said := paymenttest.Says(w.gateway, key, payment.Succeeded)
		w.must(w.receive(paymenttest.Sign(payment.Notice{ID: "again", Type: "charge.succeeded", Outcome: &said})))
		w.want("it", w.stands(p), "paid 0 succeeded")
		w.want("mails", len(w.mails(p)), 1)
		w.want("events", w.events(p), "[usage.ingested invoice.issued payment.processing payment.charged]")
		w.want("the news again", w.notice("again"), "ignored: the charge is succeeded already")
	})
}

func TestADispute(t *testing.T) {
	each(t, func(w *world) {
		p := w.debtor(paymenttest.Works)
		w.must(w.payments.Collect(ctx, p.id))
		w.gateway.Dispute(w.last(p).ID)
		for _, m := range w.gateway.Messages() {
			w.must(w.receive(m))
		}
		w.want("it", w.stands(p), "payment_failed 12550 reversed")
		w.want("mails", w.mails(p)[1:], `[payment.reversed ["ana@acme.example"]]`)
		w.now = w.now.AddDate(0, 1, 0)
		w.sweep()
		w.must(w.payments.Collect(ctx, p.id))
		w.want("nobody is charged again by itself", len(w.attempts(p)), 1)
		session := w.payNow(p)
		w.gateway.Pay(session.Ref, paymenttest.Works)
		_, err := w.payments.Returned(ctx, p.scope, p.number)
		w.must(err)
		w.want("paid again", w.stands(p), "paid 0 reversed succeeded")

		// The news that it was taken back comes first.
		p = w.debtor(paymenttest.Slow)
		w.must(w.payments.Collect(ctx, p.id))
		w.gateway.Decide(w.last(p).ID, true)
		w.gateway.Dispute(w.last(p).ID)
		messages := w.gateway.Messages()
		for i := range messages {
			w.must(w.receive(messages[len(messages)-1-i]))
		}
		w.want("the other way round", w.stands(p), "payment_failed 12550 reversed")
		var kinds []string
		w.must(w.d.Read(ctx).Raw(`SELECT kind FROM payments WHERE invoice_id = ? ORDER BY created_at, kind`, p.id).Scan(&kinds).Error)
		w.want("its payments", kinds, "[payment reversal]")
	})
}

// What is charged while the invoice is credited is to be refunded, or sent back whole.
func TestACreditNoteMeanwhile(t *testing.T) {
	each(t, func(w *world) {
		p := w.debtor(paymenttest.Slow)
		w.must(w.payments.Collect(ctx, p.id))
		_, err := w.invoices.CreditInvoice(ctx, operator, p.number, invoice.CreditRequest{Line: "1", Amount: "20.00", Reason: "outage"})
		w.must(err)
		w.gateway.Decide(w.last(p).ID, true)
		for _, m := range w.gateway.Messages() {
			w.must(w.receive(m))
		}
		w.want("credited in part", w.stands(p), "paid 0 succeeded")
		w.want("to refund", w.row(p).ToRefund(), "25.10 EUR")

		p = w.debtor(paymenttest.Slow)
		w.must(w.payments.Collect(ctx, p.id))
		_, err = w.invoices.CreditInvoice(ctx, operator, p.number, invoice.CreditRequest{Reason: "outage"})
		w.must(err)
		w.gateway.Decide(w.last(p).ID, true)
		w.now = w.now.Add(time.Hour)
		w.gateway.LoseAnswers(1) // of Find
		if _, err := w.payments.Sweep(ctx); err == nil {
			w.Error("what failed is not told")
		}
		w.now = w.now.Add(time.Hour)
		w.sweep()
		w.gateway.LoseAnswers(1) // of Refund
		_, _ = w.payments.Sweep(ctx)
		w.sweep()
		w.want("credited whole", w.stands(p), "credited 0 refunded")
		taken, n := w.gateway.Taken(p.id)
		w.want("taken", []any{taken, n}, []any{0, 0})
		w.want("payments", w.events(p)[4:], "[payment.surplus payment.surplus_refunded]")
	})
}
