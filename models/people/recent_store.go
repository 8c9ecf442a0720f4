package people

import (
	"context"
	"time"

	"billfold/models"
	"billfold/models/access"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// RecentLimit is how many recent projects the switcher lists.
const RecentLimit = 5

// seenEvery bounds how often looking at one project is written down.
const seenEvery = time.Minute

// RecentProject is a project that a user looked at and may still see.
type RecentProject struct {
	ID, Name               string
	AccountID, AccountName string
	Role                   access.Role // the user's, in the account
	SeenAt                 time.Time
}

type recentRow struct {
	UserID    string `gorm:"primaryKey"`
	ProjectID string `gorm:"primaryKey"`
	SeenAt    time.Time
}

// TableName names the table for GORM.
func (recentRow) TableName() string { return "recent_projects" }

// Recent lists the last projects a user looked at, the latest first, at most five: only those that
// exist and that the user may see now.
func (s *Store) Recent(ctx context.Context, userID string) ([]RecentProject, error) {
	if !models.IsID(userID) {
		return nil, nil
	}
	var rows []RecentProject
	err := s.db.Read(ctx).Raw(`SELECT p.id, p.name, a.id AS account_id, a.name AS account_name, m.role, r.seen_at
		FROM recent_projects r
		JOIN projects p ON p.id = r.project_id AND p.deleted_at IS NULL
		JOIN accounts a ON a.id = p.account_id AND a.deleted_at IS NULL
		JOIN members m ON m.account_id = a.id AND m.user_id = r.user_id
		WHERE r.user_id = ? ORDER BY r.seen_at DESC, r.project_id LIMIT ?`, userID, RecentLimit).Scan(&rows).Error
	return rows, err
}

// See notes that a user looks at a project, unless it was the last one a moment ago. The caller has
// made sure that the user may see it.
func (s *Store) See(ctx context.Context, userID, projectID string) error {
	now := s.wall.Now()
	var last recentRow
	err := s.db.Read(ctx).Where("user_id = ?", userID).Order("seen_at DESC").Limit(1).Find(&last).Error
	if err != nil || last.ProjectID == projectID && now.Sub(last.SeenAt) < seenEvery {
		return err
	}
	return s.db.RunTx(ctx, func(tx *gorm.DB) error {
		// Kept few: older ones would never be listed again.
		old := tx.Model(&recentRow{}).Select("seen_at").Where("user_id = ?", userID).Order("seen_at DESC").Offset(recentKept).Limit(1)
		if err := tx.Where("user_id = ? AND seen_at <= (?)", userID, old).Delete(&recentRow{}).Error; err != nil {
			return err
		}
		return tx.Clauses(clause.OnConflict{
			Columns:   []clause.Column{{Name: "user_id"}, {Name: "project_id"}},
			DoUpdates: clause.AssignmentColumns([]string{"seen_at"}),
		}).Create(&recentRow{UserID: userID, ProjectID: projectID, SeenAt: now}).Error
	})
}

// recentKept is how many projects are remembered: more than are shown, because some of them go away.
const recentKept = 20
