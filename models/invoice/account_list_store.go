package invoice

import (
	"context"

	"billfold/models"
	"billfold/models/access"
	"billfold/models/money"

	"gorm.io/gorm"
)

// AccountItem is one account of the list of a user's accounts.
type AccountItem struct {
	ID, Name string
	Role     access.Role
	Projects int            // live ones, counted as far as CountLimit
	Groups   int            // live ones, counted so too
	Costs    []money.Amount // accumulated this period, one per currency, A to Z; empty without an estimate
}

// AccountsPage are the accounts that a user is a member of, A to Z.
type AccountsPage struct {
	AccountPeriod
	Items []AccountItem
}

type memberItem struct {
	ID, Name string
	Role     access.Role
}

// membersOf are the accounts that a user may see, A to Z. The membership in the database is the
// permission, as in access; an actor who is not a user, or one disabled, sees none.
func membersOf(tx *gorm.DB, actor access.Actor) ([]memberItem, error) {
	if actor.Kind != access.User || !models.IsID(actor.ID) {
		return nil, nil
	}
	var rows []memberItem
	err := tx.Raw(`SELECT a.id, a.name, m.role FROM members m JOIN users u ON u.id = m.user_id AND u.disabled_at IS NULL
		JOIN accounts a ON a.id = m.account_id AND a.deleted_at IS NULL
		WHERE m.user_id = ? ORDER BY a.name_key, a.id`, actor.ID).Scan(&rows).Error
	return rows, err
}

// AccountsOf lists the accounts that a user is a member of, with what they hold and cost.
func (s *Store) AccountsOf(ctx context.Context, actor access.Actor) (page AccountsPage, err error) {
	tx := s.db.Read(ctx)
	page.Month = models.MonthOf(s.clock.Now())
	members, err := membersOf(tx, actor)
	if err != nil || len(members) == 0 {
		return page, err
	}
	ids := make([]string, len(members))
	for i, m := range members {
		ids[i] = m.ID
	}
	projects, err := countLive(tx, "projects", ids, CountLimit)
	if err != nil {
		return page, err
	}
	groups, err := countLive(tx, "billing_groups", ids, CountLimit)
	if err != nil {
		return page, err
	}
	costs, approximate, err := accountCosts(tx, page.Month, ids)
	if err != nil {
		return page, err
	}
	page.Approximate = approximate
	for _, m := range members {
		page.Items = append(page.Items, AccountItem{m.ID, m.Name, m.Role, projects[m.ID], groups[m.ID], costs[m.ID]})
	}
	return page, nil
}

// countLive counts the rows of a table that are not deleted as far as a limit, by account.
func countLive(tx *gorm.DB, table string, accountIDs []string, limit int) (map[string]int, error) {
	var rows []struct {
		AccountID string
		N         int
	}
	err := tx.Raw(`SELECT a.id AS account_id, (SELECT COUNT(*) FROM (SELECT 1 FROM `+table+` t WHERE t.account_id = a.id AND t.deleted_at IS NULL ORDER BY t.name_key LIMIT ?) AS few) AS n
		FROM accounts a WHERE a.id IN ?`, limit, accountIDs).Scan(&rows).Error
	counts := make(map[string]int, len(rows))
	for _, r := range rows {
		counts[r.AccountID] = r.N
	}
	return counts, err
}
