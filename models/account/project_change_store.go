package account

import (
	"context"
	"fmt"
	"strings"
	"time"

	"billfold/models"
	"billfold/models/access"

	"gorm.io/gorm"
)

// ProjectChange says what of a project is to be another; nil fields stay.
type ProjectChange struct {
	Name    *string
	GroupID *string // moves it; the group that holds it already changes nothing
	SettingsChange
}

// ChangeProject renames and moves a project and changes its settings together, all or nothing: programs
// send them in one request. Each writes its own event. For admins; a move also takes the right to change
// billing. Kinds: NotFound (project, group), Forbidden, Invalid (name wrong or NameTaken, settings),
// Conflict (the project or the group is deleted).
func (s *Store) ChangeProject(ctx context.Context, scope access.Scope, projectID string, change ProjectChange) (Project, error) {
	if change.GroupID != nil {
		if err := allow(scope, access.Write); err != nil {
			return Project{}, err
		}
	}
	return s.changeProject(ctx, scope, projectID, func(tx *gorm.DB, row *projectRow, at time.Time) error {
		if change.Name != nil {
			if err := renameProject(tx, scope, row, at, *change.Name); err != nil {
				return err
			}
		}
		if err := changeSettings(tx, scope, at, *row, change.SettingsChange); err != nil {
			return err
		}
		if change.GroupID == nil || *change.GroupID == row.GroupID {
			return nil
		}
		_, err := moveTx(tx, scope.Actor(), at, row.AccountID, []step{{row.ID, row.GroupID, *change.GroupID}}, false)
		row.GroupID = *change.GroupID
		return err
	})
}

// ProjectCopy is what is needed to create a project after the model of another one.
type ProjectCopy struct {
	NewProject
	From      string // id of a project of the account; empty for none
	CopyGroup bool   // unless GroupID names one, it gets a copy of From's billing group, else joins that group
	CopyTags  bool   // From's tags, too, under those of Settings
}

// CreateProjectFrom makes a project with what another one has: cloud and technical contacts where
// Settings name none, tags when asked, its billing group or a copy of it. All or nothing; a copied group
// writes its own event and takes the right to change billing. Kinds: NotFound (From), and as CreateProject.
func (s *Store) CreateProjectFrom(ctx context.Context, scope access.Scope, p ProjectCopy) (Project, error) {
	if err := allow(scope, access.Admin); err != nil {
		return Project{}, err
	}
	var made Project
	err := s.db.RunTx(ctx, func(tx *gorm.DB) error {
		if err := Lock(tx, scope.AccountID()); err != nil {
			return err
		}
		at, wanted := s.clock.Now(), p.NewProject
		if p.From != "" {
			source, err := takeProject(tx, scope.AccountID(), p.From)
			if err == nil && source.DeletedAt != nil {
				err = models.NotFoundf("Project not found")
			}
			if err != nil {
				return err
			}
			if wanted, err = copied(tx, scope, at, p, source); err != nil {
				return err
			}
		}
		var err error
		made, err = CreateProjectTx(tx, scope.Actor(), at, scope.AccountID(), wanted)
		return err
	})
	return made, err
}

// copied fills in what the source gives.
func copied(tx *gorm.DB, scope access.Scope, at time.Time, p ProjectCopy, source projectRow) (NewProject, error) {
	wanted := p.NewProject
	known, err := SettingsTx(tx, source.AccountID, []string{source.ID})
	if err != nil {
		return wanted, err
	}
	of := known[source.ID]
	if wanted.Settings.DefaultCloud == "" {
		wanted.Settings.DefaultCloud = of.DefaultCloud
	}
	if wanted.Settings.TechEmails == nil {
		wanted.Settings.TechEmails = of.TechEmails
	}
	if p.CopyTags {
		for key, value := range wanted.Settings.Tags {
			of.Tags[key] = value
		}
		wanted.Settings.Tags = of.Tags
	}
	switch {
	case wanted.GroupID != "":
	case !p.CopyGroup:
		wanted.GroupID = source.GroupID
	default:
		if err := allow(scope, access.Write); err != nil {
			return wanted, err
		}
		if err := models.InvalidFields(wanted.Check()...); err != nil {
			return wanted, err
		}
		name, err := freeGroupName(tx, scope.AccountID(), wanted.Name)
		if err != nil {
			return wanted, err
		}
		group, err := insertGroup(tx, scope, at, NewGroup{Name: name, CopyFrom: source.GroupID})
		if err != nil {
			return wanted, err
		}
		wanted.GroupID = group.ID
	}
	return wanted, nil
}

// freeGroupName is a name for a group that is made for a project: the project's, with a number when
// another group has it.
func freeGroupName(tx *gorm.DB, accountID, projectName string) (string, error) {
	base := []rune(CleanName(projectName))
	for n := 1; ; n++ {
		ending := ""
		if n > 1 {
			ending = fmt.Sprintf(" (%d)", n)
		}
		name := strings.TrimSpace(string(base[:min(len(base), MaxGroupName-len(ending))])) + ending
		var taken int64
		err := tx.Model(&groupRow{}).Where("account_id = ? AND name_key = ? AND deleted_at IS NULL", accountID, NameKey(name)).Count(&taken).Error
		if err != nil || taken == 0 {
			return name, err
		}
	}
}
