package account

import (
	"context"
	"slices"
	"strings"

	"billfold/models"
	"billfold/models/access"

	"gorm.io/gorm"
)

// ProjectsByID finds projects of an account, deleted ones included, by id.
func ProjectsByID(tx *gorm.DB, accountID string, ids []string) (map[string]Project, error) {
	ids = slices.DeleteFunc(slices.Clone(ids), func(id string) bool { return !models.IsID(id) })
	return findProjects(tx, "id", accountID, ids, func(r projectRow) string { return r.ID })
}

// ProjectsByExternalID finds projects of an account, deleted ones included, by the operator's id.
func ProjectsByExternalID(tx *gorm.DB, accountID string, ids []string) (map[string]Project, error) {
	return findProjects(tx, "external_id", accountID, ids, func(r projectRow) string { return *r.ExternalID })
}

// ProjectsByName finds projects of an account, deleted ones included, by name regardless of case. The
// keys of the answer are NameKey of the names.
func ProjectsByName(tx *gorm.DB, accountID string, names []string) (map[string]Project, error) {
	keys := make([]string, len(names))
	for i, n := range names {
		keys[i] = NameKey(n)
	}
	return findProjects(tx, "name_key", accountID, keys, func(r projectRow) string { return r.NameKey })
}

func findProjects(tx *gorm.DB, column, accountID string, values []string, key func(projectRow) string) (map[string]Project, error) {
	found := make(map[string]Project, len(values))
	for part := range slices.Chunk(values, 1000) {
		var rows []projectRow
		if err := tx.Where("account_id = ? AND "+column+" IN ?", accountID, part).Find(&rows).Error; err != nil {
			return nil, err
		}
		for _, r := range rows {
			found[key(r)] = r.project()
		}
	}
	return found, nil
}

// AccountOfProject tells which account owns a project that is named by id, or by a name of the whole
// installation; "" when there is none. Usage files name projects without an account.
func AccountOfProject(tx *gorm.DB, idOrName string) (string, error) {
	q := tx.Model(&projectRow{})
	if models.IsID(idOrName) {
		q = q.Where("id = ?", idOrName)
	} else {
		q = q.Where("name_key = ?", NameKey(idOrName))
	}
	var owners []string
	err := q.Limit(1).Pluck("account_id", &owners).Error
	return strings.Join(owners, ""), err
}

// AccountsOfExternalID tells which accounts have a project with an external id; the id is unique in
// each account only.
func AccountsOfExternalID(tx *gorm.DB, externalID string) ([]string, error) {
	var owners []string
	err := tx.Model(&projectRow{}).Where("external_id = ?", externalID).Order("account_id").Limit(2).Pluck("account_id", &owners).Error
	return owners, err
}

// Project is a project of the scope's account, deleted ones included. Kind: NotFound.
func (s *Store) Project(ctx context.Context, scope access.Scope, projectID string) (Project, error) {
	if err := allow(scope, access.Read); err != nil {
		return Project{}, err
	}
	row, err := takeProject(s.db.Read(ctx), scope.AccountID(), projectID)
	return row.project(), err
}

// ProjectQuery narrows a list of live projects.
type ProjectQuery struct {
	Text        string // part of the name, regardless of case; empty for all
	GroupID     string // only projects of this billing group; empty for all
	ExceptGroup string // no projects of this billing group; empty for none
	Limit       int    // 1 to 1,024; 0 is 50
}

// Projects are the live projects of the scope's account that match, A to Z, as far as the limit, and
// how many match in all.
func (s *Store) Projects(ctx context.Context, scope access.Scope, query ProjectQuery) ([]Project, int, error) {
	if err := allow(scope, access.Read); err != nil {
		return nil, 0, err
	}
	q := s.db.Read(ctx).Model(&projectRow{}).Where("account_id = ? AND deleted_at IS NULL", scope.AccountID())
	if query.Text != "" {
		q = q.Where(`name_key LIKE ? ESCAPE '\'`, Containing(query.Text))
	}
	for column, id := range map[string]string{"group_id = ?": query.GroupID, "group_id <> ?": query.ExceptGroup} {
		if id == "" {
			continue
		}
		if !models.IsID(id) {
			return nil, 0, models.NotFoundf("Page not found")
		}
		q = q.Where(column, id)
	}
	var total int64
	if err := q.Session(&gorm.Session{}).Count(&total).Error; err != nil {
		return nil, 0, err
	}
	var rows []projectRow
	err := q.Session(&gorm.Session{}).Order("name_key, id").Limit(limit(query.Limit)).Find(&rows).Error
	list := make([]Project, len(rows))
	for i, r := range rows {
		list[i] = r.project()
	}
	return list, int(total), err
}

func limit(n int) int {
	if n < 1 {
		return 50
	}
	return min(n, MaxMoved)
}

// maxSearched bounds a text to search for, in bytes: longer than the key of any name, so that cutting it
// makes no name match, and short enough for a pattern of SQLite (50,000 bytes).
const maxSearched = 8000

// Containing is the LIKE pattern (ESCAPE '\') of names that contain a text, for comparison with their NameKey.
func Containing(text string) string {
	key := NameKey(text)
	if len(key) > maxSearched {
		key = strings.ToValidUTF8(key[:maxSearched], "")
	}
	return "%" + strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(key) + "%"
}
