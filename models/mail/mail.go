// Package mail is the outbox: mails that follow from changes, written in the transaction of the change and
// sent after it, each at most once. Without a mail server they wait.
//
//	mail.go         what can be mailed and the facts it is written from
//	state.go        the states of a mail, and what becomes of it by how handing it over ended
//	message.go      a mail as it leaves, and who carries it
//	mail_store.go   the outbox in the database: queueing, reading
//	send_store.go   handing one over, at most once
//	operate_store.go what the operator does with one that did not leave
//	smtp/           the mail server
package mail

import "time"

// Kind says what a mail is about.
type Kind string

// The kinds of mails.
const (
	InvoiceIssued    Kind = "invoice.issued"          // with the PDF attached
	CreditNoteIssued Kind = "credit_note.issued"      // with the PDF attached
	PaymentFailed    Kind = "payment.failed"          // and is tried again on NextTry, if set
	ActionRequired   Kind = "payment.action_required" // the bank asks the cardholder to confirm
	PaymentReceived  Kind = "payment.received"        // with the receipt attached
	PaymentReversed  Kind = "payment.reversed"        // the bank took it back
	PaymentReminder  Kind = "payment.reminder"        // a bank transfer is overdue
	CardExpiring     Kind = "card.expiring"
	InvoiceCopy      Kind = "invoice.copy" // of an invoice or, with Original, a credit note; SentBy asked for it
)

// asks reports whether a mail asks for money, and is wrong once it is not due any more.
func (k Kind) asks() bool { return k == PaymentFailed || k == ActionRequired || k == PaymentReminder }

// Facts is what a mail is written from. Amounts are plain decimals ("14472.87") of Currency; what does not
// belong to the kind is empty.
type Facts struct {
	AccountID   string     `json:"account_id,omitempty"`
	AccountName string     `json:"account_name,omitempty"`
	GroupID     string     `json:"billing_group_id,omitempty"`
	GroupName   string     `json:"billing_group_name,omitempty"`
	Number      string     `json:"invoice_number,omitempty"` // of the invoice or credit note
	Original    string     `json:"original_number,omitempty"`
	Month       string     `json:"month,omitempty"` // "2026-10"
	Currency    string     `json:"currency,omitempty"`
	Total       string     `json:"total,omitempty"`
	Due         string     `json:"due,omitempty"`
	Amount      string     `json:"amount,omitempty"` // of the payment
	DueDate     *time.Time `json:"due_date,omitempty"`
	Method      string     `json:"method,omitempty"`   // "Visa ending 4242"
	Reason      string     `json:"reason,omitempty"`   // why a payment failed, in words
	NextTry     *time.Time `json:"next_try,omitempty"` // nil: not tried again by itself
	Date        *time.Time `json:"date,omitempty"`     // of the payment
	Expires     string     `json:"expires,omitempty"`  // of the card, "08/2028"
	SentBy      string     `json:"sent_by,omitempty"`  // who asked for a copy
	Times       int        `json:"times,omitempty"`    // which reminder or failure this is, from 1
}

// Attachments that a mail can carry, by name of the stored document.
const (
	AttachPDF     = "pdf"
	AttachReceipt = "receipt:" // and the payment's id
)

// Wanted is a mail to be queued.
type Wanted struct {
	Kind       Kind
	UniqueKey  string // the same key is queued once, ever
	AccountID  string
	InvoiceID  string // "" for none
	Recipients []string
	Facts      Facts
	Attachment string
}
