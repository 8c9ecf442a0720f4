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

func (r paymentMethodRow) method() PaymentMethod {
	return PaymentMethod{ID: r.ID, Kind: r.Kind, TermsDays: int(r.TermsDays), Brand: r.Brand, Last4: r.Last4, CreatedAt: r.CreatedAt}
}

// PaymentMethods are the payment methods of the scope's account that are in use or can be chosen,
// oldest first.
func (s *Store) PaymentMethods(ctx context.Context, scope access.Scope) ([]PaymentMethod, error) {
	if err := allow(scope, access.Read); err != nil {
		return nil, err
	}
	var rows []paymentMethodRow
	err := s.db.Read(ctx).Where("account_id = ? AND removed_at IS NULL", scope.AccountID()).Order("created_at, id").Find(&rows).Error
	list := make([]PaymentMethod, len(rows))
	for i, r := range rows {
		list[i] = r.method()
	}
	return list, err
}

// PaymentMethodTx is the payment method of a group; false when it has none.
func PaymentMethodTx(tx *gorm.DB, accountID, groupID string) (PaymentMethod, bool, error) {
	group, err := takeGroup(tx, accountID, groupID)
	if err != nil || group.PaymentMethodID == nil {
		return PaymentMethod{}, false, err
	}
	var row paymentMethodRow
	err = tx.Where("account_id = ? AND id = ?", accountID, *group.PaymentMethodID).Take(&row).Error
	return row.method(), err == nil, err
}

// AllowBankTransfer lets an account pay by bank transfer, due so many days (0 to 365) after the invoice
// date; called again it changes the days. For the operator. Kinds: Forbidden, NotFound, Invalid (days).
func (s *Store) AllowBankTransfer(ctx context.Context, actor access.Actor, accountID string, termsDays int) (PaymentMethod, error) {
	if err := operate(actor); err != nil {
		return PaymentMethod{}, err
	}
	if termsDays < 0 || termsDays > 365 {
		return PaymentMethod{}, models.Invalidf("terms_days", "Enter a number of days from 0 to 365")
	}
	var allowed PaymentMethod
	err := s.db.RunTx(ctx, func(tx *gorm.DB) error {
		if err := Lock(tx, accountID); err != nil {
			return err
		}
		at := s.clock.Now()
		row, before, err := bankTransfer(tx, at, accountID, termsDays)
		allowed = row.method()
		if err != nil || before != nil && before["terms_days"] == termsDays {
			return err
		}
		err = tx.Model(&accountRow{}).Where("id = ?", accountID).Update("bank_transfer_allowed", true).Error
		if err != nil {
			return err
		}
		e := event.Event{Type: "bank_transfer.allowed", Category: event.Account,
			Sentence: "allowed payment by bank transfer, due after " + count(termsDays, "day") + ".", After: map[string]any{"terms_days": termsDays}}
		if before != nil {
			e.Before = before
		}
		return event.Append(tx, actor, accountID, at, e)
	})
	return allowed, err
}

// bankTransfer finds or makes the account's method and sets its days; before is nil for a new one.
func bankTransfer(tx *gorm.DB, at time.Time, accountID string, days int) (row paymentMethodRow, before map[string]any, err error) {
	err = tx.Where("account_id = ? AND kind = ? AND removed_at IS NULL", accountID, BankTransfer).Take(&row).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		row = paymentMethodRow{ID: models.NewID(), AccountID: accountID, Kind: BankTransfer, TermsDays: int64(days), CreatedAt: at}
		return row, nil, tx.Create(&row).Error
	}
	if err != nil {
		return row, nil, err
	}
	before = map[string]any{"terms_days": int(row.TermsDays)}
	row.TermsDays = int64(days)
	return row, before, tx.Model(&paymentMethodRow{}).Where("account_id = ? AND id = ?", accountID, row.ID).Update("terms_days", days).Error
}

// usableMethod loads a payment method that groups of the account may choose. Kinds: NotFound, Conflict
// (bank transfer is not allowed).
func usableMethod(tx *gorm.DB, accountID, methodID string) (PaymentMethod, error) {
	missing := models.NotFoundf("Payment method not found")
	if !models.IsID(methodID) {
		return PaymentMethod{}, missing
	}
	var row paymentMethodRow
	err := tx.Where("account_id = ? AND id = ? AND removed_at IS NULL", accountID, methodID).Take(&row).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return PaymentMethod{}, missing
	}
	if err != nil || row.Kind != BankTransfer {
		return row.method(), err
	}
	var account accountRow
	if err := tx.Where("id = ?", accountID).Take(&account).Error; err != nil {
		return PaymentMethod{}, err
	}
	if !account.BankTransferAllowed {
		return PaymentMethod{}, models.Conflictf("%s may not pay by bank transfer. Ask the operator to allow it.", account.Name)
	}
	return row.method(), nil
}

// ChoosePaymentMethod sets how a group pays, methodID "" for not decided. A deleted group may have unpaid
// invoices, so it may choose too. The same method again changes nothing and writes no event. Kinds:
// NotFound, Forbidden, Conflict (bank transfer is not allowed).
func (s *Store) ChoosePaymentMethod(ctx context.Context, scope access.Scope, groupID, methodID string) error {
	if err := allow(scope, access.Write); err != nil {
		return err
	}
	return s.db.RunTx(ctx, func(tx *gorm.DB) error {
		if err := Lock(tx, scope.AccountID()); err != nil {
			return err
		}
		return ChoosePaymentMethodTx(tx, scope, s.clock.Now(), groupID, methodID)
	})
}

// ChoosePaymentMethodTx is ChoosePaymentMethod in the caller's transaction, which holds the account's
// Lock and read at after it. Kinds as ChoosePaymentMethod.
func ChoosePaymentMethodTx(tx *gorm.DB, scope access.Scope, at time.Time, groupID, methodID string) error {
	if err := allow(scope, access.Write); err != nil {
		return err
	}
	group, err := takeGroup(tx, scope.AccountID(), groupID)
	if err != nil {
		return err
	}
	before, _, err := PaymentMethodTx(tx, scope.AccountID(), groupID)
	if err != nil || before.ID == methodID {
		return err
	}
	label, value := "to decide later", (*string)(nil)
	if methodID != "" {
		method, err := usableMethod(tx, scope.AccountID(), methodID)
		if err != nil {
			return err
		}
		label, value = method.Label(), &methodID
	}
	err = tx.Model(&groupRow{}).Where("account_id = ? AND id = ?", group.AccountID, group.ID).Update("payment_method_id", value).Error
	if err != nil {
		return err
	}
	old := map[string]any{"payment_method": ""}
	if before.ID != "" {
		old["payment_method"] = before.Label()
	}
	return event.Append(tx, scope.Actor(), group.AccountID, at, event.Event{Type: "payment_method.chosen", Category: event.BillingInformation,
		Sentence: "set the payment method of " + group.Name + ": " + label + ".",
		Before:   old, After: map[string]any{"payment_method": label}, Groups: []string{group.ID}})
}
