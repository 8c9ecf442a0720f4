package account

import (
	"fmt"
	"time"

	"billfold/models"

	"gorm.io/gorm"
)

// moveInstant is when a move takes place: now, but never before the last move of one of the projects.
// The clocks of two replicas differ by a little, and time in a project's history never goes back.
func moveInstant(tx *gorm.DB, accountID string, projectIDs []string, now time.Time) (time.Time, error) {
	var rows []assignmentRow
	err := tx.Where("account_id = ? AND project_id IN ? AND valid_to IS NULL AND valid_from > ?", accountID, projectIDs, now).Find(&rows).Error
	for _, r := range rows {
		if r.ValidFrom.After(now) {
			now = models.Micro(*r.ValidFrom)
		}
	}
	return now, err
}

// assign ends the open assignments of projects at an instant and opens new ones of the group there. An
// assignment that began at the very instant is replaced: it never held anything (domain.md, "Usage in" 1).
func assign(tx *gorm.DB, accountID string, projectIDs []string, groupID string, at, now time.Time) error {
	open := func() *gorm.DB {
		return tx.Model(&assignmentRow{}).Where("account_id = ? AND project_id IN ? AND valid_to IS NULL", accountID, projectIDs)
	}
	var replaced []string
	if err := open().Where("valid_from = ?", at).Pluck("project_id", &replaced).Error; err != nil {
		return err
	}
	same := make(map[string]bool, len(replaced))
	for _, id := range replaced {
		same[id] = true
	}
	changed := open().Where("valid_from = ?", at).Update("group_id", groupID)
	if changed.Error != nil {
		return changed.Error
	}
	ended := open().Where("valid_from IS NULL OR valid_from < ?", at).Update("valid_to", at)
	if ended.Error != nil {
		return ended.Error
	}
	var rows []assignmentRow
	for _, id := range projectIDs {
		if !same[id] {
			from := at
			rows = append(rows, assignmentRow{ID: models.NewID(), AccountID: accountID, ProjectID: id, GroupID: groupID, ValidFrom: &from, CreatedAt: now})
		}
	}
	if changed.RowsAffected+ended.RowsAffected != int64(len(projectIDs)) || ended.RowsAffected != int64(len(rows)) {
		return fmt.Errorf("%d projects have %d open assignments", len(projectIDs), changed.RowsAffected+ended.RowsAffected)
	}
	if len(rows) > 0 {
		if err := tx.CreateInBatches(rows, 500).Error; err != nil {
			return err
		}
	}
	held := tx.Model(&projectRow{}).Where("account_id = ? AND id IN ? AND deleted_at IS NULL", accountID, projectIDs).
		Updates(map[string]any{"group_id": groupID, "cost_month": ""}) // whether the new group's estimate has it is not known here
	if held.Error == nil && held.RowsAffected != int64(len(projectIDs)) {
		return fmt.Errorf("%d of %d projects moved", held.RowsAffected, len(projectIDs))
	}
	return held.Error
}
