package payment

import (
	"context"
	"fmt"
	"strings"

	"billfold/models"
	"billfold/models/access"
	"billfold/models/account"
	"billfold/models/db"
	"billfold/models/event"
	"billfold/models/invoice"

	"gorm.io/gorm"
)

// maxBankReason is how long a reason may be, in bytes.
const maxBankReason = 300

// BankUnmatchedEntries are the credits of which nobody has said yet what they are, oldest first.
func (s *Store) BankUnmatchedEntries(ctx context.Context) (rows []BankRow, err error) {
	err = s.db.Read(ctx).Where("state = ?", BankUnmatched).Order("booked_on, id").Find(&rows).Error
	return rows, err
}

// AssignBank records a kept credit as the payment of an invoice, for the operator. entry is its id or the
// bank's reference. Kinds: NotFound, Conflict (it is matched already, another currency, the invoice takes no
// payment).
func (s *Store) AssignBank(ctx context.Context, actor access.Actor, entry, number string) (done invoice.Payment, err error) {
	in := importing{Store: s, actor: actor}
	err = s.db.RunTx(ctx, func(tx *gorm.DB) error {
		row, ok, err := in.invoiceTx(tx, strings.ToUpper(strings.TrimSpace(number)))
		if err != nil {
			return err
		}
		if !ok {
			return models.NotFoundf("There is no invoice %s", number)
		}
		stored, err := lockBank(tx, entry)
		if err != nil {
			return err
		}
		if reason := unfit(row, stored.Amount(), 0); reason != "" {
			return models.Conflictf("%s", reason)
		}
		if yes, err := recorded(tx, row, stored.EntryRef); err != nil || yes {
			if err == nil {
				err = models.Conflictf("A payment with the reference %q is recorded already", stored.EntryRef)
			}
			return err
		}
		at := s.clock.Now()
		done, err = invoice.RecordTx(tx, at, actor, row, invoice.NewPayment{Number: row.Address(), Amount: stored.Amount().Decimal(), Reference: stored.EntryRef, Date: stored.BookedOn.UTC()})
		if err != nil {
			return err
		}
		return tx.Model(&BankRow{}).Where("id = ?", stored.ID).Updates(map[string]any{"state": BankMatched, "reason": "", "payment_id": done.ID, "updated_at": at}).Error
	})
	return done, err
}

// DismissBank says of a kept credit that it is no payment of an invoice, for the operator. entry is its id or
// the bank's reference. Kinds: NotFound, Invalid (no reason), Conflict (it is matched or dismissed already).
func (s *Store) DismissBank(ctx context.Context, actor access.Actor, entry, reason string) (row BankRow, err error) {
	reason = strings.TrimSpace(reason)
	switch {
	case reason == "" || len(reason) > maxBankReason:
		return row, models.Invalidf("reason", "Say why, in up to %d characters", maxBankReason)
	case account.HoldsCardNumber(reason):
		return row, models.Invalidf("reason", "Take the card number out: none is kept here")
	}
	err = s.db.RunTx(ctx, func(tx *gorm.DB) error {
		if row, err = lockBank(tx, entry); err != nil {
			return err
		}
		if row.State == BankDismissed {
			return models.Conflictf("This bank transfer is dismissed already: %s", row.Reason)
		}
		before, at := bankFacts(row), s.clock.Now()
		row.State, row.Reason, row.UpdatedAt = BankDismissed, reason, at
		if err := tx.Model(&BankRow{}).Where("id = ?", row.ID).Updates(map[string]any{"state": row.State, "reason": reason, "updated_at": at}).Error; err != nil {
			return err
		}
		return event.Append(tx, actor, "", at, event.Event{Type: "bank_entry.dismissed", Category: event.Account,
			Sentence: fmt.Sprintf("dismissed a bank transfer of %s: %s", row.Amount(), reason), Before: before, After: bankFacts(row)})
	})
	return row, err
}

// lockBank finds and locks a credit that is not matched.
func lockBank(tx *gorm.DB, entry string) (row BankRow, err error) {
	entry = strings.TrimSpace(entry)
	column := "entry_ref"
	if models.IsID(entry) {
		column = "id"
	}
	var rows []BankRow
	if err := db.ForUpdate(tx).Where(column+" = ?", entry).Order("id").Limit(2).Find(&rows).Error; err != nil {
		return row, err
	}
	switch {
	case len(rows) == 0:
		return row, models.NotFoundf("There is no bank transfer %s", entry)
	case len(rows) > 1:
		return row, models.Conflictf("Two bank accounts have a transfer %s; name it by its id", entry)
	case rows[0].State == BankMatched:
		return rows[0], models.Conflictf("This bank transfer is a payment of an invoice already")
	}
	return rows[0], nil
}
