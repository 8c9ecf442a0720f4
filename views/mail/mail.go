// Package mail is the words of the mails that go to customers: a subject and plain text, from the facts that
// were queued. No pictures, no tracking, and no card number beyond its last four digits.
//
//	mail.go     putting a mail together
//	invoices.go documents: issued, copied
//	payments.go payments: failed, to be confirmed, received, taken back, overdue; cards that expire
package mail

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"billfold/models"
	outbox "billfold/models/mail"
	"billfold/models/money"
	"billfold/views"
	"billfold/views/documents"
)

// letter is a mail being written.
type letter struct {
	outbox.Mail
	from   outbox.Address
	public string // scheme and host of the console
	lines  []string
	err    error
}

// Writer gives the function that writes mails with links to the console at publicURL.
func Writer(publicURL string) func(outbox.Mail, outbox.Address) (outbox.Written, error) {
	return func(m outbox.Mail, from outbox.Address) (outbox.Written, error) { return Write(m, from, publicURL) }
}

// Write puts a mail into words. A mail that lacks a fact it cannot do without is an error: better none than
// one that says something wrong about money.
func Write(m outbox.Mail, from outbox.Address, publicURL string) (outbox.Written, error) {
	l := &letter{Mail: m, from: from, public: publicURL}
	write, ok := map[outbox.Kind]func(*letter) string{
		outbox.InvoiceIssued: (*letter).issued, outbox.CreditNoteIssued: (*letter).credited, outbox.InvoiceCopy: (*letter).copied,
		outbox.PaymentFailed: (*letter).failed, outbox.ActionRequired: (*letter).confirm, outbox.PaymentReceived: (*letter).received,
		outbox.PaymentReversed: (*letter).reversed, outbox.PaymentReminder: (*letter).reminder, outbox.CardExpiring: (*letter).expiring,
	}[m.Kind]
	if !ok {
		return outbox.Written{}, fmt.Errorf("nobody knows what to write in a mail of the kind %q", m.Kind)
	}
	l.say("Hello,")
	subject := write(l)
	l.say("-- \n" + outbox.Clean(l.seller()))
	if m.Kind != outbox.CardExpiring && m.Facts.Number == "" {
		l.err = errors.Join(l.err, errors.New("the invoice's number is not known"))
	}
	return outbox.Written{Subject: outbox.Clean(subject), Text: strings.Join(l.lines, "\n\n") + "\n", File: l.file()}, l.err
}

// say adds a paragraph; an empty one is left out.
func (l *letter) say(paragraph string) {
	if paragraph != "" {
		l.lines = append(l.lines, paragraph)
	}
}

// seller is who the mail is from, by name if there is one.
func (l *letter) seller() string {
	if l.from.Name != "" {
		return l.from.Name
	}
	return l.from.Email
}

// amount is one of the facts as screens write it.
func (l *letter) amount(decimal string) string {
	a := l.parse(decimal)
	if l.err != nil {
		return ""
	}
	return views.Money(a)
}

func (l *letter) parse(decimal string) money.Amount {
	currency, err := money.ParseCurrency(l.Facts.Currency)
	if err == nil {
		var a money.Amount
		if a, err = money.Parse(decimal, currency); err == nil {
			return a
		}
	}
	l.err = errors.Join(l.err, fmt.Errorf("the amount %q in %q cannot be read: %w", decimal, l.Facts.Currency, err))
	return money.Amount{}
}

// owes reports whether something is left to pay.
func (l *letter) owes() bool { return l.Facts.Due != "" && l.parse(l.Facts.Due).Sign() > 0 }

// day is a date of the facts.
func (l *letter) day(t *time.Time) string {
	if t == nil {
		l.err = errors.Join(l.err, errors.New("a date is not known"))
		return ""
	}
	return views.Date(*t)
}

// month is the billed month in words with what goes before it, empty when there is none.
func (l *letter) month(before string) string {
	m, err := models.ParseMonth(l.Facts.Month)
	if err != nil {
		return ""
	}
	return before + m.Label()
}

// whose names the billing group and account on one line.
func (l *letter) whose() string {
	return outbox.Clean(l.Facts.GroupName) + " (" + outbox.Clean(l.Facts.AccountName) + ")"
}

// method is how something is paid, to stand within a sentence.
func (l *letter) method() string {
	m := outbox.Clean(l.Facts.Method)
	if rest, ok := strings.CutPrefix(m, "Bank transfer"); ok {
		return "bank transfer" + rest
	}
	return m
}

// by is the method with what goes before it, empty when it is not known.
func (l *letter) by(before string) string {
	if m := l.method(); m != "" {
		return before + m
	}
	return ""
}

func (l *letter) link(words, path string) string { return words + ":\n" + l.public + path }

// page leads to the invoice or credit note in the console.
func (l *letter) page() string {
	if l.Facts.GroupID == "" || l.Facts.Number == "" {
		return ""
	}
	return views.InvoicePath(l.Facts.GroupID, l.Facts.Number)
}

// file is the name its attachment is saved under.
func (l *letter) file() string {
	switch {
	case strings.HasPrefix(l.Attachment, outbox.AttachReceipt):
		return "receipt_" + documents.FileName(documents.Invoice{Number: l.Facts.Number, Kind: documents.KindInvoice}, "pdf")[len("invoice_"):]
	case l.Attachment == outbox.AttachPDF:
		inv := documents.Invoice{Number: l.Facts.Number, Kind: documents.KindInvoice}
		if l.Facts.Original != "" {
			inv.Kind = documents.KindCreditNote
		} else if m, err := models.ParseMonth(l.Facts.Month); err == nil {
			inv.PeriodStart = m.Start()
		}
		return documents.FileName(inv, "pdf")
	}
	return ""
}
