package account

import (
	"context"
	"errors"
	"time"

	"billfold/models"
	"billfold/models/access"
	"billfold/models/event"

	"gorm.io/gorm"
)

type addressRow struct {
	ID           string `gorm:"primaryKey"`
	AccountID    string
	Company      string
	AddressLine1 string `gorm:"column:address_line1"`
	AddressLine2 string `gorm:"column:address_line2"`
	AddressLine3 string `gorm:"column:address_line3"`
	City         string
	Region       string
	PostalCode   string
	Country      string
	CreatedAt    time.Time
	UpdatedAt    time.Time `gorm:"autoUpdateTime:false"`
}

func (addressRow) TableName() string { return "addresses" }

func (r addressRow) address() Address {
	return Address{ID: r.ID, Company: r.Company, AddressLine1: r.AddressLine1, AddressLine2: r.AddressLine2, AddressLine3: r.AddressLine3,
		City: r.City, Region: r.Region, PostalCode: r.PostalCode, Country: r.Country, CreatedAt: r.CreatedAt, UpdatedAt: r.UpdatedAt}
}

func (a Address) row(accountID string) addressRow {
	return addressRow{ID: a.ID, AccountID: accountID, Company: a.Company, AddressLine1: a.AddressLine1, AddressLine2: a.AddressLine2, AddressLine3: a.AddressLine3,
		City: a.City, Region: a.Region, PostalCode: a.PostalCode, Country: a.Country, CreatedAt: a.CreatedAt, UpdatedAt: a.UpdatedAt}
}

// addressesRead is how many addresses are read at once.
const addressesRead = 200

// EachAddress hands on the addresses of the scope's account, oldest first, a part at a time. An error of
// yield ends it and is returned.
func (s *Store) EachAddress(ctx context.Context, scope access.Scope, yield func([]Address) error) error {
	if err := allow(scope, access.Read); err != nil {
		return err
	}
	for after := models.NilID; ; {
		var rows []addressRow
		err := s.db.Read(ctx).Where("account_id = ? AND id > ?", scope.AccountID(), after).Order("id").Limit(addressesRead).Find(&rows).Error
		if err != nil || len(rows) == 0 {
			return err
		}
		after = rows[len(rows)-1].ID
		part := make([]Address, len(rows))
		for i, r := range rows {
			part[i] = r.address()
		}
		if err := yield(part); err != nil || len(rows) < addressesRead {
			return err
		}
	}
}

// Address is an address of the scope's account. Kind: NotFound.
func (s *Store) Address(ctx context.Context, scope access.Scope, id string) (Address, error) {
	if err := allow(scope, access.Read); err != nil {
		return Address{}, err
	}
	return takeAddress(s.db.Read(ctx), scope.AccountID(), id)
}

func takeAddress(tx *gorm.DB, accountID, id string) (Address, error) {
	missing := models.NotFoundf("Address not found")
	if !models.IsID(id) {
		return Address{}, missing
	}
	var row addressRow
	err := tx.Where("account_id = ? AND id = ?", accountID, id).Take(&row).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		err = missing
	}
	return row.address(), err
}

// CreateAddress keeps a new address of the account; no group uses it yet. Kinds: NotFound, Forbidden, Invalid.
func (s *Store) CreateAddress(ctx context.Context, scope access.Scope, a Address) (Address, error) {
	if err := allow(scope, access.Write); err != nil {
		return Address{}, err
	}
	if err := models.InvalidFields(a.Check()...); err != nil {
		return Address{}, err
	}
	var made Address
	err := s.db.RunTx(ctx, func(tx *gorm.DB) error {
		if err := Lock(tx, scope.AccountID()); err != nil {
			return err
		}
		made = a.Clean()
		made.ID, made.CreatedAt = models.NewID(), s.clock.Now()
		made.UpdatedAt = made.CreatedAt
		row := made.row(scope.AccountID())
		if err := tx.Create(&row).Error; err != nil {
			return err
		}
		return event.Append(tx, scope.Actor(), scope.AccountID(), made.CreatedAt, event.Event{Type: "address.created", Category: event.BillingInformation,
			Sentence: "added the address " + made.Label() + ".", After: made.fields()})
	})
	return made, err
}

// ChangeAddress changes an address and, in the same transaction, the billing information of every group
// that uses it, deleted ones included, since their last invoice may be to come. Each group gets its own
// event beside the address's. The same address again changes nothing and writes no event. Kinds:
// NotFound, Forbidden, Invalid (the address is wrong, or does not go with a group's VAT id; the message names the group).
func (s *Store) ChangeAddress(ctx context.Context, scope access.Scope, id string, change func(*Address)) (Address, error) {
	if err := allow(scope, access.Write); err != nil {
		return Address{}, err
	}
	var changed Address
	err := s.db.RunTx(ctx, func(tx *gorm.DB) error {
		if err := Lock(tx, scope.AccountID()); err != nil {
			return err
		}
		at := s.clock.Now()
		before, err := takeAddress(tx, scope.AccountID(), id)
		if err != nil {
			return err
		}
		wanted := before
		change(&wanted)
		if err := models.InvalidFields(wanted.Check()...); err != nil {
			return err
		}
		changed = before.ofInformation(wanted.Clean().Onto(Information{}))
		made := addressChanges(before, changed)
		if len(made) == 0 {
			return nil
		}
		changed.UpdatedAt = at
		row := changed.row(scope.AccountID())
		err = tx.Model(&addressRow{}).Where("account_id = ? AND id = ?", scope.AccountID(), id).Select("*").Omit("id", "account_id", "created_at").Updates(&row).Error
		if err != nil {
			return err
		}
		old, now := changeValues(made)
		err = event.Append(tx, scope.Actor(), scope.AccountID(), at, event.Event{Type: "address.changed", Category: event.BillingInformation,
			Sentence: changedAddress(made, before.Label()), Before: old, After: now})
		if err != nil {
			return err
		}
		return copyToGroups(tx, scope, at, changed)
	})
	return changed, err
}

// copyToGroups renews the copies of an address in the billing information of the groups that use it.
func copyToGroups(tx *gorm.DB, scope access.Scope, at time.Time, a Address) error {
	groups, err := groupsUsing(tx, scope.AccountID(), "billing_address_id = ?", a.ID)
	if err != nil {
		return err
	}
	for _, g := range groups {
		info, err := InformationTx(tx, scope.AccountID(), g.ID)
		if err != nil {
			return err
		}
		_, err = SaveInformationTx(tx, scope.Actor(), at, scope.AccountID(), g.ID, a.Onto(info))
		if e, ok := models.AsError(err); ok && e.Kind == models.Invalid {
			for i, f := range e.Fields {
				e.Fields[i].Message = g.Name + ": " + f.Message
			}
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// DeleteAddress deletes an address that no live group uses, for billing or shipping. Deleted groups keep
// what their billing information says and let go of it. Kinds: NotFound, Forbidden, Conflict (it is in use).
func (s *Store) DeleteAddress(ctx context.Context, scope access.Scope, id string) error {
	if err := allow(scope, access.Write); err != nil {
		return err
	}
	return s.db.RunTx(ctx, func(tx *gorm.DB) error {
		if err := Lock(tx, scope.AccountID()); err != nil {
			return err
		}
		at := s.clock.Now()
		a, err := takeAddress(tx, scope.AccountID(), id)
		if err != nil {
			return err
		}
		groups, err := groupsUsing(tx, scope.AccountID(), "? IN (billing_address_id, shipping_address_id)", a.ID)
		if err != nil {
			return err
		}
		var live, gone []string
		for _, g := range groups {
			if g.DeletedAt == nil {
				live = append(live, g.Name)
			} else {
				gone = append(gone, g.ID)
			}
		}
		if len(live) > 0 {
			return models.Conflictf("%s", usesText(live))
		}
		for _, column := range []string{"billing_address_id", "shipping_address_id"} {
			err := tx.Model(&groupAddressRow{}).Where("account_id = ? AND "+column+" = ?", scope.AccountID(), a.ID).Update(column, nil).Error
			if err != nil {
				return err
			}
		}
		if err := tx.Where("account_id = ? AND id = ?", scope.AccountID(), a.ID).Delete(&addressRow{}).Error; err != nil {
			return err
		}
		return event.Append(tx, scope.Actor(), scope.AccountID(), at, event.Event{Type: "address.deleted", Category: event.BillingInformation,
			Sentence: "deleted the address " + a.Label() + ".", Before: a.fields(), Groups: gone})
	})
}
