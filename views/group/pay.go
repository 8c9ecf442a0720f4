package group

import (
	"time"

	"billfold/models/payment"
	"billfold/views"
)

// PayView is the page on which an invoice is paid.
type PayView struct {
	Shell   views.Shell
	GroupID string
	Key     string
	Invoice payment.Payable
	Chosen  string // id of the card to charge; "" for another one
	Sandbox bool
	Now     time.Time
}

// Title is what can be done, or why nothing.
func (v PayView) Title() string {
	if !v.Invoice.Wanted() {
		return "Nothing is to be paid"
	}
	return "Pay invoice " + v.Invoice.Number
}

// nothing says why nothing is to be paid.
func (v PayView) nothing() string {
	return "Invoice " + v.Invoice.Number + " is " + v.Invoice.State.Words() + "."
}

func (v PayView) choice() views.Choice {
	c := views.Choice{Name: "card", Label: "Card", Value: v.Chosen, Error: views.FieldError(v.Shell.Errors, "card")}
	for _, card := range v.Invoice.Cards {
		c.Options = append(c.Options, views.Option{Value: card.ID, Label: card.Label(), Hint: CardHint(card, v.Now)})
	}
	c.Options = append(c.Options, views.Option{Value: "", Label: "Another card", Hint: "You enter it on the payment provider's page. It is charged once and not kept."})
	return c
}

// waiting says what is going on already, "" for nothing.
func (v PayView) waiting() string {
	switch open := v.Invoice.Open; {
	case open == nil:
		return ""
	case open.State == payment.ActionRequired:
		return "The bank asks the cardholder to confirm the charge to " + open.Label() + ". Paying here takes the place of it."
	case open.Kind == payment.PayNow:
		return "A payment page for this invoice is open since " + views.Moment(open.CreatedAt) + ". Going on leads to it."
	}
	return ""
}

func (v PayView) form() views.FormProps {
	return views.FormProps{Action: views.PayNowPath(v.GroupID, v.Invoice.Number), Key: v.Key, Leaves: true}
}

// PaidFlash says how the last attempt to pay an invoice stands, to who comes back from the gateway's page.
func PaidFlash(groupID, number string, attempts []payment.Attempt) views.Flash {
	again := func(text string) views.Flash {
		return views.Flash{Text: text, LinkText: "Pay now", LinkPath: views.PayNowPath(groupID, number)}
	}
	if len(attempts) == 0 {
		return again("Nothing was charged.")
	}
	switch last := attempts[len(attempts)-1]; last.State {
	case payment.Succeeded:
		return views.Flash{Text: views.Money(last.Amount) + " of invoice " + number + " paid by " + last.Label() + "."}
	case payment.Failed:
		return again(last.Label() + " was not charged: " + payment.FailureWords(last.Failure) + ".")
	case payment.Processing:
		return views.Flash{Text: "The bank has not decided yet. Look again in a minute."}
	case payment.Surplus, payment.Refunded:
		return views.Flash{Text: views.Money(last.Amount) + " was paid although invoice " + number + " was paid already. It is sent back to " + last.Label() + "."}
	case payment.Reversed:
		return again("The bank has taken the payment of invoice " + number + " back.")
	}
	return again("Nothing was charged.")
}
