package views

import (
	"time"

	"billfold/models/payment"
)

// PaymentAlert is a payment that failed, and the things to do about it.
type PaymentAlert struct {
	Number, Path string // of the invoice; Path is empty on its own page
	Group        string // its group's name, where several are listed
	Text         string
	Actions      []MenuItem // empty for those who may only look
}

// Payer says what the reader of an alert can do.
type Payer struct {
	May  bool // change billing
	Card bool // a gateway is set up, so that cards are taken
}

// NewPaymentAlert puts a failed payment into words: why, what happens next, and what to do.
func NewPaymentAlert(t payment.Trouble, p Payer, now time.Time) PaymentAlert {
	a := PaymentAlert{Number: t.Number, Path: InvoicePath(t.GroupID, t.Number), Text: troubleText(t, now)}
	if !p.May {
		return a
	}
	update := MenuItem{Label: "Update payment method", Path: PaymentMethodPath(t.GroupID)}
	pay := MenuItem{Label: "Pay now", Path: PayNowPath(t.GroupID, t.Number)}
	switch {
	case !p.Card:
		a.Actions = []MenuItem{update}
	case t.State == payment.ActionRequired:
		a.Actions = []MenuItem{pay, update}
	case t.State != payment.Processing:
		a.Actions = []MenuItem{update, pay}
	}
	return a
}

func troubleText(t payment.Trouble, now time.Time) string {
	due := Money(t.Due)
	switch t.State {
	case payment.Failed:
		text := "We could not charge " + lowerCard(t.Label) + " on " + Date(t.On) + ": " + payment.FailureWords(t.Failure) + ". " + due + " is due."
		return text + nextTry(t.NextTry, now)
	case payment.ActionRequired:
		return "Your bank asks you to confirm the payment of " + due + " with " + lowerCard(t.Label) + "." + nextTry(t.NextTry, now)
	case payment.Processing:
		return "Your bank has not decided yet about the payment of " + due + " with " + lowerCard(t.Label) + "."
	case payment.Reversed:
		return "Your bank took back a payment by " + lowerCard(t.Label) + " on " + Date(t.On) + ". " + due + " is due again."
	}
	return "The payment failed. " + due + " is due." + nextTry(t.NextTry, now)
}

// lowerCard is the label of a card within a sentence, "the card" when it is not known.
func lowerCard(label string) string {
	if label == "" || label == "Card" {
		return "the card"
	}
	return label
}

// nextTry says when a charge is tried again; the year only where it is another one.
func nextTry(at *time.Time, now time.Time) string {
	switch {
	case at == nil:
		return ""
	case !at.After(now):
		return " We try again now."
	case at.UTC().Year() == now.UTC().Year():
		return " We try again on " + at.UTC().Format("2 Jan") + "."
	}
	return " We try again on " + Date(*at) + "."
}
