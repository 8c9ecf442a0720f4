package invoice

import (
	"billfold/models"
	"billfold/models/money"

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
	// From the groups that held a project, which are few, to their estimates, and not through all of the account's.
	err := tx.Raw(`WITH held AS MATERIALIZED (SELECT a.project_id, a.group_id, (SELECT i.id FROM invoices i WHERE i.group_id = a.group_id AND `+runningEstimates+`) AS invoice_id
			FROM (SELECT DISTINCT project_id, group_id FROM project_assignments WHERE account_id IN ? AND project_id IN ?) AS a),
		costs AS MATERIALIZED (SELECT h.project_id, h.group_id, h.invoice_id,
			(SELECT ep.amount_minor FROM estimate_projects ep WHERE ep.invoice_id = h.invoice_id AND ep.project_id = h.project_id) AS amount_minor FROM held h)
		SELECT c.project_id, c.amount_minor, i.group_id, i.currency, i.price_currency, g.name AS group_name
		FROM costs c JOIN invoices i ON i.id = c.invoice_id JOIN billing_groups g ON g.id = c.group_id
		WHERE c.amount_minor IS NOT NULL ORDER BY g.name_key, g.id`, string(month), accountIDs, projectIDs).Scan(&rows).Error
	for _, r := range rows {
		costs[r.ProjectID] = append(costs[r.ProjectID], r)
	}
	return costs, err
}
