package account

import (
	"errors"
	"time"

	"billfold/models/access"
	"billfold/models/event"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// GroupAddresses are the addresses of the account that a group uses; empty where it has its own.
type GroupAddresses struct{ BillingID, ShippingID string }

// AddressChoice says which addresses of the account a group is to use: nil stays as it is, "" lets go.
type AddressChoice struct{ BillingID, ShippingID *string }

type groupAddressRow struct {
	GroupID           string `gorm:"primaryKey"`
	AccountID         string
	BillingAddressID  *string
	ShippingAddressID *string
}

func (groupAddressRow) TableName() string { return "group_addresses" }

// GroupAddressesTx reads which addresses groups of an account use, by the group's id.
func GroupAddressesTx(tx *gorm.DB, accountID string, groupIDs []string) (map[string]GroupAddresses, error) {
	var rows []groupAddressRow
	if err := tx.Where("account_id = ? AND group_id IN ?", accountID, groupIDs).Find(&rows).Error; err != nil {
		return nil, err
	}
	found := make(map[string]GroupAddresses, len(rows))
	for _, r := range rows {
		found[r.GroupID] = GroupAddresses{orEmpty(r.BillingAddressID), orEmpty(r.ShippingAddressID)}
	}
	return found, nil
}

func orEmpty(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// groupsUsing are the groups that use an address as the condition says, deleted ones included.
func groupsUsing(tx *gorm.DB, accountID, condition, addressID string) ([]groupRow, error) {
	var rows []groupRow
	err := tx.Where("account_id = ? AND id IN (SELECT group_id FROM group_addresses WHERE account_id = ? AND "+condition+")", accountID, accountID, addressID).
		Order("name_key, id").Find(&rows).Error
	return rows, err
}

// ChooseAddressesTx makes a live group use addresses of the account, with an event for each that is
// another than before, and gives info with the billing address in it where that is another one. The
// caller holds the account's Lock, read at after it, and saves info next, in the same transaction.
// Kinds: NotFound (a group or address), Forbidden, Conflict (the group is deleted).
func ChooseAddressesTx(tx *gorm.DB, scope access.Scope, at time.Time, groupID string, choice AddressChoice, info Information) (Information, error) {
	if err := allow(scope, access.Write); err != nil {
		return info, err
	}
	group, err := takeLiveGroup(tx, scope.AccountID(), groupID)
	if err != nil {
		return info, err
	}
	now, err := GroupAddressesTx(tx, scope.AccountID(), []string{groupID})
	if err != nil {
		return info, err
	}
	for _, c := range []struct {
		column, kind, before string
		wanted               *string
	}{
		{"billing_address_id", "billing", now[groupID].BillingID, choice.BillingID},
		{"shipping_address_id", "shipping", now[groupID].ShippingID, choice.ShippingID},
	} {
		if c.wanted == nil || *c.wanted == c.before {
			continue
		}
		old, err := labelOf(tx, group.AccountID, c.before)
		if err != nil {
			return info, err
		}
		label, sentence := "", "gave "+group.Name+" a "+c.kind+" address of its own."
		if *c.wanted != "" {
			a, err := takeAddress(tx, group.AccountID, *c.wanted)
			if err != nil {
				return info, err
			}
			if label, sentence = a.Label(), "set the "+c.kind+" address of "+group.Name+" to "+a.Label()+"."; c.kind == "billing" {
				info = a.Onto(info)
			}
		}
		if err := setAddress(tx, group, c.column, *c.wanted); err != nil {
			return info, err
		}
		err = event.Append(tx, scope.Actor(), group.AccountID, at, event.Event{Type: c.kind + "_address.chosen", Category: event.BillingInformation, Sentence: sentence,
			Before: map[string]any{"address": old}, After: map[string]any{"address": label}, Groups: []string{group.ID}})
		if err != nil {
			return info, err
		}
	}
	return info, nil
}

func labelOf(tx *gorm.DB, accountID, addressID string) (string, error) {
	if addressID == "" {
		return "", nil
	}
	a, err := takeAddress(tx, accountID, addressID)
	return a.Label(), err
}

// setAddress writes which address a group uses; "" for none.
func setAddress(tx *gorm.DB, group groupRow, column, addressID string) error {
	row := groupAddressRow{GroupID: group.ID, AccountID: group.AccountID}
	if err := tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&row).Error; err != nil {
		return err
	}
	var value *string
	if addressID != "" {
		value = &addressID
	}
	return tx.Model(&groupAddressRow{}).Where("account_id = ? AND group_id = ?", group.AccountID, group.ID).Update(column, value).Error
}

// letGo makes a group whose billing information is about to become info leave the address that it uses,
// if info says something else. It gives the address that was left.
func letGo(tx *gorm.DB, group groupRow, info Information) (left Address, gone bool, err error) {
	var row groupAddressRow
	err = tx.Where("account_id = ? AND group_id = ? AND billing_address_id IS NOT NULL", group.AccountID, group.ID).Take(&row).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return left, false, nil
	}
	if err != nil {
		return left, false, err
	}
	left, err = takeAddress(tx, group.AccountID, *row.BillingAddressID)
	if err != nil || left.isOf(info) {
		return left, false, err
	}
	return left, true, setAddress(tx, group, "billing_address_id", "")
}
