package payment_test

import (
	"testing"

	"billfold/models"
	"billfold/models/access"
	"billfold/models/invoice"
	"billfold/models/payment"
	"billfold/models/payment/paymenttest"
)

// What pages say of a failed payment is what collecting left behind, of the reader's own account only.
func TestTroublesOfCollecting(t *testing.T) {
	each(t, func(w *world) {
		a, other := w.debtor(paymenttest.Declined), w.debtor(paymenttest.Works)
		w.must(w.payments.Collect(ctx, a.id))
		w.must(w.payments.Collect(ctx, other.id))
		found, err := w.payments.TroublesOfGroup(ctx, a.scope)
		w.must(err)
		if len(found) != 1 {
			w.Fatalf("%+v", found)
		}
		x := found[0]
		w.want("the trouble", []any{x.Number, x.GroupID == a.group, x.Due, x.State, x.Failure, x.Label, x.On.Equal(w.now), x.NextTry != nil && x.NextTry.Equal(w.now.AddDate(0, 0, 1))},
			[]any{a.number, true, "125.50 EUR", payment.Failed, payment.FailDeclined, "Visa ending 4242", true, true})
		of, ok, err := w.payments.TroubleOf(ctx, a.scope, a.id)
		w.want("of the invoice", []any{of.Number, ok, err}, []any{a.number, true, nil})
		all, err := w.payments.TroublesOfAccount(ctx, other.scope)
		w.want("another account's", []any{len(all), err}, "[0 <nil>]")
		_, ok, err = w.payments.TroubleOf(ctx, other.scope, a.id)
		w.want("another account's by id", []any{ok, err}, "[false <nil>]")
		list, err := w.payments.Reminders(ctx, other.scope, a.id)
		w.want("another account's reminders", []any{len(list), err}, "[0 <nil>]")
		_, err = w.payments.TroublesOfGroup(ctx, access.Scope{})
		w.want("nobody", models.KindOf(err), models.NotFound)

		noCard := func() (words []bool) {
			full, err := w.invoices.FullInvoice(ctx, a.scope, a.number)
			w.must(err)
			one, err := w.invoices.InvoiceOfAccount(ctx, a.scope, a.number)
			w.must(err)
			list, err := w.invoices.InvoicesOfGroup(ctx, a.scope, invoice.InvoiceFilter{}, invoice.Paging{})
			w.must(err)
			return []bool{full.NoCard, one.NoCard, list.Items[0].NoCard}
		}
		w.want("without a card, while it has one", noCard(), "[false false false]")
		w.exec(`UPDATE billing_groups SET payment_method_id = NULL WHERE id = ?`, a.group)
		w.want("without a card, once it has none", noCard(), "[true true true]")
	})
}
