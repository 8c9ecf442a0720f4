// Package paymenttest is a payment gateway for tests: it keeps the books of an outside world, and loses,
// delays, repeats and reorders what it says of them as a test wants.
//
//	gateway.go   the gateway as the product sees it
//	world.go     what people and banks do at it
//	notices.go   what it tells the product: signed messages, all kept
package paymenttest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"billfold/models/money"
	"billfold/models/payment"
)

// What becomes of a charge is told by the card's reference, up to a dash.
const (
	Works    = "card_works"    // the money is taken at once
	Declined = "card_declined" // the bank refuses
	Asks     = "card_asks"     // the bank asks the cardholder to confirm
	Slow     = "card_slow"     // the bank decides later
)

// ErrLost is what a caller sees of an answer or a question that got lost on the way.
var ErrLost = errors.New("the connection broke")

// Charge is one charge in the gateway's books.
type Charge struct {
	payment.Outcome
	Refunded bool // the money went back
	Cancels  bool // it was given up
}

// Gateway keeps charges by their key. It is safe for many goroutines.
type Gateway struct {
	mu        sync.Mutex
	name      string
	charges   map[string]*Charge
	customers map[string]string
	refunds   map[string]string // key -> charge reference
	setups    map[string]*payment.SetupOutcome
	messages  []Message
	heard     []payment.Outcome
	n         int
	lost      int // questions that do not arrive
	mute      int // answers that get lost
	asked     map[string]int
	hold      func(what string) // before each call, for tests that hold one back
	after     func(what string) // after each call that arrived
	now       func() time.Time
}

// New makes a gateway of a name that the product knows.
func New(name string) *Gateway {
	return &Gateway{name: name, charges: map[string]*Charge{}, customers: map[string]string{}, refunds: map[string]string{},
		setups: map[string]*payment.SetupOutcome{}, asked: map[string]int{}, hold: func(string) {}, after: func(string) {}, now: time.Now}
}

// Name is as the product stores it.
func (g *Gateway) Name() string { return g.name }

// LoseQuestions makes the next n questions never arrive.
func (g *Gateway) LoseQuestions(n int) { g.lock(func() { g.lost = n }) }

// LoseAnswers makes the answers to the next n questions get lost: what was asked for is done.
func (g *Gateway) LoseAnswers(n int) { g.lock(func() { g.mute = n }) }

// Hold is called before each question is taken in, with its name: Charge, Find, ...
func (g *Gateway) Hold(fn func(what string)) { g.hold = fn }

// After is called after each question was taken in, before its answer is given.
func (g *Gateway) After(fn func(what string)) { g.after = fn }

// Asked is how often a question arrived: Charge, StartPayment, Find, Cancel, Refund, Customer.
func (g *Gateway) Asked(what string) (n int) {
	g.lock(func() { n = g.asked[what] })
	return n
}

// Heard gives the outcomes that were answered since it was asked last, in order, without those that got lost.
func (g *Gateway) Heard() (outcomes []payment.Outcome) {
	g.lock(func() { outcomes, g.heard = g.heard, nil })
	return outcomes
}

// On sets the clock by which pages expire.
func (g *Gateway) On(now func() time.Time) *Gateway {
	g.now = now
	return g
}

func (g *Gateway) lock(fn func()) {
	g.mu.Lock()
	defer g.mu.Unlock()
	fn()
}

// answer takes a question in, unless it gets lost, and gives its answer, unless that does.
func (g *Gateway) answer(what string, work func() error) error {
	g.hold(what)
	defer g.after(what)
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.lost > 0 {
		g.lost--
		return ErrLost
	}
	g.asked[what]++
	err := work()
	if g.mute > 0 {
		g.mute--
		return ErrLost
	}
	return err
}

// outcome is answer for questions that are answered by how a charge stands.
func (g *Gateway) outcome(what string, work func() (*Charge, error)) (o payment.Outcome, err error) {
	err = g.answer(what, func() error {
		c, err := work()
		if err != nil {
			return err
		}
		o = c.Outcome
		if g.mute == 0 {
			g.heard = append(g.heard, o)
		}
		return nil
	})
	if err != nil {
		o = payment.Outcome{}
	}
	return o, err
}

// Customer gives the same reference for the same account.
func (g *Gateway) Customer(_ context.Context, c payment.Customer) (ref string, err error) {
	err = g.answer("Customer", func() error {
		if g.customers[c.AccountID] == "" {
			g.customers[c.AccountID] = "cus_" + c.AccountID
		}
		ref = g.customers[c.AccountID]
		return nil
	})
	return ref, err
}

// Charge does what the card says, once for each key.
func (g *Gateway) Charge(_ context.Context, o payment.ChargeOrder) (payment.Outcome, error) {
	return g.outcome("Charge", func() (*Charge, error) {
		if o.CustomerRef == "" || g.customers[o.AccountID] != o.CustomerRef {
			return nil, fmt.Errorf("no such customer: %q", o.CustomerRef)
		}
		c := g.charges[o.Key]
		if c != nil {
			return c, g.same(c, o)
		}
		c = g.begin(o)
		c.ChargeRef = g.ref("pi")
		g.use(c, o.CardRef)
		return c, nil
	})
}

// same refuses a key that was used for something else before.
func (g *Gateway) same(c *Charge, o payment.ChargeOrder) error {
	if c.InvoiceID != o.InvoiceID || c.Amount != o.Amount {
		return fmt.Errorf("the key %s was used for invoice %s and %s before", o.Key, c.InvoiceID, c.Amount)
	}
	return nil
}

func (g *Gateway) begin(o payment.ChargeOrder) *Charge {
	c := &Charge{Outcome: payment.Outcome{Refs: payment.Refs{Key: o.Key}, State: payment.Started, InvoiceID: o.InvoiceID, Amount: o.Amount}}
	g.charges[o.Key] = c
	return c
}

func (g *Gateway) ref(kind string) string {
	g.n++
	return fmt.Sprintf("%s_%d", kind, g.n)
}

// use charges a card.
func (g *Gateway) use(c *Charge, card string) {
	card, _, _ = strings.Cut(card, "-")
	c.Brand, c.Last4 = "Visa", "4242"
	switch card {
	case Works:
		g.become(c, payment.Succeeded, "")
	case Asks:
		g.become(c, payment.ActionRequired, payment.FailAuthentication)
	case Slow:
		g.become(c, payment.Processing, "")
	default:
		g.become(c, payment.Failed, payment.FailDeclined)
	}
}

// StartPayment opens a page, once for each key; it is open for a day.
func (g *Gateway) StartPayment(_ context.Context, o payment.PaymentOrder) (session payment.Session, err error) {
	err = g.answer("StartPayment", func() error {
		c := g.charges[o.Key]
		if c == nil {
			c = g.begin(o.ChargeOrder)
			c.SessionRef = g.ref("cs")
			c.PayURL = "https://gateway.example/pay/" + c.SessionRef
		} else if err := g.same(c, o.ChargeOrder); err != nil {
			return err
		}
		session = payment.Session{Ref: c.SessionRef, URL: c.PayURL, ExpiresAt: g.now().Add(24 * time.Hour)}
		return nil
	})
	if err != nil {
		session = payment.Session{}
	}
	return session, err
}

func (g *Gateway) find(r payment.Refs) (*Charge, error) {
	for _, c := range g.charges {
		if (r.ChargeRef != "" && c.ChargeRef == r.ChargeRef) || (r.ChargeRef == "" && r.SessionRef != "" && c.SessionRef == r.SessionRef) ||
			(r.ChargeRef == "" && r.SessionRef == "" && c.Key == r.Key) {
			return c, nil
		}
	}
	return nil, payment.ErrUnknown
}

// Find reads the books.
func (g *Gateway) Find(_ context.Context, r payment.Refs) (payment.Outcome, error) {
	return g.outcome("Find", func() (*Charge, error) { return g.find(r) })
}

// Cancel gives up what has not been decided.
func (g *Gateway) Cancel(_ context.Context, r payment.Refs) (payment.Outcome, error) {
	return g.outcome("Cancel", func() (*Charge, error) {
		c, err := g.find(r)
		if err == nil && (c.State == payment.Started || c.State == payment.ActionRequired) {
			g.become(c, payment.Cancelled, "")
		}
		return c, err
	})
}

// Refund sends the money of a charge back, once.
func (g *Gateway) Refund(_ context.Context, chargeRef, key string) error {
	return g.answer("Refund", func() error {
		c, err := g.find(payment.Refs{ChargeRef: chargeRef})
		switch {
		case err != nil:
			return err
		case c.Refunded && g.refunds[key] == chargeRef:
			return nil
		case c.Refunded || c.State != payment.Succeeded:
			return fmt.Errorf("charge %s is %s and cannot be refunded", chargeRef, c.State)
		}
		c.Refunded, g.refunds[key] = true, chargeRef
		return nil
	})
}

// Taken is the money of an invoice that the gateway holds for us: what was charged, less what went back.
func (g *Gateway) Taken(invoiceID string) (minor int64, charges int) {
	g.lock(func() {
		for _, c := range g.charges {
			if c.InvoiceID == invoiceID && c.State == payment.Succeeded && !c.Refunded {
				minor, charges = minor+c.Amount.Minor(), charges+1
			}
		}
	})
	return minor, charges
}

// Book is the charge of a key as the gateway knows it.
func (g *Gateway) Book(key string) (c Charge, ok bool) {
	g.lock(func() {
		if found := g.charges[key]; found != nil {
			c, ok = *found, true
		}
	})
	return c, ok
}

// Amount is a shorthand for tests.
func Amount(minor int64) money.Amount { return money.New(minor, "EUR") }
