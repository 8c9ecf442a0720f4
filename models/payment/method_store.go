package payment

import (
	"context"
	"encoding/json"
	"fmt"

	"billfold/models"
	"billfold/models/access"
	"billfold/models/account"
	"billfold/models/invoice"

	"gorm.io/gorm"
)

// Methods are the payment methods of the scope's account with the groups that use each, oldest first.
func (s *Store) Methods(ctx context.Context, scope access.Scope) ([]Method, error) {
	accounts := account.NewStore(s.db, s.clock)
	methods, err := accounts.PaymentMethods(ctx, scope)
	if err != nil {
		return nil, err
	}
	cards, err := accounts.Cards(ctx, scope)
	if err != nil {
		return nil, err
	}
	uses, err := invoice.MethodGroupsTx(s.db.Read(ctx), scope.AccountID(), "")
	if err != nil {
		return nil, err
	}
	byID := map[string]*account.StoredCard{}
	for i := range cards {
		byID[cards[i].ID] = &cards[i]
	}
	list := make([]Method, len(methods))
	for i, m := range methods {
		list[i] = Method{m, byID[m.ID], uses[m.ID]}
	}
	return list, nil
}

// CardMethod is a card of the scope's account with the groups that use it. Kinds: NotFound, Forbidden.
func (s *Store) CardMethod(ctx context.Context, scope access.Scope, cardID string) (Method, error) {
	card, err := account.NewStore(s.db, s.clock).Card(ctx, scope, cardID)
	if err != nil {
		return Method{}, err
	}
	uses, err := invoice.MethodGroupsTx(s.db.Read(ctx), scope.AccountID(), cardID)
	return Method{card.PaymentMethod, &card, uses[cardID]}, err
}

// RemoveCard takes a card off the account, unless a group uses it; the gateway forgets it after the commit.
// Kinds: NotFound, Forbidden, Conflict (in use, naming the groups).
func (s *Store) RemoveCard(ctx context.Context, scope access.Scope, cardID string) error {
	if err := allow(scope, access.Write); err != nil {
		return err
	}
	if !models.IsID(cardID) {
		return models.NotFoundf("Credit card not found")
	}
	return s.db.RunTx(ctx, func(tx *gorm.DB) error {
		if err := account.Lock(tx, scope.AccountID()); err != nil {
			return err
		}
		at := s.clock.Now()
		uses, err := invoice.MethodGroupsTx(tx, scope.AccountID(), cardID)
		if err != nil {
			return err
		}
		if m := (Method{Groups: uses[cardID]}); m.InUse() {
			return models.Conflictf("This card is used by %s. Choose another card there first.", m.UsedBy())
		}
		removed, err := account.RemoveCardTx(tx, scope.Actor(), at, scope.AccountID(), cardID)
		if err != nil {
			return err
		}
		return forgetTx(tx, removed)
	})
}

// ForgetCard does a job of the kind JobRemoveCard: the gateway forgets a card, unless it is on an account
// again by now.
func (s *Store) ForgetCard(ctx context.Context, payload []byte) error {
	var gone RemovedCard
	if err := json.Unmarshal(payload, &gone); err != nil {
		return err
	}
	var back int64
	err := s.db.Read(ctx).Table("payment_methods").Where("provider = ? AND provider_ref = ? AND removed_at IS NULL", gone.Gateway, gone.CardRef).Count(&back).Error
	if err != nil || back > 0 {
		return err
	}
	gateway := s.gateways[gone.Gateway]
	if gateway == nil {
		return fmt.Errorf("the payment gateway %q is not set up", gone.Gateway)
	}
	return gateway.RemoveCard(ctx, gone.CardRef)
}
