package group

import (
	"time"

	"billfold/models/account"
	"billfold/models/payment"
	"billfold/views"
)

// PaymentMethodView is the page that chooses how a group pays.
type PaymentMethodView struct {
	Frame
	AccountID, AccountName string
	Methods                []payment.Method
	Chosen                 string // id; empty to decide later
	Key, CardKey           string // of the two forms
	TakesCards             bool   // a gateway is set up
	Sandbox                bool   // and it is the sandbox
	Now                    time.Time
}

func (v PaymentMethodView) choice() views.Choice {
	c := views.Choice{Name: "payment_method", Label: "Payment method", Value: v.Chosen, Error: views.FieldError(v.Shell.Errors, "payment_method")}
	for _, m := range v.Methods {
		c.Options = append(c.Options, views.Option{Value: m.ID, Label: m.Label(), Hint: paymentHint(m, v.Now)})
	}
	c.Options = append(c.Options, views.Option{Value: "", Label: "Decide later"})
	return c
}

// cards reports whether a card can be chosen, so that the page says what choosing one means.
func (v PaymentMethodView) cards() bool {
	for _, m := range v.Methods {
		if m.Card != nil {
			return true
		}
	}
	return v.TakesCards
}

// nothing says what to do when there is nothing to choose.
func (v PaymentMethodView) nothing() string {
	if v.TakesCards {
		return v.AccountName + " has no payment method. Add a card."
	}
	return v.AccountName + " has no payment method. Ask the operator to allow bank transfer."
}

func paymentHint(m payment.Method, now time.Time) string {
	if m.Card == nil {
		return "Invoices are due " + views.Count(m.TermsDays, "day", "days") + " after the invoice date."
	}
	return CardHint(*m.Card, now)
}

// CardHint is the line under a card that can be chosen: "Expires 08/2028, Ana Lima".
func CardHint(c account.StoredCard, now time.Time) string {
	hint := "Expires " + c.Expires()
	if c.Expired(now) {
		hint = "Expired " + c.Expires()
	}
	if c.Holder != "" {
		hint += ", " + c.Holder
	}
	return hint
}
