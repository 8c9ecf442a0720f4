package invoice

import (
	"context"
	"strings"
	"time"

	"billfold/models"
	"billfold/models/access"
	"billfold/models/money"

	"gorm.io/gorm"
)

// GroupInvoice is an estimate or an invoice of a group's list.
type GroupInvoice struct {
	Row           // without snapshot and seal
	Valued        // of an open estimate
	Total         money.Amount
	TaxKnown      bool       // false: an estimate's total is before tax, because the rate is missing
	PaidOn        *time.Time // of the last payment
	NoCard        bool       // its payment failed, and there is no card on file any more
	PDFSize       int64      // 0 while the document is being made
	ClosingReason string     // why an earlier month is not closed: the reason for which it is parked
}

// Running says that the month of an open estimate has not ended.
func (i GroupInvoice) Running(now time.Time) bool {
	return i.State == Estimate && i.Month == string(models.MonthOf(now))
}

// The statuses that a group's invoices can be filtered by.
const (
	FilterEstimate   = "estimate"
	FilterDue        = "due"
	FilterOverdue    = "overdue"
	FilterPaid       = "paid"
	FilterFailed     = "payment-failed"
	FilterWaived     = "waived"
	FilterWrittenOff = "written-off"
	FilterCredited   = "credited"
)

// InvoiceFilter narrows a group's invoices; empty fields do not.
type InvoiceFilter struct {
	Year   string // of the billed month, "2026"
	Status string // one of the Filter constants; another one finds nothing
}

// GroupInvoices is one page of a group's invoices, newest month first; the running estimate comes first
// of all.
type GroupInvoices struct {
	Around
	Items []GroupInvoice
	Total int      // issued ones that match, counted as far as CountLimit
	Open  int      // open estimates that match
	Years []string // billed years that the group has invoices of, newest first
	Any   bool     // the group has an invoice or estimate, whatever the filter
}

// InvoicesOfGroup lists estimates and invoices of the scope's group.
func (s *Store) InvoicesOfGroup(ctx context.Context, scope access.Scope, f InvoiceFilter, p Paging) (page GroupInvoices, err error) {
	tx := s.db.Read(ctx)
	if page.Years, err = billedYears(tx, scope); err != nil {
		return page, err
	}
	page.Any = len(page.Years) > 0
	matching := func() *gorm.DB { return filtered(listed(tx, scope), f, s.clock.Now()) }
	if page.Total, err = countUpTo(matching().Where("i.state <> 'estimate'"), tx); err != nil {
		return page, err
	}
	if page.Open, err = countUpTo(matching().Where("i.state = 'estimate'"), tx); err != nil {
		return page, err
	}
	rows, around, err := invoiceRows(matching, p)
	if err != nil {
		return page, err
	}
	page.Around = around
	page.Items, err = s.groupInvoices(ctx, tx, scope, rows)
	return page, err
}

// listed are the invoices that a group's list shows: open estimates and everything issued. A month that
// was closed because nothing was to be paid left an estimate without a number, which is not shown.
func listed(tx *gorm.DB, scope access.Scope) *gorm.DB {
	return tx.Table("invoices i").Where("i.account_id = ? AND i.group_id = ? AND i.kind = 'invoice' AND (i.state <> 'estimate' OR NOT i.frozen)", scope.AccountID(), scope.GroupID())
}

func filtered(q *gorm.DB, f InvoiceFilter, now time.Time) *gorm.DB {
	if f.Year != "" {
		q = q.Where("i.month >= ? AND i.month <= ?", f.Year+"-01", f.Year+"-12")
	}
	today := now.UTC().Truncate(24 * time.Hour)
	state := func(st State) *gorm.DB { return q.Where("i.state = ?", string(st)) }
	switch f.Status {
	case "":
		return q
	case FilterEstimate:
		return state(Estimate)
	case FilterDue:
		return state(Issued).Where("i.due_date >= ?", today)
	case FilterOverdue:
		return state(Issued).Where("i.due_date < ?", today)
	case FilterPaid:
		return state(Paid)
	case FilterFailed:
		return state(PaymentFailed)
	case FilterWaived:
		return state(Waived)
	case FilterWrittenOff:
		return state(Uncollectible)
	case FilterCredited:
		return state(Credited)
	}
	return q.Where("1 = 0")
}

// billedYears finds the years from the newest and the oldest month, and asks for each in between.
func billedYears(tx *gorm.DB, scope access.Scope) (years []string, err error) {
	var months []string
	err = listed(tx, scope).Select("DISTINCT substr(i.month, 1, 4) AS year").Order("year DESC").Limit(100).Scan(&months).Error
	return months, err
}

// listColumns are the columns of invoices but those that only documents need.
const listColumns = `i.id, i.account_id, i.group_id, i.kind, i.month, i.state, i.number, i.currency, i.price_currency, i.rate, i.rate_date, i.subtotal_minor,
	i.credits_minor, i.taxable_minor, i.tax_minor, i.total_minor, i.prepaid_minor, i.paid_minor, i.credited_minor, i.due_minor,
	i.invoice_date, i.due_date, i.issued_at, i.frozen, i.created_at, i.updated_at`

// invoiceRows reads one page by the keys (month, id), newest first.
func invoiceRows(matching func() *gorm.DB, p Paging) (rows []Row, around Around, err error) {
	q, back, behind := matching().Select(listColumns), false, false
	if month, id, ok := parseInvoiceKey(p.Before); ok {
		q, back = q.Where("(i.month, i.id) > (?, ?)", month, id).Order("i.month ASC, i.id ASC"), true
	} else {
		if month, id, ok := parseInvoiceKey(p.After); ok {
			q = q.Where("(i.month, i.id) < (?, ?)", month, id)
			behind = true
		}
		q = q.Order("i.month DESC, i.id DESC")
	}
	if err := q.Limit(p.size() + 1).Scan(&rows).Error; err != nil {
		return nil, around, err
	}
	if len(rows) == 0 && (back || behind) { // what was there is gone: begin again
		return invoiceRows(matching, Paging{Size: p.Size})
	}
	rows, around = cut(rows, p.size(), behind, back, invoiceKey)
	return rows, around, nil
}

func invoiceKey(r Row) string { return r.Month + "." + r.ID }

func parseInvoiceKey(s string) (month, id string, ok bool) {
	month, id, ok = strings.Cut(s, ".")
	if _, err := models.ParseMonth(month); err != nil || !models.IsID(id) {
		return "", "", false
	}
	return month, id, ok
}

// groupInvoices adds to rows what their lists show: totals with tax, last payments, sizes of PDFs.
func (s *Store) groupInvoices(ctx context.Context, tx *gorm.DB, scope access.Scope, rows []Row) ([]GroupInvoice, error) {
	items := make([]GroupInvoice, len(rows))
	ids := make([]string, len(rows))
	for i, r := range rows {
		ids[i] = r.ID
		items[i] = GroupInvoice{Row: r, Valued: Valued{Currency: money.Currency(r.Currency)}, Total: money.New(r.TotalMinor, money.Currency(r.Currency)), TaxKnown: true}
	}
	paid, err := lastPayments(tx, scope, ids)
	if err != nil {
		return nil, err
	}
	sizes, err := s.DocumentSizes(ctx, scope, "pdf", ids)
	if err != nil {
		return nil, err
	}
	wanted, err := groupCurrencyTx(tx, scope.GroupID())
	if err != nil {
		return nil, err
	}
	none, err := noMethod(tx, scope)
	if err != nil {
		return nil, err
	}
	for i := range items {
		it := &items[i]
		it.NoCard = none && it.State == PaymentFailed
		if at, ok := paid[it.ID]; ok {
			it.PaidOn = &at
		}
		it.PDFSize = sizes[it.ID]
		if it.State != Estimate {
			continue
		}
		it.Valued = valuedAs(it.Row, wanted)
		p, err := s.preview(ctx, scope, it.Row)
		if err != nil {
			return nil, err
		}
		it.Total, it.TaxKnown = p.Total, p.TaxKnown
		if it.ClosingReason, err = parkedReason(tx, scope, it.Month); err != nil {
			return nil, err
		}
	}
	return items, nil
}

func lastPayments(tx *gorm.DB, scope access.Scope, invoiceIDs []string) (map[string]time.Time, error) {
	last := map[string]time.Time{}
	if len(invoiceIDs) == 0 {
		return last, nil
	}
	var rows []PaymentRow
	err := tx.Select("invoice_id", "paid_on").Where("account_id = ? AND kind = 'payment' AND invoice_id IN ?", scope.AccountID(), invoiceIDs).Order("paid_on, id").Find(&rows).Error
	for _, r := range rows {
		last[r.InvoiceID] = r.PaidOn.UTC()
	}
	return last, err
}

// parkedReason is why a month of the scope's group could not be closed, empty when nobody tried.
func parkedReason(tx *gorm.DB, scope access.Scope, month string) (reason string, err error) {
	err = tx.Raw(`SELECT reason FROM group_months WHERE account_id = ? AND group_id = ? AND month = ? AND state = 'parked'`, scope.AccountID(), scope.GroupID(), month).Scan(&reason).Error
	return reason, err
}

// previewed is what an open estimate would be as an invoice.
type previewed struct {
	Totals
	TaxKnown bool
	TaxText  string // how it would be taxed, or why that is not known
}

func (s *Store) preview(ctx context.Context, scope access.Scope, row Row) (p previewed, err error) {
	if p.Totals, p.TaxText, p.TaxKnown, err = s.Preview(ctx, scope, row); err != nil {
		return p, err
	}
	if !p.TaxKnown { // known is what is left after credits; prepaid credit would pay a total that is not
		p.Prepaid, p.Pays, p.Due = money.Zero(p.Total.Currency()), nil, p.Total
	}
	return p, nil
}
