package group

import (
	"strings"

	"billfold/models/invoice"
	"billfold/models/mail"
	"billfold/views"
)

// EmailInvoiceView is the page that asks who gets a copy of an invoice or credit note by email.
type EmailInvoiceView struct {
	Shell   views.Shell
	Title   string
	Action  string
	Back    string // the invoice
	Emails  string // where the group's emails are changed
	Options []views.Option
	Key     string
}

// NewEmailInvoice puts the question into words; chosen are the addresses that are ticked.
func NewEmailInvoice(shell views.Shell, c invoice.CopyChoices, chosen []string, key string) EmailInvoiceView {
	group, number := c.Row.GroupID, c.Row.Address()
	name := strings.Replace(InvoiceTitle(c.Row), "C", "c", 1)
	if c.Row.Kind != invoice.KindCreditNote {
		name = strings.Replace(InvoiceTitle(c.Row), "I", "i", 1)
	}
	v := EmailInvoiceView{Shell: shell, Title: "Who gets a copy of " + name + "?", Action: views.InvoiceEmailPath(group, number),
		Back: views.InvoicePath(group, number), Emails: views.EditEmailsPath(group), Key: key}
	add := func(email, hint string) {
		o := views.Option{Value: email, Label: email, Hint: hint}
		for _, e := range chosen {
			o.Checked = o.Checked || e == email
		}
		v.Options = append(v.Options, o)
	}
	for _, e := range c.Emails {
		add(e, "")
	}
	if c.Own != "" {
		add(c.Own, "Your own address")
	}
	return v
}

// EmailedFlash says that copies are on their way.
func EmailedFlash(to []string) views.Flash {
	return views.Flash{Text: "A copy is on its way to " + views.List(to) + "."}
}

// Emailed adds to the facts of an invoice whom it was mailed to, and what became of that.
func (v *InvoiceView) Emailed(mails []mail.Mail) {
	for i, m := range mails {
		name := "Emailed"
		if i > 0 {
			name = "Emailed before"
		}
		v.Facts = append(v.Facts, Fact{Name: name, Value: emailed(m)})
	}
}

func emailed(m mail.Mail) string {
	to := "to " + views.List(m.Recipients)
	switch {
	case m.State == mail.Sent && m.SentAt != nil && m.LastError == "":
		return "To " + to[3:] + " on " + views.Date(*m.SentAt)
	case m.State == mail.Sent && m.SentAt != nil:
		return "To " + to[3:] + " on " + views.Date(*m.SentAt) + ". " + m.LastError
	case m.State == mail.Failed:
		return "Could not be sent " + to + "."
	case m.State == mail.Unknown:
		return "May have been sent " + to + ": the mail server's answer was lost."
	}
	return "Waits to be sent " + to
}
