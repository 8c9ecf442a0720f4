package account

import (
	"context"
	"errors"
	"time"

	"billfold/models"
	"billfold/models/access"
	"billfold/models/db"
	"billfold/models/event"
	"billfold/models/money"

	"gorm.io/gorm"
)

type groupView struct {
	Row      groupRow `gorm:"embedded"`
	Currency *string
}

func (v groupView) group() Group {
	g := v.Row.group()
	if v.Currency != nil {
		g.Currency = money.Currency(*v.Currency)
	}
	return g
}

func (r groupRow) group() Group {
	g := Group{ID: r.ID, AccountID: r.AccountID, Name: r.Name, Primary: r.IsPrimary, CreatedAt: r.CreatedAt, DeletedAt: r.DeletedAt}
	if r.PaymentMethodID != nil {
		g.PaymentMethodID = *r.PaymentMethodID
	}
	return g
}

// groups joins the currency, which is part of the billing information.
func groups(tx *gorm.DB, accountID string) *gorm.DB {
	return tx.Table("billing_groups").Select("billing_groups.*, i.currency").
		Joins("LEFT JOIN billing_information i ON i.group_id = billing_groups.id").
		Where("billing_groups.account_id = ?", accountID)
}

// Group is a billing group of the scope's account, deleted ones included. Kind: NotFound.
func (s *Store) Group(ctx context.Context, scope access.Scope, groupID string) (Group, error) {
	if err := allow(scope, access.Read); err != nil {
		return Group{}, err
	}
	return takeGroupView(s.db.Read(ctx), scope.AccountID(), groupID)
}

// Groups are the live billing groups of the scope's account that match, A to Z, as far as the limit,
// and how many match in all.
func (s *Store) Groups(ctx context.Context, scope access.Scope, query GroupQuery) ([]Group, int, error) {
	if err := allow(scope, access.Read); err != nil {
		return nil, 0, err
	}
	q := groups(s.db.Read(ctx), scope.AccountID()).Where("billing_groups.deleted_at IS NULL")
	if query.Text != "" {
		q = q.Where(`billing_groups.name_key LIKE ? ESCAPE '\'`, Containing(query.Text))
	}
	var total int64
	if err := q.Session(&gorm.Session{}).Count(&total).Error; err != nil {
		return nil, 0, err
	}
	list, err := groupList(q.Session(&gorm.Session{}).Order("billing_groups.name_key, billing_groups.id").Limit(limit(query.Limit)))
	return list, int(total), err
}

// DeletedGroups are the deleted billing groups of the scope's account, the last deleted first, at most
// 1,024: their invoices stay readable.
func (s *Store) DeletedGroups(ctx context.Context, scope access.Scope) ([]Group, error) {
	if err := allow(scope, access.Read); err != nil {
		return nil, err
	}
	q := groups(s.db.Read(ctx), scope.AccountID()).Where("billing_groups.deleted_at IS NOT NULL")
	return groupList(q.Order("billing_groups.deleted_at DESC, billing_groups.id DESC").Limit(MaxMoved))
}

func groupList(q *gorm.DB) ([]Group, error) {
	var rows []groupView
	err := q.Scan(&rows).Error
	list := make([]Group, len(rows))
	for i, r := range rows {
		list[i] = r.group()
	}
	return list, err
}

func groupMissing() error { return models.NotFoundf("Billing group not found") }

func takeGroupView(tx *gorm.DB, accountID, groupID string) (Group, error) {
	if !models.IsID(groupID) {
		return Group{}, groupMissing()
	}
	list, err := groupList(groups(tx, accountID).Where("billing_groups.id = ?", groupID))
	if err == nil && len(list) == 0 {
		err = groupMissing()
	}
	if err != nil {
		return Group{}, err
	}
	return list[0], nil
}

func takeGroup(tx *gorm.DB, accountID, groupID string) (groupRow, error) {
	var row groupRow
	if !models.IsID(groupID) {
		return row, groupMissing()
	}
	err := tx.Where("account_id = ? AND id = ?", accountID, groupID).Take(&row).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		err = groupMissing()
	}
	return row, err
}

// takeLiveGroup refuses a deleted group. Kinds: NotFound, Conflict.
func takeLiveGroup(tx *gorm.DB, accountID, groupID string) (groupRow, error) {
	row, err := takeGroup(tx, accountID, groupID)
	if err == nil && row.DeletedAt != nil {
		err = models.Conflictf("%s is deleted", row.Name)
	}
	return row, err
}

// lockGroup locks the account of a group and reads the group, for the operator's commands, which name
// the group alone.
func lockGroup(tx *gorm.DB, groupID string) (groupRow, error) {
	if !models.IsID(groupID) {
		return groupRow{}, groupMissing()
	}
	var owners []string
	if err := tx.Model(&groupRow{}).Where("id = ?", groupID).Pluck("account_id", &owners).Error; err != nil {
		return groupRow{}, err
	}
	if len(owners) == 0 {
		return groupRow{}, groupMissing()
	}
	if err := Lock(tx, owners[0]); err != nil {
		return groupRow{}, err
	}
	return takeGroup(tx, owners[0], groupID)
}

// groupNameFree refuses a name that another live group of the account has, regardless of case.
func groupNameFree(tx *gorm.DB, accountName string, row groupRow) error {
	var other []string
	err := tx.Model(&groupRow{}).Where("account_id = ? AND name_key = ? AND id <> ? AND deleted_at IS NULL", row.AccountID, row.NameKey, row.ID).
		Pluck("name", &other).Error
	if err == nil && len(other) > 0 {
		err = models.Invalidf("name", "%s already has a billing group called %s", accountName, other[0])
	}
	return err
}

// RenameGroup gives a live group another name. The same name again changes nothing and writes no event.
// Kinds: NotFound, Forbidden, Invalid (name wrong or taken), Conflict (deleted).
func (s *Store) RenameGroup(ctx context.Context, scope access.Scope, groupID, name string) (Group, error) {
	return s.changeGroup(ctx, scope, groupID, func(tx *gorm.DB, row groupRow, at time.Time) error {
		return renameGroup(tx, scope, at, row, name)
	})
}

// RenameGroupTx is RenameGroup in the caller's transaction, which holds the account's Lock and read at
// after it. Kinds as RenameGroup.
func RenameGroupTx(tx *gorm.DB, scope access.Scope, at time.Time, groupID, name string) error {
	if err := allow(scope, access.Write); err != nil {
		return err
	}
	row, err := takeLiveGroup(db.ForUpdate(tx), scope.AccountID(), groupID)
	if err != nil {
		return err
	}
	return renameGroup(tx, scope, at, row, name)
}

func renameGroup(tx *gorm.DB, scope access.Scope, at time.Time, row groupRow, name string) error {
	if err := models.InvalidFields(CheckGroupName(name)...); err != nil {
		return err
	}
	before := row.Name
	if row.Name = CleanName(name); row.Name == before {
		return nil
	}
	row.NameKey = NameKey(row.Name)
	if err := groupNameFree(tx, scope.AccountName(), row); err != nil {
		return err
	}
	err := tx.Model(&groupRow{}).Where("account_id = ? AND id = ?", row.AccountID, row.ID).
		Updates(map[string]any{"name": row.Name, "name_key": row.NameKey}).Error
	if err != nil {
		return err
	}
	return event.Append(tx, scope.Actor(), row.AccountID, at, event.Event{Type: "billing_group.renamed", Category: event.Group,
		Sentence: "renamed the billing group " + before + " to " + row.Name + ".",
		Before:   map[string]any{"name": before}, After: map[string]any{"name": row.Name}, Groups: []string{row.ID}})
}

// MakePrimary makes a live group the one that new projects join. The primary group again changes
// nothing and writes no event. Kinds: NotFound, Forbidden, Conflict (deleted).
func (s *Store) MakePrimary(ctx context.Context, scope access.Scope, groupID string) (Group, error) {
	return s.changeGroup(ctx, scope, groupID, func(tx *gorm.DB, row groupRow, at time.Time) error {
		if row.IsPrimary {
			return nil
		}
		var before groupRow
		if err := tx.Where("account_id = ? AND is_primary", row.AccountID).Take(&before).Error; err != nil {
			return err
		}
		// The old one first: the unique index allows no two primary groups at any moment.
		for _, set := range []struct {
			id      string
			primary bool
		}{{before.ID, false}, {row.ID, true}} {
			err := tx.Model(&groupRow{}).Where("account_id = ? AND id = ?", row.AccountID, set.id).Update("is_primary", set.primary).Error
			if err != nil {
				return err
			}
		}
		return event.Append(tx, scope.Actor(), row.AccountID, at, event.Event{Type: "billing_group.made_primary", Category: event.Group,
			Sentence: "made " + row.Name + " the primary billing group. It replaces " + before.Name + ".",
			Before:   map[string]any{"primary_billing_group": before.Name}, After: map[string]any{"primary_billing_group": row.Name},
			Groups: []string{row.ID, before.ID}})
	})
}

// changeGroup locks the account, loads the live group, runs change and reads the group again.
func (s *Store) changeGroup(ctx context.Context, scope access.Scope, groupID string,
	change func(tx *gorm.DB, row groupRow, at time.Time) error) (Group, error) {
	if err := allow(scope, access.Write); err != nil {
		return Group{}, err
	}
	var changed Group
	err := s.db.RunTx(ctx, func(tx *gorm.DB) error {
		if err := Lock(tx, scope.AccountID()); err != nil {
			return err
		}
		at := s.clock.Now()
		row, err := takeLiveGroup(db.ForUpdate(tx), scope.AccountID(), groupID)
		if err != nil {
			return err
		}
		if err := change(tx, row, at); err != nil {
			return err
		}
		changed, err = takeGroupView(tx, scope.AccountID(), groupID)
		return err
	})
	return changed, err
}
