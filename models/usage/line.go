package usage

import (
	"billfold/models"
	"billfold/models/invoice"
	"billfold/models/money"
)

// line is an invoice line while records join it.
type line struct {
	row      invoice.LineRow
	estimate *invoice.Row
	stored   bool  // it is in the database already
	before   int64 // its amount there
	records  int64 // and its records
}

// newLine is the empty line that a record is the first to join.
func newLine(r *Record, o owner, estimate *invoice.Row, key [16]byte) *line {
	l := &line{estimate: estimate, row: invoice.LineRow{
		AccountID: o.accountID, InvoiceID: estimate.ID, LineKey: key[:],
		ServiceName: r.ServiceName, ServiceType: r.ServiceType, ServicePlan: r.ServicePlan, Cloud: r.Cloud,
		LineType: string(r.LineType), Unit: r.Unit, UnitPrice: r.UnitPrice, Description: r.Description, Tags: TagsJSON(r.Tags),
		ServiceMonth: string(models.MonthOf(r.Start)), ServiceStart: r.Start, ServiceEnd: r.End,
	}}
	if o.project != nil {
		l.row.ProjectID, l.row.ProjectName = &o.project.ID, o.project.Name
	}
	return l
}

// join adds a checked record to the line: cost and quantity exactly, the period widened. Error: the sum
// no longer fits the databases.
func (l *line) join(r *Record) error {
	l.row.Cost = l.row.Cost.Add(*r.Cost)
	l.row.Quantity = l.row.Quantity.Add(r.Quantity)
	l.row.RecordCount++
	if r.Start.Before(l.row.ServiceStart) {
		l.row.ServiceStart = r.Start
	}
	if r.End.After(l.row.ServiceEnd) {
		l.row.ServiceEnd = r.End
	}
	if err := money.Bound(l.row.Cost); err != nil {
		return err
	}
	return money.Bound(l.row.Quantity)
}

// value brings the line's amount up to date: its exact cost times the estimate's rate, rounded once.
func (l *line) value() error {
	cost := money.NewCost(l.row.Cost, money.Currency(l.estimate.PriceCurrency))
	amount, err := cost.Convert(l.estimate.Rate, money.Currency(l.estimate.Currency))
	l.row.AmountMinor = amount.Minor()
	return err
}

// projectID is the line's project, empty for none.
func (l *line) projectID() string {
	if l.row.ProjectID == nil {
		return ""
	}
	return *l.row.ProjectID
}
