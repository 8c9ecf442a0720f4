// Package stripe is the payment gateway Stripe: cards are added and invoices paid on its Checkout pages,
// issued invoices are charged with nobody present, and its signed messages tell what happened later. No
// card number comes near us.
//
//	stripe.go   the Gateway: keys, time limits
//	client.go   the HTTP client, bounded and saying nothing about us
//	errors.go   errors without anything that Stripe or the network put into them
//	amount.go   minor units of Stripe
//	cards.go    customers, adding and removing cards
//	charge.go   charging with nobody present, sending back
//	page.go     pages on which one invoice is paid
//	find.go     how a charge stands
//	outcome.go  rules: Stripe's states and refusals in our words
//	notice.go   messages (webhooks)
//
// What Stripe promises and this package builds on: a request is done once per idempotency key for at least
// 24 hours (https://docs.stripe.com/api/idempotent_requests); what is searched for by metadata is found
// about a minute after it was made, later when Stripe has trouble (https://docs.stripe.com/search).
package stripe

import (
	"context"
	"errors"
	"strings"
	"time"

	"billfold/models"
	"billfold/models/payment"

	"github.com/google/uuid"
	stripego "github.com/stripe/stripe-go/v85"
)

// How long Stripe is waited for.
const (
	requestTimeout = 20 * time.Second // one request
	callTimeout    = 45 * time.Second // what one of our questions may take, repetitions included
	repetitions    = 2                // of a request that got no answer
)

// Config is what an operator sets.
type Config struct {
	SecretKey     string // sk_live_..., sk_test_... or a restricted key rk_...
	WebhookSecret string // whsec_...: what messages are signed with
}

// String keeps the keys out of whatever prints the configuration.
func (c Config) String() string { return "stripe.Config" }

// GoString does as String does.
func (c Config) GoString() string { return c.String() }

// Gateway is Stripe.
type Gateway struct {
	api           *stripego.Client
	webhookSecret string
	test          bool
	now           func() time.Time // real time, which keys and messages are dated by
}

var _ payment.Gateway = (*Gateway)(nil)

// Option changes how New makes a gateway.
type Option func(*options)

type options struct{ url string }

// At asks another address than Stripe's, for tests.
func At(url string) Option { return func(o *options) { o.url = url } }

// New makes the gateway. Errors name what is wrong with a key, never the key.
func New(c Config, opts ...Option) (*Gateway, error) {
	o := options{url: stripego.APIURL}
	for _, opt := range opts {
		opt(&o)
	}
	kind, rest, _ := strings.Cut(c.SecretKey, "_")
	mode, random, _ := strings.Cut(rest, "_")
	switch {
	case (kind != "sk" && kind != "rk") || (mode != "test" && mode != "live") || random == "" || strings.TrimSpace(c.SecretKey) != c.SecretKey:
		return nil, errors.New("the secret key of Stripe must be one that begins with sk_live_, sk_test_, rk_live_ or rk_test_")
	case c.WebhookSecret == "":
		return nil, errors.New("the secret key of Stripe is set without the secret of its webhook: payments would never be heard of")
	case !strings.HasPrefix(c.WebhookSecret, "whsec_") || strings.TrimSpace(c.WebhookSecret) != c.WebhookSecret:
		return nil, errors.New("the secret of Stripe's webhook must be one that begins with whsec_")
	}
	backends := stripego.NewBackendsWithConfig(&stripego.BackendConfig{
		HTTPClient:        newHTTPClient(),
		URL:               &o.url,
		MaxNetworkRetries: stripego.Int64(repetitions),
		EnableTelemetry:   stripego.Bool(false),
		// Its log would hold whole answers; what is worth knowing is in our errors.
		LeveledLogger: &stripego.LeveledLogger{Level: stripego.LevelNull},
	})
	return &Gateway{api: stripego.NewClient(c.SecretKey, stripego.WithBackends(backends)), webhookSecret: c.WebhookSecret,
		test: mode == "test", now: time.Now}, nil
}

// Name is payment.Stripe.
func (g *Gateway) Name() string { return payment.Stripe }

// TestMode reports whether the key is one of Stripe's test mode, in which no money moves.
func (g *Gateway) TestMode() bool { return g.test }

// bound keeps one question from taking longer than callTimeout.
func bound(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(ctx, callTimeout)
}

// idempotent is the header under which Stripe does a request once. The purpose keeps keys of ours that are
// used for several things apart.
func idempotent(purpose, key string) stripego.Params {
	return stripego.Params{IdempotencyKey: stripego.String("billfold-" + purpose + "-" + key)}
}

// keyAge is how long ago one of our keys was made: they are UUIDv7 and carry the real time, whatever the
// business clock says. ok is false for another key.
func (g *Gateway) keyAge(key string) (age time.Duration, ok bool) {
	id, err := uuid.Parse(key)
	if err != nil || !models.IsID(key) || id.Version() != 7 {
		return 0, false
	}
	return g.now().Sub(time.Unix(id.Time().UnixTime())), true
}
