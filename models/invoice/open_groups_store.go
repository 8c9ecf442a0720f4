package invoice

import (
	"context"
	"database/sql"
	"time"

	"billfold/models"
	"billfold/models/db"

	"gorm.io/gorm"
)

// openGroup is a group whose month is not closed.
type openGroup struct {
	AccountID, AccountName, GroupID, GroupName string
}

// openGroups walks over what a run has to look at: every group that existed in the month or has an
// estimate for it or before it, and is not closed for it, in the order of accounts and groups. It reads
// pages of groups, so that a run takes the same memory however many there are.
type openGroups struct {
	tx    *gorm.DB
	month models.Month
	only  func(accountID string) bool // nil: all

	total     int // open groups when the walk began
	done      int // groups given
	last      [2]string
	exhausted bool
	waiting   []openGroup
}

// groupsPerPage is how many groups are read at once.
const groupsPerPage = 1000

func (s *Store) newOpenGroups(ctx context.Context, month models.Month, only func(string) bool) (*openGroups, error) {
	o := &openGroups{tx: s.db.Read(ctx), month: month, only: only, last: [2]string{models.NilID, models.NilID}}
	return o, o.count()
}

// count counts the open groups, for the progress of the run.
func (o *openGroups) count() error {
	rows, err := o.tx.Raw(`SELECT g.account_id, COUNT(*) FROM billing_groups g JOIN accounts a ON a.id = g.account_id
		WHERE a.deleted_at IS NULL AND (g.created_at < ? OR EXISTS (SELECT 1 FROM invoices i WHERE i.group_id = g.id AND i.month <= ? AND i.state = 'estimate' AND NOT i.frozen))
		AND (g.deleted_at IS NULL OR g.deleted_at >= ? OR EXISTS (SELECT 1 FROM invoices i WHERE i.group_id = g.id AND i.state = 'estimate' AND NOT i.frozen))
		AND NOT EXISTS (SELECT 1 FROM group_months m WHERE m.group_id = g.id AND m.state = 'closed' AND m.month >= ?)
		GROUP BY g.account_id`, o.month.End(), string(o.month), o.month.Start(), string(o.month)).Rows()
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var account string
		var groups int
		if err := rows.Scan(&account, &groups); err != nil {
			return err
		}
		if o.only == nil || o.only(account) {
			o.total += groups
		}
	}
	return rows.Err()
}

// next gives so many groups, fewer at the end, none after it.
func (o *openGroups) next(n int) ([]openGroup, error) {
	for len(o.waiting) < n && !o.exhausted {
		if err := o.page(); err != nil {
			return nil, err
		}
	}
	n = min(n, len(o.waiting))
	batch := o.waiting[:n:n]
	o.waiting, o.done = o.waiting[n:], o.done+n
	return batch, nil
}

// page reads the next groups and keeps those that are open. What is known of them is asked by their ids,
// so that no page costs more than another.
func (o *openGroups) page() error {
	type candidate struct {
		openGroup
		CreatedAt time.Time
		DeletedAt *time.Time
	}
	var found []candidate
	rows, err := o.tx.Raw(`SELECT g.account_id, a.name, g.id, g.name, g.created_at, g.deleted_at FROM billing_groups g
		JOIN accounts a ON a.id = g.account_id WHERE (g.account_id, g.id) > (?, ?) AND a.deleted_at IS NULL ORDER BY g.account_id, g.id LIMIT ?`,
		o.last[0], o.last[1], groupsPerPage).Rows()
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	var ids []string
	for rows.Next() {
		var c candidate
		if err := rows.Scan(&c.AccountID, &c.AccountName, &c.GroupID, &c.GroupName, &c.CreatedAt, &c.DeletedAt); err != nil {
			return err
		}
		found, ids = append(found, c), append(ids, c.GroupID)
	}
	if err := rows.Err(); err != nil {
		return err
	}
	if o.exhausted = len(found) < groupsPerPage; len(found) == 0 {
		return nil
	}
	o.last = [2]string{found[len(found)-1].AccountID, found[len(found)-1].GroupID}
	closed, err := closedThrough(o.tx, ids)
	if err != nil {
		return err
	}
	earliest, err := earliestEstimates(o.tx, ids)
	if err != nil {
		return err
	}
	for _, c := range found {
		estimate, has := earliest[c.GroupID]
		existed := c.CreatedAt.Before(o.month.End()) || has && estimate <= o.month
		lives := c.DeletedAt == nil || !c.DeletedAt.Before(o.month.Start()) || has
		if existed && lives && closed[c.GroupID] < o.month && (o.only == nil || o.only(c.AccountID)) {
			o.waiting = append(o.waiting, c.openGroup)
		}
	}
	return nil
}

// earliestEstimates gives the month of the earliest open estimate of each group that has one.
func earliestEstimates(tx *gorm.DB, groups []string) (map[string]models.Month, error) {
	months := map[string]models.Month{}
	return months, db.QueryIn(tx, `SELECT group_id, MIN(month) FROM invoices WHERE state = 'estimate' AND NOT frozen AND kind = 'invoice' AND group_id IN (?)
		GROUP BY group_id`, groups, nil, func(rows *sql.Rows) error {
		var group, month string
		err := rows.Scan(&group, &month)
		months[group] = models.Month(month)
		return err
	})
}
