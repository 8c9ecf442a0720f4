package main

import (
	"fmt"

	"billfold/models"
	"billfold/models/db"
	"billfold/models/invoice"
)

type invoicesCreditCmd struct {
	Number string `arg:"" help:"Invoice number."`
	Line   string `help:"Credit a part of one line only: its place in the invoice's CSV file, from 1, or its id." placeholder:"N"`
	Amount string `help:"How much of the line, before credits and tax (default: all that is left of it)."`
	Reason string `required:"" help:"Why; it is printed on the credit note."`
	Again  bool   `help:"Credit the same part of a line by the same amount for the same reason once more; without it the repetition of a command whose answer was lost is refused."`
}

// creditNote is what `invoices credit --json` prints. Amounts are in the invoice's currency.
type creditNote struct {
	Number          string        `json:"credit_note_number"`
	Invoice         string        `json:"invoice_number"`
	Currency        string        `json:"currency"`
	Subtotal        string        `json:"subtotal"`
	CreditReturned  string        `json:"credit_returned"`
	Tax             string        `json:"tax"`
	Total           string        `json:"total"`
	PrepaidReturned string        `json:"prepaid_returned"`
	ToRefund        string        `json:"to_refund"`
	InvoiceDue      string        `json:"invoice_due"`
	InvoiceState    invoice.State `json:"invoice_state"`
	Lines           []creditLine  `json:"lines"`
}

type creditLine struct {
	Project     string `json:"project"`
	Service     string `json:"service"`
	Description string `json:"description"`
	Amount      string `json:"amount"`
}

func (c *invoicesCreditCmd) Run(a *app) error {
	return a.with(func(d *db.DB, clock models.Clock) error {
		done, err := invoice.NewStore(d, clock).CreditInvoice(a.ctx, operator(), c.Number, invoice.CreditRequest{Line: c.Line, Amount: c.Amount, Reason: c.Reason, Again: c.Again})
		if err != nil {
			return err
		}
		if err := worker(d, clock, a.log()).Drain(a.ctx, a.bar("Making the PDF")); err != nil {
			return err
		}
		return a.print(newCreditNote(done), "%s", creditWords(done))
	})
}

func newCreditNote(done invoice.CreditDone) creditNote {
	n := creditNote{Number: *done.Note.Number, Invoice: *done.Original.Number, Currency: done.Note.Currency, Subtotal: done.Subtotal.Decimal(),
		CreditReturned: done.Credits.Decimal(), Tax: done.Tax.Decimal(), Total: done.Total.Decimal(), PrepaidReturned: done.Returned.Decimal(),
		ToRefund: done.Refund.Decimal(), InvoiceDue: done.Due.Decimal(), InvoiceState: done.Original.State, Lines: []creditLine{}}
	for i, l := range done.Rows {
		n.Lines = append(n.Lines, creditLine{l.ProjectName, l.ServiceName, l.Description, done.Amount(i).Decimal()})
	}
	return n
}

func creditWords(done invoice.CreditDone) string {
	words := fmt.Sprintf("Credit note %s credits %s of invoice %s, which is %s: %s due.", *done.Note.Number, done.Total, *done.Original.Number, done.Original.State.Words(), done.Due)
	if done.Credits.Sign() > 0 {
		words += fmt.Sprintf(" %s of credits can be used again.", done.Credits)
	}
	if done.Returned.Sign() > 0 {
		words += fmt.Sprintf(" %s is prepaid credit again.", done.Returned)
	}
	if done.Refund.Sign() > 0 {
		words += fmt.Sprintf(" Refund %s, then run billfold payments refund %s.", done.Refund, *done.Original.Number)
	}
	return words
}
