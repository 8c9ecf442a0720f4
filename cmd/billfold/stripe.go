package main

import (
	"fmt"
	"os"

	"billfold/models/payment/stripe"
)

// The environment variables with Stripe's keys. They are no flags: the command line of a running program can
// be read by others on the machine.
const (
	stripeKeyVariable     = "BILLFOLD_STRIPE_SECRET_KEY"
	stripeWebhookVariable = "BILLFOLD_STRIPE_WEBHOOK_SECRET"
)

// stripeGateway is Stripe with the keys of the environment, nil when it has none. Errors name the variables,
// never what is in them.
func stripeGateway() (*stripe.Gateway, error) {
	key, secret := os.Getenv(stripeKeyVariable), os.Getenv(stripeWebhookVariable)
	switch {
	case key == "" && secret == "":
		return nil, nil
	case key == "":
		return nil, fmt.Errorf("%s is set without %s", stripeWebhookVariable, stripeKeyVariable)
	case secret == "":
		return nil, fmt.Errorf("%s is set without %s: nothing would be heard of payments that people make on Stripe's pages", stripeKeyVariable, stripeWebhookVariable)
	}
	g, err := stripe.New(stripe.Config{SecretKey: key, WebhookSecret: secret})
	if err != nil {
		return nil, fmt.Errorf("%s, %s: %w", stripeKeyVariable, stripeWebhookVariable, err)
	}
	return g, nil
}
