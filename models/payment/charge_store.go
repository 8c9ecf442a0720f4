package payment

import (
	"context"
	"errors"
	"time"

	"billfold/models"
	"billfold/models/access"
	"billfold/models/db"
	"billfold/models/money"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// chargeRow is one attempt as stored (table charges).
type chargeRow struct {
	ID          string `gorm:"primaryKey"`
	AccountID   string
	InvoiceID   string
	Attempt     int64
	Kind        Kind
	Gateway     string
	MethodID    *string
	AmountMinor int64
	Currency    string
	SessionRef  string
	ChargeRef   string
	State       State
	FailureCode string
	Brand       string
	Last4       string `gorm:"column:last4"`
	ExpiresAt   *time.Time
	CreatedAt   time.Time
	UpdatedAt   time.Time `gorm:"autoUpdateTime:false"`
}

// TableName names the table for GORM.
func (chargeRow) TableName() string { return "charges" }

func (c chargeRow) amount() money.Amount {
	return money.New(c.AmountMinor, money.Currency(c.Currency))
}

// refs names the charge at its gateway.
func (c chargeRow) refs() Refs {
	return Refs{ChargeRef: c.ChargeRef, SessionRef: c.SessionRef, Key: c.ID}
}

func (c chargeRow) attempt() Attempt {
	a := Attempt{ID: c.ID, Number: int(c.Attempt), Kind: c.Kind, Gateway: c.Gateway, Amount: c.amount(), State: c.State,
		Brand: c.Brand, Last4: c.Last4, ExpiresAt: c.ExpiresAt, CreatedAt: c.CreatedAt, UpdatedAt: c.UpdatedAt}
	if c.MethodID != nil {
		a.MethodID = *c.MethodID
	}
	if c.State == Failed || c.State == ActionRequired {
		a.Failure = c.FailureCode
	}
	return a
}

// collectionRow is what happens by itself with an invoice, as stored (table collections).
type collectionRow struct {
	InvoiceID      string `gorm:"primaryKey"`
	AccountID      string
	Failures       int64
	FirstFailedAt  *time.Time
	NextChargeAt   *time.Time
	Reminders      int64
	NextReminderAt *time.Time
	UpdatedAt      time.Time `gorm:"autoUpdateTime:false"`
}

// TableName names the table for GORM.
func (collectionRow) TableName() string { return "collections" }

// savePlan writes all of a plan, for the first time or again.
func savePlan(tx *gorm.DB, plan collectionRow) error {
	return tx.Clauses(clause.OnConflict{Columns: []clause.Column{{Name: "invoice_id"}}, UpdateAll: true}).Create(&plan).Error
}

// Attempts are all attempts to collect an invoice of the scope's account, newest last.
func (s *Store) Attempts(ctx context.Context, scope access.Scope, invoiceID string) ([]Attempt, error) {
	if err := allow(scope, access.Read); err != nil {
		return nil, err
	}
	if !models.IsID(invoiceID) {
		return nil, nil
	}
	var rows []chargeRow
	err := s.db.Read(ctx).Where("account_id = ? AND invoice_id = ?", scope.AccountID(), invoiceID).Order("attempt").Find(&rows).Error
	list := make([]Attempt, len(rows))
	for i, r := range rows {
		list[i] = r.attempt()
	}
	return list, err
}

// Plan is what happens by itself with an invoice of the scope's account.
func (s *Store) Plan(ctx context.Context, scope access.Scope, invoiceID string) (Plan, error) {
	if err := allow(scope, access.Read); err != nil {
		return Plan{}, err
	}
	if !models.IsID(invoiceID) {
		return Plan{}, nil
	}
	var row collectionRow
	err := s.db.Read(ctx).Where("account_id = ? AND invoice_id = ?", scope.AccountID(), invoiceID).Limit(1).Find(&row).Error
	return Plan{int(row.Failures), row.NextChargeAt, int(row.Reminders), row.NextReminderAt}, err
}

// allow refuses a scope whose role is not enough; the zero scope is allowed nothing. Kinds: NotFound, Forbidden.
func allow(scope access.Scope, need access.Need) error {
	switch {
	case scope.AccountID() == "" || !scope.May(access.Read):
		return models.NotFoundf("Page not found")
	case !scope.May(need):
		return models.Forbiddenf("You need billing access for %s", scope.AccountName())
	}
	return nil
}

// lastCharge is the newest charge of an invoice; ok is false when there is none.
func lastCharge(tx *gorm.DB, invoiceID string) (row chargeRow, ok bool, err error) {
	found := tx.Where("invoice_id = ?", invoiceID).Order("attempt DESC").Limit(1).Find(&row)
	return row, found.RowsAffected > 0, found.Error
}

// openCharge is the charge of an invoice that is under way; ok is false when there is none. charges_one
// allows one alone.
func openCharge(tx *gorm.DB, invoiceID string) (row chargeRow, ok bool, err error) {
	found := tx.Where("invoice_id = ? AND state IN ?", invoiceID, openStates).Limit(1).Find(&row)
	return row, found.RowsAffected > 0, found.Error
}

// insertCharge writes a new attempt. The caller holds the account and the invoice locked, so the attempt's
// number is free; charges_one is the last guard.
func insertCharge(tx *gorm.DB, c *chargeRow) error {
	last, _, err := lastCharge(tx, c.InvoiceID)
	if err != nil {
		return err
	}
	c.ID, c.State, c.Attempt = models.NewID(), Started, last.Attempt+1
	err = tx.Create(c).Error
	if errors.Is(err, gorm.ErrDuplicatedKey) {
		return errUnderWay
	}
	return err
}

var errUnderWay = models.Conflictf("A payment of this invoice is under way. Look again in a minute.")

// collection reads what happens by itself with an invoice; made is false, and the row empty, when nothing
// was ever planned.
func collection(tx *gorm.DB, invoiceID string) (row collectionRow, made bool, err error) {
	found := db.ForUpdate(tx).Where("invoice_id = ?", invoiceID).Limit(1).Find(&row)
	return row, found.RowsAffected > 0, found.Error
}
