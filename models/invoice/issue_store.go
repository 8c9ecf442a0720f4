package invoice

import (
	"encoding/json"
	"fmt"
	"time"

	"billfold/models/access"
	"billfold/models/account"
	"billfold/models/event"
	"billfold/models/job"
	"billfold/models/money"

	"github.com/shopspring/decimal"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"
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

// issue numbers and freezes what was prepared, in order, from the counter locked last.
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
		if err := c.save(p); err != nil {
			return err
		}
	}
	return nil
}

// takeNumbers takes n consecutive numbers of a series and returns the first. The counter row stays
// locked until the transaction ends, so numbers have no gaps.
func takeNumbers(tx *gorm.DB, series string, n int64) (int64, error) {
	var last int64
	err := tx.Raw(`INSERT INTO counters (series, last_value) VALUES (?, ?)
		ON CONFLICT (series) DO UPDATE SET last_value = counters.last_value + excluded.last_value RETURNING last_value`, series, n).Scan(&last).Error
	return last - n + 1, err
}

func (c *closer) save(p *prepared) error {
	row := &p.row
	snapshot, err := json.Marshal(p.snap)
	if err != nil {
		return err
	}
	row.Snapshot = string(snapshot)
	if row.Seal, err = SealOf(*row, p.lines, p.taxes); err != nil {
		return err
	}
	if len(p.taxes) > 0 {
		if err := c.tx.Create(&p.taxes).Error; err != nil {
			return err
		}
	}
	if err := freezeLines(c.tx, row.ID, p.lines); err != nil {
		return err
	}
	err = c.tx.Model(&Row{}).Where("id = ? AND NOT frozen", row.ID).Select("*").Omit("id", "created_at").Updates(row).Error
	if err != nil {
		return err
	}
	if err := c.markClosed(p.group, &row.ID); err != nil {
		return err
	}
	total := money.New(row.TotalMinor, money.Currency(row.Currency))
	err = event.Append(c.tx, access.SystemActor(), p.group.AccountID, c.at, event.Event{Type: "invoice.issued", Category: event.Invoices,
		Sentence: fmt.Sprintf("issued invoice %s for %s: %s.", *row.Number, c.month.Label(), total),
		After:    map[string]any{"number": *row.Number, "total": total.Decimal(), "currency": row.Currency, "due_date": row.DueDate.Format(time.DateOnly)},
		Groups:   []string{p.group.GroupID}, Invoices: []string{row.ID}})
	if err != nil {
		return err
	}
	return job.Enqueue(c.tx, JobPDF, JobPDF+":"+row.ID, JobInvoice{row.ID})
}

// freezeLines writes the tax of each service month and freezes the lines: one statement a month.
func freezeLines(tx *gorm.DB, invoiceID string, lines []LineRow) error {
	done := map[string]bool{}
	for _, l := range lines {
		if done[l.ServiceMonth] {
			continue
		}
		done[l.ServiceMonth] = true
		err := tx.Exec(`UPDATE invoice_lines SET tax_category = ?, tax_rate = ?, frozen = ? WHERE invoice_id = ? AND service_month = ?`,
			l.TaxCategory, l.TaxRate, true, invoiceID, l.ServiceMonth).Error
		if err != nil {
			return err
		}
	}
	return nil
}

func (c *closer) markClosed(g openGroup, invoiceID *string) error {
	return c.mark(groupMonthRow{g.AccountID, g.GroupID, string(c.month), "closed", "", invoiceID, c.at})
}

func (c *closer) mark(row groupMonthRow) error {
	return c.tx.Clauses(clause.OnConflict{
		Columns:   []clause.Column{{Name: "group_id"}, {Name: "month"}},
		DoUpdates: clause.AssignmentColumns([]string{"state", "reason", "invoice_id", "updated_at"}),
	}).Create(&row).Error
}

// park notes why a group's month could not be closed; its admins are told by an event when the reason is new.
func (c *closer) park(g openGroup, o Outcome, reason string) (*Outcome, error) {
	o.Result, o.Reason = ResultParked, reason
	var before groupMonthRow
	if err := c.tx.Where("group_id = ? AND month = ?", g.GroupID, string(c.month)).Limit(1).Find(&before).Error; err != nil {
		return nil, err
	}
	if before.State == "parked" && before.Reason == reason {
		return &o, nil
	}
	if err := c.mark(groupMonthRow{g.AccountID, g.GroupID, string(c.month), "parked", reason, nil, c.at}); err != nil {
		return nil, err
	}
	return &o, event.Append(c.tx, access.SystemActor(), g.AccountID, c.at, event.Event{Type: "invoice.parked", Category: event.Invoices,
		Sentence: fmt.Sprintf("could not issue the invoice for %s: %s.", c.month.Label(), reason),
		After:    map[string]any{"month": c.month, "reason": reason}, Groups: []string{g.GroupID}})
}

// closeEmpty closes an estimate whose every cost is exactly zero: it keeps its lines and gets no number.
func (c *closer) closeEmpty(g openGroup, row *Row) error {
	if err := c.tx.Exec(`UPDATE invoice_lines SET frozen = ? WHERE invoice_id = ?`, true, row.ID).Error; err != nil {
		return err
	}
	if err := c.tx.Model(&Row{}).Where("id = ?", row.ID).Updates(map[string]any{"frozen": true, "updated_at": c.at}).Error; err != nil {
		return err
	}
	if err := c.markClosed(g, &row.ID); err != nil {
		return err
	}
	return c.closedWithoutInvoice(g, "nothing was to be paid")
}

func (c *closer) closedWithoutInvoice(g openGroup, why string) error {
	return event.Append(c.tx, access.SystemActor(), g.AccountID, c.at, event.Event{Type: "month.closed", Category: event.Invoices,
		Sentence: fmt.Sprintf("closed %s without an invoice: %s.", c.month.Label(), why), After: map[string]any{"month": c.month}, Groups: []string{g.GroupID}})
}

// moveOn moves the lines of an estimate at or below zero to the group's next month, with their cost and
// service period (domain.md, "Invoice out" 2), and says why.
func (c *closer) moveOn(g openGroup, row *Row, lines []LineRow, why string) error {
	if err := c.markClosed(g, nil); err != nil {
		return err
	}
	target := GroupMonth{g.GroupID, c.month.Next()}
	estimates, err := estimatesTx(c.tx, c.at, g.AccountID, []GroupMonth{target})
	if err != nil {
		return err
	}
	next := estimates[target]
	if err := c.tx.Exec(`DELETE FROM estimate_projects WHERE invoice_id = ?`, row.ID).Error; err != nil {
		return err
	}
	deltas := Deltas{}
	for _, l := range lines {
		amount, err := money.NewCost(l.Cost, money.Currency(next.PriceCurrency)).Convert(next.Rate, money.Currency(next.Currency))
		if err != nil {
			return err
		}
		if err := c.tx.Exec(`UPDATE invoice_lines SET invoice_id = ?, amount_minor = ? WHERE id = ?`, next.ID, amount.Minor(), l.ID).Error; err != nil {
			return err
		}
		project := ""
		if l.ProjectID != nil {
			project = *l.ProjectID
		}
		if err := deltas.Add(next.ID, project, amount.Minor()); err != nil {
			return err
		}
	}
	if err := ApplyDeltasTx(c.tx, c.at, deltas); err != nil {
		return err
	}
	if err := c.tx.Exec(`DELETE FROM invoices WHERE id = ? AND NOT frozen`, row.ID).Error; err != nil {
		return err
	}
	return c.closedWithoutInvoice(g, why+", so its lines move to "+c.month.Next().Label())
}

// linesOf reads the lines of an invoice in the order of their ids.
func linesOf(tx *gorm.DB, invoiceID string) ([]LineRow, error) {
	var lines []LineRow
	return lines, tx.Where("invoice_id = ?", invoiceID).Order("id").Find(&lines).Error
}

func taxRows(row Row, shares []TaxShare) []TaxRow {
	rows := make([]TaxRow, len(shares))
	for i, s := range shares {
		rows[i] = TaxRow{row.ID, row.AccountID, int64(i + 1), string(s.Category), s.Rate, s.Name, s.Lines, s.Allowance, s.Taxable, s.Tax, s.Note, s.Source}
	}
	return rows
}

// termsTx is how the group pays: its bank transfer's days, or the default.
func termsTx(tx *gorm.DB, g openGroup) (PaymentTerms, error) {
	terms := PaymentTerms{Days: defaultTerms}
	err := tx.Raw(`SELECT m.kind, m.terms_days AS days FROM billing_groups g JOIN payment_methods m ON m.id = g.payment_method_id AND m.account_id = g.account_id
		WHERE g.id = ?`, g.GroupID).Scan(&terms).Error
	return terms, err
}

// informationTx reads a group's billing information.
func informationTx(tx *gorm.DB, g openGroup) (account.Information, error) {
	return account.InformationTx(tx, g.AccountID, g.GroupID)
}
