package sandbox

import (
	"context"
	"errors"

	"billfold/models"
	"billfold/models/money"
	"billfold/models/payment"
)

// SetupVisit is the hosted page that adds a card, as the person on it sees it.
type SetupVisit struct {
	Ref, AccountID, AccountName string
	State                       payment.SetupState
	ReturnURL, CancelURL        string
}

// SetupVisit reads a hosted page that adds a card. Kind: NotFound.
func (g *Gateway) SetupVisit(ctx context.Context, ref string) (SetupVisit, error) {
	s, err := load[setup](ctx, g.store, ref, "setup")
	if err != nil {
		return SetupVisit{}, missing(err)
	}
	of, err := load[customer](ctx, g.store, s.CustomerRef, "customer")
	if err != nil {
		return SetupVisit{}, missing(err)
	}
	v := SetupVisit{ref, s.AccountID, of.Name, s.State, s.ReturnURL, s.CancelURL}
	if v.State == payment.SetupOpen && !g.clock.Now().Before(s.ExpiresAt) {
		v.State = payment.SetupEnded
	}
	return v, nil
}

func missing(err error) error {
	if errors.Is(err, payment.ErrUnknown) {
		return models.NotFoundf("Page not found")
	}
	return err
}

// AddCard adds a test card on the hosted page; the same card of the same customer keeps its reference. Kinds:
// NotFound, Invalid (no such test card, or the bank refuses it), Conflict (the page has ended).
func (g *Gateway) AddCard(ctx context.Context, ref, name string) error {
	test, ok := Find(name)
	if !ok {
		return models.Invalidf("card", "Choose a test card")
	}
	if failure, ok := test.AddsAt(); !ok {
		return models.Invalidf("card", "%s was not added: %s", test.Label(), payment.FailureWords(failure))
	}
	return missing(g.store.addCard(ctx, ref, test, g.clock.Now()))
}

// EndSetup gives a visit up. One that has added its card stays as it is. Kind: NotFound.
func (g *Gateway) EndSetup(ctx context.Context, ref string) error {
	_, err := change(ctx, g.store, ref, "setup", g.clock.Now(), func(s *setup) error {
		if s.State == payment.SetupOpen {
			s.State = payment.SetupEnded
		}
		return nil
	})
	return missing(err)
}

// PaymentVisit is the hosted page that pays an invoice, as the person on it sees it.
type PaymentVisit struct {
	Ref, AccountID, AccountName, Number string
	Amount                              money.Amount
	State                               payment.State // Started while it can be paid on
	Offered                             string        // name of the test card to offer first, "" for none
	Confirming                          *TestCard     // the bank asks the cardholder to confirm; nil: choose a card
	ReturnURL, CancelURL                string
}

// PaymentVisit reads a hosted page that pays an invoice. Kind: NotFound.
func (g *Gateway) PaymentVisit(ctx context.Context, session string) (PaymentVisit, error) {
	ref, c, err := g.page(ctx, session)
	if err != nil {
		return PaymentVisit{}, err
	}
	of, err := load[customer](ctx, g.store, c.CustomerRef, "customer")
	if err != nil {
		return PaymentVisit{}, missing(err)
	}
	v := PaymentVisit{Ref: session, AccountID: c.AccountID, AccountName: of.Name, Number: c.Number, Amount: money.New(c.Minor, c.Currency),
		State: g.outcome(ref, c).State, ReturnURL: c.ReturnURL, CancelURL: c.CancelURL}
	if test, ok := Find(c.Confirming); ok {
		v.Confirming = &test
	}
	if stored, err := load[card](ctx, g.store, c.CardRef, "card"); err == nil && !stored.Removed {
		v.Offered = stored.Test
	}
	return v, nil
}

func (g *Gateway) page(ctx context.Context, session string) (string, charge, error) {
	p, err := load[pointer](ctx, g.store, session, "payment")
	if err != nil || p.Ref == "" {
		return "", charge{}, missing(errors.Join(err, payment.ErrUnknown))
	}
	c, err := load[charge](ctx, g.store, p.Ref, "payment")
	return p.Ref, c, missing(err)
}

// errEnded says that nothing can be done on a page any more.
func errEnded() error {
	return models.Conflictf("This page has ended. Go back to Billfold and begin again.")
}

// Pay pays with a test card. Of one that needs authentication the cardholder is asked to confirm first: then
// the page stays open. Kinds: NotFound, Invalid (no such test card, or the bank refuses it; the page stays
// open), Conflict (the page has ended).
func (g *Gateway) Pay(ctx context.Context, session, name string) error {
	test, ok := Find(name)
	if !ok {
		return models.Invalidf("card", "Choose a test card")
	}
	now := g.clock.Now()
	return g.on(ctx, session, func(c *charge) error {
		c.Brand, c.Last4 = test.Brand, test.Last4
		if test.asks {
			c.Confirming = test.Name
			return nil
		}
		year, month := test.expiry(now)
		c.State, c.Failure = test.charge(year, month, now)
		if c.State != payment.Succeeded {
			return models.Invalidf("card", "%s was not charged: %s. Choose another card", test.Label(), payment.FailureWords(c.Failure))
		}
		return nil
	})
}

// Confirm answers for the cardholder whom the bank asked. A no leaves the page open for another card, and is
// Invalid. Kinds: NotFound, Invalid, Conflict (the page has ended, or nobody asked).
func (g *Gateway) Confirm(ctx context.Context, session string, yes bool) error {
	declined := false
	err := g.on(ctx, session, func(c *charge) error {
		if c.Confirming == "" {
			return models.Conflictf("The bank has asked nothing.")
		}
		c.Confirming, declined = "", !yes
		if yes {
			c.State, c.Failure = payment.Succeeded, ""
		}
		return nil
	})
	if err == nil && declined {
		err = models.Invalidf("card", "The payment was not confirmed, so nothing was charged. Choose a card")
	}
	return err
}

// EndPayment gives a page up: nothing is charged. A payment that was made stays. Kind: NotFound.
func (g *Gateway) EndPayment(ctx context.Context, session string) error {
	_, err := g.Cancel(ctx, payment.Refs{SessionRef: session})
	return missing(err)
}

// on changes the charge of a page that is still open.
func (g *Gateway) on(ctx context.Context, session string, fn func(*charge) error) error {
	ref, _, err := g.page(ctx, session)
	if err != nil {
		return err
	}
	now := g.clock.Now()
	_, err = change(ctx, g.store, ref, "payment", now, func(c *charge) error {
		if !c.open(now) {
			return errEnded()
		}
		return fn(c)
	})
	return missing(err)
}
