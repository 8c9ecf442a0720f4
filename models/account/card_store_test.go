package account_test

import (
	"testing"
	"time"

	"billfold/models"
	"billfold/models/access"
	"billfold/models/account"
)

func TestStoredPaymentMethods(t *testing.T) {
	each(t, func(w *world) {
		card, gone := models.NewID(), models.NewID()
		for id, removed := range map[string]*time.Time{card: nil, gone: &noon} {
			w.exec(`INSERT INTO payment_methods (id, account_id, kind, terms_days, provider, provider_ref, brand, last4, holder, exp_month, exp_year, created_at, removed_at)
				VALUES (?, ?, 'card', 0, 'test', '', 'Visa', '4242', 'Ana Lima', 11, 2026, ?, ?)`, id, w.acme.ID, noon, removed)
		}
		bank := must(w.s.AllowBankTransfer(ctx, access.OperatorActor(), w.acme.ID, 30))(w)
		cards := must(w.s.Cards(ctx, w.bo))(w)
		if len(cards) != 1 || cards[0].ID != card || cards[0].Holder != "Ana Lima" || cards[0].Last4 != "4242" || cards[0].ExpMonth != 11 || cards[0].ExpYear != 2026 {
			w.Errorf("%+v", cards)
		}
		if got := must(w.s.Card(ctx, w.bo, card))(w); got.Expired(time.Date(2026, 11, 30, 23, 59, 59, 0, time.UTC)) || !got.Expired(time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)) {
			w.Errorf("%+v", got)
		}
		if list := must(w.s.BankTransfers(ctx, w.bo))(w); len(list) != 1 || list[0].ID != bank.ID || list[0].TermsDays != 30 {
			w.Errorf("%+v", list)
		}
		if got := must(w.s.BankTransfer(ctx, w.bo, bank.ID))(w); got.Kind != account.BankTransfer {
			w.Errorf("%+v", got)
		}
		eve, _, _ := w.other("Borealis")
		for _, c := range []struct {
			scope access.Scope
			id    string
		}{{w.bo, gone}, {w.bo, bank.ID}, {w.bo, "x"}, {eve, card}, {access.Scope{}, card}} {
			if _, err := w.s.Card(ctx, c.scope, c.id); models.KindOf(err) != models.NotFound {
				w.Errorf("card %s: %v", c.id, err)
			}
		}
		for _, scope := range []access.Scope{eve, {}} {
			if _, err := w.s.BankTransfer(ctx, scope, bank.ID); models.KindOf(err) != models.NotFound {
				w.Errorf("bank transfer: %v", err)
			}
		}
		if cards, banks := must(w.s.Cards(ctx, eve))(w), must(w.s.BankTransfers(ctx, eve))(w); len(cards)+len(banks) > 0 {
			w.Errorf("told: %+v %+v", cards, banks)
		}
	})
}
