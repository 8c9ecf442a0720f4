package account

import (
	"context"
	"strings"

	"billfold/models"
)

// FindGroup is the id of the live billing group that the operator names: its id, ACCOUNT/GROUP by their
// names, or its name alone where only one group has it. Kinds: NotFound, Conflict (several have the name).
func (s *Store) FindGroup(ctx context.Context, named string) (string, error) {
	named = strings.TrimSpace(named)
	q := s.db.Read(ctx).Table("billing_groups g").Joins("JOIN accounts a ON a.id = g.account_id").Where("g.deleted_at IS NULL AND a.deleted_at IS NULL")
	accountName, groupName, both := strings.Cut(named, "/")
	switch {
	case models.IsID(named):
		q = s.db.Read(ctx).Table("billing_groups g").Where("g.id = ?", named)
	case both:
		q = q.Where("(a.name_key = ? OR CAST(a.id AS TEXT) = ?) AND g.name_key = ?", NameKey(accountName), strings.TrimSpace(accountName), NameKey(groupName))
	default:
		q = q.Where("g.name_key = ?", NameKey(named))
	}
	var ids []string
	if err := q.Limit(2).Pluck("g.id", &ids).Error; err != nil {
		return "", err
	}
	switch len(ids) {
	case 0:
		return "", models.NotFoundf("There is no billing group %s", named)
	case 1:
		return ids[0], nil
	}
	return "", models.Conflictf("Several billing groups are called %s; name it as ACCOUNT/GROUP or by its id", named)
}
