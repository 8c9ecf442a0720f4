package invoice_test

import (
	"testing"

	"billfold/models"
	"billfold/models/account"
	"billfold/models/db"
	"billfold/models/db/dbtest"
)

// An invoice says for ever which card it was to be charged to, whatever the group chooses later.
func TestTheCardIsFrozenOnTheInvoice(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		card := models.NewID()
		w.must(w.db.RunTx(w.ctx, rawly(`INSERT INTO payment_methods (id, account_id, kind, terms_days, provider, provider_ref, brand, last4, holder, exp_month, exp_year, created_at)
			VALUES (?, ?, 'card', 0, 'sandbox', ?, 'Visa', '4242', 'Ana Lima', 8, 2028, ?)`, card, w.account, "card_"+card, w.now)))
		w.must(w.accounts.ChoosePaymentMethod(w.ctx, w.scope(w.group), w.group, card))
		w.use(w.project, "2024-09-11T00:00:00Z", "100")
		w.close("2024-09")
		w.must(w.accounts.ChoosePaymentMethod(w.ctx, w.scope(w.group), w.group, ""))
		row := w.row(w.group, "2024-09")
		full, err := w.invoices.Full(w.ctx, row.ID)
		w.must(err)
		terms := full.Snapshot.Payment
		if terms.Kind != account.Card || terms.Brand != "Visa" || terms.Last4 != "4242" || terms.Days != 0 || !row.DueDate.Equal(*row.InvoiceDate) {
			t.Errorf("%+v, due %s", terms, row.DueDate)
		}
	})
}
