package main

import (
	"fmt"

	"billfold/models"
	"billfold/models/db"
	"billfold/models/invoice"
)

type paymentsCmd struct {
	Record  paymentsRecordCmd  `cmd:"" help:"Record a bank transfer that arrived for an invoice."`
	Refund  paymentsRefundCmd  `cmd:"" help:"Record a bank transfer back to the customer: what a credit note or too large a payment left over."`
	Collect paymentsCollectCmd `cmd:"" help:"Charge, remind and send back what is due now; serve does it by itself."`
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
		words := fmt.Sprintf("%s recorded for invoice %s: %s due, %s.", done.Amount, done.Number, done.Due, done.State.Words())
		if done.Excess.Sign() > 0 {
			words += fmt.Sprintf(" %s more than was due: send it back and run billfold payments refund %s.", done.Excess, done.Number)
		}
		return a.print(map[string]any{"invoice_number": done.Number, "amount": done.Amount.Decimal(), "currency": done.Amount.Currency(),
			"due": done.Due.Decimal(), "excess": done.Excess.Decimal(), "state": done.State}, "%s", words)
	})
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
