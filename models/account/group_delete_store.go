package account

import (
	"time"

	"billfold/models"
	"billfold/models/access"
	"billfold/models/db"
	"billfold/models/event"

	"gorm.io/gorm"
)

// CheckDeleteGroupTx refuses what forbids deleting a group as far as this room knows: it is deleted
// already, it is primary, or live projects are in it (domain.md, "Delete a group"). Kinds: NotFound, Conflict.
func CheckDeleteGroupTx(tx *gorm.DB, accountID, groupID string) (Group, error) {
	row, err := takeLiveGroup(db.ForUpdate(tx), accountID, groupID)
	if err != nil {
		return Group{}, err
	}
	if row.IsPrimary {
		var account accountRow
		if err := tx.Where("id = ?", accountID).Take(&account).Error; err != nil {
			return Group{}, err
		}
		return Group{}, models.Conflictf("This is the primary billing group of %s. Make another group primary first.", account.Name)
	}
	var projects int64
	err = tx.Model(&projectRow{}).Where("group_id = ? AND account_id = ? AND deleted_at IS NULL", groupID, accountID).Count(&projects).Error
	if err == nil && projects > 0 {
		err = models.Conflictf("%s has %s. You can delete a billing group once it has none.", row.Name, count(int(projects), "project"))
	}
	return row.group(), err
}

// DeleteGroupTx deletes a group with its event; the caller holds the account's Lock, read at after it and
// has looked at credits. note is a sentence for the event, "€120.00 of credits were lost.", or empty.
// Kinds as CheckDeleteGroupTx.
func DeleteGroupTx(tx *gorm.DB, actor access.Actor, at time.Time, accountID, groupID, note string) (Group, error) {
	group, err := CheckDeleteGroupTx(tx, accountID, groupID)
	if err != nil {
		return Group{}, err
	}
	if err := tx.Model(&groupRow{}).Where("account_id = ? AND id = ?", accountID, groupID).Update("deleted_at", at).Error; err != nil {
		return Group{}, err
	}
	group.DeletedAt = &at
	after := map[string]any{"name": group.Name, "deleted": true}
	sentence := "deleted the billing group " + group.Name + "."
	if note != "" {
		sentence += " " + note
		after["note"] = note
	}
	return group, event.Append(tx, actor, accountID, at, event.Event{Type: "billing_group.deleted", Category: event.Group, Sentence: sentence,
		Before: map[string]any{"name": group.Name, "deleted": false}, After: after, Groups: []string{group.ID}})
}
