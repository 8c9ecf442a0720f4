package people

import (
	"context"
	"strings"
	"time"

	"billfold/models"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// formKeyKept is how long the key of a sent form is remembered.
const formKeyKept = 7 * 24 * time.Hour

// formKeyLost is after what time a form that was begun and never ended counts as lost: longer than any
// request may take.
const formKeyLost = 2 * time.Minute

// maxFormKey bounds the keys that are stored; ours are UUIDs.
const maxFormKey = 64

type formKeyRow struct {
	UserID    string `gorm:"primaryKey"`
	FormKey   string `gorm:"primaryKey"`
	Location  string // empty while the form is being worked on
	CreatedAt time.Time
}

// TableName names the table for GORM.
func (formKeyRow) TableName() string { return "form_keys" }

// FormState is what is known of a form that was sent.
type FormState int

// The states of a sent form.
const (
	FormNew  FormState = iota // nobody sent it before; it is reserved for the caller now
	FormBusy                  // another request is working on it
	FormDone                  // it succeeded; its location is known
)

// BeginForm reserves a form for the caller, who ends it with EndForm or gives it back with DropForm.
// Kinds: Invalid (no such key can be ours), Conflict (it was begun long ago and its end is unknown:
// the process stopped in between, so nobody can tell whether the change was made).
func (s *Store) BeginForm(ctx context.Context, userID, key string) (state FormState, location string, err error) {
	if key == "" || len(key) > maxFormKey || strings.ContainsFunc(key, func(r rune) bool { return r < '!' || r > '~' }) {
		return 0, "", models.Invalidf("", "This form cannot be read. Open the page again and send it from there")
	}
	err = s.db.RunTx(ctx, func(tx *gorm.DB) error {
		now := s.wall.Now()
		q := tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&formKeyRow{UserID: userID, FormKey: key, CreatedAt: now})
		if q.Error != nil {
			return q.Error
		}
		if q.RowsAffected == 1 {
			state = FormNew
			return nil
		}
		var row formKeyRow
		if err := tx.Where("user_id = ? AND form_key = ?", userID, key).Limit(1).Find(&row).Error; err != nil {
			return err
		}
		switch {
		case row.Location != "":
			state, location = FormDone, row.Location
		case row.FormKey != "" && now.Sub(row.CreatedAt) > formKeyLost:
			return models.Conflictf("This form was sent before, and its answer was lost. See whether the change is there before you send it again.")
		default: // busy, or given back this moment
			state = FormBusy
		}
		return nil
	})
	return state, location, err
}

// EndForm notes that a form succeeded and where its answer leads.
func (s *Store) EndForm(ctx context.Context, userID, key, location string) error {
	return s.db.RunTx(ctx, func(tx *gorm.DB) error {
		return tx.Model(&formKeyRow{}).Where("user_id = ? AND form_key = ?", userID, key).Update("location", location).Error
	})
}

// DropForm gives a form back that did not succeed, so that it can be sent again.
func (s *Store) DropForm(ctx context.Context, userID, key string) error {
	return s.db.RunTx(ctx, func(tx *gorm.DB) error {
		return tx.Where("user_id = ? AND form_key = ? AND location = ''", userID, key).Delete(&formKeyRow{}).Error
	})
}
