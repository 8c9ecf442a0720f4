package account

import (
	"context"
	"errors"
	"time"

	"billfold/models"
	"billfold/models/access"

	"gorm.io/gorm"
)

// StoredCard is a card of an account as it may be shown: never its number.
type StoredCard struct {
	PaymentMethod
	Holder   string
	ExpMonth int // 1 to 12
	ExpYear  int // four digits
}

// Expired reports whether the card has run out: it is good through its last month.
func (c StoredCard) Expired(now time.Time) bool {
	return !now.Before(time.Date(c.ExpYear, time.Month(c.ExpMonth)+1, 1, 0, 0, 0, 0, time.UTC))
}

// Cards are the cards of the scope's account that have not been removed, oldest first.
func (s *Store) Cards(ctx context.Context, scope access.Scope) ([]StoredCard, error) {
	if err := allow(scope, access.Read); err != nil {
		return nil, err
	}
	var rows []paymentMethodRow
	err := s.methodsOf(ctx, scope, Card).Order("created_at, id").Find(&rows).Error
	list := make([]StoredCard, len(rows))
	for i, r := range rows {
		list[i] = r.card()
	}
	return list, err
}

// Card is a card of the scope's account. Kind: NotFound (also when it has been removed).
func (s *Store) Card(ctx context.Context, scope access.Scope, id string) (StoredCard, error) {
	row, err := s.methodOf(ctx, scope, Card, id, "Credit card not found")
	return row.card(), err
}

// BankTransfers are the ways of the scope's account to pay by bank transfer: one, when the operator
// allows it.
func (s *Store) BankTransfers(ctx context.Context, scope access.Scope) ([]PaymentMethod, error) {
	if err := allow(scope, access.Read); err != nil {
		return nil, err
	}
	var rows []paymentMethodRow
	err := s.methodsOf(ctx, scope, BankTransfer).Order("created_at, id").Find(&rows).Error
	list := make([]PaymentMethod, len(rows))
	for i, r := range rows {
		list[i] = r.method()
	}
	return list, err
}

// BankTransfer is one of BankTransfers. Kind: NotFound.
func (s *Store) BankTransfer(ctx context.Context, scope access.Scope, id string) (PaymentMethod, error) {
	row, err := s.methodOf(ctx, scope, BankTransfer, id, "Bank transfer not found")
	return row.method(), err
}

func (s *Store) methodsOf(ctx context.Context, scope access.Scope, kind string) *gorm.DB {
	return s.db.Read(ctx).Where("account_id = ? AND kind = ? AND removed_at IS NULL", scope.AccountID(), kind)
}

func (s *Store) methodOf(ctx context.Context, scope access.Scope, kind, id, missing string) (row paymentMethodRow, err error) {
	if err := allow(scope, access.Read); err != nil {
		return row, err
	}
	if !models.IsID(id) {
		return row, models.NotFoundf("%s", missing)
	}
	err = s.methodsOf(ctx, scope, kind).Where("id = ?", id).Take(&row).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		err = models.NotFoundf("%s", missing)
	}
	return row, err
}

func (r paymentMethodRow) card() StoredCard {
	return StoredCard{PaymentMethod: r.method(), Holder: r.Holder, ExpMonth: int(r.ExpMonth), ExpYear: int(r.ExpYear)}
}
