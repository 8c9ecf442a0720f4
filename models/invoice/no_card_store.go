package invoice

import "gorm.io/gorm"

// noCard reports whether the payment of an invoice failed and its group has chosen no way to pay any more: it
// lacks a card.
func noCard(tx *gorm.DB, row Row) (none bool, err error) {
	if row.State != PaymentFailed {
		return false, nil
	}
	err = tx.Raw(`SELECT EXISTS (SELECT 1 FROM billing_groups WHERE account_id = ? AND id = ? AND payment_method_id IS NULL)`, row.AccountID, row.GroupID).Scan(&none).Error
	return none, err
}
