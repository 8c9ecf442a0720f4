package main

import (
	"fmt"

	"billfold/models"
	"billfold/models/db"
	"billfold/models/invoice"
)

type paymentsCmd struct {
	Record    paymentsRecordCmd    `cmd:"" help:"Record a bank transfer that arrived for an invoice."`
	Import    paymentsImportCmd    `cmd:"" help:"Take in a bank statement (camt.053): credits that name an invoice become its payments. Again changes nothing."`
	Unmatched paymentsUnmatchedCmd `cmd:"" help:"List the credits of bank statements that nobody has said yet what they are."`
	Assign    paymentsAssignCmd    `cmd:"" help:"Record an unmatched credit as a payment of an invoice."`
	Dismiss   paymentsDismissCmd   `cmd:"" help:"Say of an unmatched credit that it is no payment of an invoice."`
	List      paymentsListCmd      `cmd:"" help:"List payments, refunds and reversals, newest first."`
	Charges   paymentsChargesCmd   `cmd:"" help:"List the attempts to charge an invoice, and what happens next."`
	Refund    paymentsRefundCmd    `cmd:"" help:"Record a bank transfer back to the customer: what a credit note or too large a payment left over."`
	Collect   paymentsCollectCmd   `cmd:"" help:"Charge, remind and send back what is due now; serve does it by itself."`
}

type paymentsRecordCmd struct {
	Number    string `arg:"" help:"Invoice number."`
	Amount    string `help:"Amount in the invoice's currency (default: all that is due)."`
	Reference string `required:"" help:"The bank's reference; the same one is never recorded twice."`
	Date      string `help:"The day the money arrived (default: today)." placeholder:"YYYY-MM-DD"`
}

func (c *paymentsRecordCmd) Run(a *app) error {
	date, err := day("date", c.Date)
	if err != nil {
		return err
	}
	p := invoice.NewPayment{Number: c.Number, Amount: c.Amount, Reference: c.Reference, Date: date}
	return a.with(func(d *db.DB, clock models.Clock) error {
		done, err := invoice.NewStore(d, clock).RecordPayment(a.ctx, operator(), p)
		if err != nil {
			return err
		}
		if err := drainReceipts(a, d, clock); err != nil {
			return err
		}
		return a.print(newRecorded(done), "%s", recordedWords(done))
	})
}

// recorded is what recording a payment prints with --json. Amounts are in the invoice's currency.
type recorded struct {
	PaymentID string        `json:"payment_id,omitempty"`
	Number    string        `json:"invoice_number"`
	Amount    string        `json:"amount"`
	Currency  string        `json:"currency"`
	Due       string        `json:"due"`
	Excess    string        `json:"excess"`
	State     invoice.State `json:"state"`
}

func newRecorded(p invoice.Payment) recorded {
	return recorded{p.ID, p.Number, p.Amount.Decimal(), string(p.Amount.Currency()), p.Due.Decimal(), p.Excess.Decimal(), p.State}
}

func recordedWords(p invoice.Payment) string {
	words := fmt.Sprintf("%s recorded for invoice %s: %s due, %s.", p.Amount, p.Number, p.Due, p.State.Words())
	if p.Excess.Sign() > 0 {
		words += fmt.Sprintf(" %s more than was due: send it back and run billfold payments refund %s.", p.Excess, p.Number)
	}
	return words
}

type paymentsRefundCmd struct {
	Number    string `arg:"" help:"Invoice number."`
	Amount    string `help:"Amount in the invoice's currency (default: all that is to be refunded)."`
	Reference string `required:"" help:"The bank's reference; the same one is never recorded twice."`
	Date      string `help:"The day the money was sent (default: today)." placeholder:"YYYY-MM-DD"`
}

func (c *paymentsRefundCmd) Run(a *app) error {
	date, err := day("date", c.Date)
	if err != nil {
		return err
	}
	n := invoice.NewRefund{Number: c.Number, Amount: c.Amount, Reference: c.Reference, Date: date}
	return a.with(func(d *db.DB, clock models.Clock) error {
		done, err := invoice.NewStore(d, clock).RecordRefund(a.ctx, operator(), n)
		if err != nil {
			return err
		}
		return a.print(map[string]any{"invoice_number": done.Number, "amount": done.Amount.Decimal(), "currency": done.Amount.Currency(),
			"to_refund": done.Left.Decimal(), "state": done.State}, "%s of invoice %s refunded, %s still to be refunded. It is %s.", done.Amount, done.Number, done.Left, done.State.Words())
	})
}
