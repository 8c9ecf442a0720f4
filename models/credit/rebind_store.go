package credit

import (
	"context"
	"fmt"
	"slices"

	"billfold/models"
	"billfold/models/access"
	"billfold/models/account"
	"billfold/models/event"
	"billfold/models/money"

	"gorm.io/gorm"
)

// Rebind changes what a claim is used for from now on, with one event; what was used stays as it is. The
// same use again changes nothing. Kinds: NotFound and Forbidden (scope, claim, group, project), Conflict
// (used up or expired), Invalid (field use_for: prepaid credit for one project, or another currency).
func (s *Store) Rebind(ctx context.Context, scope access.Scope, claimID string, t Target) (Claim, error) {
	if err := may(scope, access.Write); err != nil {
		return Claim{}, err
	}
	var after Claim
	err := s.db.RunTx(ctx, func(tx *gorm.DB) (err error) {
		after, err = s.rebindTx(tx, scope, claimID, t)
		return err
	})
	return after, err
}

func (s *Store) rebindTx(tx *gorm.DB, scope access.Scope, claimID string, t Target) (Claim, error) {
	if err := account.Lock(tx, scope.AccountID()); err != nil {
		return Claim{}, err
	}
	claim, err := takeClaim(tx, scope.AccountID(), claimID)
	if err != nil {
		return Claim{}, err
	}
	to, err := find(tx, scope, t)
	if err != nil {
		return Claim{}, err
	}
	if claim.Scope == to.Scope && claim.GroupID == to.GroupID && claim.ProjectID == to.ProjectID {
		return claim, nil
	}
	at := s.clock.Now()
	switch claim.Status(at) {
	case UsedUp:
		return Claim{}, models.Conflictf("%s is used up", claim.Code)
	case Expired:
		return Claim{}, models.Conflictf("%s expired on %s", claim.Code, date(claim.LastDay()))
	}
	if err := to.takes(claim.Type, claim.Value.Currency()); err != nil {
		return Claim{}, err
	}
	from, err := describe(tx, claim)
	if err != nil {
		return Claim{}, err
	}
	err = tx.Model(&claimRow{}).Where("account_id = ? AND id = ?", scope.AccountID(), claim.ID).
		Updates(map[string]any{"scope": string(to.Scope), "group_id": nullable(to.GroupID), "project_id": nullable(to.ProjectID)}).Error
	if err != nil {
		return Claim{}, err
	}
	after, err := takeClaim(tx, scope.AccountID(), claim.ID)
	if err != nil {
		return Claim{}, err
	}
	return after, event.Append(tx, scope.Actor(), scope.AccountID(), at, event.Event{Type: "credit.rebound", Category: event.Credits,
		Sentence: fmt.Sprintf("changed the use of the credit %s from %s to %s.", claim.Code, from.name, to.name),
		Before:   map[string]any{"code": claim.Code, "use_for": from.name}, After: map[string]any{"code": claim.Code, "use_for": to.name},
		Groups: slices.Concat(from.groups, to.groups), Projects: slices.Concat(from.projects, to.projects)})
}

// takes is fits for credit that is in the account already, where there is no code to complain about.
func (t target) takes(kind Type, currency money.Currency) error {
	err := t.fits(kind, currency)
	if e, ok := models.AsError(err); ok && e.Fields[0].Name == "code" {
		return models.Invalidf("use_for", "This credit is for %s. %s is billed in %s", currency, t.billed, t.currency)
	}
	return err
}

// describe is what a claim is used for now, also when the group or project is deleted.
func describe(tx *gorm.DB, c Claim) (target, error) {
	t := target{name: "all projects of the account"}
	switch c.Scope {
	case ForGroup:
		var name string
		t.groups = []string{c.GroupID}
		err := tx.Raw(`SELECT name FROM billing_groups WHERE account_id = ? AND id = ?`, c.AccountID, c.GroupID).Scan(&name).Error
		t.name = "the billing group " + name
		return t, err
	case ForProject:
		t.name, t.projects = "the project "+c.ProjectName, []string{c.ProjectID}
		return t, tx.Raw(`SELECT group_id FROM projects WHERE account_id = ? AND id = ?`, c.AccountID, c.ProjectID).Scan(&t.groups).Error
	}
	return t, tx.Raw(`SELECT id FROM billing_groups WHERE account_id = ? AND deleted_at IS NULL ORDER BY id`, c.AccountID).Scan(&t.groups).Error
}
