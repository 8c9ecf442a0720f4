package mail

import (
	"fmt"

	outbox "billfold/models/mail"
	"billfold/views"
)

// issued is the mail that brings an invoice.
func (l *letter) issued() string {
	f := l.Facts
	l.say(fmt.Sprintf("Here is invoice %s%s from %s, for the billing group %s. It is attached as a PDF.", f.Number, l.month(" for "), outbox.Clean(l.seller()), l.whose()))
	l.sum()
	l.say(l.howToPay())
	l.say(l.link("The invoice with all its lines", l.page()))
	return fmt.Sprintf("Invoice %s%s: %s", f.Number, l.month(" for "), l.amount(f.Total))
}

// sum is what an invoice comes to.
func (l *letter) sum() {
	words := "Total: " + l.amount(l.Facts.Total)
	if l.owes() {
		words += "\nAmount due: " + l.amount(l.Facts.Due) + "\nDue date: " + l.day(l.Facts.DueDate)
	}
	l.say(words)
}

func (l *letter) howToPay() string {
	f := l.Facts
	switch {
	case !l.owes():
		return "Nothing is left to pay."
	case l.method() == "bank transfer":
		return fmt.Sprintf("Pay %s by bank transfer by %s, with the reference %s. The bank details are on the invoice.", l.amount(f.Due), l.day(f.DueDate), f.Number)
	case l.method() != "":
		return fmt.Sprintf("%s will be charged to %s. There is nothing to do.", l.amount(f.Due), l.method())
	}
	return l.link("This billing group has no way to pay. Choose one", views.PaymentMethodPath(f.GroupID))
}

// credited is the mail that brings a credit note.
func (l *letter) credited() string {
	f := l.Facts
	l.say(fmt.Sprintf("Here is credit note %s from %s. It corrects invoice %s%s of the billing group %s. It is attached as a PDF.",
		f.Number, outbox.Clean(l.seller()), f.Original, l.month(" for "), l.whose()))
	words := "Credited: " + l.amount(f.Total)
	if f.Due != "" {
		words += "\nStill due of invoice " + f.Original + ": " + l.amount(f.Due)
	}
	if f.Amount != "" {
		words += "\nTo be refunded: " + l.amount(f.Amount)
	}
	if f.Reason != "" {
		words += "\nReason: " + outbox.Clean(f.Reason)
	}
	l.say(words)
	l.say(l.link("The credit note with all its lines", l.page()))
	return fmt.Sprintf("Credit note %s for invoice %s: %s", f.Number, f.Original, l.amount(f.Total))
}

// copied is a copy that somebody asked for.
func (l *letter) copied() string {
	f, what := l.Facts, "invoice"
	if f.Original != "" {
		what = "credit note"
	}
	l.say(fmt.Sprintf("%s sent you a copy of %s %s%s from %s, for the billing group %s. It is attached as a PDF.",
		outbox.Clean(f.SentBy), what, f.Number, l.month(" for "), outbox.Clean(l.seller()), l.whose()))
	l.say("Total: " + l.amount(f.Total))
	l.say(l.link("The "+what+" with all its lines", l.page()))
	return fmt.Sprintf("Copy of %s %s%s: %s", what, f.Number, l.month(" for "), l.amount(f.Total))
}
