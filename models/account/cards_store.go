package account

import (
	"context"

	"billfold/models/access"
)

// CardProjects are the names of the live projects, A to Z, that each card of the scope's account pays for,
// by the card's id.
func (s *Store) CardProjects(ctx context.Context, scope access.Scope) (map[string][]string, error) {
	if err := allow(scope, access.Read); err != nil {
		return nil, err
	}
	var rows []struct{ CardID, Name string }
	err := s.db.Read(ctx).Raw(`SELECT m.id AS card_id, p.name FROM payment_methods m JOIN billing_groups g ON g.account_id = m.account_id AND g.payment_method_id = m.id
		JOIN projects p ON p.group_id = g.id AND p.deleted_at IS NULL WHERE m.account_id = ? AND m.kind = ? AND m.removed_at IS NULL ORDER BY p.name_key, p.id`,
		scope.AccountID(), Card).Scan(&rows).Error
	names := map[string][]string{}
	for _, r := range rows {
		names[r.CardID] = append(names[r.CardID], r.Name)
	}
	return names, err
}
