package payment

import (
	"context"
	"time"

	"billfold/models"
	"billfold/models/account"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

type customerRow struct {
	AccountID   string `gorm:"primaryKey"`
	Gateway     string `gorm:"primaryKey"`
	CustomerRef string
	CreatedAt   time.Time
}

// TableName names the table for GORM.
func (customerRow) TableName() string { return "gateway_customers" }

// customer is who an account is to a gateway; the first time it is made there. A gateway gives the same one
// for the same account again, so a lost answer makes no second. The email is the first contact's of a group
// of the account, "" for none. Kind: Unavailable (the gateway's trouble).
func (s *Store) customer(ctx context.Context, g Gateway, accountID, groupID string) (ref string, err error) {
	tx := s.db.Read(ctx)
	err = tx.Model(&customerRow{}).Where("account_id = ? AND gateway = ?", accountID, g.Name()).Limit(1).Pluck("customer_ref", &ref).Error
	if err != nil || ref != "" {
		return ref, err
	}
	c := Customer{AccountID: accountID}
	if err := tx.Raw(`SELECT name FROM accounts WHERE id = ?`, accountID).Scan(&c.Name).Error; err != nil {
		return "", err
	}
	if groupID != "" {
		info, err := account.InformationTx(tx, accountID, groupID)
		if err != nil {
			return "", err
		}
		if to := contacts(info); len(to) > 0 {
			c.Email = to[0]
		}
	}
	if ref, err = g.Customer(ctx, c); err != nil {
		return "", unavailable(err)
	}
	return ref, s.db.RunTx(ctx, func(tx *gorm.DB) error {
		row := customerRow{accountID, g.Name(), ref, s.clock.Now()}
		if err := tx.Clauses(clause.OnConflict{Columns: []clause.Column{{Name: "account_id"}, {Name: "gateway"}}, DoNothing: true}).Create(&row).Error; err != nil {
			return err
		}
		return tx.Model(&customerRow{}).Where("account_id = ? AND gateway = ?", accountID, g.Name()).Pluck("customer_ref", &ref).Error
	})
}

// unavailable is a gateway's trouble as people get to hear it; what it said goes to the log alone.
func unavailable(cause error) error {
	return &gatewayError{cause}
}

// gatewayError is trouble of a gateway: for people a sentence, for the log what it was.
type gatewayError struct{ cause error }

// Error is for the log.
func (e *gatewayError) Error() string { return "the payment gateway: " + e.cause.Error() }

// Unwrap gives both what people may read and the cause.
func (e *gatewayError) Unwrap() []error {
	return []error{models.Unavailablef("The payment service does not answer. Nothing was charged that you did not confirm. Try again in a minute"), e.cause}
}

// contacts are who is written to about payment trouble: the billing contacts, without them who gets invoices.
func contacts(info account.Information) []string {
	if len(info.ContactEmails) > 0 {
		return info.ContactEmails
	}
	return info.InvoiceEmails
}
