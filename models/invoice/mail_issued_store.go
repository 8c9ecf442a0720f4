package invoice

import (
	"context"
	"fmt"
	"time"

	"billfold/models/access"
	"billfold/models/account"
	"billfold/models/mail"
	"billfold/models/money"

	"gorm.io/gorm"
)

// mailIssued queues the mail that brings an invoice or credit note whose PDF was stored for the first time,
// to the invoice emails that its group has now.
func mailIssued(tx *gorm.DB, at time.Time, row Row) error {
	facts, info, err := documentFacts(tx, row)
	if err != nil {
		return err
	}
	kind := mail.InvoiceIssued
	if row.Kind == KindCreditNote {
		kind = mail.CreditNoteIssued
	}
	return mail.Enqueue(tx, at, mail.Wanted{Kind: kind, UniqueKey: fmt.Sprintf("%s:%s", kind, row.ID), AccountID: row.AccountID, InvoiceID: row.ID,
		Recipients: info.InvoiceEmails, Facts: facts, Attachment: mail.AttachPDF})
}

// documentFacts is what a mail that carries an invoice or credit note says of it, most of it frozen at issue.
func documentFacts(tx *gorm.DB, row Row) (mail.Facts, account.Information, error) {
	facts, info, err := MailFactsTx(tx, row)
	if err != nil {
		return facts, info, err
	}
	frozen, err := row.Decode()
	if err != nil {
		return facts, info, err
	}
	switch frozen.Payment.Kind {
	case account.BankTransfer:
		facts.Method = "bank transfer"
	case account.Card:
		facts.Method = account.PaymentMethod{Kind: account.Card, Brand: frozen.Payment.Brand, Last4: frozen.Payment.Last4}.Label()
	}
	if c := frozen.Corrects; c != nil {
		currency := money.Currency(row.Currency)
		facts.Method, facts.DueDate = "", nil
		facts.Original, facts.Reason, facts.Due = c.Number, c.Reason, money.New(c.Due, currency).Decimal()
		if c.Refund > 0 {
			facts.Amount = money.New(c.Refund, currency).Decimal()
		}
	}
	return facts, info, nil
}

// Emailed gives the latest mails that carry an invoice of the scope's account, the newest first, at most limit.
func (s *Store) Emailed(ctx context.Context, scope access.Scope, row Row, limit int) ([]mail.Mail, error) {
	return mail.NewStore(s.db, s.clock).OfInvoice(ctx, scope.AccountID(), row.ID, limit, mail.InvoiceIssued, mail.CreditNoteIssued, mail.InvoiceCopy)
}
