package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"billfold/models"
	"billfold/models/db"
	"billfold/models/payment"
)

type paymentsImportCmd struct {
	File   string `arg:"" help:"Path of the file, - for standard input."`
	DryRun bool   `help:"Only say what would happen."`
}

// bankImport is what `payments import --json` prints.
type bankImport struct {
	payment.Statement
	DryRun    bool        `json:"dry_run"`
	Recorded  int         `json:"recorded"`
	Unmatched int         `json:"unmatched"`
	Refused   int         `json:"refused"`
	Before    int         `json:"there_before"`
	Entries   []bankEntry `json:"entries"` // but those that were there before
}

// bankEntry is one credit of a bank statement.
type bankEntry struct {
	ID         string    `json:"id,omitempty"`
	IBAN       string    `json:"iban"`
	Reference  string    `json:"reference"`
	Date       string    `json:"date,omitempty"`
	Amount     string    `json:"amount"`
	Currency   string    `json:"currency"`
	Payer      string    `json:"payer"`
	Remittance string    `json:"remittance"`
	Result     string    `json:"result"` // recorded, unmatched, dismissed or refused
	Reason     string    `json:"reason,omitempty"`
	Payment    *recorded `json:"payment,omitempty"`
}

func (c *paymentsImportCmd) Run(a *app) error {
	file, err := openInput(a, c.File)
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }()
	return a.with(func(d *db.DB, clock models.Clock) error {
		result := bankImport{DryRun: c.DryRun, Entries: []bankEntry{}}
		take, err := payment.NewStore(d, clock, payment.Options{}).ImportBank(a.ctx, operator(), c.DryRun, result.add)
		if err != nil {
			return err
		}
		// All of the file is read before anything of it is recorded: half a file is no statement.
		if _, err := c.read(a, file, "Checking the statement (kB)", func(payment.BankEntry) error { return a.ctx.Err() }); err != nil {
			return fmt.Errorf("%s was not taken in: %w", c.File, err)
		}
		if result.Statement, err = c.read(a, file, "Taking in payments (kB)", take); err != nil {
			return fmt.Errorf("%d payments were recorded before this; import the file again to go on: %w", result.Recorded, err)
		}
		if result.Recorded > 0 && !c.DryRun {
			if err := drainReceipts(a, d, clock); err != nil {
				return err
			}
		}
		return a.print(result, "%s", result.words())
	})
}

func (c *paymentsImportCmd) read(a *app, file *os.File, words string, fn func(payment.BankEntry) error) (payment.Statement, error) {
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return payment.Statement{}, err
	}
	info, err := file.Stat()
	if err != nil {
		return payment.Statement{}, err
	}
	var progress func(int64)
	if bar := a.bar(words); bar != nil {
		progress = func(done int64) { bar(int(done>>10), int(info.Size()>>10)) }
	}
	return payment.ReadCamt(file, progress, fn)
}

// add notes what became of an entry.
func (r *bankImport) add(o payment.BankOutcome) error {
	e := bankEntry{ID: o.ID, IBAN: o.IBAN, Reference: o.Ref, Date: dateOf(o.BookedOn), Amount: o.Amount.Decimal(), Currency: string(o.Amount.Currency()),
		Payer: o.Payer, Remittance: o.Remittance, Reason: o.Reason}
	switch {
	case o.Before:
		r.Before++
		return nil
	case o.Refused != "":
		r.Refused++
		e.Result = "refused"
		e.Amount, e.Currency, _ = strings.Cut(o.Said, " ")
	case o.Reason != "":
		r.Unmatched++
		e.Result = "unmatched"
	default:
		r.Recorded++
		paid := newRecorded(o.Payment)
		e.Result, e.Payment = "recorded", &paid
	}
	r.Entries = append(r.Entries, e)
	return nil
}

func (r *bankImport) words() string {
	var lines []string
	for _, e := range r.Entries {
		lines = append(lines, e.words())
	}
	verb := "recorded"
	if r.DryRun {
		verb = "would be recorded"
	}
	sum := fmt.Sprintf("%d payments %s, %d unmatched, %d there before.", r.Recorded, verb, r.Unmatched, r.Before)
	if r.Refused > 0 {
		sum += fmt.Sprintf(" %d refused.", r.Refused)
	}
	if r.NotBooked > 0 {
		sum += fmt.Sprintf(" %d not booked yet, left alone.", r.NotBooked)
	}
	if r.Unmatched > 0 && !r.DryRun {
		sum += " See billfold payments unmatched."
	}
	return strings.Join(append(lines, sum), "\n")
}

func (e bankEntry) words() string {
	line := fmt.Sprintf("%s  %s %s  %s", e.Date, e.Amount, e.Currency, e.Reference)
	if e.Payer != "" {
		line += "  " + e.Payer
	}
	if e.Remittance != "" {
		line += fmt.Sprintf("  %q", e.Remittance)
	}
	if p := e.Payment; p != nil {
		line += fmt.Sprintf("\n    invoice %s: %s due, %s", p.Number, p.Due, p.State.Words())
		if strings.Trim(p.Excess, "0.") != "" {
			line += fmt.Sprintf("; %s more than was due: send it back and run billfold payments refund %s", p.Excess, p.Number)
		}
		return line
	}
	if e.Reason != "" {
		line += "\n    " + e.Result + ": " + e.Reason
	}
	return line
}

func dateOf(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.DateOnly)
}

type paymentsUnmatchedCmd struct{}

func (c *paymentsUnmatchedCmd) Run(a *app) error {
	return a.with(func(d *db.DB, clock models.Clock) error {
		rows, err := payment.NewStore(d, clock, payment.Options{}).BankUnmatchedEntries(a.ctx)
		if err != nil {
			return err
		}
		list, lines := []bankEntry{}, []string{}
		for _, r := range rows {
			e := newBankEntry(r)
			list = append(list, e)
			lines = append(lines, e.ID+"  "+e.words())
		}
		if len(lines) == 0 {
			lines = append(lines, "Nothing is unmatched.")
		}
		return a.print(list, "%s", strings.Join(lines, "\n"))
	})
}

func newBankEntry(r payment.BankRow) bankEntry {
	return bankEntry{ID: r.ID, IBAN: r.IBAN, Reference: r.EntryRef, Date: dateOf(r.BookedOn), Amount: r.Amount().Decimal(), Currency: r.Currency,
		Payer: r.Payer, Remittance: r.Remittance, Result: string(r.State), Reason: r.Reason}
}

type paymentsAssignCmd struct {
	Entry  string `arg:"" help:"Id of the credit, or the bank's reference (billfold payments unmatched)."`
	Number string `arg:"" help:"Invoice number."`
}

func (c *paymentsAssignCmd) Run(a *app) error {
	return a.with(func(d *db.DB, clock models.Clock) error {
		done, err := payment.NewStore(d, clock, payment.Options{}).AssignBank(a.ctx, operator(), c.Entry, c.Number)
		if err != nil {
			return err
		}
		if err := drainReceipts(a, d, clock); err != nil {
			return err
		}
		return a.print(newRecorded(done), "%s", recordedWords(done))
	})
}

type paymentsDismissCmd struct {
	Entry  string `arg:"" help:"Id of the credit, or the bank's reference (billfold payments unmatched)."`
	Reason string `required:"" help:"Why it is no payment of an invoice, for the event log."`
}

func (c *paymentsDismissCmd) Run(a *app) error {
	return a.with(func(d *db.DB, clock models.Clock) error {
		row, err := payment.NewStore(d, clock, payment.Options{}).DismissBank(a.ctx, operator(), c.Entry, c.Reason)
		if err != nil {
			return err
		}
		return a.print(newBankEntry(row), "The bank transfer of %s is dismissed.", row.Amount())
	})
}
