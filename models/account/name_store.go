package account

import (
	"context"

	"billfold/models"
)

// ProjectIDNamed finds the id of a live project by its name, which is unique in the installation. It
// tells nobody anything about the project: who may see it, access says. Kind: NotFound.
func (s *Store) ProjectIDNamed(ctx context.Context, name string) (id string, err error) {
	if CheckProjectName(name) != nil { // no project is called so, and PostgreSQL has no text for some of it
		return "", models.NotFoundf("Project not found")
	}
	err = s.db.Read(ctx).Raw(`SELECT id FROM projects WHERE name_key = ? AND deleted_at IS NULL`, NameKey(name)).Scan(&id).Error
	if err == nil && id == "" {
		err = models.NotFoundf("Project not found")
	}
	return id, err
}
