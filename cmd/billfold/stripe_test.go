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
		if err == nil && inTestMode(store) != (c.gateway != "") {
			t.Errorf("%q: in test mode is %v", c.key, inTestMode(store))
		}
		if c.complaint == "" && (err != nil || store.GatewayName() != c.gateway) || c.complaint != "" && err == nil {
			t.Errorf("%q %q: %v", c.key, c.secret, err)
		}
	}
}

// TestStripeBesideTheSandbox: Stripe takes new cards, and never with a live key.
func TestStripeBesideTheSandbox(t *testing.T) {
	d, flags := dbtest.New(t, db.SQLite), gatewayFlags{Sandbox: true}
	t.Setenv(stripeWebhookVariable, "whsec_canary")
	t.Setenv(stripeKeyVariable, "sk_test_canary")
	store, err := flags.payments(d, nil, "https://b.example")
	if err != nil || store.GatewayName() != payment.Stripe || store.Gateway(payment.Sandbox) == nil {
		t.Errorf("%v", err)
	}
	t.Setenv(stripeKeyVariable, "sk_live_canary")
	if _, err := flags.payments(d, nil, "https://b.example"); err == nil || strings.Contains(err.Error(), "canary") {
		t.Errorf("a live key beside the sandbox: %v", err)
	}
	flags.Sandbox = false
	if store, err := flags.payments(d, nil, "https://b.example"); err != nil || inTestMode(store) {
		t.Errorf("a live key alone: %v", err)
	}
}
