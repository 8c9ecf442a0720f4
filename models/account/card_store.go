package account

import (
	"context"
	"errors"

	"billfold/models"
	"billfold/models/access"

	"gorm.io/gorm"
)

// Details name the card with all that may be shown of it: "Visa ending 4242, expires 08/2028, Ana Lima".
func (c StoredCard) Details() string {
	words := c.Label() + ", expires " + c.Expires()
	if c.Holder != "" {
		words += ", " + c.Holder
	}
	return words
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
	return StoredCard{PaymentMethod: r.method(), Holder: r.Holder, ExpMonth: int(r.ExpMonth), ExpYear: int(r.ExpYear), Country: r.Country}
}

// CardTx is a card of an account, also one that was removed. Kind: NotFound.
func CardTx(tx *gorm.DB, accountID, cardID string) (StoredCard, error) {
	row, err := cardOf(tx, accountID, cardID)
	return row.card(), err
}

// CheckCardTx makes sure that an account has a card. Kind: NotFound (also when it has been removed).
func CheckCardTx(tx *gorm.DB, accountID, cardID string) error {
	row, err := cardOf(tx, accountID, cardID)
	if err == nil && row.RemovedAt != nil {
		err = models.NotFoundf("Credit card not found")
	}
	return err
}

func cardOf(tx *gorm.DB, accountID, cardID string) (row paymentMethodRow, err error) {
	if !models.IsID(cardID) {
		return row, models.NotFoundf("Credit card not found")
	}
	err = tx.Where("account_id = ? AND id = ? AND kind = ?", accountID, cardID, Card).Take(&row).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		err = models.NotFoundf("Credit card not found")
	}
	return row, err
}
