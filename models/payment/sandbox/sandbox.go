// Package sandbox is a payment gateway in which no money moves: the same calls and the same hosted pages as
// a real one, with test cards that work, fail, need authentication and expire. It keeps what it knows in a
// table of its own, an outside world that nothing else reads.
//
//	cards.go         the test cards and what a bank says to them
//	sandbox.go       the Gateway
//	visit.go         what a person does on the hosted pages
//	notice.go        the messages that it sends, signed as a real gateway's are
//	sandbox_store.go its objects in the database
package sandbox

import (
	"context"
	"crypto/rand"
	"errors"
	"time"

	"billfold/models"
	"billfold/models/db"
	"billfold/models/money"
	"billfold/models/payment"
)

// SessionLife is how long a hosted page can be used.
const SessionLife = 30 * time.Minute

// The paths of the hosted pages, before the reference of the session.
const (
	SetupPath = "/sandbox/setup/"
	PayPath   = "/sandbox/pay/"
)

// Gateway is the sandbox. Its hosted pages are on the same host as ours, so their addresses are paths.
type Gateway struct {
	store  store
	clock  models.Clock
	secret []byte // signs notices; new with each process, as they are delivered at once
}

var _ payment.Gateway = (*Gateway)(nil)

// New makes the sandbox over the tables of a database; a nil clock is the real one.
func New(d *db.DB, clock models.Clock) *Gateway {
	return &Gateway{store{d}, clock, []byte(rand.Text())}
}

// Name is payment.Sandbox.
func (g *Gateway) Name() string { return payment.Sandbox }

// customer, card, setup and charge are the objects as stored.
type (
	customer struct{ AccountID, Name, Email string }
	card     struct {
		Test, CustomerRef string
		ExpYear, ExpMonth int
		Removed           bool
	}
	setup struct {
		Key, CustomerRef, AccountID, ReturnURL, CancelURL string
		State                                             payment.SetupState
		CardRef                                           string
		ExpiresAt                                         time.Time
	}
	charge struct {
		Key, InvoiceID, Number, AccountID, CustomerRef, CardRef string
		Minor                                                   int64
		Currency                                                money.Currency
		State                                                   payment.State
		Failure, Brand, Last4                                   string
		SessionRef, ReturnURL, CancelURL                        string // of its page
		Confirming                                              string // test card that waits for the cardholder's yes
		ExpiresAt                                               time.Time
		RefundKey                                               string // it was sent back under this key
	}
)

// open reports whether the page of a charge can still be paid on.
func (c charge) open(now time.Time) bool {
	return c.SessionRef != "" && c.State == payment.Started && now.Before(c.ExpiresAt)
}

// Customer makes the account's counterpart, once.
func (g *Gateway) Customer(ctx context.Context, c payment.Customer) (string, error) {
	ref := "sbx_cus_" + c.AccountID
	return ref, g.store.once(ctx, ref, "customer", customer(c), g.clock.Now())
}

// StartSetup opens the page on which a test card is chosen.
func (g *Gateway) StartSetup(ctx context.Context, o payment.SetupOrder) (payment.Session, error) {
	now := g.clock.Now()
	made := setup{Key: o.Key, CustomerRef: o.CustomerRef, AccountID: o.AccountID, ReturnURL: o.ReturnURL, CancelURL: o.CancelURL,
		State: payment.SetupOpen, ExpiresAt: now.Add(SessionLife)}
	ref, got, err := keyed(ctx, g.store, "setup", o.Key, "sbx_setup_", made, now)
	return payment.Session{Ref: ref, URL: SetupPath + ref, ExpiresAt: got.ExpiresAt}, err
}

// Setup reads how a visit stands.
func (g *Gateway) Setup(ctx context.Context, sessionRef string) (payment.SetupOutcome, error) {
	s, err := load[setup](ctx, g.store, sessionRef, "setup")
	if err != nil {
		return payment.SetupOutcome{}, err
	}
	return g.setupOutcome(ctx, sessionRef, s)
}

func (g *Gateway) setupOutcome(ctx context.Context, ref string, s setup) (payment.SetupOutcome, error) {
	out := payment.SetupOutcome{SessionRef: ref, State: s.State}
	if s.State == payment.SetupOpen && !g.clock.Now().Before(s.ExpiresAt) {
		out.State = payment.SetupEnded
	}
	if s.State != payment.SetupDone {
		return out, nil
	}
	c, err := load[card](ctx, g.store, s.CardRef, "card")
	if err != nil {
		return out, err
	}
	holder, err := load[customer](ctx, g.store, c.CustomerRef, "customer")
	if err != nil {
		return out, err
	}
	test, _ := Find(c.Test)
	out.Card = payment.Card{Ref: s.CardRef, Brand: test.Brand, Last4: test.Last4, Holder: holder.Name, ExpMonth: c.ExpMonth, ExpYear: c.ExpYear}
	return out, nil
}

// RemoveCard forgets a card.
func (g *Gateway) RemoveCard(ctx context.Context, cardRef string) error {
	_, err := change(ctx, g.store, cardRef, "card", g.clock.Now(), func(c *card) error { c.Removed = true; return nil })
	if errors.Is(err, payment.ErrUnknown) {
		return nil
	}
	return err
}

// Charge charges a card with nobody present.
func (g *Gateway) Charge(ctx context.Context, o payment.ChargeOrder) (payment.Outcome, error) {
	now := g.clock.Now()
	made := newCharge(o)
	c, err := load[card](ctx, g.store, o.CardRef, "card")
	switch {
	case errors.Is(err, payment.ErrUnknown) || err == nil && (c.Removed || c.CustomerRef != o.CustomerRef):
		made.State, made.Failure = payment.Failed, payment.FailRemoved
	case err != nil:
		return payment.Outcome{}, err
	default:
		test, _ := Find(c.Test)
		made.Brand, made.Last4 = test.Brand, test.Last4
		made.State, made.Failure = test.charge(c.ExpYear, c.ExpMonth, now)
	}
	ref, got, err := keyed(ctx, g.store, "payment", o.Key, "sbx_charge_", made, now)
	return g.outcome(ref, got), err
}

func newCharge(o payment.ChargeOrder) charge {
	return charge{Key: o.Key, InvoiceID: o.InvoiceID, Number: o.Number, AccountID: o.AccountID, CustomerRef: o.CustomerRef, CardRef: o.CardRef,
		Minor: o.Amount.Minor(), Currency: o.Amount.Currency()}
}

// StartPayment opens the page on which one invoice is paid.
func (g *Gateway) StartPayment(ctx context.Context, o payment.PaymentOrder) (payment.Session, error) {
	now := g.clock.Now()
	made := newCharge(o.ChargeOrder)
	made.State, made.ReturnURL, made.CancelURL, made.ExpiresAt = payment.Started, o.ReturnURL, o.CancelURL, now.Add(SessionLife)
	made.SessionRef = token("sbx_page_")
	ref, got, err := keyed(ctx, g.store, "payment", o.Key, "sbx_charge_", made, now)
	if err != nil {
		return payment.Session{}, err
	}
	if err := g.store.once(ctx, got.SessionRef, "payment", pointer{ref}, now); err != nil {
		return payment.Session{}, err
	}
	return payment.Session{Ref: got.SessionRef, URL: PayPath + got.SessionRef, ExpiresAt: got.ExpiresAt}, nil
}

// outcome is a charge as the gateway tells it. An open page that has expired is Cancelled.
func (g *Gateway) outcome(ref string, c charge) payment.Outcome {
	out := payment.Outcome{Refs: payment.Refs{ChargeRef: ref, SessionRef: c.SessionRef, Key: c.Key}, State: c.State, InvoiceID: c.InvoiceID,
		Amount: money.New(c.Minor, c.Currency), Failure: c.Failure, Brand: c.Brand, Last4: c.Last4}
	switch {
	case c.State != payment.Started:
	case c.open(g.clock.Now()):
		out.PayURL = PayPath + c.SessionRef
	default:
		out.State = payment.Cancelled
	}
	return out
}

// Find reads how a charge stands.
func (g *Gateway) Find(ctx context.Context, r payment.Refs) (payment.Outcome, error) {
	ref, err := g.refOf(ctx, r)
	if err != nil {
		return payment.Outcome{}, err
	}
	c, err := load[charge](ctx, g.store, ref, "payment")
	return g.outcome(ref, c), err
}

// refOf is the reference of the charge that any of its names means.
func (g *Gateway) refOf(ctx context.Context, r payment.Refs) (string, error) {
	switch {
	case r.ChargeRef != "":
		return r.ChargeRef, nil
	case r.SessionRef != "":
		p, err := load[pointer](ctx, g.store, r.SessionRef, "payment")
		return p.Ref, err
	case r.Key != "":
		p, err := load[pointer](ctx, g.store, keyRef("payment", r.Key), "payment")
		return p.Ref, err
	}
	return "", payment.ErrUnknown
}

// Cancel gives a charge up, unless it has ended otherwise.
func (g *Gateway) Cancel(ctx context.Context, r payment.Refs) (payment.Outcome, error) {
	ref, err := g.refOf(ctx, r)
	if err != nil {
		return payment.Outcome{}, err
	}
	c, err := change(ctx, g.store, ref, "payment", g.clock.Now(), func(c *charge) error {
		if c.State == payment.Started || c.State == payment.ActionRequired {
			c.State, c.Confirming = payment.Cancelled, ""
		}
		return nil
	})
	return g.outcome(ref, c), err
}

// Refund sends a succeeded charge back. One that did not succeed has nothing to send back.
func (g *Gateway) Refund(ctx context.Context, chargeRef, key string) error {
	_, err := change(ctx, g.store, chargeRef, "payment", g.clock.Now(), func(c *charge) error {
		if c.State != payment.Succeeded {
			return errors.New("the sandbox holds no money of this charge")
		}
		if c.RefundKey == "" {
			c.RefundKey = key
		}
		if c.RefundKey != key {
			return errors.New("this charge was refunded before")
		}
		return nil
	})
	return err
}

// Dispute takes a succeeded charge back, as a bank does when its customer objects. For demos and tests.
func (g *Gateway) Dispute(ctx context.Context, chargeRef string) (payment.Outcome, error) {
	c, err := change(ctx, g.store, chargeRef, "payment", g.clock.Now(), func(c *charge) error {
		if c.State == payment.Succeeded {
			c.State = payment.Reversed
		}
		return nil
	})
	return g.outcome(chargeRef, c), err
}
