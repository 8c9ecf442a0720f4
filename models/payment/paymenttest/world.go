package paymenttest

import (
	"context"
	"fmt"

	"billfold/models/payment"
)

// become changes a charge and tells the product, in time.
func (g *Gateway) become(c *Charge, state payment.State, failure string) {
	c.State, c.Failure = state, failure
	if state != payment.Started && state != payment.ActionRequired {
		c.PayURL = ""
	}
	c.Cancels = state == payment.Cancelled
	g.tell(c)
}

// Pay is a person who pays on an open page with a card. What the bank refuses there can be tried again on
// the page. It reports whether the page was open.
func (g *Gateway) Pay(sessionRef, card string) (open bool) {
	g.lock(func() {
		c, err := g.find(payment.Refs{SessionRef: sessionRef})
		if open = err == nil && c.State == payment.Started; !open {
			return
		}
		if c.ChargeRef == "" {
			c.ChargeRef = g.ref("pi")
		}
		if card != Declined && card != Asks {
			g.use(c, card)
		}
	})
	return open
}

// Decide is a cardholder who confirms, or a bank that decides, or both who do not.
func (g *Gateway) Decide(key string, yes bool) (open bool) {
	g.lock(func() {
		c := g.charges[key]
		if open = c != nil && (c.State == payment.ActionRequired || c.State == payment.Processing); !open {
			return
		}
		if yes {
			g.become(c, payment.Succeeded, "")
		} else {
			g.become(c, payment.Failed, payment.FailDeclined)
		}
	})
	return open
}

// Dispute is a bank that takes the money of a charge back.
func (g *Gateway) Dispute(key string) (done bool) {
	g.lock(func() {
		c := g.charges[key]
		if done = c != nil && c.State == payment.Succeeded && !c.Refunded; done {
			g.become(c, payment.Reversed, "")
		}
	})
	return done
}

// Leave closes a page: somebody gave up, or it expired.
func (g *Gateway) Leave(sessionRef string) (open bool) {
	g.lock(func() {
		c, err := g.find(payment.Refs{SessionRef: sessionRef})
		if open = err == nil && c.State == payment.Started; open {
			g.become(c, payment.Cancelled, "")
		}
	})
	return open
}

// StartSetup opens a page that adds a card.
func (g *Gateway) StartSetup(_ context.Context, o payment.SetupOrder) (session payment.Session, err error) {
	err = g.answer("StartSetup", func() error {
		ref := "setup_" + o.Key
		if g.setups[ref] == nil {
			g.setups[ref] = &payment.SetupOutcome{SessionRef: ref, State: payment.SetupOpen}
		}
		session = payment.Session{Ref: ref, URL: "https://gateway.example/setup/" + ref}
		return nil
	})
	return session, err
}

// AddCard is a person who adds a card on a page.
func (g *Gateway) AddCard(sessionRef string, card payment.Card) (open bool) {
	g.lock(func() {
		s := g.setups[sessionRef]
		if open = s != nil && s.State == payment.SetupOpen; open {
			s.State, s.Card = payment.SetupDone, card
			done := *s
			g.message(payment.Notice{Type: "setup.done", Setup: &done})
		}
	})
	return open
}

// Setup reads how a page that adds a card stands.
func (g *Gateway) Setup(_ context.Context, sessionRef string) (o payment.SetupOutcome, err error) {
	err = g.answer("Setup", func() error {
		s := g.setups[sessionRef]
		if s == nil {
			return fmt.Errorf("page %s: %w", sessionRef, payment.ErrUnknown)
		}
		o = *s
		return nil
	})
	return o, err
}

// RemoveCard forgets nothing: the cards of tests are for all.
func (g *Gateway) RemoveCard(context.Context, string) error {
	return g.answer("RemoveCard", func() error { return nil })
}

// Force makes a charge what no gateway would make of it, without a word.
func (g *Gateway) Force(key string, state payment.State) {
	g.lock(func() {
		if c := g.charges[key]; c != nil {
			c.State = state
		}
	})
}
