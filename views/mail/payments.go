package mail

import (
	"fmt"

	outbox "billfold/models/mail"
	"billfold/views"
)

// about names the invoice and whose it is.
func (l *letter) about() string {
	return fmt.Sprintf("invoice %s%s of the billing group %s", l.Facts.Number, l.month(" for "), l.whose())
}

// failed says that a card could not be charged, and what comes next.
func (l *letter) failed() string {
	f := l.Facts
	reason := ""
	if f.Reason != "" {
		reason = ": " + outbox.Clean(f.Reason)
	}
	l.say(fmt.Sprintf("The payment of %s%s for %s failed%s.", l.amount(f.Amount), l.by(" with "), l.about(), reason))
	if f.NextTry != nil {
		l.say(fmt.Sprintf("It will be tried again on %s. You can also pay now, or choose another card before then.", l.day(f.NextTry)))
	} else {
		l.say("It will not be tried again by itself. Pay now, with this card or another one.")
	}
	l.say(l.link("Pay now", l.page()))
	l.say(l.link("Change the payment method", views.PaymentMethodPath(f.GroupID)))
	return fmt.Sprintf("Payment of %s for invoice %s failed", l.amount(f.Amount), f.Number)
}

// confirm asks the cardholder to confirm a payment with the bank.
func (l *letter) confirm() string {
	f := l.Facts
	l.say(fmt.Sprintf("The bank asks the cardholder to confirm the payment of %s%s for %s. Until then nothing is paid.", l.amount(f.Amount), l.by(" with "), l.about()))
	l.say(l.link("Open the invoice and choose “Pay now” to confirm it", l.page()))
	return fmt.Sprintf("Confirm the payment of %s for invoice %s", l.amount(f.Amount), f.Number)
}

// received thanks for a payment.
func (l *letter) received() string {
	f := l.Facts
	l.say(fmt.Sprintf("We received %s on %s%s for %s. Thank you. The receipt is attached as a PDF.", l.amount(f.Amount), l.day(f.Date), l.by(" by "), l.about()))
	if l.owes() {
		l.say("Still due: " + l.amount(f.Due))
	} else {
		l.say("Nothing is left to pay.")
	}
	l.say(l.link("The invoice with its payments", l.page()))
	return fmt.Sprintf("Payment of %s for invoice %s received", l.amount(f.Amount), f.Number)
}

// reversed says that the bank took a payment back.
func (l *letter) reversed() string {
	f := l.Facts
	l.say(fmt.Sprintf("The payment of %s%s for %s was disputed, and the bank took it back on %s.", l.amount(f.Amount), l.by(" with "), l.about(), l.day(f.Date)))
	if l.owes() {
		l.say("Due again: " + l.amount(f.Due))
		l.say(l.link("Pay now", l.page()))
	} else {
		l.say(l.link("The invoice with its payments", l.page()))
	}
	return fmt.Sprintf("Payment of %s for invoice %s was taken back", l.amount(f.Amount), f.Number)
}

// reminder says that a bank transfer is overdue.
func (l *letter) reminder() string {
	f := l.Facts
	l.say(fmt.Sprintf("%s of %s has been due since %s, and we have not received it.", l.amount(f.Due), l.about(), l.day(f.DueDate)))
	l.say(fmt.Sprintf("Pay it by bank transfer with the reference %s. The bank details are on the invoice. If you have paid in the last few days, there is nothing to do.", f.Number))
	l.say(l.link("The invoice", l.page()))
	subject := fmt.Sprintf("Invoice %s is overdue: %s", f.Number, l.amount(f.Due))
	if f.Times > 1 {
		subject = fmt.Sprintf("Reminder %d: invoice %s is overdue: %s", f.Times, f.Number, l.amount(f.Due))
	}
	return subject
}

// expiring says that a card has to be replaced soon.
func (l *letter) expiring() string {
	f := l.Facts
	l.say(fmt.Sprintf("%s, which pays the invoices of %s, expires at the end of %s. After that it cannot be charged.", l.method(), l.whose(), outbox.Clean(f.Expires)))
	l.say(l.link("Replace the card", views.PaymentMethodsPath(f.AccountID)))
	return fmt.Sprintf("%s expires at the end of %s", l.method(), outbox.Clean(f.Expires))
}
