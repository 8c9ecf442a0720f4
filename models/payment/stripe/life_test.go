package stripe

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"billfold/models"
	"billfold/models/money"
	"billfold/models/payment"
	"billfold/models/payment/stripe/stripetest"
)

func newFake(t *testing.T) (*stripetest.Fake, *Gateway) {
	t.Helper()
	f := stripetest.New(t)
	g, err := New(Config{SecretKey: stripetest.SecretKey, WebhookSecret: stripetest.WebhookSecret}, At(f.URL))
	if err != nil {
		t.Fatal(err)
	}
	return f, g
}

// customer makes one with a card.
func customer(t *testing.T, f *stripetest.Fake, g *Gateway, kind string) payment.ChargeOrder {
	t.Helper()
	o := order(1447287, "EUR")
	ref, err := g.Customer(t.Context(), payment.Customer{AccountID: o.AccountID, Name: "Acme"})
	if err != nil {
		t.Fatal(err)
	}
	o.CustomerRef, o.CardRef = ref, f.Card(ref, kind)
	return o
}

func (g *Gateway) later(d time.Duration) { g.now = func() time.Time { return time.Now().Add(d) } }

func TestCustomerIsMadeOnce(t *testing.T) {
	t.Parallel()
	f, g := newFake(t)
	ctx, c := t.Context(), payment.Customer{AccountID: models.NewID(), Name: "Acme", Email: "a@acme.example"}
	f.Blind(true) // a search does not know it yet
	f.LoseAnswers("POST /v1/customers")
	if ref, err := g.Customer(ctx, c); err == nil {
		t.Fatalf("%s although the answer was lost", ref)
	}
	f.Heal()
	c.Name = "Acme Oy"
	first, err := g.Customer(ctx, c)
	if err != nil {
		t.Fatal(err)
	}
	f.Blind(false)
	f.ForgetKeys()
	second, err := g.Customer(ctx, c)
	if all := f.All("customer"); err != nil || first != second || len(all) != 1 || all[0]["name"] != "Acme Oy" || all[0]["email"] != "a@acme.example" {
		t.Errorf("%s, %s, %v: %v", first, second, err, all)
	}
	if _, err := g.Customer(ctx, payment.Customer{AccountID: "x' OR metadata['account_id']:'y"}); err == nil {
		t.Error("made a customer for what is no account")
	}
}

func TestCardIsAddedAndRemoved(t *testing.T) {
	t.Parallel()
	f, g := newFake(t)
	ctx := t.Context()
	o := customer(t, f, g, stripetest.Works)
	start := func() payment.Session {
		s, err := g.StartSetup(ctx, payment.SetupOrder{Key: models.NewID(), CustomerRef: o.CustomerRef, AccountID: o.AccountID, ReturnURL: "https://b.example/", CancelURL: "https://b.example/no"})
		if err != nil || s.URL == "" || time.Until(s.ExpiresAt) < time.Hour {
			t.Fatalf("%+v %v", s, err)
		}
		return s
	}
	s := start()
	if out, err := g.Setup(ctx, s.Ref); err != nil || out.State != payment.SetupOpen || out.Card.Ref != "" {
		t.Errorf("%+v %v", out, err)
	}
	f.AddCard(s.Ref, stripetest.Works)
	out, err := g.Setup(ctx, s.Ref)
	ref := out.Card.Ref
	if out.Card.Ref = ""; err != nil || out != (payment.SetupOutcome{SessionRef: s.Ref, State: payment.SetupDone,
		Card: payment.Card{Brand: "Visa", Last4: "4242", Holder: "Ana Lima", ExpMonth: 8, ExpYear: 2031, Country: "PT"}}) || ref == "" {
		t.Errorf("%+v %v", out, err)
	}
	left := start()
	f.Leave(left.Ref)
	if out, err := g.Setup(ctx, left.Ref); err != nil || out.State != payment.SetupEnded {
		t.Errorf("%+v %v", out, err)
	}
	for _, foreign := range []string{"cs_unknown", "pi_1", "", "../customers"} {
		if out, err := g.Setup(ctx, foreign); !errors.Is(err, payment.ErrUnknown) {
			t.Errorf("%q: %+v %v", foreign, out, err)
		}
	}
	for _, card := range []string{ref, ref, "pm_unknown"} {
		if err := g.RemoveCard(ctx, card); err != nil {
			t.Errorf("%s: %v", card, err)
		}
	}
	o.CardRef = ref
	if out, err := g.Charge(ctx, o); err != nil || out.State != payment.Failed || out.Failure != payment.FailRemoved {
		t.Errorf("a removed card: %+v %v", out, err)
	}
}

func TestChargeOutcomes(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		kind    string
		state   payment.State
		failure string
	}{
		{stripetest.Works, payment.Succeeded, ""},
		{stripetest.Declined, payment.Failed, payment.FailDeclined},
		{stripetest.NoFunds, payment.Failed, payment.FailFunds},
		{stripetest.Expired, payment.Failed, payment.FailExpired},
		{stripetest.Authenticates, payment.ActionRequired, payment.FailAuthentication},
	} {
		f, g := newFake(t)
		o := customer(t, f, g, c.kind)
		out, err := g.Charge(t.Context(), o)
		ref := out.ChargeRef
		want := payment.Outcome{Refs: payment.Refs{ChargeRef: ref, Key: o.Key}, State: c.state, InvoiceID: o.InvoiceID, Amount: o.Amount, Failure: c.failure, Brand: "Visa", Last4: "4242"}
		if err != nil || ref == "" || out != want {
			t.Errorf("%s: %+v %v", c.kind, out, err)
		}
		for _, refs := range []payment.Refs{{ChargeRef: ref}, {Key: o.Key}} {
			if again, err := g.Find(t.Context(), refs); err != nil || again != want {
				t.Errorf("%s: found by %+v: %+v %v", c.kind, refs, again, err)
			}
		}
		if again, err := g.Charge(t.Context(), o); err != nil || again != want {
			t.Errorf("%s again: %+v %v", c.kind, again, err)
		}
		if n := len(f.All("payment_intent")); n != 1 {
			t.Errorf("%s: %d payments", c.kind, n)
		}
	}
}

func TestChargeThatCannotBeTaken(t *testing.T) {
	t.Parallel()
	f, g := newFake(t)
	small := customer(t, f, g, stripetest.Works)
	small.Amount = money.New(3, "EUR")
	if out, err := g.Charge(t.Context(), small); err != nil || out.State != payment.Failed || out.Failure != payment.FailOther {
		t.Errorf("%+v %v", out, err)
	}
	other := customer(t, f, g, stripetest.Works)
	other.CardRef = small.CardRef
	if out, err := g.Charge(t.Context(), other); err != nil || out.State != payment.Failed || out.Failure != payment.FailRemoved {
		t.Errorf("another customer's card: %+v %v", out, err)
	}
	for _, status := range []int{401, 429, 500, 503} { // trouble, in which nothing is known
		f.Fail("POST /v1/payment_intents", status)
		if out, err := g.Charge(t.Context(), customer(t, f, g, stripetest.Works)); err == nil {
			t.Errorf("%d: %+v", status, out)
		}
	}
	if n := len(f.All("payment_intent")); n != 0 {
		t.Errorf("%d payments", n)
	}
}

// TestChargeIsMadeOnce loses requests and answers and lets keys be forgotten: one payment is made.
func TestChargeIsMadeOnce(t *testing.T) {
	t.Parallel()
	f, g := newFake(t)
	ctx := t.Context()
	o := customer(t, f, g, stripetest.Works)
	f.LoseAnswer("POST /v1/payment_intents") // it is repeated by itself
	first, err := g.Charge(ctx, o)
	if err != nil || first.State != payment.Succeeded {
		t.Fatalf("%+v %v", first, err)
	}
	o.Key = models.NewID()
	f.LoseAnswers("POST /v1/payment_intents")
	if out, err := g.Charge(ctx, o); err == nil {
		t.Fatalf("%+v although the answer was lost", out)
	}
	f.Heal()
	f.Blind(true)
	if out, err := g.Find(ctx, payment.Refs{Key: o.Key}); err == nil || errors.Is(err, payment.ErrUnknown) {
		t.Errorf("a search that cannot know yet says %+v %v", out, err)
	}
	f.ForgetKeys()
	g.later(keyHolds + time.Minute)
	second, err := g.Charge(ctx, o)
	if err != nil || second.State != payment.Succeeded || second.ChargeRef == first.ChargeRef {
		t.Errorf("%+v %v", second, err)
	}
	if n := len(f.All("payment_intent")); n != 2 {
		t.Errorf("%d payments for two keys", n)
	}
	if out, err := g.Find(ctx, payment.Refs{Key: models.NewID()}); err == nil || errors.Is(err, payment.ErrUnknown) {
		g.later(searchLag + time.Minute)
		if _, err = g.Find(ctx, payment.Refs{Key: models.NewID()}); !errors.Is(err, payment.ErrUnknown) {
			t.Errorf("%+v %v", out, err)
		}
	}
	f.Blind(false)
	if out, err := g.Find(ctx, payment.Refs{Key: o.Key}); err != nil || out != second {
		t.Errorf("%+v %v", out, err)
	}
}

// TestKeyWithOtherMoney: a key that comes with another amount is an error, not a second charge.
func TestKeyWithOtherMoney(t *testing.T) {
	t.Parallel()
	f, g := newFake(t)
	o := customer(t, f, g, stripetest.Works)
	if _, err := g.Charge(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	o.Amount = money.New(1, "USD")
	if out, err := g.Charge(t.Context(), o); err == nil {
		t.Errorf("%+v", out)
	}
	if n := len(f.All("payment_intent")); n != 1 {
		t.Errorf("%d payments", n)
	}
}

func TestPage(t *testing.T) {
	t.Parallel()
	f, g := newFake(t)
	ctx := t.Context()
	o := payment.PaymentOrder{ChargeOrder: customer(t, f, g, stripetest.Works), ReturnURL: "https://b.example/", CancelURL: "https://b.example/no"}
	f.LoseAnswers("POST /v1/checkout/sessions")
	if s, err := g.StartPayment(ctx, o); err == nil {
		t.Fatalf("%+v although the answer was lost", s)
	}
	f.Heal()
	g.later(5 * time.Minute) // the same request, to the second of its end
	s, err := g.StartPayment(ctx, o)
	if err != nil || s.URL == "" || len(f.All("checkout.session")) != 1 || time.Until(s.ExpiresAt) > pageLife {
		t.Fatalf("%+v %v", s, err)
	}
	want := payment.Outcome{Refs: payment.Refs{SessionRef: s.Ref, Key: o.Key}, State: payment.Started, InvoiceID: o.InvoiceID, Amount: o.Amount, PayURL: s.URL}
	if out, err := g.Find(ctx, payment.Refs{SessionRef: s.Ref}); err != nil || out != want {
		t.Errorf("open: %+v %v", out, err)
	}
	if f.Pay(s.Ref, stripetest.NoFunds) {
		t.Fatal("paid with a card without funds")
	}
	out, err := g.Find(ctx, payment.Refs{SessionRef: s.Ref})
	if err != nil || out.State != payment.Started || out.PayURL == "" || out.Failure != "" {
		t.Errorf("after a refusal: %+v %v", out, err)
	}
	if out, err := g.Find(ctx, payment.Refs{ChargeRef: out.ChargeRef}); err != nil || out.State != payment.Started {
		t.Errorf("its payment after a refusal: %+v %v", out, err)
	}
	if !f.Pay(s.Ref, stripetest.Authenticates) { // the cardholder is there
		t.Fatal("not paid")
	}
	want = payment.Outcome{Refs: payment.Refs{SessionRef: s.Ref, ChargeRef: out.ChargeRef, Key: o.Key}, State: payment.Succeeded, InvoiceID: o.InvoiceID, Amount: o.Amount, Brand: "Visa", Last4: "4242"}
	for what, ask := range map[string]func(context.Context, payment.Refs) (payment.Outcome, error){"find": g.Find, "a cancel too late": g.Cancel} {
		if out, err := ask(ctx, payment.Refs{SessionRef: s.Ref}); err != nil || out != want {
			t.Errorf("%s: %+v %v", what, out, err)
		}
	}
}

func TestCancel(t *testing.T) {
	t.Parallel()
	f, g := newFake(t)
	ctx := t.Context()
	o := customer(t, f, g, stripetest.Authenticates)
	made, err := g.Charge(ctx, o)
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if out, err := g.Cancel(ctx, made.Refs); err != nil || out.State != payment.Cancelled {
			t.Errorf("%+v %v", out, err)
		}
	}
	o = customer(t, f, g, stripetest.Works)
	if made, err = g.Charge(ctx, o); err != nil {
		t.Fatal(err)
	}
	for _, refs := range []payment.Refs{made.Refs, {Key: o.Key}} {
		if out, err := g.Cancel(ctx, refs); err != nil || out.State != payment.Succeeded {
			t.Errorf("%+v: %+v %v", refs, out, err)
		}
	}
	page, err := g.StartPayment(ctx, payment.PaymentOrder{ChargeOrder: customer(t, f, g, stripetest.Works), ReturnURL: "https://b.example/", CancelURL: "https://b.example/"})
	if err != nil {
		t.Fatal(err)
	}
	f.Pay(page.Ref, stripetest.Declined)
	for range 2 {
		if out, err := g.Cancel(ctx, payment.Refs{SessionRef: page.Ref}); err != nil || out.State != payment.Cancelled {
			t.Errorf("page: %+v %v", out, err)
		}
	}
	for _, refs := range []payment.Refs{{ChargeRef: "pi_unknown"}, {SessionRef: "cs_unknown"}, {ChargeRef: "x"}, {}} {
		if out, err := g.Cancel(ctx, refs); !errors.Is(err, payment.ErrUnknown) {
			t.Errorf("%+v: %+v %v", refs, out, err)
		}
	}
	f.Fail("POST /v1/payment_intents/pi_", 500)
	if out, err := g.Cancel(ctx, payment.Refs{ChargeRef: made.ChargeRef}); err == nil {
		t.Errorf("%+v", out)
	}
}

func TestRefundAndDispute(t *testing.T) {
	t.Parallel()
	f, g := newFake(t)
	ctx := t.Context()
	made, err := g.Charge(ctx, customer(t, f, g, stripetest.Works))
	if err != nil {
		t.Fatal(err)
	}
	f.LoseAnswers("POST /v1/refunds")
	if g.Refund(ctx, made.ChargeRef, made.Key) == nil {
		t.Error("refunded although the answer was lost")
	}
	f.Heal()
	for _, key := range []string{made.Key, made.Key, "another"} {
		if err := g.Refund(ctx, made.ChargeRef, key); err != nil {
			t.Errorf("%s: %v", key, err)
		}
	}
	if n := len(f.All("refund")); n != 1 {
		t.Errorf("%d refunds", n)
	}
	failed, _ := g.Charge(ctx, customer(t, f, g, stripetest.Declined))
	if g.Refund(ctx, failed.ChargeRef, failed.Key) == nil {
		t.Error("refunded what was never paid")
	}

	made, err = g.Charge(ctx, customer(t, f, g, stripetest.Works))
	if err != nil {
		t.Fatal(err)
	}
	state := func() payment.State {
		out, err := g.Find(ctx, payment.Refs{ChargeRef: made.ChargeRef})
		if err != nil || out.Amount != made.Amount {
			t.Errorf("%+v %v", out, err)
		}
		return out.State
	}
	f.Dispute(made.ChargeRef, true)
	if got := state(); got != payment.Succeeded {
		t.Errorf("an inquiry makes it %s", got)
	}
	dispute := f.Dispute(made.ChargeRef, false)
	if got := state(); got != payment.Reversed {
		t.Errorf("a dispute makes it %s", got)
	}
	f.Close(dispute, true)
	if got := state(); got != payment.Succeeded {
		t.Errorf("a dispute that is won makes it %s", got)
	}
}

// TestNothingIsTold: what is logged of any trouble has neither keys nor what was asked and answered. The
// fake quotes the key in all its messages.
func TestNothingIsTold(t *testing.T) {
	t.Parallel()
	f, g := newFake(t)
	ctx := t.Context()
	o := customer(t, f, g, stripetest.Works)
	ask := map[string]func() error{
		"customer":   func() error { _, err := g.Customer(ctx, payment.Customer{AccountID: models.NewID()}); return err },
		"setup":      func() error { _, err := g.StartSetup(ctx, payment.SetupOrder{Key: models.NewID()}); return err },
		"read setup": func() error { _, err := g.Setup(ctx, "cs_1"); return err },
		"remove":     func() error { return g.RemoveCard(ctx, "pm_1") },
		"charge":     func() error { o.Key = models.NewID(); _, err := g.Charge(ctx, o); return err },
		"page":       func() error { _, err := g.StartPayment(ctx, payment.PaymentOrder{ChargeOrder: o}); return err },
		"find":       func() error { _, err := g.Find(ctx, payment.Refs{ChargeRef: "pi_1"}); return err },
		"search":     func() error { _, err := g.Find(ctx, payment.Refs{Key: models.NewID()}); return err },
		"cancel":     func() error { _, err := g.Cancel(ctx, payment.Refs{ChargeRef: "pi_1"}); return err },
		"refund":     func() error { return g.Refund(ctx, "pi_1", "k") },
	}
	for what, fn := range ask {
		troubles := []func(){func() { f.Fail("", 401) }, func() { f.Fail("", 500) }}
		if what == "charge" || what == "search" { // asked thrice, with waits between
			troubles = append(troubles, func() { f.LoseRequests("") })
		}
		for _, trouble := range troubles {
			trouble()
			err := fn()
			f.Heal()
			if err == nil {
				t.Errorf("%s: no error", what)
			}
			for _, secret := range []string{stripetest.SecretKey, stripetest.WebhookSecret, "Bearer", "metadata", f.URL} {
				if strings.Contains(fmt.Sprintf("%+v", err), secret) {
					t.Errorf("%s: tells %s: %+v", what, secret, err)
				}
			}
		}
	}
	if strings.Contains(fmt.Sprintf("%v", Config{SecretKey: stripetest.SecretKey, WebhookSecret: stripetest.WebhookSecret}), "_fake") {
		t.Error("a printed configuration tells its keys")
	}
}

func TestConfig(t *testing.T) {
	for _, c := range []struct {
		key, secret string
		ok, test    bool
	}{
		{"sk_test_canary", "whsec_canary", true, true},
		{"sk_live_canary", "whsec_canary", true, false},
		{"rk_live_canary", "whsec_canary", true, false},
		{"sk_live_canary", "", false, false},
		{"sk_live_canary", "canary", false, false},
		{"sk_live_canary\n", "whsec_canary", false, false},
		{"pk_live_canary", "whsec_canary", false, false},
		{"sk_test_", "whsec_canary", false, false},
		{"canary", "whsec_canary", false, false},
		{"", "whsec_canary", false, false},
	} {
		g, err := New(Config{c.key, c.secret})
		if (err == nil) != c.ok || c.ok && g.TestMode() != c.test {
			t.Errorf("%q %q: %v", c.key, c.secret, err)
		}
		if err != nil && strings.Contains(err.Error(), "canary") {
			t.Errorf("tells the key: %v", err)
		}
	}
}
