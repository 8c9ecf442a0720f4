package people

import (
	"context"
	"errors"
	"time"

	"billfold/models"
	"billfold/models/access"
	"billfold/models/db"
	"billfold/models/event"

	"gorm.io/gorm"
)

type memberRow struct {
	AccountID string `gorm:"primaryKey"`
	UserID    string `gorm:"primaryKey"`
	Role      access.Role
	CreatedAt time.Time
}

// TableName names the table for GORM.
func (memberRow) TableName() string { return "members" }

// AddMember gives a user a role in an account. Kinds: Invalid (role), NotFound (account, user),
// Conflict (is a member already).
func (s *Store) AddMember(ctx context.Context, actor access.Actor, accountID, userID string, role access.Role) error {
	if !models.IsID(accountID) {
		return models.NotFoundf("There is no such account")
	}
	return s.db.RunTx(ctx, func(tx *gorm.DB) error {
		var found struct{ ID string }
		q := db.ForUpdate(tx).Table("accounts").Select("id").Where("id = ? AND deleted_at IS NULL", accountID).Limit(1).Find(&found)
		if q.Error != nil {
			return q.Error
		}
		if q.RowsAffected == 0 {
			return models.NotFoundf("There is no such account")
		}
		return AddMemberTx(tx, actor, s.clock.Now(), accountID, userID, role)
	})
}

// AddMemberTx is AddMember in the caller's transaction, which holds the account's lock. Kinds as AddMember.
func AddMemberTx(tx *gorm.DB, actor access.Actor, at time.Time, accountID, userID string, role access.Role) error {
	if !role.May(access.Read) {
		return models.Invalidf("role", "Choose a role: admin, billing or viewer")
	}
	if !models.IsID(userID) {
		return models.NotFoundf("There is no such user")
	}
	var u userRow
	q := tx.Where("id = ?", userID).Limit(1).Find(&u)
	if q.Error != nil {
		return q.Error
	}
	if q.RowsAffected == 0 {
		return models.NotFoundf("There is no such user")
	}
	err := tx.Create(&memberRow{AccountID: accountID, UserID: userID, Role: role, CreatedAt: at}).Error
	if errors.Is(err, gorm.ErrDuplicatedKey) {
		return models.Conflictf("%s is a member already", u.Email)
	}
	if err != nil {
		return err
	}
	return event.Append(tx, actor, accountID, at, event.Event{
		Type: "member.added", Category: event.Account,
		Sentence: "added " + u.Name + " (" + u.Email + ") with the role " + string(role) + ".",
		After:    map[string]string{"user": u.ID, "role": string(role)},
	})
}
