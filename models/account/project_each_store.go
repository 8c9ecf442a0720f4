package account

import (
	"context"

	"billfold/models"
	"billfold/models/access"
)

// SetProject is a project with its settings.
type SetProject struct {
	Project
	Settings ProjectSettings
}

// projectsRead is how many projects are read at once.
const projectsRead = 500

// EachProject hands on the live projects of the scope's account, A to Z, a part at a time; of one billing
// group when groupID is not empty. An error of yield ends it and is returned.
func (s *Store) EachProject(ctx context.Context, scope access.Scope, groupID string, yield func([]SetProject) error) error {
	if err := allow(scope, access.Read); err != nil {
		return err
	}
	if groupID != "" && !models.IsID(groupID) {
		return nil
	}
	for after := (projectRow{}); ; {
		q := s.db.Read(ctx).Where("account_id = ? AND deleted_at IS NULL", scope.AccountID())
		if groupID != "" {
			q = q.Where("group_id = ?", groupID)
		}
		if after.ID != "" {
			q = q.Where("(name_key, id) > (?, ?)", after.NameKey, after.ID)
		}
		var rows []projectRow
		if err := q.Order("name_key, id").Limit(projectsRead).Find(&rows).Error; err != nil || len(rows) == 0 {
			return err
		}
		after = rows[len(rows)-1]
		ids := make([]string, len(rows))
		for i, r := range rows {
			ids[i] = r.ID
		}
		settings, err := SettingsTx(s.db.Read(ctx), scope.AccountID(), ids)
		if err != nil {
			return err
		}
		part := make([]SetProject, len(rows))
		for i, r := range rows {
			part[i] = SetProject{r.project(), settings[r.ID]}
		}
		if err := yield(part); err != nil || len(rows) < projectsRead {
			return err
		}
	}
}

// SetProject reads a live project of the scope's account with its settings. Kind: NotFound.
func (s *Store) SetProject(ctx context.Context, scope access.Scope, id string) (SetProject, error) {
	p, err := s.Project(ctx, scope, id)
	if models.KindOf(err) == models.NotFound || err == nil && p.Deleted() {
		err = models.NotFoundf("Project not found")
	}
	if err != nil {
		return SetProject{}, err
	}
	settings, err := SettingsTx(s.db.Read(ctx), scope.AccountID(), []string{id})
	return SetProject{p, settings[id]}, err
}
