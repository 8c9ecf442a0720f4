package sandbox_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"billfold/models"
	"billfold/models/db"
	"billfold/models/db/dbtest"
	"billfold/models/money"
	"billfold/models/payment"
	"billfold/models/payment/sandbox"
)

var ctx = context.Background()

type world struct {
	*testing.T
	g        *sandbox.Gateway
	now      time.Time
	customer string
}

func each(t *testing.T, run func(w *world)) {
	t.Helper()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := &world{T: t, now: time.Date(2026, 11, 22, 14, 0, 0, 0, time.UTC)}
		w.g = sandbox.New(d, func() time.Time { return w.now })
		var err error
		if w.customer, err = w.g.Customer(ctx, payment.Customer{AccountID: "a1", Name: "Acme Cloud"}); err != nil {
			t.Fatal(err)
		}
		run(w)
	})
}

func (w *world) setup(key string) payment.Session {
	w.Helper()
	s, err := w.g.StartSetup(ctx, payment.SetupOrder{Key: key, CustomerRef: w.customer, AccountID: "a1", ReturnURL: "/back", CancelURL: "/cancel"})
	if err != nil {
		w.Fatal(err)
	}
	return s
}

// card adds a test card and gives its reference.
func (w *world) card(name string) payment.Card {
	w.Helper()
	s := w.setup(models.NewID())
	if err := w.g.AddCard(ctx, s.Ref, name); err != nil {
		w.Fatal(err)
	}
	out, err := w.g.Setup(ctx, s.Ref)
	if err != nil || out.State != payment.SetupDone {
		w.Fatal(out, err)
	}
	return out.Card
}

func (w *world) order(key, card string) payment.ChargeOrder {
	return payment.ChargeOrder{Key: key, InvoiceID: "i1", Number: "BF-2026-000001", AccountID: "a1", CustomerRef: w.customer, CardRef: card, Amount: money.New(1250, "EUR")}
}

func (w *world) page(key string) payment.Session {
	w.Helper()
	s, err := w.g.StartPayment(ctx, payment.PaymentOrder{ChargeOrder: w.order(key, ""), ReturnURL: "/back", CancelURL: "/cancel"})
	if err != nil {
		w.Fatal(err)
	}
	return s
}

func (w *world) kind(err error, kind models.Kind) {
	w.Helper()
	if err == nil || models.KindOf(err) != kind {
		w.Errorf("got %v, want kind %d", err, kind)
	}
}

func TestAddingCards(t *testing.T) {
	each(t, func(w *world) {
		if again, err := w.g.Customer(ctx, payment.Customer{AccountID: "a1"}); again != w.customer || err != nil {
			w.Error(again, err)
		}
		s := w.setup("k1")
		if same := w.setup("k1"); same != s {
			w.Errorf("asked again: %+v, first %+v", same, s)
		}
		if out, err := w.g.Setup(ctx, s.Ref); err != nil || out.State != payment.SetupOpen {
			w.Error(out, err)
		}
		w.kind(w.g.AddCard(ctx, s.Ref, "4242"), models.Invalid)
		w.kind(w.g.AddCard(ctx, s.Ref, sandbox.Declined), models.Invalid)
		w.kind(w.g.AddCard(ctx, s.Ref, sandbox.Expired), models.Invalid)
		w.kind(w.g.AddCard(ctx, "sbx_setup_nobody", sandbox.Works), models.NotFound)
		if err := w.g.AddCard(ctx, s.Ref, sandbox.Works); err != nil {
			w.Fatal(err)
		}
		w.kind(w.g.AddCard(ctx, s.Ref, sandbox.Works), models.Conflict)
		if err := w.g.EndSetup(ctx, s.Ref); err != nil {
			w.Fatal(err)
		}
		out, err := w.g.Setup(ctx, s.Ref)
		if err != nil || out.State != payment.SetupDone || out.Card.Brand != "Visa" || out.Card.Last4 != "4242" || out.Card.Holder != "Acme Cloud" || out.Card.ExpYear != 2029 || out.Card.ExpMonth != 11 {
			w.Errorf("%+v %v", out, err)
		}
		// The same card again is the same card, until it is removed.
		if again := w.card(sandbox.Works); again.Ref != out.Card.Ref {
			w.Errorf("%q, first %q", again.Ref, out.Card.Ref)
		}
		if err := errors.Join(w.g.RemoveCard(ctx, out.Card.Ref), w.g.RemoveCard(ctx, out.Card.Ref), w.g.RemoveCard(ctx, "nobody")); err != nil {
			w.Error(err)
		}
		if again := w.card(sandbox.Works); again.Ref == out.Card.Ref {
			w.Error("a removed card came back")
		}
		if soon := w.card(sandbox.Expiring); soon.ExpYear != 2026 || soon.ExpMonth != 12 {
			w.Errorf("%+v", soon)
		}
	})
}

func TestSetupsEnd(t *testing.T) {
	each(t, func(w *world) {
		left, late := w.setup("left"), w.setup("late")
		if err := w.g.EndSetup(ctx, left.Ref); err != nil {
			w.Fatal(err)
		}
		w.now = w.now.Add(sandbox.SessionLife - time.Second)
		if out, err := w.g.Setup(ctx, late.Ref); err != nil || out.State != payment.SetupOpen {
			w.Error(out, err)
		}
		w.now = w.now.Add(time.Second)
		for _, s := range []payment.Session{left, late} {
			if out, err := w.g.Setup(ctx, s.Ref); err != nil || out.State != payment.SetupEnded {
				w.Error(out, err)
			}
			if v, err := w.g.SetupVisit(ctx, s.Ref); err != nil || v.State != payment.SetupEnded || v.AccountID != "a1" {
				w.Error(v, err)
			}
			w.kind(w.g.AddCard(ctx, s.Ref, sandbox.Works), models.Conflict)
		}
		if _, err := w.g.Setup(ctx, "nobody"); !errors.Is(err, payment.ErrUnknown) {
			w.Error(err)
		}
	})
}

func TestCharges(t *testing.T) {
	each(t, func(w *world) {
		for name, want := range map[string]struct {
			state   payment.State
			failure string
		}{sandbox.Works: {payment.Succeeded, ""}, sandbox.Expiring: {payment.Succeeded, ""}, sandbox.Authenticate: {payment.ActionRequired, payment.FailAuthentication},
			sandbox.Funds: {payment.Failed, payment.FailFunds}, sandbox.Later: {payment.Failed, payment.FailDeclined}} {
			o := w.order("charge-"+name, w.card(name).Ref)
			out, err := w.g.Charge(ctx, o)
			if err != nil || out.State != want.state || out.Failure != want.failure || out.Amount != o.Amount || out.InvoiceID != "i1" || out.ChargeRef == "" || out.Key != o.Key || out.Last4 == "" {
				w.Errorf("%s: %+v %v", name, out, err)
			}
			if again, err := w.g.Charge(ctx, o); err != nil || again != out {
				w.Errorf("%s again: %+v %v", name, again, err)
			}
			for _, r := range []payment.Refs{{ChargeRef: out.ChargeRef}, {Key: o.Key}} {
				if found, err := w.g.Find(ctx, r); err != nil || found != out {
					w.Errorf("%s found: %+v %v", name, found, err)
				}
			}
		}
		if _, err := w.g.Find(ctx, payment.Refs{Key: "nobody"}); !errors.Is(err, payment.ErrUnknown) {
			w.Error(err)
		}
		gone := w.card(sandbox.Works)
		if err := w.g.RemoveCard(ctx, gone.Ref); err != nil {
			w.Fatal(err)
		}
		if out, err := w.g.Charge(ctx, w.order("gone", gone.Ref)); err != nil || out.State != payment.Failed || out.Failure != payment.FailRemoved {
			w.Errorf("%+v %v", out, err)
		}
		soon := w.card(sandbox.Expiring)
		w.now = time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)
		if out, err := w.g.Charge(ctx, w.order("late", soon.Ref)); err != nil || out.State != payment.Failed || out.Failure != payment.FailExpired {
			w.Errorf("%+v %v", out, err)
		}
	})
}

// Another customer's card is not charged, whoever asks.
func TestCardsAreTheirCustomers(t *testing.T) {
	each(t, func(w *world) {
		o := w.order("k", w.card(sandbox.Works).Ref)
		var err error
		if o.CustomerRef, err = w.g.Customer(ctx, payment.Customer{AccountID: "a2"}); err != nil {
			w.Fatal(err)
		}
		if out, err := w.g.Charge(ctx, o); err != nil || out.State != payment.Failed {
			w.Errorf("%+v %v", out, err)
		}
	})
}

func TestPayingOnThePage(t *testing.T) {
	each(t, func(w *world) {
		s := w.page("k1")
		if again := w.page("k1"); again != s {
			w.Errorf("asked again: %+v, first %+v", again, s)
		}
		if out, err := w.g.Find(ctx, payment.Refs{SessionRef: s.Ref}); err != nil || out.State != payment.Started || out.PayURL != s.URL {
			w.Errorf("%+v %v", out, err)
		}
		for _, bad := range []string{"", sandbox.Declined, sandbox.Funds, sandbox.Expired} {
			w.kind(w.g.Pay(ctx, s.Ref, bad), models.Invalid)
		}
		w.kind(w.g.Confirm(ctx, s.Ref, true), models.Conflict)
		if err := w.g.Pay(ctx, s.Ref, sandbox.Authenticate); err != nil {
			w.Fatal(err)
		}
		if v, err := w.g.PaymentVisit(ctx, s.Ref); err != nil || v.Confirming == nil || v.Confirming.Name != sandbox.Authenticate || v.State != payment.Started || v.Number != "BF-2026-000001" {
			w.Errorf("%+v %v", v, err)
		}
		w.kind(w.g.Confirm(ctx, s.Ref, false), models.Invalid)
		if v, err := w.g.PaymentVisit(ctx, s.Ref); err != nil || v.Confirming != nil || v.State != payment.Started {
			w.Errorf("%+v %v", v, err)
		}
		if err := errors.Join(w.g.Pay(ctx, s.Ref, sandbox.Authenticate), w.g.Confirm(ctx, s.Ref, true)); err != nil {
			w.Fatal(err)
		}
		out, err := w.g.Find(ctx, payment.Refs{SessionRef: s.Ref})
		if err != nil || out.State != payment.Succeeded || out.Last4 != "3184" || out.PayURL != "" {
			w.Errorf("%+v %v", out, err)
		}
		w.kind(w.g.Pay(ctx, s.Ref, sandbox.Works), models.Conflict)
		if late, err := w.g.Cancel(ctx, payment.Refs{SessionRef: s.Ref}); err != nil || late.State != payment.Succeeded {
			w.Errorf("%+v %v", late, err)
		}
	})
}

func TestPagesEnd(t *testing.T) {
	each(t, func(w *world) {
		left, late := w.page("left"), w.page("late")
		if err := w.g.EndPayment(ctx, left.Ref); err != nil {
			w.Fatal(err)
		}
		w.now = w.now.Add(sandbox.SessionLife)
		for _, s := range []payment.Session{left, late} {
			if out, err := w.g.Find(ctx, payment.Refs{SessionRef: s.Ref}); err != nil || out.State != payment.Cancelled || out.PayURL != "" {
				w.Errorf("%+v %v", out, err)
			}
			w.kind(w.g.Pay(ctx, s.Ref, sandbox.Works), models.Conflict)
		}
		if _, err := w.g.PaymentVisit(ctx, "nobody"); models.KindOf(err) != models.NotFound || err == nil {
			w.Error(err)
		}
	})
}

func TestMoneyGoesBack(t *testing.T) {
	each(t, func(w *world) {
		card := w.card(sandbox.Works)
		out, err := w.g.Charge(ctx, w.order("k1", card.Ref))
		if err != nil {
			w.Fatal(err)
		}
		if err := errors.Join(w.g.Refund(ctx, out.ChargeRef, "r1"), w.g.Refund(ctx, out.ChargeRef, "r1")); err != nil {
			w.Error(err)
		}
		if w.g.Refund(ctx, out.ChargeRef, "r2") == nil {
			w.Error("refunded twice")
		}
		other, err := w.g.Charge(ctx, w.order("k2", card.Ref))
		if err != nil {
			w.Fatal(err)
		}
		if back, err := w.g.Dispute(ctx, other.ChargeRef); err != nil || back.State != payment.Reversed {
			w.Errorf("%+v %v", back, err)
		}
		if w.g.Refund(ctx, other.ChargeRef, "r3") == nil {
			w.Error("refunded what the bank had taken back")
		}
	})
}

func TestNotices(t *testing.T) {
	each(t, func(w *world) {
		now := time.Now()
		out, err := w.g.Charge(ctx, w.order("k1", w.card(sandbox.Works).Ref))
		if err != nil {
			w.Fatal(err)
		}
		header, body := w.g.ChargeNotice(out.ChargeRef)
		n, err := w.g.Notice(header, body, now)
		if err != nil || n.ID == "" || n.Outcome == nil || *n.Outcome != out {
			w.Errorf("%+v %v", n, err)
		}
		s := w.setup("s1")
		setupHeader, setupBody := w.g.SetupNotice(s.Ref)
		if n, err := w.g.Notice(setupHeader, setupBody, now); err != nil || n.Setup == nil || n.Setup.State != payment.SetupOpen {
			w.Errorf("%+v %v", n, err)
		}
		for name, forged := range map[string]func() (payment.Notice, error){
			"another body": func() (payment.Notice, error) { return w.g.Notice(header, setupBody, now) },
			"no signature": func() (payment.Notice, error) { return w.g.Notice(nil, body, now) },
			"too old":      func() (payment.Notice, error) { return w.g.Notice(header, body, now.Add(6*time.Minute)) },
			"too early":    func() (payment.Notice, error) { return w.g.Notice(header, body, now.Add(-6*time.Minute)) },
		} {
			if _, err := forged(); !errors.Is(err, payment.ErrForged) {
				w.Errorf("%s: %v", name, err)
			}
		}
		header, body = w.g.ChargeNotice("nobody")
		if n, err := w.g.Notice(header, body, now); err != nil || n.Outcome != nil {
			w.Errorf("%+v %v", n, err)
		}
	})
}

// Many at once on one page: one of them pays.
func TestOnePaymentOfMany(t *testing.T) {
	each(t, func(w *world) {
		s := w.page("k1")
		var wg sync.WaitGroup
		var mu sync.Mutex
		paid := 0
		for range 20 {
			wg.Go(func() {
				if w.g.Pay(ctx, s.Ref, sandbox.Works) == nil {
					mu.Lock()
					paid++
					mu.Unlock()
				}
			})
		}
		wg.Wait()
		if paid != 1 {
			w.Errorf("%d paid", paid)
		}
	})
}
