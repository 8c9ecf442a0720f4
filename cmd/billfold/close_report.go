package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
	"time"

	"billfold/models"
	"billfold/models/invoice"
	"billfold/models/money"

	"github.com/shopspring/decimal"
)

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
	Groups      []closedGroup     `json:"groups"`       // last: they are written one by one
}

// closeReporter collects the report of a closing. The groups go to a file until the sums over all of them are
// known, so that a report of 100,000 takes no memory.
type closeReporter struct {
	json   bool
	file   *os.File
	groups *bufio.Writer // to file: a line each, of JSON or of words; lines of words may be several
	some   bool
	err    error

	issued, parked        int
	costs, exact, rounded map[string]decimal.Decimal
}

func newCloseReport(json bool) (*closeReporter, error) {
	file, err := os.CreateTemp("", "billfold-closing-")
	if err != nil {
		return nil, fmt.Errorf("cannot keep the report of the closing: %w", err)
	}
	return &closeReporter{json: json, file: file, groups: bufio.NewWriter(file),
		costs: map[string]decimal.Decimal{}, exact: map[string]decimal.Decimal{}, rounded: map[string]decimal.Decimal{}}, nil
}

// discard removes the file.
func (r *closeReporter) discard() { _ = errors.Join(r.file.Close(), os.Remove(r.file.Name())) }

// add takes in what became of groups. An error shows in print.
func (r *closeReporter) add(outcomes []invoice.Outcome) {
	for _, o := range outcomes {
		g := closedGroup{Outcome: o, Cost: money.Canonical(o.Cost.Exact()), Exact: money.Canonical(o.Exact)}
		if price := string(o.Cost.Currency()); price != "" {
			r.costs[price] = r.costs[price].Add(o.Cost.Exact())
		}
		if o.Subtotal.Currency() != "" {
			g.Currency, g.Subtotal, g.Total = string(o.Subtotal.Currency()), o.Subtotal.Decimal(), o.Total.Decimal()
		}
		switch o.Result {
		case invoice.ResultIssued:
			r.issued++
			r.exact[g.Currency] = r.exact[g.Currency].Add(o.Exact)
			r.rounded[g.Currency] = r.rounded[g.Currency].Add(decimal.New(o.Subtotal.Minor(), -o.Subtotal.Currency().Decimals()))
		case invoice.ResultParked:
			r.parked++
		}
		r.keep(g)
	}
}

func (r *closeReporter) keep(g closedGroup) {
	if r.err != nil {
		return
	}
	if !r.json {
		_, r.err = r.groups.WriteString(g.words())
		return
	}
	line, err := json.Marshal(g)
	if r.some {
		line = append([]byte{','}, line...)
	}
	r.some = true
	_, r.err = r.groups.Write(line)
	r.err = errors.Join(r.err, err)
}

// print writes the report of a run that has ended.
func (r *closeReporter) print(to io.Writer, run invoice.Run) error {
	if err := errors.Join(r.err, r.groups.Flush()); err != nil {
		return err
	}
	if _, err := r.file.Seek(0, io.SeekStart); err != nil {
		return err
	}
	report := closeReport{Month: run.Month, InvoiceDate: run.InvoiceDate.Format(time.DateOnly), Issued: r.issued, Parked: r.parked,
		ExactCosts: decimals(r.costs), ExactSums: decimals(r.exact), RoundedSums: decimals(r.rounded), Groups: []closedGroup{}}
	first, last := report.head(), report.sums()
	if r.json {
		whole, err := json.Marshal(report)
		if err != nil {
			return err
		}
		first, last = string(bytes.TrimSuffix(whole, []byte("]}"))), "]}"
	}
	if _, err := io.WriteString(to, first); err != nil {
		return err
	}
	if _, err := io.Copy(to, r.file); err != nil {
		return err
	}
	_, err := io.WriteString(to, last+"\n")
	return err
}

func decimals(sums map[string]decimal.Decimal) map[string]string {
	out := map[string]string{}
	for currency, d := range sums {
		out[currency] = money.Canonical(d)
	}
	return out
}

func (r closeReport) head() string {
	return fmt.Sprintf("%s closed, invoice date %s: %d invoices issued, %d groups parked.", r.Month.Label(), r.InvoiceDate, r.Issued, r.Parked)
}

func (r closeReport) sums() string {
	var b strings.Builder
	for _, currency := range slices.Sorted(maps.Keys(r.RoundedSums)) {
		fmt.Fprintf(&b, "\nSum of issued invoices before credits and tax: exact %s, rounded %s %s", r.ExactSums[currency], r.RoundedSums[currency], currency)
	}
	return b.String()
}

// words are the group's line of the report, with the end of the line before it; none when there was nothing.
func (g closedGroup) words() string {
	switch g.Result {
	case invoice.ResultIssued:
		return fmt.Sprintf("\n  %s  %s / %s: exact %s, rounded %s, with tax %s %s", g.Number, g.AccountName, g.GroupName, g.Exact, g.Subtotal, g.Total, g.Currency)
	case invoice.ResultParked:
		line := fmt.Sprintf("\n  parked  %s / %s (%s): %s", g.AccountName, g.GroupName, g.GroupID, g.Reason)
		if strings.Contains(g.Reason, "exchange rate") {
			line += " (import it with billfold rates import)"
		}
		return line
	case invoice.ResultMoved:
		why := "subtotal " + g.Outcome.Subtotal.String() + " leaves nothing to bill"
		if g.Outcome.Subtotal.Sign() > 0 { // deductions at a high rate of tax beside charges at a low one
			why = "subtotal " + g.Outcome.Subtotal.String() + ", but the total with tax is below zero"
		}
		return fmt.Sprintf("\n  moved   %s / %s: %s; its lines move to the next month", g.AccountName, g.GroupName, why)
	}
	return ""
}
