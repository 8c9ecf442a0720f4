package invoice

import (
	"context"

	"billfold/models/access"
	"billfold/models/money"
)

// Sheet is the page of one estimate or invoice without its lines. Of an issued invoice everything comes
// from the frozen rows and the snapshot; of an estimate it is what closing would make of it now.
type Sheet struct {
	GroupInvoice
	Snapshot Snapshot
	Taxes    []TaxRow
	Payments []PaymentRow
	TaxText  string         // of an estimate: how it would be taxed, or why that is not known
	Lines    int            // how many there are
	Groups   []LineGroup    // by project or by service, in the order of the lines
	By       LineOrder      // how Groups and lines are ordered
	Wanted   money.Currency // of the group; another one than Currency when no rate is stored
	claims   []string       // of an estimate: of whom Snapshot.Credits are
}

// LineOrder is how the lines of an invoice are grouped.
type LineOrder string

// Lines are grouped by project, or by the type of service.
const (
	ByProject LineOrder = "project"
	ByService LineOrder = "service"
)

// LineGroup is a project or a service type of an invoice with the sum of all its lines.
type LineGroup struct {
	ProjectID string // "" by service, and for lines without project
	Name      string // "" for lines without project or service type
	Lines     int
	Sum       money.Amount
}

// Sheet reads an estimate or invoice of the scope's group by its address. Kind: NotFound.
func (s *Store) Sheet(ctx context.Context, scope access.Scope, address string, by LineOrder) (sheet Sheet, err error) {
	row, err := s.Find(ctx, scope, address)
	if err != nil {
		return sheet, err
	}
	tx := s.db.Read(ctx)
	items, err := s.groupInvoices(ctx, tx, scope, []Row{row})
	if err != nil {
		return sheet, err
	}
	sheet.GroupInvoice, sheet.By = items[0], by
	if sheet.Groups, err = s.lineGroups(ctx, row, by); err != nil {
		return sheet, err
	}
	for _, g := range sheet.Groups {
		sheet.Lines += g.Lines
	}
	if row.State == Estimate {
		return sheet, s.asEstimate(ctx, scope, &sheet)
	}
	if sheet.Snapshot, err = row.Decode(); err != nil {
		return sheet, err
	}
	if err = tx.Where("account_id = ? AND invoice_id = ?", scope.AccountID(), row.ID).Order("position").Find(&sheet.Taxes).Error; err != nil {
		return sheet, err
	}
	return sheet, tx.Where("account_id = ? AND invoice_id = ?", scope.AccountID(), row.ID).Order("paid_on, id").Find(&sheet.Payments).Error
}

// asEstimate fills in what closing would: totals, credits, tax, and the billing information of today.
func (s *Store) asEstimate(ctx context.Context, scope access.Scope, sheet *Sheet) error {
	p, err := s.preview(ctx, scope, sheet.Row)
	if err != nil {
		return err
	}
	row, t := &sheet.Row, p.Totals
	t.onto(row)
	sheet.TaxText, sheet.TaxKnown, sheet.Total = p.TaxText, p.TaxKnown, t.Total
	sheet.Taxes = taxRows(*row, t.Shares)
	sheet.Snapshot.Credits, sheet.claims = applied(t), claimIDs(t)
	tx := s.db.Read(ctx)
	sheet.Snapshot.Customer, err = informationTx(tx, openGroup{AccountID: scope.AccountID(), GroupID: scope.GroupID()})
	if err != nil {
		return err
	}
	sheet.Wanted, err = groupCurrencyTx(tx, scope.GroupID())
	return err
}

// onto writes totals into the row of an estimate.
func (t Totals) onto(row *Row) {
	row.SubtotalMinor, row.CreditsMinor, row.TaxableMinor, row.TaxMinor = t.Subtotal.Minor(), t.Credits.Minor(), t.Taxable.Minor(), t.Tax.Minor()
	row.TotalMinor, row.PrepaidMinor, row.DueMinor = t.Total.Minor(), t.Prepaid.Minor(), t.Due.Minor()
}

// FullOf gives everything of an estimate or invoice that a document needs, all its lines included. For an
// estimate the rows are those that closing would freeze now. Kind: NotFound.
func (s *Store) FullOf(ctx context.Context, scope access.Scope, address string) (Full, error) {
	row, err := s.Find(ctx, scope, address)
	if err != nil {
		return Full{}, err
	}
	full, err := s.Full(ctx, row.ID)
	if err != nil || row.State != Estimate {
		return full, err
	}
	sheet := Sheet{GroupInvoice: GroupInvoice{Row: full.Row}}
	if err := s.asEstimate(ctx, scope, &sheet); err != nil {
		return full, err
	}
	full.Row, full.Snapshot, full.Taxes = sheet.Row, sheet.Snapshot, sheet.Taxes
	full.Snapshot.AccountName = scope.AccountName()
	return full, nil
}

// lineGroups sums all lines per project or per service type, in the order in which they stand.
func (s *Store) lineGroups(ctx context.Context, row Row, by LineOrder) ([]LineGroup, error) {
	columns, order := "project_id, project_name AS name", "project_name, project_id" // as lineOrders has it
	if by == ByService {
		columns, order = "NULL AS project_id, service_type AS name", "service_type"
	}
	var rows []struct {
		ProjectID *string
		Name      string
		Lines     int
		Minor     int64
	}
	err := s.db.Read(ctx).Raw(`SELECT `+columns+`, COUNT(*) AS lines, CAST(SUM(amount_minor) AS BIGINT) AS minor
		FROM invoice_lines WHERE account_id = ? AND invoice_id = ? GROUP BY `+order+` ORDER BY `+order, row.AccountID, row.ID).Scan(&rows).Error
	groups := make([]LineGroup, len(rows))
	for i, r := range rows {
		groups[i] = LineGroup{Name: r.Name, Lines: r.Lines, Sum: money.New(r.Minor, money.Currency(row.Currency))}
		if r.ProjectID != nil {
			groups[i].ProjectID = *r.ProjectID
		}
	}
	return groups, err
}
