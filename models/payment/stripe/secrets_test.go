package stripe

import (
	"fmt"
	"strings"
	"testing"

	"billfold/models"
	"billfold/models/payment"
	"billfold/models/payment/stripe/stripetest"
)

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
