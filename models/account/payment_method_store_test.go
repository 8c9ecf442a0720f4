package account_test

import (
	"testing"

	"billfold/models"
	"billfold/models/access"
	"billfold/models/account"
)

func TestBankTransfer(t *testing.T) {
	each(t, func(w *world) {
		operator := access.OperatorActor()
		var method account.PaymentMethod
		allow := func(days int) func() error {
			return func() (err error) {
				method, err = w.s.AllowBankTransfer(ctx, operator, w.acme.ID, days)
				return err
			}
		}
		w.refused(models.Forbidden, "Only the operator can do this", func() error { _, err := w.s.AllowBankTransfer(ctx, w.ana.Actor(), w.acme.ID, 14); return err })
		w.refused(models.NotFound, "Account not found", func() error { _, err := w.s.AllowBankTransfer(ctx, operator, models.NewID(), 14); return err })
		for _, days := range []int{-1, 366} {
			w.refused(models.Invalid, "Enter a number of days from 0 to 365", allow(days))
		}
		made := w.expect(allow(account.DefaultTermsDays), "bank_transfer.allowed")
		if made[0].Sentence != "allowed payment by bank transfer, due after 14 days." {
			w.Errorf("%+v", made[0])
		}
		id := method.ID
		w.expect(allow(14))
		made = w.expect(allow(30), "bank_transfer.allowed")
		if method.ID != id || made[0].Before != `{"terms_days":14}` || made[0].After != `{"terms_days":30}` {
			w.Errorf("%+v %+v", method, made[0])
		}
		list := must(w.s.PaymentMethods(ctx, w.bo))(w)
		if len(list) != 1 || list[0].Label() != "Bank transfer, 30 days" || !must(w.s.Account(ctx, w.bo))(w).BankTransferAllowed {
			w.Fatalf("%+v", list)
		}

		choose := func(scope access.Scope, group, method string) func() error {
			return func() error { return w.s.ChoosePaymentMethod(ctx, scope, group, method) }
		}
		made = w.expect(choose(w.bo, w.primary, id), "payment_method.chosen")
		if made[0].Sentence != "set the payment method of Default: Bank transfer, 30 days." || made[0].Category != "billing-information" {
			w.Errorf("%+v", made[0])
		}
		w.expect(choose(w.bo, w.primary, id))
		if got, ok, err := account.PaymentMethodTx(w.d.Read(ctx), w.acme.ID, w.primary); err != nil || !ok || got.TermsDays != 30 {
			w.Errorf("%+v %v %v", got, ok, err)
		}
		w.expect(choose(w.bo, w.primary, ""), "payment_method.chosen")
		if _, ok, err := account.PaymentMethodTx(w.d.Read(ctx), w.acme.ID, w.primary); err != nil || ok {
			w.Errorf("%v %v", ok, err)
		}
		other, foreign, _ := w.other("Borealis")
		w.refused(models.NotFound, "Payment method not found", choose(other, foreign.ID, id))
		w.refused(models.NotFound, "Billing group not found", choose(w.bo, foreign.ID, id))
		w.refused(models.NotFound, "Payment method not found", choose(w.bo, w.primary, "x"))
		w.exec(`UPDATE accounts SET bank_transfer_allowed = ? WHERE id = ?`, false, w.acme.ID)
		w.refused(models.Conflict, "Acme Cloud may not pay by bank transfer. Ask the operator to allow it.", choose(w.bo, w.primary, id))
	})
}
