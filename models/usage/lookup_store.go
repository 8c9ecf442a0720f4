package usage

import (
	"database/sql"
	"maps"
	"slices"
	"strings"
	"time"

	"billfold/models"
	"billfold/models/account"
	"billfold/models/db"

	"gorm.io/gorm"
)

// lookUp reads every project and group that the records may mean, in a few queries.
func (in *intake) lookUp(records []*Record) (*directory, error) {
	found := newDirectory()
	return found, in.lookUpInto(found, records)
}

func (in *intake) lookUpInto(found *directory, records []*Record) error {
	ids, externals, names, groups := map[string]bool{}, map[string]bool{}, map[string]bool{}, map[string]bool{}
	for _, r := range records {
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
	for _, by := range []struct {
		column string
		query  func(*gorm.DB, string, []string, []any, func(*sql.Rows) error) error
		values map[string]bool
	}{{"p.id", db.QueryIn, ids}, {"p.external_id", db.QueryInTexts, externals}, {"p.name_key", db.QueryInTexts, names}} {
		where, args := in.ofAccount("p")
		err := by.query(in.tx, `SELECT p.id, p.account_id, p.name, p.name_key, p.external_id, p.deleted_at FROM projects p
			JOIN accounts a ON a.id = p.account_id AND a.deleted_at IS NULL WHERE `+where+by.column+` IN (?)`,
			slices.Sorted(maps.Keys(by.values)), args, func(rows *sql.Rows) error {
				var p project
				err := rows.Scan(&p.ID, &p.AccountID, &p.Name, &p.NameKey, &p.ExternalID, &p.DeletedAt)
				found.add(&p)
				return err
			})
		if err != nil {
			return err
		}
	}
	// Deleted groups too: they may still get usage.
	where, args := in.ofAccount("g")
	return db.QueryIn(in.tx, `SELECT g.id, g.account_id FROM billing_groups g JOIN accounts a ON a.id = g.account_id AND a.deleted_at IS NULL
		WHERE `+where+`g.id IN (?)`, slices.Sorted(maps.Keys(groups)), args, func(rows *sql.Rows) error {
		var id, accountID string
		err := rows.Scan(&id, &accountID)
		found.groups[id] = accountID
		return err
	})
}

// ofAccount is the condition that a table's rows are of the account that records must belong to, if any.
func (in *intake) ofAccount(table string) (where string, args []any) {
	if in.opt.AccountID == "" {
		return "", nil
	}
	return table + ".account_id = ? AND ", []any{in.opt.AccountID}
}

// readAgain reads again, now under the locks, what may have changed: which projects are deleted, and the
// names that new lines get.
func (in *intake) readAgain(found *directory) error {
	return db.QueryIn(in.tx, `SELECT id, name, deleted_at FROM projects WHERE id IN (?)`, slices.Sorted(maps.Keys(found.byID)), nil,
		func(rows *sql.Rows) error {
			var id, name string
			var deleted *time.Time
			if err := rows.Scan(&id, &name, &deleted); err != nil {
				return err
			}
			found.byID[id].Name, found.byID[id].DeletedAt = name, deleted
			return nil
		})
}

// history reads which groups held the projects, and when.
func (in *intake) history(accountID string, projects []string) (account.History, error) {
	history := make(account.History, len(projects))
	err := db.QueryIn(in.tx, `SELECT project_id, group_id, valid_from, valid_to FROM project_assignments WHERE account_id = ? AND project_id IN (?)`, projects, []any{accountID}, func(rows *sql.Rows) error {
		var id string
		var a account.Assignment
		err := rows.Scan(&id, &a.GroupID, &a.From, &a.To)
		history[id] = append(history[id], a)
		return err
	})
	for _, held := range history {
		slices.SortFunc(held, func(a, b account.Assignment) int { return from(a).Compare(from(b)) })
	}
	return history, err
}

// from is when an assignment began; the first one has always been.
func from(a account.Assignment) time.Time {
	if a.From == nil {
		return time.Time{}
	}
	return *a.From
}
