package account

import (
	"context"
	"encoding/json"
	"errors"
	"time"
	"unicode/utf8"

	"billfold/models"
	"billfold/models/access"
	"billfold/models/event"
	"billfold/models/money"

	"gorm.io/gorm"
)

// BillingInformation is the billing information of a group, deleted ones included; Version 0 and empty
// when none was ever saved. Kind: NotFound.
func (s *Store) BillingInformation(ctx context.Context, scope access.Scope, groupID string) (Information, error) {
	if err := allow(scope, access.Read); err != nil {
		return Information{}, err
	}
	tx := s.db.Read(ctx)
	if _, err := takeGroup(tx, scope.AccountID(), groupID); err != nil {
		return Information{}, err
	}
	return InformationTx(tx, scope.AccountID(), groupID)
}

// InformationTx reads the billing information of a group of the account; the zero value with VATStatus
// "none" when none was ever saved.
func InformationTx(tx *gorm.DB, accountID, groupID string) (Information, error) {
	var row informationRow
	err := tx.Where("account_id = ? AND group_id = ?", accountID, groupID).Take(&row).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return Information{VATStatus: VATNone}, nil
	}
	if err != nil {
		return Information{}, err
	}
	return row.information()
}

// InformationsTx reads the billing information of groups of an account, by the group's id; the zero value
// with VATStatus "none" where none was ever saved.
func InformationsTx(tx *gorm.DB, accountID string, groupIDs []string) (map[string]Information, error) {
	found := make(map[string]Information, len(groupIDs))
	for _, id := range groupIDs {
		found[id] = Information{VATStatus: VATNone}
	}
	var rows []informationRow
	if err := tx.Where("account_id = ? AND group_id IN ?", accountID, groupIDs).Find(&rows).Error; err != nil {
		return nil, err
	}
	for _, row := range rows {
		info, err := row.information()
		if err != nil {
			return nil, err
		}
		found[row.GroupID] = info
	}
	return found, nil
}

// SaveInformationTx saves the billing information of a group with its event; the caller holds the
// account's Lock and read at after it. The version must be the one that was read. VAT status, source
// and time are the store's: they stay with the same id, a new id is unconfirmed. Nothing changed:
// nothing is written. It answers what was saved before. Kinds: NotFound, Invalid, Conflict (somebody
// saved in between; Fields say what differs). A group that uses an address of the account (Address) lets
// go of it when the information says something else than the address.
func SaveInformationTx(tx *gorm.DB, actor access.Actor, at time.Time, accountID, groupID string, info Information) (Information, error) {
	group, err := takeGroup(tx, accountID, groupID)
	if err != nil {
		return Information{}, err
	}
	before, err := InformationTx(tx, accountID, groupID)
	if err != nil {
		return Information{}, err
	}
	if err := models.InvalidFields(info.problems(before)...); err != nil {
		return before, err
	}
	info = info.Clean()
	if info.Version != before.Version {
		return before, staleError(before, info, at)
	}
	made := changes(before, info)
	if len(made) == 0 {
		return before, nil
	}
	info.settle(before)
	if err := writeInformation(tx, actor, at, group, info); err != nil {
		return before, err
	}
	old, now := changeValues(made)
	if before.VATStatus != info.VATStatus {
		old["vat_status"], now["vat_status"] = before.VATStatus, info.VATStatus
	}
	sentence := changeSentence(made, group.Name)
	left, gone, err := letGo(tx, group, info)
	if err != nil {
		return before, err
	}
	if gone {
		old["billing_address"], now["billing_address"] = left.Label(), ""
		sentence += " It no longer uses the address " + left.Label() + "."
	}
	return before, event.Append(tx, actor, accountID, at, event.Event{Type: "billing_information.changed", Category: event.BillingInformation,
		Sentence: sentence, Before: old, After: now, Groups: []string{group.ID}})
}

// writeInformation inserts the first version or updates the one it was made from.
func writeInformation(tx *gorm.DB, actor access.Actor, at time.Time, group groupRow, info Information) error {
	from := info.Version
	info.Version, info.UpdatedAt, info.UpdatedBy = from+1, at, actor.Name
	row, err := info.row(group)
	if err != nil {
		return err
	}
	if from == 0 {
		return tx.Create(&row).Error
	}
	done := tx.Model(&informationRow{}).Where("account_id = ? AND group_id = ? AND version = ?", row.AccountID, row.GroupID, from).
		Select("*").Omit("group_id", "account_id").Updates(&row)
	if done.Error == nil && done.RowsAffected != 1 {
		return errors.New("billing information changed under the account lock")
	}
	return done.Error
}

const maxEvidence = 1000

// ConfirmVAT notes that the operator checked the VAT id of a group, with the evidence in words (a VIES
// consultation number, say). For the operator. Kinds: Forbidden, NotFound, Invalid (no evidence),
// Conflict (the group has no VAT id).
func (s *Store) ConfirmVAT(ctx context.Context, actor access.Actor, groupID, evidence string) (Information, error) {
	if err := operate(actor); err != nil {
		return Information{}, err
	}
	if evidence = CleanName(evidence); evidence == "" || !printable(evidence) || utf8.RuneCountInString(evidence) > maxEvidence {
		return Information{}, models.Invalidf("evidence", "Enter the evidence in 1 to 1,000 characters")
	}
	var confirmed Information
	err := s.db.RunTx(ctx, func(tx *gorm.DB) error {
		group, err := lockGroup(tx, groupID)
		if err != nil {
			return err
		}
		at := s.clock.Now()
		before, err := InformationTx(tx, group.AccountID, group.ID)
		if err != nil {
			return err
		}
		if before.VATID == "" {
			return models.Conflictf("%s has no VAT ID to confirm", group.Name)
		}
		confirmed = before
		confirmed.VATStatus, confirmed.VATSource, confirmed.VATCheckedAt = VATConfirmed, "Operator: "+evidence, &at
		err = tx.Model(&informationRow{}).Where("account_id = ? AND group_id = ?", group.AccountID, group.ID).
			Updates(map[string]any{"vat_status": string(VATConfirmed), "vat_source": confirmed.VATSource, "vat_checked_at": at}).Error
		if err != nil {
			return err
		}
		return event.Append(tx, actor, group.AccountID, at, event.Event{Type: "vat.confirmed", Category: event.BillingInformation,
			Sentence: "confirmed the VAT ID " + before.VATID + " of " + group.Name + ".",
			Before:   map[string]any{"vat_status": before.VATStatus, "vat_source": before.VATSource},
			After:    map[string]any{"vat_status": VATConfirmed, "vat_source": confirmed.VATSource}, Groups: []string{group.ID}})
	})
	return confirmed, err
}

func (i Information) row(group groupRow) (informationRow, error) {
	invoices, err := emailsJSON(i.InvoiceEmails)
	if err != nil {
		return informationRow{}, err
	}
	contacts, err := emailsJSON(i.ContactEmails)
	return informationRow{GroupID: group.ID, AccountID: group.AccountID, Company: i.Company,
		AddressLine1: i.AddressLine1, AddressLine2: i.AddressLine2, AddressLine3: i.AddressLine3,
		City: i.City, Region: i.Region, PostalCode: i.PostalCode, Country: i.Country,
		VATID: i.VATID, VATStatus: string(i.VATStatus), VATSource: i.VATSource, VATCheckedAt: i.VATCheckedAt,
		ElectronicScheme: i.ElectronicScheme, ElectronicID: i.ElectronicID, BuyerReference: i.BuyerReference,
		Currency: string(i.Currency), PurchaseOrder: i.PurchaseOrder, InvoiceText: i.InvoiceText,
		InvoiceEmails: invoices, ContactEmails: contacts, Version: i.Version, UpdatedAt: i.UpdatedAt, UpdatedBy: i.UpdatedBy}, err
}

func emailsJSON(list []string) (string, error) {
	if list == nil {
		list = []string{}
	}
	b, err := json.Marshal(list)
	return string(b), err
}

func (r informationRow) information() (Information, error) {
	i := Information{Company: r.Company, AddressLine1: r.AddressLine1, AddressLine2: r.AddressLine2, AddressLine3: r.AddressLine3,
		City: r.City, Region: r.Region, PostalCode: r.PostalCode, Country: r.Country,
		VATID: r.VATID, VATStatus: VATStatus(r.VATStatus), VATSource: r.VATSource, VATCheckedAt: r.VATCheckedAt,
		ElectronicScheme: r.ElectronicScheme, ElectronicID: r.ElectronicID, BuyerReference: r.BuyerReference,
		Currency: money.Currency(r.Currency), PurchaseOrder: r.PurchaseOrder, InvoiceText: r.InvoiceText,
		Version: r.Version, UpdatedAt: r.UpdatedAt, UpdatedBy: r.UpdatedBy}
	if err := json.Unmarshal([]byte(r.InvoiceEmails), &i.InvoiceEmails); err != nil {
		return i, err
	}
	return i, json.Unmarshal([]byte(r.ContactEmails), &i.ContactEmails)
}
