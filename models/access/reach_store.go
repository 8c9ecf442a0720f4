package access

import (
	"context"
	"errors"

	"billfold/models"
)

// reached is how many accounts Reach reads at once.
const reached = 200

// Reach hands on the scope of every account that a user or token may read, in the order of their ids, a
// part at a time. An error of yield ends it and is returned.
func (a *Access) Reach(ctx context.Context, actor Actor, yield func([]Scope) error) error {
	for after := models.NilID; ; {
		part, err := a.reach(ctx, actor, after)
		if err != nil || len(part) == 0 {
			return err
		}
		after = part[len(part)-1].accountID
		if err := yield(part); err != nil {
			return err
		}
		if len(part) < reached {
			return nil
		}
	}
}

func (a *Access) reach(ctx context.Context, actor Actor, after string) ([]Scope, error) {
	var rows []struct {
		AccountID, AccountName string
		Role                   Role
	}
	const live = `FROM accounts a WHERE a.deleted_at IS NULL AND a.id > ? `
	const member = `SELECT a.id AS account_id, a.name AS account_name, m.role FROM members m JOIN accounts a ON a.id = m.account_id AND a.deleted_at IS NULL
		JOIN users u ON u.id = m.user_id AND u.disabled_at IS NULL `
	query, args := `SELECT a.id AS account_id, a.name AS account_name, 'admin' AS role `+live, []any{after}
	switch actor.Kind {
	case Operator, System:
	case User:
		query, args = member+`WHERE a.id > ? AND m.user_id = ? `, []any{after, actor.ID}
	case Token:
		owner, err := a.tokenOwner(ctx, actor.ID)
		switch {
		case errors.Is(err, errNoToken):
			return nil, nil
		case err != nil:
			return nil, err
		case owner.UserID != nil:
			query, args = member+`WHERE a.id > ? AND m.user_id = ? `, []any{after, *owner.UserID}
		case owner.AccountID != nil:
			query, args = query+`AND a.id = ? `, []any{after, *owner.AccountID}
		}
	default:
		return nil, nil
	}
	if err := a.db.Read(ctx).Raw(query+`ORDER BY a.id LIMIT ?`, append(args, reached)...).Scan(&rows).Error; err != nil {
		return nil, err
	}
	var scopes []Scope
	for _, r := range rows {
		if s := (Scope{actor: actor, accountID: r.AccountID, accountName: r.AccountName, role: r.Role}); s.May(Read) {
			scopes = append(scopes, s)
		}
	}
	return scopes, nil
}
