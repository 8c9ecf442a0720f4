package demo

import (
	"context"

	"billfold/models/payment"
	"billfold/models/payment/sandbox"
)

// addCard adds a test card of the sandbox, with which a group pays from then on.
func (s *story) addCard(ctx context.Context, name, group string) error {
	scope, err := s.as(ctx, "ana", "", acme+"/"+group)
	if err != nil {
		return err
	}
	var id string
	session, err := s.payments.StartSetup(ctx, scope, payment.SetupRequest{GroupID: scope.GroupID(), Return: func(setup string) string { id = setup; return "" }})
	if err != nil {
		return err
	}
	if err := s.sandbox.AddCard(ctx, session.Ref, name); err != nil {
		return err
	}
	_, err = s.payments.FinishSetup(ctx, scope, id)
	return err
}

// cardsThisMonth tries the failed charge again on its days, and brings a card that expires soon.
func (s *story) cardsThisMonth(ctx context.Context, at func(day, hour, minute int) bool) error {
	if at(2, 8, 0) {
		if _, err := s.payments.Sweep(ctx); err != nil {
			return err
		}
	}
	if at(3, 11, 20) {
		if err := s.addCard(ctx, sandbox.Expiring, "Customer demos"); err != nil {
			return err
		}
	}
	for _, day := range []int{4, 8} {
		if at(day, 8, 0) {
			if _, err := s.payments.Sweep(ctx); err != nil {
				return err
			}
		}
	}
	return nil
}
