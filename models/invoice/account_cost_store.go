package invoice

import (
	"strings"

	"billfold/models"
	"billfold/models/money"

	"github.com/shopspring/decimal"
	"gorm.io/gorm"
)

// runningEstimates is the condition on invoices (i) that are estimates of a month; a project's or a
// group's cost of the period is read from them and from nothing else.
const runningEstimates = `i.month = ? AND i.kind = 'invoice' AND i.state = 'estimate' AND NOT i.frozen`

// AccountPeriod is the running UTC month that costs are shown of.
type AccountPeriod struct {
	Month models.Month
	// Approximate: an estimate shown is in another currency than the price currency, so its amounts
	// change with the rate until the month is closed.
	Approximate bool
}

// accountCosts are accumulated costs of accounts by account id, one amount per currency, A to Z. They
// are never added up over currencies. Deleted groups that still have an estimate count.
func accountCosts(tx *gorm.DB, month models.Month, accountIDs []string) (costs map[string][]money.Amount, approximate bool, err error) {
	costs = map[string][]money.Amount{}
	if len(accountIDs) == 0 {
		return costs, false, nil
	}
	var rows []struct {
		AccountID string
		Currency  string
		Others    int // estimates in another currency than the price currency
		Minor     int64
	}
	err = tx.Raw(`SELECT i.account_id, i.currency, CAST(SUM(i.subtotal_minor) AS bigint) AS minor,
		SUM(CASE WHEN i.currency <> i.price_currency THEN 1 ELSE 0 END) AS others
		FROM invoices i WHERE i.account_id IN ? AND `+runningEstimates+`
		GROUP BY i.account_id, i.currency ORDER BY i.account_id, i.currency`, accountIDs, string(month)).Scan(&rows).Error
	for _, r := range rows {
		costs[r.AccountID] = append(costs[r.AccountID], money.New(r.Minor, money.Currency(r.Currency)))
		approximate = approximate || r.Others > 0
	}
	return costs, approximate, err
}

// costKey is the SQL of the figure that lists by cost are ordered by, with its arguments: amount is the
// SQL of minor units, currency that of their currency. Amounts of one currency compare as they are.
// Those of several are weighed by the rates of the running estimates, for the order alone: the figure
// is never shown. It is numeric, so that it cannot overflow.
func costKey(tx *gorm.DB, month models.Month, accountIDs []string, amount, currency string) (sql string, args []any, err error) {
	var rows []struct {
		Currency string
		Rate     decimal.Decimal
	}
	// One rate a currency, the same for all its estimates, keeps the exact order within the currency.
	err = tx.Raw(`SELECT i.currency, MAX(i.rate) AS rate FROM invoices i WHERE i.account_id IN ? AND `+runningEstimates+`
		GROUP BY i.currency ORDER BY i.currency`, accountIDs, string(month)).Scan(&rows).Error
	amount = "CAST(COALESCE(" + amount + ", 0) AS numeric)"
	if err != nil || len(rows) < 2 {
		return amount, nil, err
	}
	var b strings.Builder
	b.WriteString(amount + " * CASE " + currency)
	for _, r := range rows {
		unit := r.Rate.Shift(money.Currency(r.Currency).Decimals())
		weight := decimal.New(1, 8).DivRound(unit, 0)
		b.WriteString(" WHEN ? THEN CAST(? AS numeric)")
		args = append(args, r.Currency, decimal.Max(weight, decimal.NewFromInt(1)).String())
	}
	b.WriteString(" ELSE 1 END")
	return b.String(), args, nil
}

// groupCost is what a running estimate says about a project.
type groupCost struct {
	ProjectID     string
	GroupID       string
	GroupName     string
	Currency      string
	PriceCurrency string
	AmountMinor   int64
}

// projectCosts reads the costs of projects in a month by project id; a project that moved has one per
// group.
func projectCosts(tx *gorm.DB, month models.Month, accountIDs, projectIDs []string) (map[string][]groupCost, error) {
	costs := make(map[string][]groupCost, len(projectIDs))
	if len(projectIDs) == 0 {
		return costs, nil
	}
	var rows []groupCost
	err := tx.Raw(`SELECT ep.project_id, ep.amount_minor, i.group_id, i.currency, i.price_currency, g.name AS group_name
		FROM invoices i JOIN estimate_projects ep ON ep.invoice_id = i.id JOIN billing_groups g ON g.id = i.group_id
		WHERE i.account_id IN ? AND `+runningEstimates+` AND ep.project_id IN ?
		ORDER BY g.name_key, g.id`, accountIDs, string(month), projectIDs).Scan(&rows).Error
	for _, r := range rows {
		costs[r.ProjectID] = append(costs[r.ProjectID], r)
	}
	return costs, err
}
