package invoice

import (
	"context"

	"billfold/models"
	"billfold/models/access"
	"billfold/models/account"
	"billfold/models/money"

	"gorm.io/gorm"
)

// GroupOverview is what the Overview tab shows beside the header.
type GroupOverview struct {
	Parked      models.Month // the first month that could not be closed, empty for none
	ParkedWhy   string
	Missing     []models.Field // what billing information lacks for an invoice, when there is something to bill
	Top         []TopProject   // of the projects that are in the group now, highest cost first
	Recent      []GroupInvoice // open estimates and the last issued invoices, newest first
	IssuedInAll int            // invoices, counted as far as CountLimit
}

// TopProject is a project of a group with its cost of the running month there.
type TopProject struct {
	ID, Name string
	Cost     money.Amount
}

const (
	topProjects  = 5
	lastInvoiced = 3
)

// OverviewOfGroup reads the Overview tab of the scope's group; cost is its header's.
func (s *Store) OverviewOfGroup(ctx context.Context, scope access.Scope, cost RunningCost) (o GroupOverview, err error) {
	tx := s.db.Read(ctx)
	if err = groupAlerts(tx, scope, &o); err != nil {
		return o, err
	}
	if o.Top, err = topOf(tx, scope, cost); err != nil {
		return o, err
	}
	var rows, issued []Row
	if err = listed(tx, scope).Where("i.state = 'estimate'").Select(listColumns).Order("i.month DESC, i.id DESC").Limit(lastInvoiced).Scan(&rows).Error; err != nil {
		return o, err
	}
	if err = listed(tx, scope).Where("i.state <> 'estimate'").Select(listColumns).Order("i.month DESC, i.id DESC").Limit(lastInvoiced).Scan(&issued).Error; err != nil {
		return o, err
	}
	if o.Recent, err = s.groupInvoices(ctx, tx, scope, append(rows, issued...)); err != nil {
		return o, err
	}
	o.IssuedInAll, err = countUpTo(listed(tx, scope).Where("i.state <> 'estimate'"), tx)
	return o, err
}

func groupAlerts(tx *gorm.DB, scope access.Scope, o *GroupOverview) error {
	var parked []groupMonthRow
	err := tx.Where("account_id = ? AND group_id = ? AND state = 'parked'", scope.AccountID(), scope.GroupID()).Order("month").Limit(1).Find(&parked).Error
	if err != nil {
		return err
	}
	if len(parked) > 0 {
		o.Parked, o.ParkedWhy = models.Month(parked[0].Month), parked[0].Reason
	}
	var open int
	if err := listed(tx, scope).Where("i.state = 'estimate'").Select("COUNT(*)").Scan(&open).Error; err != nil {
		return err
	}
	if open > 0 {
		info, err := account.InformationTx(tx, scope.AccountID(), scope.GroupID())
		if err != nil {
			return err
		}
		o.Missing = info.Missing()
	}
	return nil
}

// topOf are the projects that cost most, and after them, if there are too few, others by name.
func topOf(tx *gorm.DB, scope access.Scope, cost RunningCost) ([]TopProject, error) {
	var rows []struct {
		ID, Name string
		Minor    int64
	}
	estimate := models.NilID
	if cost.Estimate != nil {
		estimate = cost.Estimate.ID
	}
	err := tx.Raw(`SELECT p.id, p.name, e.amount_minor AS minor FROM estimate_projects e
		JOIN projects p ON p.id = e.project_id AND p.account_id = ? AND p.group_id = ? AND p.deleted_at IS NULL
		WHERE e.invoice_id = ? ORDER BY e.amount_minor DESC, e.project_id LIMIT ?`, scope.AccountID(), scope.GroupID(), estimate, topProjects).Scan(&rows).Error
	if err != nil {
		return nil, err
	}
	known := []string{models.NilID}
	for _, r := range rows {
		known = append(known, r.ID)
	}
	if missing := topProjects - len(rows); missing > 0 {
		others := rows[:0:0]
		err := tx.Raw(`SELECT id, name, 0 AS minor FROM projects WHERE account_id = ? AND group_id = ? AND deleted_at IS NULL AND id NOT IN ?
			ORDER BY name_key, id LIMIT ?`, scope.AccountID(), scope.GroupID(), known, missing).Scan(&others).Error
		if err != nil {
			return nil, err
		}
		rows = append(rows, others...)
	}
	top := make([]TopProject, len(rows))
	for i, r := range rows {
		top[i] = TopProject{r.ID, r.Name, money.New(r.Minor, cost.Currency)}
	}
	return top, nil
}
