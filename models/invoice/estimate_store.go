package invoice

import (
	"context"
	"errors"
	"math"
	"time"

	"billfold/models"
	"billfold/models/money"
	"billfold/models/rate"
	"billfold/models/seller"

	"github.com/shopspring/decimal"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// GroupMonth names what a usage record is about: the group that held its project at its start, and
// the UTC month of that start.
type GroupMonth struct {
	GroupID string
	Month   models.Month
}

// EstimatesTx finds or makes the estimate that takes usage of each group and month: the month's own
// while it is open, else the one of the group's earliest month that is not closed (late usage). The
// caller holds the account lock, so nothing closes or opens meanwhile.
func EstimatesTx(tx *gorm.DB, at time.Time, accountID string, wanted []GroupMonth) (map[GroupMonth]*Row, error) {
	found := make(map[GroupMonth]*Row, len(wanted))
	if len(wanted) == 0 {
		return found, nil
	}
	groups := make([]string, 0, len(wanted))
	for _, w := range wanted {
		groups = append(groups, w.GroupID)
	}
	closed, err := closedThrough(tx, groups)
	if err != nil {
		return nil, err
	}
	for _, w := range wanted {
		target := GroupMonth{w.GroupID, OpenMonth(w.Month, closed[w.GroupID])}
		if found[target] == nil {
			if found[target], err = estimateTx(tx, at, accountID, target); err != nil {
				return nil, err
			}
		}
		found[w] = found[target]
	}
	return found, nil
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
	for len(groups) > 0 {
		part := groups[:min(len(groups), 500)]
		groups = groups[len(part):]
		var rows []struct {
			GroupID string
			Month   string
		}
		err := tx.Raw(`SELECT group_id, MAX(month) AS month FROM group_months WHERE state = 'closed' AND group_id IN ? GROUP BY group_id`, part).Scan(&rows).Error
		if err != nil {
			return nil, err
		}
		for _, r := range rows {
			closed[r.GroupID] = models.Month(r.Month)
		}
	}
	return closed, nil
}

// estimateTx finds or makes the estimate of an open month.
func estimateTx(tx *gorm.DB, at time.Time, accountID string, w GroupMonth) (*Row, error) {
	var row Row
	err := tx.Where("account_id = ? AND group_id = ? AND month = ? AND kind = 'invoice'", accountID, w.GroupID, string(w.Month)).Take(&row).Error
	if err == nil || !errors.Is(err, gorm.ErrRecordNotFound) {
		return &row, err
	}
	value, err := valuationTx(tx, at, w)
	if err != nil {
		return nil, err
	}
	row = Row{ID: models.NewID(), AccountID: accountID, GroupID: w.GroupID, Kind: "invoice", Month: string(w.Month), State: Estimate,
		CreatedAt: at, UpdatedAt: at}
	value.apply(&row)
	return &row, tx.Create(&row).Error
}

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

// valuationTx looks up the group's currency and the rate by which an open estimate is shown: the last
// stored one of today, or of the month's tax date once that has passed. Without a rate the estimate is
// shown in the price currency.
func valuationTx(tx *gorm.DB, at time.Time, w GroupMonth) (valuation, error) {
	price, err := PriceCurrencyTx(tx)
	if err != nil {
		return valuation{}, err
	}
	wanted := string(price)
	if err := tx.Raw(`SELECT currency FROM billing_information WHERE group_id = ?`, w.GroupID).Scan(&wanted).Error; err != nil {
		return valuation{}, err
	}
	date := at
	if last := w.Month.LastDay(); last.Before(date) {
		date = last
	}
	v := valuation{currency: money.Currency(wanted), price: price, wanted: money.Currency(wanted)}
	quote, ok, err := rate.RateAt(tx, price, v.wanted, date)
	if err != nil {
		return valuation{}, err
	}
	if !ok {
		v.currency, quote = price, rate.Quote{Rate: decimal.NewFromInt(1)}
	}
	v.quote = quote
	return v, nil
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
	type projectRow struct {
		InvoiceID   string
		ProjectID   string
		AmountMinor int64
	}
	var rows []projectRow
	for estimate, projects := range deltas {
		var parts []int64
		for project, minor := range projects {
			if minor > maxSum || minor < -maxSum {
				return money.ErrOverflow
			}
			parts = append(parts, minor)
			rows = append(rows, projectRow{estimate, project, minor})
		}
		sum, err := money.SumMinor(parts...)
		if err != nil || sum > maxSum || sum < -maxSum {
			return money.ErrOverflow
		}
		done := tx.Exec(`UPDATE invoices SET subtotal_minor = subtotal_minor + ?, taxable_minor = taxable_minor + ?, total_minor = total_minor + ?, updated_at = ?
			WHERE id = ? AND NOT frozen AND subtotal_minor BETWEEN ? AND ?`, sum, sum, sum, at, estimate, -maxSum-min(sum, 0), maxSum-max(sum, 0))
		if err := all(done, 1); err != nil {
			return err
		}
	}
	if len(rows) == 0 {
		return nil
	}
	return all(tx.Table("estimate_projects").Clauses(clause.OnConflict{
		Columns:   []clause.Column{{Name: "invoice_id"}, {Name: "project_id"}},
		DoUpdates: clause.Assignments(map[string]any{"amount_minor": gorm.Expr("estimate_projects.amount_minor + excluded.amount_minor")}),
		Where:     clause.Where{Exprs: []clause.Expression{gorm.Expr("estimate_projects.amount_minor + excluded.amount_minor BETWEEN ? AND ?", -maxSum, maxSum)}},
	}).CreateInBatches(rows, 200), len(rows))
}

// all is money.ErrOverflow when a statement passed over a row whose sum would have been too large.
func all(done *gorm.DB, rows int) error {
	if done.Error == nil && done.RowsAffected != int64(rows) {
		return money.ErrOverflow
	}
	return done.Error
}

// chargesOf reads of an estimate's lines what the arithmetic needs, summed per project and service
// month: sums of rounded lines are exact, so that a page need not read every line.
func chargesOf(tx *gorm.DB, invoiceID string) ([]Charge, error) {
	var rows []struct {
		ProjectID    *string
		ServiceMonth string
		Minor        int64
	}
	err := tx.Raw(`SELECT project_id, service_month, CAST(SUM(amount_minor) AS BIGINT) AS minor FROM invoice_lines
		WHERE invoice_id = ? GROUP BY project_id, service_month ORDER BY service_month`, invoiceID).Scan(&rows).Error
	charges := make([]Charge, len(rows))
	for i, r := range rows {
		charges[i] = Charge{Month: models.Month(r.ServiceMonth), Minor: r.Minor}
		if r.ProjectID != nil {
			charges[i].ProjectID = *r.ProjectID
		}
	}
	return charges, err
}

// PriceCurrency is the currency that usage costs are in.
func (s *Store) PriceCurrency(ctx context.Context) (money.Currency, error) {
	return PriceCurrencyTx(s.db.Read(ctx))
}
