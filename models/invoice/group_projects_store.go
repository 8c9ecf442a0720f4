package invoice

import (
	"context"
	"slices"
	"time"

	"billfold/models"
	"billfold/models/access"
	"billfold/models/account"
	"billfold/models/money"

	"gorm.io/gorm"
)

// GroupProjectList asks for a page of a group's Projects tab.
type GroupProjectList struct {
	Paging
	Text string // part of the name; empty for all
	Sort string // "name", "-name", "cost" or "-cost", the default
}

// Standing says how a row of the Projects tab belongs to the group.
type Standing int

// The standings. All but Assigned are there because they have cost on the running estimate, so that
// the rows add up to the accumulated cost.
const (
	Assigned       Standing = iota // the group holds the project now
	MovedOut                       // another group holds it now
	DeletedProject                 // it was deleted
	WithoutProject                 // charges that belong to no project
)

// GroupProject is one row of the Projects tab.
type GroupProject struct {
	ID, Name string // models.NilID and empty for WithoutProject
	Standing Standing
	Services int          // with cost this period
	Cost     money.Amount // on the running estimate
	Since    time.Time    // when the group took it; when it was created for a project's first group
	Until    time.Time    // when it was moved out or deleted
	NowIn    GroupName    // of MovedOut
}

// GroupName names a billing group.
type GroupName struct{ ID, Name string }

// GroupProjectPage is one page of the Projects tab.
type GroupProjectPage struct {
	Around
	Valued
	Month    models.Month
	Items    []GroupProject
	Total    money.Amount // the accumulated cost: the sum of all rows of all pages
	Matching int          // projects that the group holds and that match, counted as far as one move takes, and one more
}

// running is the estimate that a Projects tab is about; ID is models.NilID without one.
type running struct {
	Valued
	ID       string
	Month    models.Month
	Subtotal int64
}

func (s *Store) running(tx *gorm.DB, scope access.Scope) (r running, err error) {
	r.ID, r.Month = models.NilID, models.MonthOf(s.clock.Now())
	wanted, err := groupCurrencyTx(tx, scope.GroupID())
	if err != nil {
		return r, err
	}
	r.Currency = wanted
	var rows []Row
	err = tx.Where("account_id = ? AND group_id = ? AND month = ? AND kind = 'invoice' AND state = 'estimate' AND NOT frozen",
		scope.AccountID(), scope.GroupID(), string(r.Month)).Limit(1).Find(&rows).Error
	if err == nil && len(rows) > 0 {
		r.ID, r.Subtotal, r.Valued = rows[0].ID, rows[0].SubtotalMinor, valuedAs(rows[0], wanted)
	}
	return r, err
}

// ProjectsOfGroup lists the projects of the scope's group with their costs of the running month, and what
// else has cost there. Pages go by keyset over indexes, whatever the number of projects.
func (s *Store) ProjectsOfGroup(ctx context.Context, scope access.Scope, list GroupProjectList) (page GroupProjectPage, err error) {
	tx := s.db.Read(ctx)
	r, err := s.running(tx, scope)
	if err != nil {
		return page, err
	}
	page.Valued, page.Month, page.Total = r.Valued, r.Month, money.New(r.Subtotal, r.Currency)
	// By the group alone the index is all that is read; access made sure that it is the account's.
	held := nameContains(tx.Table("projects p").Where("p.group_id = ? AND p.deleted_at IS NULL", scope.GroupID()), "p.name_key", list.Text)
	if page.Matching, err = countTo(held, tx, account.MaxMoved+1); err != nil {
		return page, err
	}
	walk := projectWalk{tx: tx, accountID: scope.AccountID(), groupID: scope.GroupID(), estimateID: r.ID, text: list.Text}
	var places []place
	if places, page.Around, err = walk.page(list.Sort, list.Paging); err != nil {
		return page, err
	}
	page.Items, err = groupProjects(tx, scope, r, places)
	return page, err
}

// groupProjects reads what the tab shows of the rows at some places, in their order.
func groupProjects(tx *gorm.DB, scope access.Scope, r running, places []place) ([]GroupProject, error) {
	ids := make([]string, len(places))
	for i, p := range places {
		ids[i] = p.ID
	}
	details, err := projectDetails(tx, scope, r, ids)
	if err != nil {
		return nil, err
	}
	items := make([]GroupProject, len(places))
	for i, id := range ids {
		d := details[id]
		it := GroupProject{ID: id, Name: d.Name, Services: d.Services, Cost: money.New(d.Minor, r.Currency), Since: d.Since}
		switch {
		case id == models.NilID:
			it.Standing = WithoutProject
		case d.DeletedAt != nil:
			it.Standing, it.Until = DeletedProject, d.DeletedAt.UTC()
		case d.GroupID != scope.GroupID():
			it.Standing, it.Until, it.NowIn = MovedOut, d.Until, GroupName{d.GroupID, d.GroupName}
		}
		items[i] = it
	}
	return items, nil
}

type projectDetail struct {
	ID, Name, GroupID, GroupName string
	DeletedAt                    *time.Time
	Minor                        int64
	Services                     int
	Since, Until                 time.Time
}

// projectDetails reads rows by project id. Costs and services are asked for project by project: a database
// that took all of an estimate instead would read ten thousand rows for a page of 25.
func projectDetails(tx *gorm.DB, scope access.Scope, r running, ids []string) (map[string]projectDetail, error) {
	details := make(map[string]projectDetail, len(ids))
	if len(ids) == 0 {
		return details, nil
	}
	var rows []projectDetail
	err := tx.Raw(`SELECT p.id, p.name, p.deleted_at, g.id AS group_id, g.name AS group_name,
		COALESCE((SELECT ep.amount_minor FROM estimate_projects ep WHERE ep.invoice_id = ? AND ep.project_id = p.id), 0) AS minor,
		(SELECT COUNT(*) FROM (SELECT DISTINCT l.service_name, l.service_type FROM invoice_lines l
			WHERE l.invoice_id = ? AND l.project_name = p.name AND l.project_id = p.id AND l.service_name <> '') AS used) AS services
		FROM projects p JOIN billing_groups g ON g.id = p.group_id WHERE p.account_id = ? AND p.id IN ?`, r.ID, r.ID, scope.AccountID(), ids).Scan(&rows).Error
	if err != nil {
		return nil, err
	}
	for _, d := range rows {
		details[d.ID] = d
	}
	if slices.Contains(ids, models.NilID) {
		none := projectDetail{ID: models.NilID}
		err := tx.Raw(`SELECT COALESCE((SELECT amount_minor FROM estimate_projects WHERE invoice_id = ? AND project_id = ?), 0) AS minor,
			(SELECT COUNT(*) FROM (SELECT DISTINCT service_name, service_type FROM invoice_lines
				WHERE invoice_id = ? AND project_name = '' AND project_id IS NULL AND service_name <> '') AS used) AS services`, r.ID, models.NilID, r.ID).Scan(&none).Error
		if err != nil {
			return nil, err
		}
		details[models.NilID] = none
	}
	return details, heldTimes(tx, scope, details, ids)
}

// heldTimes notes since and until when the group held projects the last time.
func heldTimes(tx *gorm.DB, scope access.Scope, details map[string]projectDetail, ids []string) error {
	var rows []struct {
		ProjectID          string
		ValidFrom, ValidTo *time.Time
		CreatedAt          time.Time
	}
	err := tx.Raw(`SELECT project_id, valid_from, valid_to, created_at FROM project_assignments
		WHERE account_id = ? AND group_id = ? AND project_id IN ? ORDER BY project_id, COALESCE(valid_from, created_at)`,
		scope.AccountID(), scope.GroupID(), ids).Scan(&rows).Error
	for _, h := range rows {
		d := details[h.ProjectID]
		if d.Since = h.CreatedAt.UTC(); h.ValidFrom != nil {
			d.Since = h.ValidFrom.UTC()
		}
		if h.ValidTo != nil {
			d.Until = h.ValidTo.UTC()
		}
		details[h.ProjectID] = d
	}
	return err
}
