package account

import (
	"context"
	"errors"
	"maps"
	"strings"
	"time"

	"billfold/models"
	"billfold/models/access"
	"billfold/models/db"
	"billfold/models/event"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// CreateProject makes a project in the named or the primary billing group. For admins. Kinds: NotFound,
// Forbidden, Invalid (name or external id wrong or taken, no such group).
func (s *Store) CreateProject(ctx context.Context, scope access.Scope, p NewProject) (Project, error) {
	if err := allow(scope, access.Admin); err != nil {
		return Project{}, err
	}
	var made Project
	err := s.db.RunTx(ctx, func(tx *gorm.DB) error {
		if err := Lock(tx, scope.AccountID()); err != nil {
			return err
		}
		var err error
		made, err = CreateProjectTx(tx, scope.Actor(), s.clock.Now(), scope.AccountID(), p)
		return err
	})
	return made, err
}

// CreateProjectTx makes a project with its event; the caller holds the account's Lock and read at after
// it. Its first assignment has no lower bound, so usage from before its creation has a group too. A
// taken name does not spoil the transaction. Kinds: Invalid (name or external id wrong or taken, no such group).
func CreateProjectTx(tx *gorm.DB, actor access.Actor, at time.Time, accountID string, p NewProject) (Project, error) {
	if err := models.InvalidFields(p.Check()...); err != nil {
		return Project{}, err
	}
	group, err := projectGroup(tx, accountID, p.GroupID)
	if err != nil {
		return Project{}, err
	}
	row := projectRow{ID: models.NewID(), AccountID: accountID, GroupID: group.ID, Name: CleanName(p.Name), CreatedAt: at}
	if id := strings.TrimSpace(p.ExternalID); id != "" {
		row.ExternalID = &id
	}
	ok, err := insertProject(tx, &row)
	if err == nil && !ok {
		if err = externalIDTaken(tx, row); err == nil && p.IfTaken != "" {
			row.Name = CleanName(p.IfTaken)
			if err = models.InvalidFields(CheckProjectName(row.Name)...); err == nil {
				ok, err = insertProject(tx, &row)
			}
		}
	}
	switch {
	case err != nil:
		return Project{}, err
	case !ok:
		return Project{}, nameTaken(row.Name)
	}
	first := assignmentRow{ID: models.NewID(), AccountID: accountID, ProjectID: row.ID, GroupID: group.ID, CreatedAt: at}
	if err := tx.Create(&first).Error; err != nil {
		return Project{}, err
	}
	after := map[string]any{"name": row.Name, "billing_group": group.Name}
	if settings := p.Settings.Clean(); !settings.Equal(ProjectSettings{}) {
		if err := writeSettings(tx, accountID, row.ID, settings); err != nil {
			return Project{}, err
		}
		maps.Copy(after, settings.values())
	}
	if row.ExternalID != nil {
		after["external_id"] = *row.ExternalID
	}
	made := row.project()
	return made, event.Append(tx, actor, accountID, at, event.Event{Type: "project.created", Category: event.Projects,
		Sentence: "created the project " + row.Name + " in " + group.Name + ".", After: after,
		Groups: []string{group.ID}, Projects: []string{row.ID}})
}

// insertProject is false when the name or the external id is taken. The name may be taken by another
// account, whose lock is not held, so the unique index decides; ON CONFLICT keeps the transaction usable.
func insertProject(tx *gorm.DB, row *projectRow) (bool, error) {
	row.NameKey = NameKey(row.Name)
	done := tx.Clauses(clause.OnConflict{DoNothing: true}).Create(row)
	return done.RowsAffected == 1, done.Error
}

func externalIDTaken(tx *gorm.DB, row projectRow) error {
	if row.ExternalID == nil {
		return nil
	}
	var name string
	err := tx.Model(&projectRow{}).Where("account_id = ? AND external_id = ?", row.AccountID, *row.ExternalID).Limit(1).Pluck("name", &name).Error
	if err == nil && name != "" {
		err = models.Invalidf("external_id", "The project %s already has the external id %s", name, *row.ExternalID)
	}
	return err
}

// projectGroup is the live group that a new project joins.
func projectGroup(tx *gorm.DB, accountID, groupID string) (groupRow, error) {
	q := tx.Where("account_id = ? AND deleted_at IS NULL", accountID)
	switch {
	case groupID == "":
		q = q.Where("is_primary")
	case models.IsID(groupID):
		q = q.Where("id = ?", groupID)
	default:
		return groupRow{}, models.Invalidf("group", "Choose a billing group of this account")
	}
	var row groupRow
	err := q.Take(&row).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return row, models.Invalidf("group", "Choose a billing group of this account")
	}
	return row, err
}

// RenameProject gives a project another name. For admins. The same name again changes nothing and
// writes no event. Kinds: NotFound, Forbidden, Invalid (name wrong or taken), Conflict (deleted).
func (s *Store) RenameProject(ctx context.Context, scope access.Scope, projectID, name string) (Project, error) {
	return s.changeProject(ctx, scope, projectID, func(tx *gorm.DB, row *projectRow, at time.Time) error {
		return renameProject(tx, scope, row, at, name)
	})
}

// renameProject renames a locked project.
func renameProject(tx *gorm.DB, scope access.Scope, row *projectRow, at time.Time, name string) error {
	if err := models.InvalidFields(CheckProjectName(name)...); err != nil {
		return err
	}
	before := row.Name
	if row.Name = CleanName(name); row.Name == before {
		return nil
	}
	row.NameKey = NameKey(row.Name)
	if err := projectNameFree(tx, *row); err != nil {
		return err
	}
	err := tx.Model(&projectRow{}).Where("account_id = ? AND id = ?", row.AccountID, row.ID).
		Updates(map[string]any{"name": row.Name, "name_key": row.NameKey}).Error
	if errors.Is(err, gorm.ErrDuplicatedKey) {
		return nameTaken(row.Name)
	}
	if err != nil {
		return err
	}
	if err := renameOpenLines(tx, *row, before); err != nil {
		return err
	}
	return event.Append(tx, scope.Actor(), row.AccountID, at, event.Event{Type: "project.renamed", Category: event.Projects,
		Sentence: "renamed the project " + before + " to " + row.Name + ".",
		Before:   map[string]any{"name": before}, After: map[string]any{"name": row.Name},
		Groups: []string{row.GroupID}, Projects: []string{row.ID}})
}

// renameOpenLines keeps one name for a project on each open estimate; issued invoices keep the name
// that they were issued with. The name before is the one they all have, by which the index finds them.
func renameOpenLines(tx *gorm.DB, row projectRow, before string) error {
	return tx.Exec(`UPDATE invoice_lines SET project_name = ? WHERE project_name = ? AND project_id = ? AND invoice_id IN (
		SELECT id FROM invoices WHERE account_id = ? AND state = 'estimate' AND NOT frozen)`, row.Name, before, row.ID, row.AccountID).Error
}

func nameTaken(name string) error {
	return NameTaken{models.Invalidf("name", "There is already a project called %s", name)}
}

func projectNameFree(tx *gorm.DB, row projectRow) error {
	var others int64
	err := tx.Model(&projectRow{}).Where("name_key = ? AND id <> ?", row.NameKey, row.ID).Count(&others).Error
	if err == nil && others > 0 {
		err = nameTaken(row.Name)
	}
	return err
}

// DeleteProject deletes a project. For admins. Its history stays: the upper bound of its last
// assignment stays open, so late usage still has a group. Its name and external id stay taken. Kinds:
// NotFound, Forbidden, Conflict (deleted already).
func (s *Store) DeleteProject(ctx context.Context, scope access.Scope, projectID string) (Project, error) {
	return s.changeProject(ctx, scope, projectID, func(tx *gorm.DB, row *projectRow, at time.Time) error {
		row.DeletedAt = &at
		err := tx.Model(&projectRow{}).Where("account_id = ? AND id = ?", row.AccountID, row.ID).Update("deleted_at", at).Error
		if err != nil {
			return err
		}
		return event.Append(tx, scope.Actor(), row.AccountID, at, event.Event{Type: eventDeleted, Category: event.Projects,
			Sentence: "deleted the project " + row.Name + ".",
			Before:   map[string]any{"name": row.Name, "deleted": false}, After: map[string]any{"name": row.Name, "deleted": true},
			Groups: []string{row.GroupID}, Projects: []string{row.ID}})
	})
}

// changeProject locks the account, loads the live project and runs change on it.
func (s *Store) changeProject(ctx context.Context, scope access.Scope, projectID string,
	change func(tx *gorm.DB, row *projectRow, at time.Time) error) (Project, error) {
	if err := allow(scope, access.Admin); err != nil {
		return Project{}, err
	}
	var changed Project
	err := s.db.RunTx(ctx, func(tx *gorm.DB) error {
		if err := Lock(tx, scope.AccountID()); err != nil {
			return err
		}
		at := s.clock.Now()
		row, err := takeProject(db.ForUpdate(tx), scope.AccountID(), projectID)
		if err != nil {
			return err
		}
		if row.DeletedAt != nil {
			return models.Conflictf("The project %s is deleted", row.Name)
		}
		err = change(tx, &row, at)
		changed = row.project()
		return err
	})
	return changed, err
}

func takeProject(q *gorm.DB, accountID, projectID string) (projectRow, error) {
	var row projectRow
	if !models.IsID(projectID) {
		return row, models.NotFoundf("Page not found")
	}
	err := q.Where("account_id = ? AND id = ?", accountID, projectID).Take(&row).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return row, models.NotFoundf("Page not found")
	}
	return row, err
}
