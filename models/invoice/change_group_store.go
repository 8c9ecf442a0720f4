package invoice

import (
	"context"

	"billfold/models"
	"billfold/models/access"
	"billfold/models/account"

	"gorm.io/gorm"
)

// GroupChange says what of a billing group is to be another; nil fields stay.
type GroupChange struct {
	Name        *string
	Information func(*account.Information) // changes what it wants of what is stored
	MethodID    *string                    // "" for not decided
	Addresses   account.AddressChoice      // another billing address goes over Information's
}

// ChangeGroup changes name, billing information, addresses and payment method of the scope's group together,
// all or nothing: programs send them in one request. Each writes its own event. Kinds: NotFound (also an address), Forbidden,
// Invalid (name wrong or taken, information wrong), Conflict (deleted, bank transfer not allowed).
func (s *Store) ChangeGroup(ctx context.Context, scope access.Scope, change GroupChange) error {
	if !scope.CanWrite() {
		return models.Forbiddenf("You need billing access for %s", scope.AccountName())
	}
	return s.db.RunTx(ctx, func(tx *gorm.DB) error {
		if err := account.Lock(tx, scope.AccountID()); err != nil {
			return err
		}
		at, id := s.clock.Now(), scope.GroupID()
		if change.Name != nil {
			if err := account.RenameGroupTx(tx, scope, at, id, *change.Name); err != nil {
				return err
			}
		}
		if change.MethodID != nil {
			if err := account.ChoosePaymentMethodTx(tx, scope, at, id, *change.MethodID); err != nil {
				return err
			}
		}
		if change.Information == nil && change.Addresses == (account.AddressChoice{}) {
			return nil
		}
		info, err := account.InformationTx(tx, scope.AccountID(), id)
		if err != nil {
			return err
		}
		if change.Information != nil {
			change.Information(&info)
		}
		if change.Addresses != (account.AddressChoice{}) {
			if info, err = account.ChooseAddressesTx(tx, scope, at, id, change.Addresses, info); err != nil {
				return err
			}
		}
		if info.Version == 0 && change.Information == nil && info.Company == "" {
			return nil // a shipping address alone, of a group that has no billing information
		}
		if info.Currency == "" {
			if info.Currency, err = PriceCurrencyTx(tx); err != nil {
				return err
			}
		}
		return saveInformationTx(tx, scope, at, id, info)
	})
}
