package main

import (
	"billfold/models"
	"billfold/models/db"
	"billfold/models/invoice"
)

type invoicesCmd struct {
	Close    invoicesCloseCmd  `cmd:"" help:"Close a month: issue one invoice for each billing group."`
	Waive    invoicesStateCmd  `cmd:"" help:"Give up an unpaid invoice as a favour." name:"waive"`
	Credit   invoicesCreditCmd `cmd:"" help:"Issue a credit note: all that is left of an invoice, or a part of a line."`
	Unpaid   invoicesUnpaidCmd `cmd:"" help:"List who owes what, and for how long: issued invoices on which something is due."`
	WriteOff writeOffCmd       `cmd:"" help:"Write an unpaid invoice off as uncollectible." name:"write-off"`
}

type invoicesCloseCmd struct {
	Month   string `required:"" help:"The UTC month, which must have ended." placeholder:"YYYY-MM"`
	Date    string `help:"Invoice date (default: today, or the date of the run that is resumed)." placeholder:"YYYY-MM-DD"`
	Account string `help:"Close only this account (id or name)."`
}

func (c *invoicesCloseCmd) Run(a *app) error {
	month, err := models.ParseMonth(c.Month)
	if err != nil {
		return err
	}
	date, err := day("date", c.Date)
	if err != nil {
		return err
	}
	return a.with(func(d *db.DB, clock models.Clock) error {
		opt := invoice.CloseOptions{Date: date, Progress: a.bar("Closing " + string(month))}
		if c.Account != "" {
			only, err := accountByName(a, d, clock, c.Account)
			if err != nil {
				return err
			}
			opt.Accounts = func(id string) bool { return id == only }
		}
		report, err := newCloseReport(a.JSON)
		if err != nil {
			return err
		}
		defer report.discard()
		opt.Report = report.add
		run, err := invoice.NewStore(d, clock).Close(a.ctx, month, opt)
		if err != nil {
			return err
		}
		if err := worker(d, clock, a.log()).Drain(a.ctx, a.bar("Making PDFs")); err != nil {
			return err
		}
		return report.print(a.stdout, run)
	})
}

type invoicesStateCmd struct {
	Number string `arg:"" help:"Invoice number."`
	Reason string `required:"" help:"Why, for the event log."`
}

func (c *invoicesStateCmd) Run(a *app) error { return setState(a, c.Number, invoice.Waived, c.Reason) }

type writeOffCmd invoicesStateCmd

func (c *writeOffCmd) Run(a *app) error {
	return setState(a, c.Number, invoice.Uncollectible, c.Reason)
}

func setState(a *app, number string, state invoice.State, reason string) error {
	return a.with(func(d *db.DB, clock models.Clock) error {
		if err := invoice.NewStore(d, clock).SetState(a.ctx, operator(), number, state, reason); err != nil {
			return err
		}
		return a.print(map[string]any{"invoice_number": number, "state": state}, "Invoice %s is %s.", number, state.Words())
	})
}
