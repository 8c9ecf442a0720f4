package people

import (
	"context"
	"fmt"
	"strings"
	"time"

	"billfold/models"
	"billfold/models/access"
	"billfold/models/db"
	"billfold/models/event"

	"gorm.io/gorm"
)

type tokenRow struct {
	ID          string `gorm:"primaryKey"`
	TokenSHA256 []byte `gorm:"column:token_sha256"`
	Prefix      string
	Name        string
	UserID      *string
	AccountID   *string
	Scopes      string
	SignedIn    bool
	CreatedBy   string
	CreatedAt   time.Time
	ExpiresAt   *time.Time
	LastUsedAt  *time.Time
	LastUsedIP  string `gorm:"column:last_used_ip"`
	RevokedAt   *time.Time

	MaxAgeSeconds  int64
	ExtendWhenUsed bool
}

// TableName names the table for GORM.
func (tokenRow) TableName() string { return "api_tokens" }

func (r tokenRow) token() Token {
	return Token{ID: r.ID, Prefix: r.Prefix, Name: r.Name, UserID: deref(r.UserID), AccountID: deref(r.AccountID),
		Scopes: parseGrants(r.Scopes), SignedIn: r.SignedIn, CreatedBy: r.CreatedBy, CreatedAt: r.CreatedAt,
		ExpiresAt: deref(r.ExpiresAt), MaxAge: time.Duration(r.MaxAgeSeconds) * time.Second, Extended: r.ExtendWhenUsed, LastUsedAt: deref(r.LastUsedAt), LastUsedIP: r.LastUsedIP, RevokedAt: deref(r.RevokedAt)}
}

func deref[T any](p *T) (v T) {
	if p != nil {
		v = *p
	}
	return v
}

func pointer[T comparable](v T) *T {
	var zero T
	if v == zero {
		return nil
	}
	return &v
}

// maxTokens bounds the tokens in use of one user or account.
const maxTokens = 100

// signedInFor is how long a token got by signing in with a password lasts.
const signedInFor = 30 * 24 * time.Hour

// CreateUserToken makes a token that may do what its user may, within its scopes, and returns the token
// itself, which is never shown again. Kinds: Invalid (name, scopes, expires), Conflict (too many),
// Forbidden (a token cannot make one with more scopes than its own).
func (s *Store) CreateUserToken(ctx context.Context, actor access.Actor, userID string, n NewToken) (string, Token, error) {
	return s.createToken(ctx, actor, tokenRow{UserID: &userID, CreatedBy: actor.Name}, n, access.AccountGrants)
}

// SignInForToken makes a token for a user who has just given their password (POST /v1/userauth).
func (s *Store) SignInForToken(ctx context.Context, u User, ip string) (string, Token, error) {
	actor := access.Actor{Kind: access.User, ID: u.ID, Name: u.Name, IP: ip}
	return s.createToken(ctx, actor, tokenRow{UserID: &u.ID, CreatedBy: u.Name, SignedIn: true},
		NewToken{Name: "Signed in with a password", Scopes: access.AccountGrants, ExpiresAt: s.wall.Now().Add(signedInFor)}, access.AccountGrants)
}

// CreateAccountToken makes a token of an account itself, for programs: it stays when the person who made
// it leaves. Kinds: Forbidden (not an admin), Invalid (name, scopes, expires), Conflict (too many).
func (s *Store) CreateAccountToken(ctx context.Context, scope access.Scope, n NewToken) (string, Token, error) {
	if !scope.IsAdmin() {
		return "", Token{}, models.Forbiddenf("You need admin access for %s", scope.AccountName())
	}
	id := scope.AccountID()
	return s.createToken(ctx, scope.Actor(), tokenRow{AccountID: &id, CreatedBy: scope.Actor().Name}, n, access.AccountGrants)
}

// CreateOperatorToken makes a token for all accounts; only the operator's command line may. Kinds:
// Forbidden, Invalid (name, scopes, expires), Conflict (too many).
func (s *Store) CreateOperatorToken(ctx context.Context, actor access.Actor, n NewToken) (string, Token, error) {
	if actor.Kind != access.Operator {
		return "", Token{}, models.Forbiddenf("Only the operator can do this")
	}
	return s.createToken(ctx, actor, tokenRow{CreatedBy: actor.Name}, n, access.AllGrants)
}

func (s *Store) createToken(ctx context.Context, actor access.Actor, row tokenRow, n NewToken, allowed []access.Grant) (string, Token, error) {
	now := s.wall.Now()
	if err := n.check(now, allowed); err != nil {
		return "", Token{}, err
	}
	for _, g := range n.Scopes {
		if actor.Kind == access.Token && !actor.Allows(g) {
			return "", Token{}, models.Forbiddenf("This token cannot make one with the scope %s, which it does not have itself", g)
		}
	}
	token := makeToken()
	row.ID, row.TokenSHA256, row.Prefix, row.Name, row.Scopes = models.NewID(), tokenHash(token), token[:tokenPrefix], n.Name, strings.ReplaceAll(words(n.Scopes), ",", "")
	row.CreatedAt, row.ExpiresAt, row.MaxAgeSeconds, row.ExtendWhenUsed = now, pointer(n.ExpiresAt), int64(n.MaxAge/time.Second), n.Extended
	err := s.db.RunTx(ctx, func(tx *gorm.DB) error {
		if err := lockOwner(tx, row); err != nil {
			return err
		}
		var held int64
		if err := inUse(owned(tx.Model(&tokenRow{}), row), now).Count(&held).Error; err != nil {
			return err
		}
		if held >= maxTokens {
			return models.Conflictf("There are %d tokens already. Revoke one that is not needed any more", maxTokens)
		}
		if err := tx.Create(&row).Error; err != nil {
			return err
		}
		if row.SignedIn { // like a session: no event
			return nil
		}
		return event.Append(tx, actor, deref(row.AccountID), s.clock.Now(), event.Event{Type: "token.created", Category: event.Account,
			Sentence: fmt.Sprintf("made the API token %q (%s…) with %s.", row.Name, row.Prefix, words(n.Scopes)),
			After:    map[string]any{"name": row.Name, "prefix": row.Prefix, "scopes": n.Scopes, "expires": row.ExpiresAt}})
	})
	if err != nil {
		return "", Token{}, err
	}
	return token, row.token(), nil
}

// lockOwner has two that make tokens for one owner wait for each other, so that the bound holds.
func lockOwner(tx *gorm.DB, row tokenRow) error {
	table, id := "users", row.UserID
	if row.AccountID != nil {
		table, id = "accounts", row.AccountID
	}
	if id == nil {
		return nil
	}
	var found struct{ ID string }
	q := db.ForUpdate(tx).Table(table).Select("id").Where("id = ?", *id).Limit(1).Find(&found)
	if q.Error == nil && q.RowsAffected == 0 {
		return models.NotFoundf("There is nobody to make a token for")
	}
	return q.Error
}

// owned narrows a query to the tokens of one owner.
func owned(q *gorm.DB, row tokenRow) *gorm.DB {
	switch {
	case row.UserID != nil:
		return q.Where("user_id = ?", *row.UserID)
	case row.AccountID != nil:
		return q.Where("account_id = ?", *row.AccountID)
	}
	return q.Where("user_id IS NULL AND account_id IS NULL")
}

func inUse(q *gorm.DB, now time.Time) *gorm.DB {
	return q.Where("revoked_at IS NULL AND (expires_at IS NULL OR expires_at > ?)", now)
}

// UserTokens lists the tokens of a user that can be used, the newest first.
func (s *Store) UserTokens(ctx context.Context, userID string) ([]Token, error) {
	return s.tokens(ctx, tokenRow{UserID: &userID})
}

// AccountTokens lists the tokens of an account that can be used, the newest first.
func (s *Store) AccountTokens(ctx context.Context, scope access.Scope) ([]Token, error) {
	id := scope.AccountID()
	return s.tokens(ctx, tokenRow{AccountID: &id})
}

// OperatorTokens lists the operator's tokens that can be used, the newest first.
func (s *Store) OperatorTokens(ctx context.Context) ([]Token, error) {
	return s.tokens(ctx, tokenRow{})
}

func (s *Store) tokens(ctx context.Context, owner tokenRow) ([]Token, error) {
	var rows []tokenRow
	err := inUse(owned(s.db.Read(ctx), owner), s.wall.Now()).Order("id DESC").Limit(maxTokens).Find(&rows).Error
	all := make([]Token, len(rows))
	for i, r := range rows {
		all[i] = r.token()
	}
	return all, err
}

// RevokeUserToken ends a token of a user, given by its id or its prefix. Kind: NotFound.
func (s *Store) RevokeUserToken(ctx context.Context, actor access.Actor, userID, token string) error {
	return s.revoke(ctx, actor, tokenRow{UserID: &userID}, token)
}

// RevokeAccountToken ends a token of an account. Kinds: Forbidden (not an admin), NotFound.
func (s *Store) RevokeAccountToken(ctx context.Context, scope access.Scope, token string) error {
	if !scope.IsAdmin() {
		return models.Forbiddenf("You need admin access for %s", scope.AccountName())
	}
	id := scope.AccountID()
	return s.revoke(ctx, scope.Actor(), tokenRow{AccountID: &id}, token)
}

// RevokeOperatorToken ends a token of the operator. Kinds: Forbidden, NotFound.
func (s *Store) RevokeOperatorToken(ctx context.Context, actor access.Actor, token string) error {
	if actor.Kind != access.Operator {
		return models.Forbiddenf("Only the operator can do this")
	}
	return s.revoke(ctx, actor, tokenRow{}, token)
}

func (s *Store) revoke(ctx context.Context, actor access.Actor, owner tokenRow, token string) error {
	return s.db.RunTx(ctx, func(tx *gorm.DB) error {
		now := s.wall.Now()
		column := "prefix"
		if models.IsID(token) {
			column = "id"
		}
		var row tokenRow
		q := owned(db.ForUpdate(tx), owner).Where(column+" = ? AND revoked_at IS NULL", token).Limit(1).Find(&row)
		if q.Error != nil {
			return q.Error
		}
		if q.RowsAffected == 0 {
			return models.NotFoundf("There is no such token")
		}
		if err := tx.Model(&tokenRow{}).Where("id = ?", row.ID).Update("revoked_at", now).Error; err != nil {
			return err
		}
		if row.SignedIn {
			return nil
		}
		return event.Append(tx, actor, deref(row.AccountID), s.clock.Now(), event.Event{Type: "token.revoked", Category: event.Account,
			Sentence: fmt.Sprintf("revoked the API token %q (%s…).", row.Name, row.Prefix), Before: map[string]any{"name": row.Name, "prefix": row.Prefix}})
	})
}

// TokenOf finds who comes with a token, as an actor with its scopes, and notes that it is in use. Kind:
// NotFound, for unknown, mistyped, revoked and expired ones, and for those of disabled users.
func (s *Store) TokenOf(ctx context.Context, token, ip string) (access.Actor, Token, error) {
	ended := models.NotFoundf("The token is not valid")
	if !wellFormed(token) {
		return access.Actor{}, Token{}, ended
	}
	now := s.wall.Now()
	var row tokenRow
	q := inUse(s.db.Read(ctx), now).Where("token_sha256 = ?", tokenHash(token)).
		Where("user_id IS NULL OR EXISTS (SELECT 1 FROM users u WHERE u.id = user_id AND u.disabled_at IS NULL)").
		Where("account_id IS NULL OR EXISTS (SELECT 1 FROM accounts a WHERE a.id = account_id AND a.deleted_at IS NULL)").
		Limit(1).Find(&row)
	if q.Error != nil {
		return access.Actor{}, Token{}, q.Error
	}
	if q.RowsAffected == 0 {
		return access.Actor{}, Token{}, ended
	}
	if row.LastUsedAt == nil || now.Sub(*row.LastUsedAt) >= row.touchEvery() {
		err := s.db.RunTx(ctx, func(tx *gorm.DB) error {
			used := map[string]any{"last_used_at": now, "last_used_ip": clip(ip, 64)}
			if row.ExtendWhenUsed {
				used["expires_at"] = models.Micro(now.Add(time.Duration(row.MaxAgeSeconds) * time.Second))
			}
			return tx.Model(&tokenRow{}).Where("id = ?", row.ID).Updates(used).Error
		})
		if err != nil {
			return access.Actor{}, Token{}, err
		}
	}
	t := row.token()
	return access.TokenActor(t.ID, t.Name, t.Scopes), t, nil
}
