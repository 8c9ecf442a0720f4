package verify_test

import (
	"time"

	"billfold/models"
	"billfold/models/access"
	"billfold/models/payment"
	"billfold/models/payment/paymenttest"
)

// collecting gives the world a gateway.
func (w *world) collecting(clock func() time.Time) {
	w.gateway = paymenttest.New(payment.Sandbox).On(clock)
	w.payments = payment.NewStore(w.d, clock, payment.Options{}, w.gateway)
}

// card gives a group a card that does what one of paymenttest's does.
func (w *world) card(scope access.Scope, group, does string) {
	w.Helper()
	id := models.NewID()
	w.must(w.d.Read(ctx).Exec(`INSERT INTO payment_methods (id, account_id, kind, terms_days, provider, provider_ref, brand, last4, holder, exp_month, exp_year, created_at)
		VALUES (?, ?, 'card', 0, 'sandbox', ?, 'Visa', '4242', 'Ana Lima', 8, 2028, ?)`, id, scope.AccountID(), does+"-"+id, w.now).Error)
	w.must(w.accounts.ChoosePaymentMethod(ctx, scope, group, id))
}

// collect brings an invoice a step on and gives the newest charge of it.
func (w *world) collect(scope access.Scope, number string) payment.Attempt {
	w.Helper()
	var id string
	w.must(w.d.Read(ctx).Raw(`SELECT id FROM invoices WHERE number = ?`, number).Scan(&id).Error)
	w.must(w.payments.Collect(ctx, id))
	list, err := w.payments.Attempts(ctx, scope, id)
	w.must(err)
	return list[len(list)-1]
}

// notices takes in all that the gateway told.
func (w *world) notices() {
	w.Helper()
	for _, m := range w.gateway.Messages() {
		w.must(w.payments.Receive(ctx, payment.Sandbox, m.Header, m.Body))
	}
}

// The invoices of Delphi for September: its groups works, taken and slow.
const works, taken, slow = "BF-2024-000009", "BF-2024-000010", "BF-2024-000011"

// joinDelphi makes an account that pays by card, with three groups: the first is charged, the payment of
// the second is taken back, and the third pays by bank transfer while the bank decides, so that what the
// card brings is surplus.
func joinDelphi(w *world) (takeCards func()) {
	delphi := w.account("Delphi")
	for _, one := range [][2]string{{"works", paymenttest.Works}, {"taken", paymenttest.Works}, {"slow", paymenttest.Slow}} {
		group := w.group(delphi, one[0], finnish())
		w.card(delphi, group, one[1])
		w.project(delphi, one[0], group)
		w.use(one[0], "pg", "2024-09-04 01:00", "20")
	}
	return func() {
		w.collect(delphi, works)
		w.gateway.Dispute(w.collect(delphi, taken).ID)
		late := w.collect(delphi, slow)
		w.pay(slow, "", "delphi")
		w.gateway.Decide(late.ID, true)
		w.notices()
	}
}

// theCharge is the charge of an invoice that stands so.
func theCharge(invoice, state string) string {
	return `(SELECT c.id FROM charges c JOIN invoices i ON i.id = c.invoice_id WHERE i.number = '` + invoice + `' AND c.state = '` + state + `')`
}

// another copies the charge of Works into a new one of a state.
func another(state string) string {
	return `INSERT INTO charges (id, account_id, invoice_id, attempt, kind, gateway, method_id, amount_minor, currency, session_ref, charge_ref, state, failure_code, brand, last4, created_at, updated_at)
		SELECT {new}, account_id, invoice_id, 2, kind, gateway, method_id, amount_minor, currency, '', 'pi_new', '` + state + `', '', brand, last4, created_at, updated_at FROM charges WHERE id = ` + theCharge(works, "succeeded")
}

var paymentCases = []breakage{
	change("a second success", another("succeeded"), "P1 "+works),
	change("a success without payment", `UPDATE charges SET state = 'succeeded' WHERE id = `+theCharge(slow, "surplus"), "P1 "+slow),
	change("a payment of what failed", `UPDATE charges SET state = 'failed' WHERE id = `+theCharge(works, "succeeded"), "P1 "+works),
	change("surplus that was counted", `UPDATE charges SET state = 'surplus' WHERE id = `+theCharge(works, "succeeded"), "P1 "+works),
	change("a reversal of what was not taken back", `UPDATE charges SET state = 'succeeded' WHERE id = `+theCharge(taken, "reversed"), "P1 "+taken),
	change("another amount was charged", `UPDATE charges SET amount_minor = amount_minor - 1 WHERE id = `+theCharge(works, "succeeded"), "P1 "+works),
	change("another currency was charged", `UPDATE charges SET currency = 'USD' WHERE id = `+theCharge(slow, "surplus"), "P1 "+slow),
	change("a charge of another invoice", `UPDATE charges SET attempt = 5, invoice_id = (SELECT id FROM invoices WHERE number = '`+slow+`') WHERE id = `+theCharge(works, "succeeded"), "P1 "+works),
	change("a payment without charge", `UPDATE payments SET charge_id = NULL WHERE charge_id = `+theCharge(works, "succeeded"), "P1 "+works),
	change("surplus without reference", `UPDATE charges SET charge_ref = '' WHERE id = `+theCharge(slow, "surplus"), "P1 "+slow),
	change("failures that nobody saw", `UPDATE collections SET failures = 1 WHERE invoice_id = (SELECT id FROM invoices WHERE number = '`+slow+`')`, "P1 "+slow),
	change("failures without a first one", `UPDATE collections SET first_failed_at = updated_at WHERE invoice_id = (SELECT id FROM invoices WHERE number = '`+slow+`')`, "P1 "+slow),
	change("a charge of another account", `UPDATE charges SET account_id = {acme} WHERE id = `+theCharge(slow, "surplus"), "T1 "+slow),
	change("a payment by card without event", `DELETE FROM event_subjects WHERE event_seq = (SELECT MIN(seq) FROM events WHERE type = 'payment.charged') AND subject_id = (SELECT id FROM invoices WHERE number = '`+works+`')`, "E1 "+works, "I4 "+works),
	change("a reversal without event", `DELETE FROM event_subjects WHERE event_seq = (SELECT MIN(seq) FROM events WHERE type = 'payment.reversed') AND subject_id = (SELECT id FROM invoices WHERE number = '`+taken+`')`, "E1 "+taken, "I4 "+taken),
}
