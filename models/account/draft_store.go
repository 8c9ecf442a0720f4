package account

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"billfold/models"
	"billfold/models/access"

	"gorm.io/gorm"
)

// DraftNewGroup is the kind of the drafts of the pages that create a billing group; Data is a NewGroup.
const DraftNewGroup = "billing-group"

const (
	maxDraft  = 256 << 10
	draftLife = 30 * 24 * time.Hour
)

// Draft is what somebody typed into a form of several pages so far. Only the one who made it sees it.
// Drafts write no events.
type Draft struct {
	ID        string
	Kind      string
	Data      string // JSON
	UpdatedAt time.Time
}

// SaveDraft keeps a draft, a new one when its ID is empty, and drops those that the user left alone for
// 30 days. Kinds: NotFound (no such draft, or somebody else's), Forbidden (not a user, or without billing
// access), Invalid (no JSON, or more than 256 KiB).
func (s *Store) SaveDraft(ctx context.Context, scope access.Scope, d Draft) (Draft, error) {
	if err := allowDraft(scope); err != nil {
		return Draft{}, err
	}
	if len(d.Data) > maxDraft || !json.Valid([]byte(d.Data)) {
		return Draft{}, models.Invalidf("data", "A draft is JSON of at most 256 KiB")
	}
	err := s.db.RunTx(ctx, func(tx *gorm.DB) error {
		at := s.clock.Now()
		d.UpdatedAt = at
		if d.ID != "" {
			done := mine(tx, scope, d.ID).Where("kind = ?", d.Kind).Updates(map[string]any{"data": d.Data, "updated_at": at})
			return oneDraft(done)
		}
		d.ID = models.NewID()
		err := tx.Where("user_id = ? AND updated_at < ?", scope.Actor().ID, at.Add(-draftLife)).Delete(&draftRow{}).Error
		if err != nil {
			return err
		}
		return tx.Create(&draftRow{ID: d.ID, AccountID: scope.AccountID(), UserID: scope.Actor().ID, Kind: d.Kind, Data: d.Data, CreatedAt: at, UpdatedAt: at}).Error
	})
	return d, err
}

// Draft reads a draft of the scope's user and account. Kinds: NotFound, Forbidden.
func (s *Store) Draft(ctx context.Context, scope access.Scope, kind, id string) (Draft, error) {
	if err := allowDraft(scope); err != nil {
		return Draft{}, err
	}
	var row draftRow
	err := mine(s.db.Read(ctx), scope, id).Where("kind = ?", kind).Take(&row).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		err = models.NotFoundf("Page not found")
	}
	return Draft{row.ID, row.Kind, row.Data, row.UpdatedAt}, err
}

// DeleteDraft throws a draft away. Kinds: NotFound, Forbidden.
func (s *Store) DeleteDraft(ctx context.Context, scope access.Scope, id string) error {
	if err := allowDraft(scope); err != nil {
		return err
	}
	return s.db.RunTx(ctx, func(tx *gorm.DB) error { return deleteDraft(tx, scope, id) })
}

func deleteDraft(tx *gorm.DB, scope access.Scope, id string) error {
	return oneDraft(mine(tx, scope, id).Delete(&draftRow{}))
}

func allowDraft(scope access.Scope) error {
	if err := allow(scope, access.Write); err != nil {
		return err
	}
	if scope.Actor().Kind != access.User {
		return models.Forbiddenf("Only users have drafts")
	}
	return nil
}

func mine(tx *gorm.DB, scope access.Scope, id string) *gorm.DB {
	user := scope.Actor().ID
	if !models.IsID(id) || !models.IsID(user) {
		id, user = models.NilID, models.NilID
	}
	return tx.Model(&draftRow{}).Where("id = ? AND account_id = ? AND user_id = ?", id, scope.AccountID(), user)
}

func oneDraft(done *gorm.DB) error {
	if done.Error == nil && done.RowsAffected == 0 {
		return models.NotFoundf("Page not found")
	}
	return done.Error
}
