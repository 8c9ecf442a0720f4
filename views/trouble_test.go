package views

import (
	"strings"
	"testing"
	"time"

	"billfold/models/money"
	"billfold/models/payment"
)

func TestPaymentAlertSaysWhyAndWhatToDo(t *testing.T) {
	now := time.Date(2026, 11, 4, 9, 0, 0, 0, time.UTC)
	soon, later := time.Date(2026, 11, 6, 9, 0, 0, 0, time.UTC), time.Date(2027, 1, 2, 9, 0, 0, 0, time.UTC)
	of := func(state payment.State, label string, next *time.Time) payment.Trouble {
		return payment.Trouble{Number: "BF-2026-000412", GroupID: "g1", Due: money.New(31_000, "EUR"), State: state, Failure: payment.FailFunds, Label: label, On: time.Date(2026, 11, 3, 0, 0, 0, 0, time.UTC), NextTry: next}
	}
	both := Payer{May: true, Card: true}
	for _, c := range []struct {
		trouble payment.Trouble
		payer   Payer
		text    string
		actions string
	}{
		{of(payment.Failed, "Visa ending 4242", &soon), both, "We could not charge Visa ending 4242 on 3 Nov 2026: insufficient funds. €310.00 is due. We try again on 6 Nov.", "Update payment method, Pay now"},
		{of(payment.Failed, "Card", &later), both, "We could not charge the card on 3 Nov 2026: insufficient funds. €310.00 is due. We try again on 2 Jan 2027.", "Update payment method, Pay now"},
		{of(payment.Failed, "Visa ending 4242", &now), Payer{May: true}, "We could not charge Visa ending 4242 on 3 Nov 2026: insufficient funds. €310.00 is due. We try again now.", "Update payment method"},
		{of(payment.Failed, "Visa ending 4242", nil), Payer{Card: true}, "We could not charge Visa ending 4242 on 3 Nov 2026: insufficient funds. €310.00 is due.", ""},
		{of(payment.ActionRequired, "Visa ending 3155", nil), both, "Your bank asks you to confirm the payment of €310.00 with Visa ending 3155.", "Pay now, Update payment method"},
		{of(payment.Processing, "Visa ending 4242", nil), both, "Your bank has not decided yet about the payment of €310.00 with Visa ending 4242.", ""},
		{of(payment.Reversed, "Visa ending 4242", nil), both, "Your bank took back a payment by Visa ending 4242 on 3 Nov 2026. €310.00 is due again.", "Update payment method, Pay now"},
		{of("", "", nil), both, "The payment failed. €310.00 is due.", "Update payment method, Pay now"},
	} {
		a := NewPaymentAlert(c.trouble, c.payer, now)
		var actions []string
		for _, l := range a.Actions {
			actions = append(actions, l.Label)
			if want := map[string]string{"Pay now": "/billing-groups/g1/invoices/BF-2026-000412/pay", "Update payment method": "/billing-groups/g1/payment-method"}[l.Label]; l.Path != want {
				t.Errorf("%s leads to %s", l.Label, l.Path)
			}
		}
		if a.Text != c.text || strings.Join(actions, ", ") != c.actions {
			t.Errorf("%q %q\nwant %q %q", a.Text, actions, c.text, c.actions)
		}
	}
}
