package usage

import (
	"maps"
	"slices"
	"strings"
	"time"

	"billfold/models"
	"billfold/models/account"
)

// lookUp reads every project and group that the batch may mean, in a few queries.
func (in *intake) lookUp() (*directory, error) {
	ids, externals, names, groups := map[string]bool{}, map[string]bool{}, map[string]bool{}, map[string]bool{}
	seen := map[[4]string]bool{}
	for i := range in.batch {
		r := &in.batch[i]
		reference := [4]string{r.ProjectID, r.ProjectExternalID, r.Project, r.BillingGroupID}
		if seen[reference] {
			continue
		}
		seen[reference] = true
		if r.BillingGroupID != "" {
			groups[r.BillingGroupID] = true
		}
		for _, id := range [...]string{r.ProjectID, r.Project} {
			if models.IsID(id) {
				ids[id] = true
			}
		}
		for _, id := range [...]string{r.ProjectExternalID, r.Project} {
			if id = strings.TrimSpace(id); id != "" {
				externals[id] = true
			}
		}
		if r.Project != "" {
			names[account.NameKey(r.Project)] = true
		}
	}
	found := newDirectory()
	for column, values := range map[string]map[string]bool{"p.id": ids, "p.external_id": externals, "p.name_key": names} {
		if err := in.projects(found, column, slices.Sorted(maps.Keys(values))); err != nil {
			return nil, err
		}
	}
	return found, in.groups(found, slices.Sorted(maps.Keys(groups)))
}

// lookUpChunk is how many values one query asks for.
const lookUpChunk = 1000

func (in *intake) projects(found *directory, column string, values []string) error {
	for part := range slices.Chunk(values, lookUpChunk) {
		var rows []project
		q := in.tx.Table("projects AS p").Joins("JOIN accounts a ON a.id = p.account_id AND a.deleted_at IS NULL").
			Select("p.id, p.account_id, p.name, p.name_key, p.external_id, p.deleted_at").Where(column+" IN ?", part)
		if in.opt.AccountID != "" {
			q = q.Where("p.account_id = ?", in.opt.AccountID)
		}
		if err := q.Order("p.id").Find(&rows).Error; err != nil {
			return err
		}
		for i := range rows {
			found.add(&rows[i])
		}
	}
	return nil
}

// groups reads billing groups, deleted ones included: they may still get usage.
func (in *intake) groups(found *directory, ids []string) error {
	for part := range slices.Chunk(ids, lookUpChunk) {
		var rows []struct{ ID, AccountID string }
		q := in.tx.Table("billing_groups AS g").Joins("JOIN accounts a ON a.id = g.account_id AND a.deleted_at IS NULL").
			Select("g.id, g.account_id").Where("g.id IN ?", part)
		if in.opt.AccountID != "" {
			q = q.Where("g.account_id = ?", in.opt.AccountID)
		}
		if err := q.Find(&rows).Error; err != nil {
			return err
		}
		for _, r := range rows {
			found.groups[r.ID] = r.AccountID
		}
	}
	return nil
}

// readAgain reads again, now under the locks, what may have changed: which projects are deleted, and the
// names that new lines get.
func (in *intake) readAgain(found *directory) error {
	for part := range slices.Chunk(slices.Sorted(maps.Keys(found.byID)), lookUpChunk) {
		var rows []struct {
			ID        string
			Name      string
			DeletedAt *time.Time
		}
		if err := in.tx.Table("projects").Select("id, name, deleted_at").Where("id IN ?", part).Find(&rows).Error; err != nil {
			return err
		}
		for _, r := range rows {
			found.byID[r.ID].Name, found.byID[r.ID].DeletedAt = r.Name, r.DeletedAt
		}
	}
	return nil
}
