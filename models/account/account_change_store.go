package account

import (
	"context"
	"slices"
	"time"

	"billfold/models"
	"billfold/models/access"
	"billfold/models/event"

	"gorm.io/gorm"
)

// CreateAccountBy is CreateAccount for a program of the operator's, without a first admin. Kinds: Invalid (name).
func (s *Store) CreateAccountBy(ctx context.Context, operator access.Installation, name string) (Account, error) {
	if operator.Actor().Kind == "" {
		return Account{}, models.Forbiddenf("Only the operator can do this")
	}
	return s.createAccount(ctx, operator.Actor(), name, "")
}

// AccountsOf reads the accounts of scopes, in their order; those that have been deleted since are left out.
func (s *Store) AccountsOf(ctx context.Context, scopes []access.Scope) ([]Account, error) {
	ids := make([]string, len(scopes))
	for i, scope := range scopes {
		if err := allow(scope, access.Read); err != nil {
			return nil, err
		}
		ids[i] = scope.AccountID()
	}
	byID := make(map[string]Account, len(ids))
	for part := range slices.Chunk(ids, 1000) {
		var rows []accountRow
		if err := s.db.Read(ctx).Where("id IN ? AND deleted_at IS NULL", part).Find(&rows).Error; err != nil {
			return nil, err
		}
		for _, r := range rows {
			byID[r.ID] = r.account()
		}
	}
	list := make([]Account, 0, len(ids))
	for _, id := range ids {
		if a, ok := byID[id]; ok {
			list = append(list, a)
		}
	}
	return list, nil
}

// RenameAccount gives the scope's account another name. For admins. The same name again changes nothing
// and writes no event. Kinds: NotFound, Forbidden, Invalid (name).
func (s *Store) RenameAccount(ctx context.Context, scope access.Scope, name string) (Account, error) {
	if err := allow(scope, access.Admin); err != nil {
		return Account{}, err
	}
	if err := models.InvalidFields(CheckAccountName(name)...); err != nil {
		return Account{}, err
	}
	name = CleanName(name)
	var changed Account
	err := s.db.RunTx(ctx, func(tx *gorm.DB) error {
		if err := Lock(tx, scope.AccountID()); err != nil {
			return err
		}
		at := s.clock.Now()
		var row accountRow
		if err := tx.Where("id = ?", scope.AccountID()).Take(&row).Error; err != nil {
			return err
		}
		before := row.Name
		if changed = row.account(); before == name {
			return nil
		}
		row.Name, row.NameKey, row.UpdatedAt = name, NameKey(name), &at
		err := tx.Model(&accountRow{}).Where("id = ?", row.ID).Updates(map[string]any{"name": name, "name_key": row.NameKey, "updated_at": at}).Error
		if err != nil {
			return err
		}
		changed = row.account()
		return event.Append(tx, scope.Actor(), row.ID, at, event.Event{Type: "account.renamed", Category: event.Account,
			Sentence: "renamed the account " + before + " to " + name + ".", Before: map[string]any{"name": before}, After: map[string]any{"name": name}})
	})
	return changed, err
}

// CheckDeleteAccountTx refuses what forbids deleting an account as far as this room knows: live projects
// are in it (domain.md, "Projects and groups"). Kind: Conflict.
func CheckDeleteAccountTx(tx *gorm.DB, accountID string) error {
	var names []string
	err := tx.Model(&projectRow{}).Where("account_id = ? AND deleted_at IS NULL", accountID).Order("name_key").Limit(6).Pluck("name", &names).Error
	if err == nil && len(names) > 0 {
		err = models.Conflictf("The account still has projects: %s. Delete them first", join(names, 5))
	}
	return err
}

// DeleteAccountTx deletes an account and the billing groups that are left in it, the primary one among
// them, with one event; the caller holds the account's Lock, read at after it and has looked at invoices
// and credits. note is a sentence for the event, or empty. Kinds as CheckDeleteAccountTx.
func DeleteAccountTx(tx *gorm.DB, actor access.Actor, at time.Time, accountID, note string) error {
	if err := CheckDeleteAccountTx(tx, accountID); err != nil {
		return err
	}
	var row accountRow
	if err := tx.Where("id = ?", accountID).Take(&row).Error; err != nil {
		return err
	}
	var groups []groupRow
	if err := tx.Where("account_id = ? AND deleted_at IS NULL", accountID).Order("name_key, id").Find(&groups).Error; err != nil {
		return err
	}
	ids, names := make([]string, len(groups)), make([]string, len(groups))
	for i, g := range groups {
		ids[i], names[i] = g.ID, g.Name
	}
	err := tx.Model(&groupRow{}).Where("account_id = ? AND deleted_at IS NULL", accountID).Updates(map[string]any{"deleted_at": at, "is_primary": false}).Error
	if err != nil {
		return err
	}
	if err := tx.Model(&accountRow{}).Where("id = ?", accountID).Updates(map[string]any{"deleted_at": at, "updated_at": at}).Error; err != nil {
		return err
	}
	sentence := "deleted the account " + row.Name + " with " + count(len(names), "billing group") + " (" + join(names, 10) + ")."
	after := map[string]any{"name": row.Name, "deleted": true}
	if note != "" {
		sentence += " " + note
		after["note"] = note
	}
	return event.Append(tx, actor, accountID, at, event.Event{Type: "account.deleted", Category: event.Account, Sentence: sentence,
		Before: map[string]any{"name": row.Name, "deleted": false, "billing_groups": names}, After: after, Groups: ids})
}
