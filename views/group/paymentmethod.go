package group

import (
	"billfold/models/account"
	"billfold/views"
)

// PaymentMethodView is the page that chooses how a group pays.
type PaymentMethodView struct {
	Frame
	AccountName string
	Methods     []account.PaymentMethod
	Chosen      string // id; empty to decide later
	Key         string
}

func (v PaymentMethodView) choice() views.Choice {
	c := views.Choice{Name: "payment_method", Label: "Payment method", Value: v.Chosen, Error: views.FieldError(v.Shell.Errors, "payment_method")}
	for _, m := range v.Methods {
		c.Options = append(c.Options, views.Option{Value: m.ID, Label: m.Label(), Hint: paymentHint(m)})
	}
	c.Options = append(c.Options, views.Option{Value: "", Label: "Decide later"})
	return c
}

func paymentHint(m account.PaymentMethod) string {
	if m.Kind == account.BankTransfer {
		return "Invoices are due " + views.Count(m.TermsDays, "day", "days") + " after the invoice date."
	}
	return ""
}
