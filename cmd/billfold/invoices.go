package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"billfold/models"
	"billfold/models/db"
	"billfold/models/invoice"
	"billfold/models/money"

	"github.com/shopspring/decimal"
)

type invoicesCmd struct {
	Close    invoicesCloseCmd  `cmd:"" help:"Close a month: issue one invoice for each billing group."`
	Waive    invoicesStateCmd  `cmd:"" help:"Give up an unpaid invoice as a favour." name:"waive"`
	Credit   invoicesCreditCmd `cmd:"" help:"Issue a credit note: all that is left of an invoice, or a part of a line."`
	WriteOff writeOffCmd       `cmd:"" help:"Write an unpaid invoice off as uncollectible." name:"write-off"`
}

type invoicesCloseCmd struct {
	Month   string `required:"" help:"The UTC month, which must have ended." placeholder:"YYYY-MM"`
	Date    string `help:"Invoice date (default: today, or the date of the run that is resumed)." placeholder:"YYYY-MM-DD"`
	Account string `help:"Close only this account (id or name)."`
}

// closedGroup is one group in the report of a closing.
type closedGroup struct {
	invoice.Outcome
	Currency string `json:"currency,omitempty"`
	Cost     string `json:"exact_cost"`         // exact, in the price currency
	Exact    string `json:"exact"`              // exact, in the invoice's currency
	Subtotal string `json:"subtotal,omitempty"` // sum of rounded lines
	Total    string `json:"total,omitempty"`
}

// closeReport is what `invoices close --json` prints.
type closeReport struct {
	Month       models.Month      `json:"month"`
	InvoiceDate string            `json:"invoice_date"`
	Issued      int               `json:"issued"`
	Parked      int               `json:"parked"`
	ExactCosts  map[string]string `json:"exact_costs"`  // per price currency, of all groups that had costs
	RoundedSums map[string]string `json:"rounded_sums"` // per invoice currency, of issued invoices
	ExactSums   map[string]string `json:"exact_sums"`   // per invoice currency, before rounding
	Groups      []closedGroup     `json:"groups"`
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
		run, err := invoice.NewStore(d, clock).Close(a.ctx, month, opt)
		if err != nil {
			return err
		}
		report := newCloseReport(run)
		if err := worker(d, clock, a.log()).Drain(a.ctx, a.bar("Making PDFs")); err != nil {
			return err
		}
		return a.print(report, "%s", report.words())
	})
}

func newCloseReport(run invoice.Run) closeReport {
	r := closeReport{Month: run.Month, InvoiceDate: run.InvoiceDate.Format(time.DateOnly), Groups: []closedGroup{}}
	costs, exact, rounded := map[string]decimal.Decimal{}, map[string]decimal.Decimal{}, map[string]decimal.Decimal{}
	for _, o := range run.Outcomes {
		g := closedGroup{Outcome: o, Cost: money.Canonical(o.Cost.Exact()), Exact: money.Canonical(o.Exact)}
		if price := string(o.Cost.Currency()); price != "" {
			costs[price] = costs[price].Add(o.Cost.Exact())
		}
		if o.Subtotal.Currency() != "" {
			g.Currency, g.Subtotal, g.Total = string(o.Subtotal.Currency()), o.Subtotal.Decimal(), o.Total.Decimal()
		}
		switch o.Result {
		case invoice.ResultIssued:
			r.Issued++
			exact[g.Currency] = exact[g.Currency].Add(o.Exact)
			rounded[g.Currency] = rounded[g.Currency].Add(decimal.New(o.Subtotal.Minor(), -o.Subtotal.Currency().Decimals()))
		case invoice.ResultParked:
			r.Parked++
		}
		r.Groups = append(r.Groups, g)
	}
	r.ExactCosts, r.ExactSums, r.RoundedSums = decimals(costs), decimals(exact), decimals(rounded)
	return r
}

func decimals(sums map[string]decimal.Decimal) map[string]string {
	out := map[string]string{}
	for currency, d := range sums {
		out[currency] = money.Canonical(d)
	}
	return out
}

func (r closeReport) words() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s closed, invoice date %s: %d invoices issued, %d groups parked.", r.Month.Label(), r.InvoiceDate, r.Issued, r.Parked)
	for _, g := range r.Groups {
		switch g.Result {
		case invoice.ResultIssued:
			fmt.Fprintf(&b, "\n  %s  %s / %s: exact %s, rounded %s, with tax %s %s", g.Number, g.AccountName, g.GroupName, g.Exact, g.Subtotal, g.Total, g.Currency)
		case invoice.ResultParked:
			fmt.Fprintf(&b, "\n  parked  %s / %s (%s): %s", g.AccountName, g.GroupName, g.GroupID, g.Reason)
			if strings.Contains(g.Reason, "exchange rate") {
				b.WriteString(" (import it with billfold rates import)")
			}
		case invoice.ResultMoved:
			why := "subtotal " + g.Outcome.Subtotal.String() + " leaves nothing to bill"
			if g.Outcome.Subtotal.Sign() > 0 { // deductions at a high rate of tax beside charges at a low one
				why = "subtotal " + g.Outcome.Subtotal.String() + ", but the total with tax is below zero"
			}
			fmt.Fprintf(&b, "\n  moved   %s / %s: %s; its lines move to the next month", g.AccountName, g.GroupName, why)
		}
	}
	for _, currency := range slices.Sorted(maps.Keys(r.RoundedSums)) {
		fmt.Fprintf(&b, "\nSum of issued invoices before credits and tax: exact %s, rounded %s %s", r.ExactSums[currency], r.RoundedSums[currency], currency)
	}
	return b.String()
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
