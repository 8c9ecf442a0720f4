package invoice

import (
	"context"
	"database/sql"
	"fmt"
	"maps"
	"math"
	"slices"
	"time"

	"billfold/models"
	"billfold/models/db"
	"billfold/models/money"
	"billfold/models/rate"
	"billfold/models/seller"

	"github.com/shopspring/decimal"
	"gorm.io/gorm"
)

// GroupMonth names what a usage record is about: the group that held its project at its start, and
// the UTC month of that start.
type GroupMonth struct {
	GroupID string
	Month   models.Month
}

// EstimatesTx finds or makes the estimate that takes usage of each group and month: the month's own
// while it is open, else the one of the group's earliest month that is not closed (late usage). The
// caller holds the account lock, so nothing closes or opens meanwhile. Rows are read without what only
// an issued invoice has.
func EstimatesTx(tx *gorm.DB, at time.Time, accountID string, wanted []GroupMonth) (map[GroupMonth]*Row, error) {
	found := make(map[GroupMonth]*Row, len(wanted))
	if len(wanted) == 0 {
		return found, nil
	}
	closed, err := closedThrough(tx, groupsOf(wanted))
	if err != nil {
		return nil, err
	}
	targets := make([]GroupMonth, len(wanted))
	for i, w := range wanted {
		targets[i] = GroupMonth{w.GroupID, OpenMonth(w.Month, closed[w.GroupID])}
	}
	rows, err := estimatesTx(tx, at, accountID, targets)
	for i, w := range wanted {
		found[targets[i]], found[w] = rows[targets[i]], rows[targets[i]]
	}
	return found, err
}

// groupsOf lists the groups of months, each once.
func groupsOf(months []GroupMonth) []string {
	groups := make([]string, len(months))
	for i, m := range months {
		groups[i] = m.GroupID
	}
	slices.Sort(groups)
	return slices.Compact(groups)
}

// OpenMonth is the month that takes usage of month m in a group closed through last ("" for never
// closed). Months of a group close in order, so everything up to the last closed one is closed.
func OpenMonth(m, last models.Month) models.Month {
	if last != "" && m <= last {
		return last.Next()
	}
	return m
}

// closedThrough gives the last closed month of each group that has one.
func closedThrough(tx *gorm.DB, groups []string) (map[string]models.Month, error) {
	closed := map[string]models.Month{}
	query := `SELECT group_id, MAX(month) FROM group_months WHERE state = 'closed' AND group_id IN (?) GROUP BY group_id`
	if db.IsPostgres(tx) {
		// Group by group, because a run fills the table faster than its statistics follow.
		query = `SELECT u.id, (SELECT MAX(m.month) FROM group_months m WHERE m.group_id = u.id AND m.state = 'closed') FROM unnest(?::uuid[]) AS u (id)`
	}
	err := db.QueryIn(tx, query, groups, nil, func(rows *sql.Rows) error {
		var group string
		var month *string
		err := rows.Scan(&group, &month)
		if month != nil {
			closed[group] = models.Month(*month)
		}
		return err
	})
	return closed, err
}

// estimatesTx finds or makes the estimates of open months, which may repeat.
func estimatesTx(tx *gorm.DB, at time.Time, accountID string, targets []GroupMonth) (map[GroupMonth]*Row, error) {
	found := make(map[GroupMonth]*Row, len(targets))
	byMonth := map[models.Month][]string{}
	var asked []GroupMonth // each once
	for _, t := range targets {
		if _, seen := found[t]; !seen {
			found[t] = nil
			asked = append(asked, t)
			byMonth[t.Month] = append(byMonth[t.Month], t.GroupID)
		}
	}
	for month, groups := range byMonth {
		err := db.QueryIn(tx, `SELECT id, group_id, state, currency, price_currency, rate, rate_date, rate_source, subtotal_minor, frozen, created_at, updated_at
			FROM invoices WHERE account_id = ? AND month = ? AND kind = 'invoice' AND group_id IN (?)`, groups, []any{accountID, string(month)},
			func(rows *sql.Rows) error {
				row := &Row{AccountID: accountID, Kind: "invoice", Month: string(month)}
				err := rows.Scan(&row.ID, &row.GroupID, &row.State, &row.Currency, &row.PriceCurrency, &row.Rate, &row.RateDate, &row.RateSource,
					&row.SubtotalMinor, &row.Frozen, &row.CreatedAt, &row.UpdatedAt)
				row.TaxableMinor, row.TotalMinor = row.SubtotalMinor, row.SubtotalMinor
				found[GroupMonth{row.GroupID, month}] = row
				return err
			})
		if err != nil {
			return nil, err
		}
	}
	missing := slices.DeleteFunc(asked, func(t GroupMonth) bool { return found[t] != nil })
	made, err := makeEstimates(tx, at, accountID, missing)
	for _, row := range made {
		found[GroupMonth{row.GroupID, models.Month(row.Month)}] = row
	}
	return found, err
}

// makeEstimates inserts empty estimates.
func makeEstimates(tx *gorm.DB, at time.Time, accountID string, missing []GroupMonth) ([]*Row, error) {
	if len(missing) == 0 {
		return nil, nil
	}
	values, err := valuationsTx(tx, at, missing)
	if err != nil {
		return nil, err
	}
	rows := make([]*Row, len(missing))
	for i, m := range missing {
		rows[i] = &Row{ID: models.NewID(), AccountID: accountID, GroupID: m.GroupID, Kind: "invoice", Month: string(m.Month), State: Estimate,
			CreatedAt: at, UpdatedAt: at}
		values[i].apply(rows[i])
	}
	return rows, tx.CreateInBatches(rows, estimatesPerInsert).Error
}

// estimatesPerInsert keeps the parameters of a statement, 41 a row, below what PostgreSQL takes, and few
// for SQLite, which binds many slowly.
const estimatesPerInsert = 50

// valuation is how an estimate turns exact costs into amounts.
type valuation struct {
	currency money.Currency
	price    money.Currency
	wanted   money.Currency // the group's currency; differs from currency when no rate is stored
	quote    rate.Quote
}

func (v valuation) apply(row *Row) {
	row.Currency, row.PriceCurrency = string(v.currency), string(v.price)
	row.Rate, row.RateSource = v.quote.Rate, v.quote.Source
	row.RateDate = nil
	if !v.quote.Date.IsZero() {
		date := v.quote.Date
		row.RateDate = &date
	}
}

// valuationTx is valuationsTx of one estimate.
func valuationTx(tx *gorm.DB, at time.Time, w GroupMonth) (valuation, error) {
	all, err := valuationsTx(tx, at, []GroupMonth{w})
	if err != nil {
		return valuation{}, err
	}
	return all[0], nil
}

// valuationsTx looks up each group's currency and the rate by which an open estimate is shown: the last
// stored one of today, or of the month's tax date once that has passed. Without a rate the estimate is
// shown in the price currency.
func valuationsTx(tx *gorm.DB, at time.Time, wanted []GroupMonth) ([]valuation, error) {
	price, err := PriceCurrencyTx(tx)
	if err != nil {
		return nil, err
	}
	currencies := map[string]money.Currency{}
	err = db.QueryIn(tx, `SELECT group_id, currency FROM billing_information WHERE group_id IN (?)`, groupsOf(wanted), nil, func(rows *sql.Rows) error {
		var group, currency string
		err := rows.Scan(&group, &currency)
		currencies[group] = money.Currency(currency)
		return err
	})
	if err != nil {
		return nil, err
	}
	quotes := rate.NewQuotes(tx)
	values := make([]valuation, len(wanted))
	for i, w := range wanted {
		v := valuation{currency: price, price: price, wanted: price}
		if currency, ok := currencies[w.GroupID]; ok {
			v.currency, v.wanted = currency, currency
		}
		date := at
		if last := w.Month.LastDay(); last.Before(date) {
			date = last
		}
		quote, ok, err := quotes.At(price, v.wanted, date)
		if err != nil {
			return nil, err
		}
		if !ok {
			v.currency, quote = price, rate.Quote{Rate: decimal.NewFromInt(1)}
		}
		v.quote = quote
		values[i] = v
	}
	return values, nil
}

// PriceCurrencyTx is the installation's price currency: the seller's choice, USD until it is made.
func PriceCurrencyTx(tx *gorm.DB) (money.Currency, error) {
	s, ok, err := seller.Get(tx)
	if err != nil || !ok || s.PriceCurrency == "" {
		return "USD", err
	}
	return money.Currency(s.PriceCurrency), nil
}

// Deltas are changes of amounts by estimate id and project id (models.NilID for none), in minor units
// of the estimate's currency.
type Deltas map[string]map[string]int64

// Add notes a change.
func (d Deltas) Add(estimateID, projectID string, minor int64) error {
	if projectID == "" {
		projectID = models.NilID
	}
	if d[estimateID] == nil {
		d[estimateID] = map[string]int64{}
	}
	sum, err := money.AddMinor(d[estimateID][projectID], minor)
	d[estimateID][projectID] = sum
	return err
}

// maxSum bounds the sums of an estimate, in minor units, so that tax can be added to one without overflow.
const maxSum = int64(math.MaxInt64 / 4)

// ApplyDeltasTx keeps the sums that pages show: the estimate's subtotal and its amount per project. A
// delta of zero still makes the project's row, so that a project with lines always has one. Error:
// money.ErrOverflow, which SQLite by itself would turn into a float.
func ApplyDeltasTx(tx *gorm.DB, at time.Time, deltas Deltas) error {
	estimates := slices.Sorted(maps.Keys(deltas)) // locked in this order
	sums, times := make([]int64, len(estimates)), make([]time.Time, len(estimates))
	var invoices, projects, there, of []string
	var amounts []int64
	for i, estimate := range estimates {
		for _, project := range slices.Sorted(maps.Keys(deltas[estimate])) {
			minor := deltas[estimate][project]
			if minor > maxSum || minor < -maxSum {
				return money.ErrOverflow
			}
			var err error
			if sums[i], err = money.AddMinor(sums[i], minor); err != nil {
				return err
			}
			if minor == 0 { // as that of most records is, which cost less than a cent
				there, of = append(there, estimate), append(of, project)
				continue
			}
			invoices, projects, amounts = append(invoices, estimate), append(projects, project), append(amounts, minor)
		}
		if sums[i] > maxSum || sums[i] < -maxSum {
			return money.ErrOverflow
		}
		times[i] = at
	}
	if len(estimates) == 0 {
		return nil
	}
	within := fmt.Sprintf("BETWEEN %d AND %d", -maxSum, maxSum)
	err := all(len(estimates))(db.UpdateRows(tx, "invoices", db.Col("id", "uuid", estimates), []db.Column{db.Col("+subtotal_minor", "bigint", sums),
		db.Col("+taxable_minor", "bigint", sums), db.Col("+total_minor", "bigint", sums), db.Col("updated_at", "timestamptz", times)},
		"NOT frozen AND subtotal_minor + {1} "+within))
	if err != nil {
		return err
	}
	lists, err := costListsTx(tx, estimates)
	if err != nil {
		return err
	}
	if _, err := db.InsertRows(tx, "estimate_projects", costRows(lists, there, of, make([]int64, len(there))), "ON CONFLICT DO NOTHING"); err != nil {
		return err
	}
	return all(len(invoices))(db.InsertRows(tx, "estimate_projects", costRows(lists, invoices, projects, amounts),
		`ON CONFLICT (invoice_id, project_id) DO UPDATE SET amount_minor = estimate_projects.amount_minor + excluded.amount_minor
			WHERE estimate_projects.amount_minor + excluded.amount_minor `+within))
}

// costRows are sums of projects on estimates with the lists in which they stand.
func costRows(lists map[string]costList, invoices, projects []string, amounts []int64) []db.Column {
	list := func(of func(costList) string) []string {
		return db.Each(len(invoices), func(i int) string { return of(lists[invoices[i]]) })
	}
	return []db.Column{db.Col("invoice_id", "uuid", invoices), db.Col("project_id", "uuid", projects), db.Col("amount_minor", "bigint", amounts),
		db.Col("account_id", "uuid", list(func(l costList) string { return l.accountID })),
		db.Col("month", "text", list(func(l costList) string { return l.month })),
		db.Col("currency", "text", list(func(l costList) string { return l.currency }))}
}

// costList is the list by cost in which the amounts of an estimate stand.
type costList struct{ accountID, month, currency string }

func costListsTx(tx *gorm.DB, estimates []string) (map[string]costList, error) {
	lists := make(map[string]costList, len(estimates))
	err := db.QueryIn(tx, `SELECT id, account_id, month, currency FROM invoices WHERE id IN (?)`, estimates, nil, func(rows *sql.Rows) error {
		var id string
		var l costList
		err := rows.Scan(&id, &l.accountID, &l.month, &l.currency)
		lists[id] = l
		return err
	})
	return lists, err
}

// all is money.ErrOverflow when a statement passed over a row whose sum would have been too large.
func all(wanted int) func(done int64, err error) error {
	return func(done int64, err error) error {
		if err == nil && done != int64(wanted) {
			return money.ErrOverflow
		}
		return err
	}
}

// PriceCurrency is the currency that usage costs are in.
func (s *Store) PriceCurrency(ctx context.Context) (money.Currency, error) {
	return PriceCurrencyTx(s.db.Read(ctx))
}
