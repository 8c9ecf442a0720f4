package access

import (
	"context"
	"errors"
	"strings"

	"billfold/models"
	"billfold/models/db"

	"gorm.io/gorm"
)

// Access makes scopes from the memberships in the database.
type Access struct{ db *db.DB }

// New makes an Access over a database.
func New(d *db.DB) *Access { return &Access{d} }

const (
	accountQuery = `SELECT a.id AS account_id, a.name AS account_name, '' AS group_id FROM accounts a WHERE a.id = ? AND a.deleted_at IS NULL`
	groupQuery   = `SELECT a.id AS account_id, a.name AS account_name, g.id AS group_id FROM billing_groups g JOIN accounts a ON a.id = g.account_id WHERE g.id = ?`
	projectQuery = `SELECT a.id AS account_id, a.name AS account_name, p.group_id AS group_id FROM projects p JOIN accounts a ON a.id = p.account_id WHERE p.id = ?`
)

// ForAccount gives the scope of an actor on an account. Kinds: NotFound (no such account, or the user
// is not a member), Forbidden (a member lacking the role; the message names the admins).
func (a *Access) ForAccount(ctx context.Context, actor Actor, accountID string, need Need) (Scope, error) {
	return a.resolve(ctx, actor, accountQuery, accountID, need)
}

// ForGroup gives the scope of an actor on a billing group, deleted ones included (their invoices stay
// readable). Kinds as ForAccount.
func (a *Access) ForGroup(ctx context.Context, actor Actor, groupID string, need Need) (Scope, error) {
	return a.resolve(ctx, actor, groupQuery, groupID, need)
}

// ForProject gives the scope of an actor on a project; its GroupID is the group that holds the project now. Kinds as ForAccount.
func (a *Access) ForProject(ctx context.Context, actor Actor, projectID string, need Need) (Scope, error) {
	return a.resolve(ctx, actor, projectQuery, projectID, need)
}

func (a *Access) resolve(ctx context.Context, actor Actor, query, id string, need Need) (Scope, error) {
	missing := models.NotFoundf("Page not found")
	if !models.IsID(id) {
		return Scope{}, missing
	}
	var row struct{ AccountID, AccountName, GroupID string }
	q := a.db.Read(ctx).Raw(query, id).Scan(&row)
	if q.Error != nil {
		return Scope{}, q.Error
	}
	if q.RowsAffected == 0 {
		return Scope{}, missing
	}
	scope := Scope{actor: actor, accountID: row.AccountID, accountName: row.AccountName, groupID: row.GroupID, role: RoleAdmin}
	switch actor.Kind {
	case Operator, System:
		return scope, nil
	case User:
		role, err := a.role(ctx, row.AccountID, actor.ID)
		if err != nil {
			return Scope{}, err
		}
		scope.role = role
	case Token:
		role, err := a.tokenRole(ctx, row.AccountID, actor.ID)
		if err != nil {
			return Scope{}, err
		}
		scope.role = role
	default:
		return Scope{}, missing
	}
	if scope.role == "" {
		return Scope{}, missing
	}
	if !scope.role.May(need) {
		return Scope{}, a.forbidden(ctx, scope, need)
	}
	if !scope.May(need) {
		return Scope{}, models.Forbiddenf("This token lacks the scope that this needs")
	}
	return scope, nil
}

// tokenRole is the role that a token has in an account: that of its user, or all of it for the account's
// own and the operator's. What its grants leave of that, Scope.May says. A token that has been revoked has none.
func (a *Access) tokenRole(ctx context.Context, accountID, tokenID string) (Role, error) {
	owner, err := a.tokenOwner(ctx, tokenID)
	switch {
	case errors.Is(err, errNoToken):
		return "", nil
	case err != nil:
		return "", err
	case owner.UserID != nil:
		return a.role(ctx, accountID, *owner.UserID)
	case owner.AccountID != nil && *owner.AccountID != accountID:
		return "", nil
	}
	return RoleAdmin, nil
}

var errNoToken = errors.New("there is no such token")

// owner is whose a token is; both nil is the operator.
type owner struct{ UserID, AccountID *string }

// tokenOwner tells whose a token is that has not been revoked, or errNoToken.
func (a *Access) tokenOwner(ctx context.Context, tokenID string) (owner, error) {
	var row struct {
		ID    string
		Owner owner `gorm:"embedded"`
	}
	err := a.db.Read(ctx).Raw(`SELECT id, user_id, account_id FROM api_tokens WHERE id = ? AND revoked_at IS NULL`, tokenID).Scan(&row).Error
	if err == nil && row.ID == "" {
		err = errNoToken
	}
	return row.Owner, err
}

func (a *Access) role(ctx context.Context, accountID, userID string) (Role, error) {
	var role Role
	err := a.db.Read(ctx).Raw(`SELECT m.role FROM members m JOIN users u ON u.id = m.user_id
		WHERE m.account_id = ? AND m.user_id = ? AND u.disabled_at IS NULL`, accountID, userID).Scan(&role).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return "", nil
	}
	return role, err
}

func (a *Access) forbidden(ctx context.Context, s Scope, need Need) error {
	var names []string
	err := a.db.Read(ctx).Raw(`SELECT u.name FROM members m JOIN users u ON u.id = m.user_id
		WHERE m.account_id = ? AND m.role = 'admin' ORDER BY u.name, u.id LIMIT 10`, s.accountID).Scan(&names).Error
	if err != nil {
		return err
	}
	what := "billing"
	if need == Admin {
		what = "admin"
	}
	return &models.Error{Kind: models.Forbidden,
		Message: "You need " + what + " access for " + s.accountName,
		Fields:  []models.Field{{Name: "admins", Message: "Account admins can give you access: " + strings.Join(names, ", ") + "."}}}
}
