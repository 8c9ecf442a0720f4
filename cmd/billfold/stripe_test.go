package main

import (
	"strings"
	"testing"

	"billfold/models/db"
	"billfold/models/db/dbtest"
	"billfold/models/payment"
)

func TestStripeFromTheEnvironment(t *testing.T) {
	for _, c := range []struct{ key, secret, gateway, complaint string }{
		{"", "", "", ""},
		{"sk_test_canary", "whsec_canary", payment.Stripe, ""},
		{"sk_test_canary", "", "", "without BILLFOLD_STRIPE_WEBHOOK_SECRET"},
		{"", "whsec_canary", "", "without BILLFOLD_STRIPE_SECRET_KEY"},
		{"pk_test_canary", "whsec_canary", "", "begins with sk_live_"},
		{"sk_test_canary", "canary", "", "begins with whsec_"},
	} {
		t.Setenv(stripeKeyVariable, c.key)
		t.Setenv(stripeWebhookVariable, c.secret)
		flags := gatewayFlags{RetryDays: []int{1}}
		err := flags.check()
		if (err == nil) != (c.complaint == "") || err != nil && (!strings.Contains(err.Error(), c.complaint) || strings.Contains(err.Error(), "canary")) {
			t.Errorf("%q %q: %v", c.key, c.secret, err)
		}
		store, err := flags.payments(dbtest.New(t, db.SQLite), nil, "https://b.example")
		if c.complaint == "" && (err != nil || store.GatewayName() != c.gateway) || c.complaint != "" && err == nil {
			t.Errorf("%q %q: %v", c.key, c.secret, err)
		}
	}
}
