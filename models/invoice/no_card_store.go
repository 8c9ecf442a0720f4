package invoice

import (
	"billfold/models/access"

	"gorm.io/gorm"
)

// noMethod reports whether the scope's group has chosen no way to pay: a failed payment of it then lacks a card.
func noMethod(tx *gorm.DB, scope access.Scope) (none bool, err error) {
	err = tx.Raw(`SELECT EXISTS (SELECT 1 FROM billing_groups WHERE account_id = ? AND id = ? AND payment_method_id IS NULL)`, scope.AccountID(), scope.GroupID()).Scan(&none).Error
	return none, err
}
