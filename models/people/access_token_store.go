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

// What programs do with tokens, by a token of their own. A token manages the tokens of its owner that may
// do no more than itself; an account's needs projects:write for it. The operator's are made and revoked on
// the command line; every token may end itself.

// touchEvery is how often a use of the token is noted: often enough that one in use does not run out.
func (r tokenRow) touchEvery() time.Duration {
	if r.ExtendWhenUsed {
		return min(touchEvery, time.Duration(r.MaxAgeSeconds)*time.Second/4)
	}
	return touchEvery
}

// ownerRow names the owner of a token.
func (t Token) ownerRow() tokenRow {
	return tokenRow{UserID: pointer(t.UserID), AccountID: pointer(t.AccountID)}
}

// manages refuses what a token may not do with another of its owner. Kind: Forbidden.
func (t Token) manages(actor access.Actor, other tokenRow) error {
	switch {
	case other.ID != "" && other.ID == t.ID:
		return nil
	case t.UserID == "" && t.AccountID == "":
		return models.Forbiddenf("The operator's tokens are made and revoked on the command line")
	case t.AccountID != "" && !actor.May(access.Admin):
		return models.Forbiddenf("This token lacks the scope %s, which managing the account's tokens takes", access.WriteProjects)
	}
	for _, g := range parseGrants(other.Scopes) {
		if !actor.Allows(g) {
			return models.Forbiddenf("This token lacks the scope %s of the token %s…", g, other.Prefix)
		}
	}
	return nil
}

// TokensBeside lists the tokens of a token's owner that can be used, the newest first.
func (s *Store) TokensBeside(ctx context.Context, own Token) ([]Token, error) {
	return s.tokens(ctx, own.ownerRow())
}

// CreateTokenBeside makes another token for the owner of a token, with all the scopes of that one when
// none are named. Kinds: Invalid (name, scopes, max_age), Forbidden (more scopes than its own), Conflict (too many).
func (s *Store) CreateTokenBeside(ctx context.Context, actor access.Actor, own Token, n NewToken) (string, Token, error) {
	if err := own.manages(actor, tokenRow{}); err != nil {
		return "", Token{}, err
	}
	if n.Scopes == nil {
		n.Scopes = own.Scopes
	}
	row := own.ownerRow()
	row.CreatedBy = actor.Name
	return s.createToken(ctx, actor, row, n, access.AccountGrants)
}

// RenameTokenBeside gives a token another name. The same name again writes no event. Kinds: NotFound,
// Forbidden, Invalid (name).
func (s *Store) RenameTokenBeside(ctx context.Context, actor access.Actor, own Token, prefix, name string) (Token, error) {
	n := NewToken{Name: name, Scopes: []access.Grant{access.ReadBilling}}
	if err := n.check(s.wall.Now(), access.AllGrants); err != nil {
		return Token{}, err
	}
	return s.changeToken(ctx, actor, own, prefix, func(tx *gorm.DB, row *tokenRow) error {
		before := row.Name
		if row.Name = n.Name; before == row.Name {
			return nil
		}
		if err := tx.Model(&tokenRow{}).Where("id = ?", row.ID).Update("name", row.Name).Error; err != nil {
			return err
		}
		return event.Append(tx, actor, deref(row.AccountID), s.clock.Now(), event.Event{Type: "token.renamed", Category: event.Account,
			Sentence: fmt.Sprintf("renamed the API token %q (%s…) to %q.", before, row.Prefix, row.Name),
			Before:   map[string]any{"name": before, "prefix": row.Prefix}, After: map[string]any{"name": row.Name, "prefix": row.Prefix}})
	})
}

// RevokeTokenBeside ends a token, be it the one that asks. Kinds: NotFound, Forbidden.
func (s *Store) RevokeTokenBeside(ctx context.Context, actor access.Actor, own Token, prefix string) error {
	_, err := s.changeToken(ctx, actor, own, prefix, func(tx *gorm.DB, row *tokenRow) error {
		if err := tx.Model(&tokenRow{}).Where("id = ?", row.ID).Update("revoked_at", s.wall.Now()).Error; err != nil || row.SignedIn {
			return err // ending a sign-in writes no event, as beginning it
		}
		return event.Append(tx, actor, deref(row.AccountID), s.clock.Now(), event.Event{Type: "token.revoked", Category: event.Account,
			Sentence: fmt.Sprintf("revoked the API token %q (%s…).", row.Name, row.Prefix), Before: map[string]any{"name": row.Name, "prefix": row.Prefix}})
	})
	return err
}

// changeToken locks a token of the same owner, that the asking one may manage and that is still in use.
func (s *Store) changeToken(ctx context.Context, actor access.Actor, own Token, prefix string, change func(*gorm.DB, *tokenRow) error) (Token, error) {
	var changed Token
	err := s.db.RunTx(ctx, func(tx *gorm.DB) error {
		var row tokenRow
		q := owned(db.ForUpdate(tx), own.ownerRow()).Where("prefix = ? AND revoked_at IS NULL", strings.ToValidUTF8(strings.ReplaceAll(prefix, "\x00", ""), "")).Limit(1).Find(&row)
		if q.Error != nil {
			return q.Error
		}
		if q.RowsAffected == 0 {
			return models.NotFoundf("Access token not found")
		}
		if err := own.manages(actor, row); err != nil {
			return err
		}
		err := change(tx, &row)
		changed = row.token()
		return err
	})
	return changed, err
}
