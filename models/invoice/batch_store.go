package invoice

import (
	"database/sql"
	"maps"
	"slices"
	"strconv"
	"strings"

	"billfold/models"
	"billfold/models/account"
	"billfold/models/db"

	"github.com/shopspring/decimal"
	"gorm.io/gorm"
)

// batch is what is stored about the groups of one transaction of a run, each kind read by one statement.
type batch struct {
	closed      map[string]models.Month  // the last closed month, by group
	before      map[string]groupMonthRow // how the month at hand is marked, by group
	first       map[string]*Row          // the earliest open estimate up to the month, by group; locked
	billed      []string                 // groups whose first open estimate is the month's
	lines       map[string][]LineRow     // of the month's estimates, by estimate, in the order of their ids
	information map[string]account.Information
	terms       map[string]PaymentTerms // by group, of those that have chosen how to pay
}

func readBatch(tx *gorm.DB, month models.Month, groups []openGroup) (b batch, err error) {
	ids := make([]string, len(groups))
	for i, g := range groups {
		ids[i] = g.GroupID
	}
	if b.closed, err = closedThrough(tx, ids); err != nil {
		return b, err
	}
	if b.before, err = marksOf(tx, month, ids); err != nil {
		return b, err
	}
	if b.first, err = firstOpen(tx, month, ids); err != nil {
		return b, err
	}
	var estimates []string
	for _, id := range ids {
		if row := b.first[id]; row != nil && row.Month == string(month) && b.closed[id] < month {
			b.billed, estimates = append(b.billed, id), append(estimates, row.ID)
		}
	}
	slices.Sort(estimates)
	if b.lines, err = linesOf(tx, estimates); err != nil {
		return b, err
	}
	if b.information, err = account.InformationOf(tx, b.billed); err != nil {
		return b, err
	}
	b.terms, err = termsOf(tx, b.billed)
	return b, err
}

// parties are the accounts of the groups, and the projects that have lines.
func (b batch) parties(groups []openGroup) (accounts, projects []string) {
	inAccounts, inProjects := map[string]bool{}, map[string]bool{}
	for _, g := range groups {
		inAccounts[g.AccountID] = true
	}
	for _, lines := range b.lines {
		for _, l := range lines {
			if l.ProjectID != nil {
				inProjects[*l.ProjectID] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(inAccounts)), slices.Sorted(maps.Keys(inProjects))
}

func marksOf(tx *gorm.DB, month models.Month, groups []string) (map[string]groupMonthRow, error) {
	marks := map[string]groupMonthRow{}
	query := `SELECT group_id, state, reason FROM group_months WHERE month = ? AND group_id IN (?)`
	if db.IsPostgres(tx) { // group by group, as closedThrough
		query = `SELECT u.id, m.state, m.reason FROM (SELECT ?::text AS month) q, unnest(?::uuid[]) AS u (id),
			LATERAL (SELECT g.state, g.reason FROM group_months g WHERE g.group_id = u.id AND g.month = q.month OFFSET 0) m`
	}
	return marks, db.QueryIn(tx, query, groups, []any{string(month)},
		func(rows *sql.Rows) error {
			var m groupMonthRow
			err := rows.Scan(&m.GroupID, &m.State, &m.Reason)
			marks[m.GroupID] = m
			return err
		})
}

// firstOpen locks the open estimates of groups up to a month, in the order of their ids, and gives the
// earliest of each group. The estimate of the month is read as a whole, but for what it gets at issue.
func firstOpen(tx *gorm.DB, month models.Month, groups []string) (map[string]*Row, error) {
	first := make(map[string]*Row, len(groups))
	lock := ""
	if db.IsPostgres(tx) {
		lock = " FOR NO KEY UPDATE"
	}
	return first, db.QueryIn(tx, `SELECT id, account_id, group_id, kind, month, state, reason, currency, price_currency, rate, rate_date, rate_source,
		subtotal_minor, credits_minor, taxable_minor, tax_minor, total_minor, prepaid_minor, paid_minor, credited_minor, due_minor, created_at, updated_at
		FROM invoices WHERE state = 'estimate' AND NOT frozen AND kind = 'invoice' AND month <= ? AND group_id IN (?) ORDER BY id`+lock, groups, []any{string(month)},
		func(rows *sql.Rows) error {
			var r Row
			err := rows.Scan(&r.ID, &r.AccountID, &r.GroupID, &r.Kind, &r.Month, &r.State, &r.Reason, &r.Currency, &r.PriceCurrency, &r.Rate, &r.RateDate, &r.RateSource,
				&r.SubtotalMinor, &r.CreditsMinor, &r.TaxableMinor, &r.TaxMinor, &r.TotalMinor, &r.PrepaidMinor, &r.PaidMinor, &r.CreditedMinor, &r.DueMinor, &r.CreatedAt, &r.UpdatedAt)
			if known := first[r.GroupID]; known == nil || r.Month < known.Month {
				first[r.GroupID] = &r
			}
			return err
		})
}

// linesOf reads the lines of estimates, each's in the order of their ids; what only a frozen line has is
// left out.
func linesOf(tx *gorm.DB, estimates []string) (map[string][]LineRow, error) {
	lines := make(map[string][]LineRow, len(estimates))
	var id string // of the estimate at hand: its lines stand together
	var at []LineRow
	put := func() {
		if len(at) > 0 {
			lines[id] = slices.Clone(at)
		}
		at = at[:0]
	}
	err := db.QueryIn(tx, `SELECT id, account_id, invoice_id, line_key, project_id, project_name, service_name, service_type, service_plan, cloud, line_type,
		unit, unit_price, description, tags, service_month, service_start, service_end, quantity, cost, amount_minor, record_count
		FROM invoice_lines WHERE invoice_id IN (?) ORDER BY invoice_id, id`, estimates, nil,
		func(rows *sql.Rows) error {
			var l LineRow
			var price nullExact
			err := rows.Scan(&l.ID, &l.AccountID, &l.InvoiceID, &l.LineKey, &l.ProjectID, &l.ProjectName, &l.ServiceName, &l.ServiceType, &l.ServicePlan, &l.Cloud, &l.LineType,
				&l.Unit, &price, &l.Description, &l.Tags, &l.ServiceMonth, &l.ServiceStart, &l.ServiceEnd, (*exact)(&l.Quantity), (*exact)(&l.Cost), &l.AmountMinor, &l.RecordCount)
			l.UnitPrice = price.value
			if l.InvoiceID != id {
				put()
				id = l.InvoiceID
			}
			at = append(at, l)
			return err
		})
	put()
	return lines, err
}

// exact reads a decimal from a database, short ones without big numbers. PostgreSQL pads with zeros.
type exact decimal.Decimal

// Scan implements sql.Scanner.
func (e *exact) Scan(value any) error {
	text, ok := value.(string)
	if ok && strings.Contains(text, ".") {
		text = strings.TrimRight(strings.TrimRight(text, "0"), ".")
	}
	digits := strings.Replace(text, ".", "", 1)
	if n, err := strconv.ParseInt(digits, 10, 64); ok && err == nil && len(digits) < 19 {
		places := 0
		if point := strings.IndexByte(text, '.'); point >= 0 {
			places = len(text) - point - 1
		}
		*e = exact(decimal.New(n, -int32(places)))
		return nil
	}
	return (*decimal.Decimal)(e).Scan(value)
}

// nullExact is an exact that may be missing.
type nullExact struct{ value *decimal.Decimal }

// Scan implements sql.Scanner.
func (n *nullExact) Scan(value any) error {
	if value == nil {
		n.value = nil
		return nil
	}
	n.value = new(decimal.Decimal)
	return (*exact)(n.value).Scan(value)
}

// termsOf is how groups pay: the card or the days of the bank transfer that they chose.
func termsOf(tx *gorm.DB, groups []string) (map[string]PaymentTerms, error) {
	terms := map[string]PaymentTerms{}
	return terms, db.QueryIn(tx, `SELECT g.id, m.kind, m.terms_days, m.brand, m.last4 FROM billing_groups g
		JOIN payment_methods m ON m.id = g.payment_method_id AND m.account_id = g.account_id WHERE g.id IN (?)`, groups, nil,
		func(rows *sql.Rows) error {
			var group string
			var t PaymentTerms
			err := rows.Scan(&group, &t.Kind, &t.Days, &t.Brand, &t.Last4)
			terms[group] = t
			return err
		})
}

// informationTx reads a group's billing information.
func informationTx(tx *gorm.DB, g openGroup) (account.Information, error) {
	return account.InformationTx(tx, g.AccountID, g.GroupID)
}
