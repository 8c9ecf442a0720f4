package invoice

import (
	"encoding/json"
	"fmt"
	"time"

	"billfold/models/access"
	"billfold/models/event"
	"billfold/models/job"
	"billfold/models/money"

	"github.com/shopspring/decimal"
	"gorm.io/gorm"
)

// TaxRow is the tax of one category and rate as stored (table invoice_taxes).
type TaxRow struct {
	InvoiceID      string
	AccountID      string
	Position       int64
	Category       string
	Rate           decimal.Decimal
	Name           string
	LinesMinor     int64
	AllowanceMinor int64
	TaxableMinor   int64
	TaxMinor       int64
	Note           string
	Source         string
}

// TableName names the table for GORM.
func (TaxRow) TableName() string { return "invoice_taxes" }

type groupMonthRow struct {
	AccountID string
	GroupID   string
	Month     string
	State     string
	Reason    string
	InvoiceID *string
	UpdatedAt time.Time
}

func (groupMonthRow) TableName() string { return "group_months" }

// JobPDF is the kind of job that makes and stores an invoice's PDF; its payload is JobInvoice.
const JobPDF = "invoice.pdf"

// JobInvoice is the payload of jobs about one invoice.
type JobInvoice struct {
	InvoiceID string `json:"invoice_id"`
}

// defaultTerms are the days to pay by bank transfer when nothing else was agreed.
const defaultTerms = 14

// write writes what can be written before the numbers are known: lines, credits and taxes.
func (c *closer) write() error {
	if err := c.freezeLines(); err != nil {
		return err
	}
	if err := c.credits.Write(c.tx, c.at); err != nil {
		return err
	}
	if err := c.insertTaxes(); err != nil {
		return err
	}
	return c.closeEstimates()
}

// number writes the rest, while the next batch is read already: what became of the groups' months, the jobs, the
// invoices with their numbers, in order, from the counter locked last, and all events.
func (c *closer) number() error {
	if err := c.writeMarks(); err != nil {
		return err
	}
	if err := job.EnqueueAll(c.tx, JobPDF, c.jobs()); err != nil {
		return err
	}
	if err := c.issue(); err != nil {
		return err
	}
	return event.AppendAll(c.tx, access.SystemActor(), c.at, c.events)
}

func (c *closer) issue() error {
	if len(c.ready) == 0 {
		return nil
	}
	series := fmt.Sprintf("%s-%d", c.seller.InvoicePrefix, c.invoiceDate.Year())
	first, err := takeNumbers(c.tx, series, int64(len(c.ready)))
	if err != nil {
		return err
	}
	for i, p := range c.ready {
		number := first + int64(i)
		label := fmt.Sprintf("%s-%06d", series, number)
		p.row.Series, p.row.SeriesNumber, p.row.Number = &series, &number, &label
		if err := p.seal(); err != nil {
			return err
		}
		c.events = append(c.events, c.issued(p))
	}
	return c.saveInvoices()
}

// takeNumbers takes n consecutive numbers of a series and returns the first. The counter row stays
// locked until the transaction ends, so numbers have no gaps.
func takeNumbers(tx *gorm.DB, series string, n int64) (int64, error) {
	var last int64
	err := tx.Raw(`INSERT INTO counters (series, last_value) VALUES (?, ?)
		ON CONFLICT (series) DO UPDATE SET last_value = counters.last_value + excluded.last_value RETURNING last_value`, series, n).Scan(&last).Error
	return last - n + 1, err
}

// seal writes the snapshot and seals it with all that is fixed.
func (p *prepared) seal() error {
	snapshot, err := json.Marshal(p.snap)
	if err != nil {
		return err
	}
	p.row.Snapshot = string(snapshot)
	p.row.Seal, err = SealOf(*p.row, p.lines, p.taxes)
	return err
}

func (c *closer) issued(p *prepared) event.Of {
	row := p.row
	total := money.New(row.TotalMinor, money.Currency(row.Currency))
	return event.Of{AccountID: p.group.AccountID, Event: event.Event{Type: "invoice.issued", Category: event.Invoices,
		Sentence: fmt.Sprintf("issued invoice %s for %s: %s.", *row.Number, c.month.Label(), total),
		After:    map[string]any{"number": *row.Number, "total": total.Decimal(), "currency": row.Currency, "due_date": row.DueDate.Format(time.DateOnly)},
		Groups:   []string{p.group.GroupID}, Invoices: []string{row.ID}}}
}

func (c *closer) jobs() []job.Wanted {
	jobs := make([]job.Wanted, len(c.ready))
	for i, p := range c.ready {
		jobs[i] = job.Wanted{UniqueKey: JobPDF + ":" + p.row.ID, Payload: JobInvoice{p.row.ID}}
	}
	return jobs
}

func taxRows(row Row, shares []TaxShare) []TaxRow {
	rows := make([]TaxRow, len(shares))
	for i, s := range shares {
		rows[i] = TaxRow{row.ID, row.AccountID, int64(i + 1), string(s.Category), s.Rate, s.Name, s.Lines, s.Allowance, s.Taxable, s.Tax, s.Note, s.Source}
	}
	return rows
}
