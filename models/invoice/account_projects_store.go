package invoice

import (
	"context"
	"slices"

	"billfold/models"
	"billfold/models/access"
	"billfold/models/money"

	"gorm.io/gorm"
)

// ProjectList asks for a page of projects with their costs.
type ProjectList struct {
	Paging
	Text      string // part of the name; empty for all
	AccountID string // one account of those the actor may see; empty for all
	Sort      string // "name", "-name", "cost" or "-cost", the default
}

// GroupCost is what a project costs in one billing group.
type GroupCost struct {
	GroupID, GroupName string
	Cost               money.Amount
}

// ProjectItem is one project of a list.
type ProjectItem struct {
	ID, Name               string
	AccountID, AccountName string
	Now                    GroupCost   // the group that holds it now, and its cost there this period
	Others                 []GroupCost // what it cost this period in groups that it was moved out of
}

// ProjectPage is one page of a list of projects.
type ProjectPage struct {
	AccountPeriod
	Around
	Items []ProjectItem
	Total int // how many match, counted as far as CountLimit
}

// ProjectsOf lists the live projects of every account that a user is a member of.
func (s *Store) ProjectsOf(ctx context.Context, actor access.Actor, list ProjectList) (ProjectPage, error) {
	tx := s.db.Read(ctx)
	members, err := membersOf(tx, actor)
	if err != nil {
		return ProjectPage{}, err
	}
	var ids []string
	for _, m := range members {
		if list.AccountID == "" || list.AccountID == m.ID {
			ids = append(ids, m.ID)
		}
	}
	return s.projectPage(tx, ids, list)
}

// ProjectsOfAccount lists the live projects of the scope's account; list.AccountID is not looked at.
func (s *Store) ProjectsOfAccount(ctx context.Context, scope access.Scope, list ProjectList) (ProjectPage, error) {
	return s.projectPage(s.db.Read(ctx), []string{scope.AccountID()}, list)
}

// ProjectsNamed reads projects of the scope's account by their ids, as lists show them and in the order
// given; ids of other accounts and what is no id are left out.
func (s *Store) ProjectsNamed(ctx context.Context, scope access.Scope, ids []string) ([]ProjectItem, error) {
	ids = slices.DeleteFunc(slices.Clone(ids), func(id string) bool { return !models.IsID(id) })
	items, _, err := projectItems(s.db.Read(ctx), models.MonthOf(s.clock.Now()), []string{scope.AccountID()}, ids)
	return items, err
}

func (s *Store) projectPage(tx *gorm.DB, accountIDs []string, list ProjectList) (page ProjectPage, err error) {
	page.Month = models.MonthOf(s.clock.Now())
	if len(accountIDs) == 0 {
		return page, nil
	}
	matching := func(accountIDs ...string) *gorm.DB {
		q := tx.Table("projects p").Where("p.account_id IN ? AND p.deleted_at IS NULL", accountIDs)
		return nameContains(q, "p.name_key", list.Text)
	}
	if page.Total, err = countUpTo(matching(accountIDs...), tx); err != nil {
		return page, err
	}
	var ids []string
	if list.Sort == "name" || list.Sort == "-name" {
		ids, page.Around, err = projectsByName(func() *gorm.DB { return matching(accountIDs...) }, list)
	} else {
		ids, page.Around, err = projectsByCost(tx, page.Month, accountIDs, list, func(id string) *gorm.DB { return matching(id) })
	}
	if err != nil {
		return page, err
	}
	page.Items, page.Approximate, err = projectItems(tx, page.Month, accountIDs, ids)
	return page, err
}

func projectsByName(matching func() *gorm.DB, list ProjectList) (ids []string, around Around, err error) {
	type named struct{ ID, NameKey string }
	base := func() *gorm.DB { return matching().Select("p.id, p.name_key") }
	keys, around, err := keyset(base, order{backward: list.Sort == "-name"}, list.Paging, func(k named) cursor { return cursor{k.NameKey, k.ID} })
	for _, k := range keys {
		ids = append(ids, k.ID)
	}
	return ids, around, err
}

// projectsByCost are the projects of a page in order of their cost in the group that holds them now.
func projectsByCost(tx *gorm.DB, month models.Month, accountIDs []string, list ProjectList, matching func(accountID string) *gorm.DB) (ids []string, around Around, err error) {
	w := costWalk{tx: tx, minor: "ep.amount_minor", id: "ep.project_id"}
	if w.streams, err = costStreams(tx, month, accountIDs); err != nil {
		return nil, around, err
	}
	w.running = func(st costStream) *gorm.DB {
		// Compared row by row and not joined: a database that takes all estimates of the account first would
		// read ten thousand rows for a page of 25.
		held := nameContains(tx.Table("projects p").Select("p.group_id").Where("p.id = ep.project_id AND p.account_id = ep.account_id AND p.deleted_at IS NULL"), "p.name_key", list.Text)
		return tx.Table("estimate_projects ep").Where("ep.account_id = ? AND ep.month = ? AND ep.currency = ?", st.accountID, string(month), st.currency).
			Where("(?) = (SELECT i.group_id FROM invoices i WHERE i.id = ep.invoice_id AND "+runningEstimates+")", held, string(month))
	}
	w.idle = func() ([]*gorm.DB, error) { return idleProjects(tx, month, accountIDs, matching) }
	w.name = func(id string) (key string, err error) {
		return key, tx.Raw(`SELECT name_key FROM projects WHERE account_id IN ? AND id = ?`, accountIDs, id).Scan(&key).Error
	}
	rows, around, err := w.page(list.Sort == "cost", list.Paging)
	for _, r := range rows {
		ids = append(ids, r.ID)
	}
	return ids, around, err
}

// projectItems reads what a list shows of projects, in the order of their ids given.
func projectItems(tx *gorm.DB, month models.Month, accountIDs, ids []string) (items []ProjectItem, approximate bool, err error) {
	if len(ids) == 0 {
		return nil, false, nil
	}
	price, err := PriceCurrencyTx(tx)
	if err != nil {
		return nil, false, err
	}
	var rows []struct {
		ID, Name, AccountID, AccountName, GroupID, GroupName string
		Currency                                             *string
	}
	err = tx.Raw(`SELECT p.id, p.name, a.id AS account_id, a.name AS account_name, g.id AS group_id, g.name AS group_name,
		COALESCE((SELECT i.currency FROM invoices i WHERE i.group_id = g.id AND `+runningEstimates+`), b.currency) AS currency
		FROM projects p JOIN accounts a ON a.id = p.account_id JOIN billing_groups g ON g.id = p.group_id
		LEFT JOIN billing_information b ON b.group_id = g.id
		WHERE p.account_id IN ? AND p.id IN ?`, string(month), accountIDs, ids).Scan(&rows).Error
	if err != nil {
		return nil, false, err
	}
	costs, err := projectCosts(tx, month, accountIDs, ids)
	if err != nil {
		return nil, false, err
	}
	for _, r := range rows {
		currency := price
		if r.Currency != nil {
			currency = money.Currency(*r.Currency)
		}
		it := ProjectItem{ID: r.ID, Name: r.Name, AccountID: r.AccountID, AccountName: r.AccountName,
			Now: GroupCost{r.GroupID, r.GroupName, money.Zero(currency)}}
		for _, c := range costs[r.ID] {
			approximate = approximate || c.Currency != c.PriceCurrency
			amount := money.New(c.AmountMinor, money.Currency(c.Currency))
			if c.GroupID == r.GroupID {
				it.Now.Cost = amount
			} else if !amount.IsZero() {
				it.Others = append(it.Others, GroupCost{c.GroupID, c.GroupName, amount})
			}
		}
		items = append(items, it)
	}
	place := make(map[string]int, len(ids))
	for i, id := range ids {
		place[id] = i
	}
	slices.SortFunc(items, func(a, b ProjectItem) int { return place[a.ID] - place[b.ID] })
	return items, approximate, nil
}
