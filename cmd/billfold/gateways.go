package main

import (
	"errors"

	"billfold/models"
	"billfold/models/db"
	"billfold/models/payment"
	"billfold/models/payment/sandbox"
)

// gatewayFlags are the flags of commands that take money through a gateway.
type gatewayFlags struct {
	RetryDays []int `name:"retry-days" default:"1,3,7" env:"BILLFOLD_RETRY_DAYS" help:"Days after the first failure on which a card is charged again."`
	Sandbox   bool  `env:"BILLFOLD_SANDBOX" help:"Take payments through a built-in gateway with test cards: no money moves. --demo includes it."`
}

// check refuses days on which nothing could be tried, and keys of Stripe that cannot be right. Kong calls it through the commands' Validate.
func (f gatewayFlags) check() error {
	for i, day := range f.RetryDays {
		if day < 1 || day > 365 || (i > 0 && day <= f.RetryDays[i-1]) {
			return errors.New("--retry-days must be days from 1 to 365, each later than the one before, such as 1,3,7")
		}
	}
	_, err := stripeGateway()
	return err
}

// gateways are the payment gateways that are set up, the one for new cards first.
func (f gatewayFlags) gateways(d *db.DB, clock models.Clock) ([]payment.Gateway, error) {
	if f.Sandbox {
		return []payment.Gateway{sandbox.New(d, clock)}, nil
	}
	return nil, nil
}

// payments is the store that collects, over the gateways that are set up.
func (f gatewayFlags) payments(d *db.DB, clock models.Clock, publicURL string) (*payment.Store, error) {
	gateways, err := f.gateways(d, clock)
	if err != nil {
		return nil, err
	}
	stripe, err := stripeGateway()
	if err != nil {
		return nil, err
	}
	if stripe != nil {
		gateways = append([]payment.Gateway{stripe}, gateways...)
	}
	return payment.NewStore(d, clock, payment.Options{RetryDays: f.RetryDays, PublicURL: publicURL}, gateways...), nil
}
