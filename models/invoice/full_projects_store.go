package invoice

import (
	"context"
	"math"
	"time"

	"billfold/models"
	"billfold/models/access"
	"billfold/models/account"
	"billfold/models/money"

	"gorm.io/gorm"
)

// FullProject is a project with its billing group, as programs read it.
type FullProject struct {
	account.Project
	Settings   account.ProjectSettings
	Group      FullGroup
	Balance    money.Amount  // cost of the running month in the group that holds it, before credits and tax
	BalanceUSD *money.Amount // the same in US dollars, nil when no rate is stored
}

// projectsRead is how many projects are read at once.
const projectsRead = 200

// EachProject hands on the live projects of the scope's account in the order of their ids, a part at a
// time. An error of yield ends it and is returned.
func (s *Store) EachProject(ctx context.Context, scope access.Scope, yield func([]FullProject) error) error {
	return s.eachProjectID(ctx, scope, func(ids []string) error {
		part, err := s.fullProjects(ctx, scope, ids)
		if err != nil {
			return err
		}
		return yield(part)
	})
}

// EachProjectName hands on the names of the live projects of the scope's account, in the order of EachProject.
func (s *Store) EachProjectName(ctx context.Context, scope access.Scope, yield func([]string) error) error {
	return s.eachProjectID(ctx, scope, func(ids []string) error {
		var names []string
		err := s.db.Read(ctx).Raw(`SELECT name FROM projects WHERE account_id = ? AND id IN ? ORDER BY id`, scope.AccountID(), ids).Scan(&names).Error
		if err != nil {
			return err
		}
		return yield(names)
	})
}

func (s *Store) eachProjectID(ctx context.Context, scope access.Scope, yield func(ids []string) error) error {
	for after := models.NilID; ; {
		var ids []string
		err := s.db.Read(ctx).Raw(`SELECT id FROM projects WHERE account_id = ? AND deleted_at IS NULL AND id > ? ORDER BY id LIMIT ?`,
			scope.AccountID(), after, projectsRead).Scan(&ids).Error
		if err != nil || len(ids) == 0 {
			return err
		}
		after = ids[len(ids)-1]
		if err := yield(ids); err != nil || len(ids) < projectsRead {
			return err
		}
	}
}

// FullProject reads a live project of the scope's account. Kind: NotFound.
func (s *Store) FullProject(ctx context.Context, scope access.Scope, projectID string) (FullProject, error) {
	part, err := s.fullProjects(ctx, scope, []string{projectID})
	if err == nil && (len(part) == 0 || part[0].Deleted()) {
		err = models.NotFoundf("Project not found")
	}
	if err != nil {
		return FullProject{}, err
	}
	return part[0], nil
}

// CountProjects counts the live projects of the scope's account.
func (s *Store) CountProjects(ctx context.Context, scope access.Scope) (int, error) {
	counts, err := countLive(s.db.Read(ctx), "projects", []string{scope.AccountID()}, math.MaxInt32)
	return counts[scope.AccountID()], err
}

// fullProjects reads projects in the order of the ids given; a project that is no longer there is left out.
func (s *Store) fullProjects(ctx context.Context, scope access.Scope, ids []string) ([]FullProject, error) {
	tx, month := s.db.Read(ctx), models.MonthOf(s.clock.Now())
	projects, err := account.ProjectsByID(tx, scope.AccountID(), ids)
	if err != nil {
		return nil, err
	}
	settings, err := account.SettingsTx(tx, scope.AccountID(), ids)
	if err != nil {
		return nil, err
	}
	var held []string
	for _, p := range projects {
		held = append(held, p.GroupID)
	}
	groups, err := s.fullGroups(ctx, scope, func(q *gorm.DB) *gorm.DB { return q.Where("g.id IN ?", held) })
	if err != nil {
		return nil, err
	}
	byID := make(map[string]FullGroup, len(groups))
	for _, g := range groups {
		byID[g.ID] = g
	}
	costs, err := runningCosts(tx, month, scope.AccountID(), ids)
	if err != nil {
		return nil, err
	}
	dollars := newDollars(tx)
	list := make([]FullProject, 0, len(ids))
	for _, id := range ids {
		p, ok := projects[id]
		if !ok {
			continue
		}
		full := FullProject{Project: p, Settings: settings[id], Group: byID[p.GroupID]}
		cost, date := costs[id], s.clock.Now()
		if full.Balance = money.New(cost.AmountMinor, money.Currency(cost.Currency)); cost.Currency == "" {
			full.Balance = money.Zero(full.Group.Balance.Currency())
		}
		if cost.RateDate != nil {
			date = *cost.RateDate
		}
		if full.BalanceUSD, err = dollars.of(full.Balance, date); err != nil {
			return nil, err
		}
		list = append(list, full)
	}
	return list, nil
}

// runningCost is what a project costs this month in the group that holds it.
type runningCost struct {
	ID, Currency string
	AmountMinor  int64
	RateDate     *time.Time
}

func runningCosts(tx *gorm.DB, month models.Month, accountID string, ids []string) (map[string]runningCost, error) {
	var rows []runningCost
	err := tx.Raw(`SELECT p.id, i.currency, COALESCE(ep.amount_minor, 0) AS amount_minor, i.rate_date FROM projects p
		JOIN invoices i ON i.group_id = p.group_id AND `+runningEstimates+`
		LEFT JOIN estimate_projects ep ON ep.invoice_id = i.id AND ep.project_id = p.id
		WHERE p.account_id = ? AND p.id IN ?`, string(month), accountID, ids).Scan(&rows).Error
	costs := make(map[string]runningCost, len(rows))
	for _, r := range rows {
		costs[r.ID] = r
	}
	return costs, err
}
