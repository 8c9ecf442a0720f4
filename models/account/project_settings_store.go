package account

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"

	"billfold/models"
	"billfold/models/access"
	"billfold/models/event"

	"gorm.io/gorm"
)

// settingsRow are the columns of a project that only programs use.
type settingsRow struct {
	ID           string `gorm:"primaryKey"`
	Tags         string // JSON
	DefaultCloud string
	TechEmails   string // JSON
}

func (settingsRow) TableName() string { return "projects" }

func (r settingsRow) settings() (s ProjectSettings, err error) {
	s = ProjectSettings{Tags: map[string]string{}, DefaultCloud: r.DefaultCloud, TechEmails: []string{}}
	if err = json.Unmarshal([]byte(r.Tags), &s.Tags); err == nil {
		err = json.Unmarshal([]byte(r.TechEmails), &s.TechEmails)
	}
	return s, err
}

// SettingsTx are the settings of projects of an account, by project id.
func SettingsTx(tx *gorm.DB, accountID string, projectIDs []string) (map[string]ProjectSettings, error) {
	found := make(map[string]ProjectSettings, len(projectIDs))
	for part := range slices.Chunk(projectIDs, 1000) {
		var rows []settingsRow
		if err := tx.Where("account_id = ? AND id IN ?", accountID, part).Find(&rows).Error; err != nil {
			return nil, err
		}
		for _, r := range rows {
			s, err := r.settings()
			if err != nil {
				return nil, err
			}
			found[r.ID] = s
		}
	}
	return found, nil
}

// writeSettings stores settings that were checked.
func writeSettings(tx *gorm.DB, accountID, projectID string, s ProjectSettings) error {
	if s.Tags == nil {
		s.Tags = map[string]string{}
	}
	if s.TechEmails == nil {
		s.TechEmails = []string{}
	}
	return tx.Model(&settingsRow{}).Where("account_id = ? AND id = ?", accountID, projectID).
		Updates(map[string]any{"tags": jsonOf(s.Tags), "default_cloud": s.DefaultCloud, "tech_emails": jsonOf(s.TechEmails)}).Error
}

// SettingsChange says what of a project's settings is to be another; nil fields stay.
type SettingsChange struct {
	Tags         func(map[string]string) map[string]string // of the old tags makes the new ones
	DefaultCloud *string
	TechEmails   *[]string
}

func (c SettingsChange) none() bool {
	return c.Tags == nil && c.DefaultCloud == nil && c.TechEmails == nil
}

// apply gives the settings as they are to be.
func (c SettingsChange) apply(s ProjectSettings) ProjectSettings {
	if c.Tags != nil {
		s.Tags = c.Tags(maps.Clone(s.Tags))
	}
	if c.DefaultCloud != nil {
		s.DefaultCloud = *c.DefaultCloud
	}
	if c.TechEmails != nil {
		s.TechEmails = *c.TechEmails
	}
	return s
}

// changeSettings changes settings of a locked project with an event; the same again writes none.
// Kind: Invalid (tags, default_cloud, tech_emails).
func changeSettings(tx *gorm.DB, scope access.Scope, at time.Time, row projectRow, change SettingsChange) error {
	if change.none() {
		return nil
	}
	known, err := SettingsTx(tx, row.AccountID, []string{row.ID})
	if err != nil {
		return err
	}
	before := known[row.ID]
	after := change.apply(before)
	if err := models.InvalidFields(after.Check()...); err != nil {
		return err
	}
	if after = after.Clean(); after.Equal(before) {
		return nil
	}
	if err := writeSettings(tx, row.AccountID, row.ID, after); err != nil {
		return err
	}
	return event.Append(tx, scope.Actor(), row.AccountID, at, event.Event{Type: "project.changed", Category: event.Projects,
		Sentence: "changed the " + strings.Join(after.differing(before), " and ") + " of the project " + row.Name + ".",
		Before:   before.values(), After: after.values(), Groups: []string{row.GroupID}, Projects: []string{row.ID}})
}
