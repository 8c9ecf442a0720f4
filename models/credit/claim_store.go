package credit

import (
	"context"
	"errors"
	"fmt"
	"time"

	"billfold/models"
	"billfold/models/access"
	"billfold/models/account"
	"billfold/models/db"
	"billfold/models/event"

	"gorm.io/gorm"
)

// Claim takes a code for the scope's account, with one event. A user may try few wrong codes in a row.
// Kinds: NotFound and Forbidden (scope, group, project), Invalid (field code: missing, not found, expired,
// already claimed here or by as many accounts as it is for, in another currency, too many attempts; field
// use_for: prepaid credit for one project).
func (s *Store) Claim(ctx context.Context, scope access.Scope, code string, t Target) (Claim, error) {
	if err := may(scope, access.Write); err != nil {
		return Claim{}, err
	}
	code = NormaliseCode(code)
	switch {
	case code == "":
		return Claim{}, models.Invalidf("code", "Enter a credit code")
	case len(code) > maxCode:
		return Claim{}, models.Invalidf("code", "Enter a credit code of at most 1,024 characters")
	}
	var made Claim
	err := s.limited(ctx, scope.Actor(), func() error {
		return s.db.RunTx(ctx, func(tx *gorm.DB) (err error) {
			made, err = s.claimTx(tx, scope, code, t)
			return err
		})
	})
	return made, err
}

func (s *Store) claimTx(tx *gorm.DB, scope access.Scope, code string, t Target) (Claim, error) {
	if err := account.Lock(tx, scope.AccountID()); err != nil {
		return Claim{}, err
	}
	to, err := find(tx, scope, t)
	if err != nil {
		return Claim{}, err
	}
	row, err := lockCredit(tx, code)
	if err != nil {
		return Claim{}, err
	}
	at := s.clock.Now()
	if err := free(tx, at, scope.AccountID(), to, row); err != nil {
		return Claim{}, err
	}
	if err := to.fits(Type(row.Type), row.credit().Value.Currency()); err != nil {
		return Claim{}, err
	}
	claim := claimRow{ID: models.NewID(), AccountID: scope.AccountID(), CreditID: row.ID, Scope: string(to.Scope), GroupID: nullable(to.GroupID),
		ProjectID: nullable(to.ProjectID), ValueMinor: row.ValueMinor, RemainingMinor: row.ValueMinor, ExpiresAt: row.ExpiresAt, ClaimedAt: at}
	if err := tx.Create(&claim).Error; err != nil {
		return Claim{}, err
	}
	err = tx.Model(&creditRow{}).Where("id = ?", row.ID).Update("claim_count", gorm.Expr("claim_count + 1")).Error
	if err != nil {
		return Claim{}, err
	}
	made, err := takeClaim(tx, scope.AccountID(), claim.ID)
	if err != nil {
		return Claim{}, err
	}
	return made, event.Append(tx, scope.Actor(), scope.AccountID(), at, event.Event{Type: "credit.claimed", Category: event.Credits,
		Sentence: fmt.Sprintf("added the credit code %s for %s: %s, %s.", made.Code, to.name, made.Value, expiry(made.LastDay())),
		After: map[string]any{"code": made.Code, "type": made.Type, "value": made.Value.Decimal(), "currency": made.Value.Currency(),
			"expires": row.ExpiresAt, "use_for": to.name},
		Groups: to.groups, Projects: to.projects})
}

// lockCredit finds a code and locks it, so that its claims are counted one after the other.
func lockCredit(tx *gorm.DB, code string) (creditRow, error) {
	var row creditRow
	err := gorm.ErrRecordNotFound
	if isCode(code) {
		err = db.ForUpdate(tx).Where("code_key = ?", code).Take(&row).Error
	}
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return row, models.Invalidf("code", "This credit code was not found. Check it and try again")
	}
	return row, err
}

// free refuses a code that the account has already, that is over, or that is taken by others.
func free(tx *gorm.DB, at time.Time, accountID string, to target, row creditRow) error {
	inUse := models.Invalidf("code", "This credit code is already in use")
	own := []claimView{}
	err := tx.Raw(claimSelect+`WHERE c.account_id = ? AND c.credit_id = ? AND c.returned_by IS NULL`, accountID, row.ID).Scan(&own).Error
	if err != nil {
		return err
	}
	if len(own) > 0 {
		here, err := appliesTo(tx, own[0].claim(), to.page)
		if err == nil && here {
			return models.Invalidf("code", "%s is already in this billing group", row.Code)
		}
		return errors.Join(err, inUse)
	}
	c := row.credit()
	if !c.Expires.IsZero() && !c.Expires.After(at) {
		return models.Invalidf("code", "This credit code expired on %s", date(c.LastDay()))
	}
	if c.Claimed >= c.Limit {
		return inUse
	}
	return nil
}

// appliesTo reports whether a claim shows on a group's Credits tab.
func appliesTo(tx *gorm.DB, c Claim, groupID string) (bool, error) {
	switch c.Scope {
	case ForGroup:
		return c.GroupID == groupID, nil
	case ForAccount:
		return groupID != "", nil
	}
	var holder string
	err := tx.Raw(`SELECT group_id FROM projects WHERE account_id = ? AND id = ?`, c.AccountID, c.ProjectID).Scan(&holder).Error
	return holder == groupID, err
}

// takeClaim reads one claim of an account. Kind: NotFound.
func takeClaim(tx *gorm.DB, accountID, claimID string) (Claim, error) {
	var view []claimView
	if !models.IsID(claimID) {
		return Claim{}, models.NotFoundf("Credit not found")
	}
	err := tx.Raw(claimSelect+`WHERE c.account_id = ? AND c.id = ?`+lockClause(tx), accountID, claimID).Scan(&view).Error
	if err == nil && len(view) == 0 {
		return Claim{}, models.NotFoundf("Credit not found")
	}
	if err != nil {
		return Claim{}, err
	}
	return view[0].claim(), nil
}
