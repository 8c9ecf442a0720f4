package invoice

import (
	"context"

	"billfold/models"
	"billfold/models/access"
	"billfold/models/account"
	"billfold/models/money"
)

// ProjectHome is what the home of a project shows.
type ProjectHome struct {
	AccountPeriod
	account.Project
	GroupName    string
	GroupDeleted bool
	Cost         money.Amount // this period, in the group that holds the project now (or held it last)
	Others       []GroupCost  // this period, in groups it was moved out of
}

// ProjectHome reads a project of the scope's account, deleted ones included. Kind: NotFound.
func (s *Store) ProjectHome(ctx context.Context, scope access.Scope, projectID string) (h ProjectHome, err error) {
	tx := s.db.Read(ctx)
	h.Month = models.MonthOf(s.clock.Now())
	projects, err := account.ProjectsByID(tx, scope.AccountID(), []string{projectID})
	if err != nil {
		return h, err
	}
	project, ok := projects[projectID]
	if !ok {
		return h, models.NotFoundf("Page not found")
	}
	h.Project = project
	items, approximate, err := projectItems(tx, h.Month, []string{scope.AccountID()}, []string{projectID})
	if err != nil {
		return h, err
	}
	for _, it := range items {
		h.Cost, h.Others, h.GroupName, h.Approximate = it.Now.Cost, it.Others, it.Now.GroupName, approximate
	}
	err = tx.Raw(`SELECT deleted_at IS NOT NULL FROM billing_groups WHERE account_id = ? AND id = ?`, scope.AccountID(), project.GroupID).Scan(&h.GroupDeleted).Error
	return h, err
}
