package stripe

import (
	"fmt"
	"strings"

	"billfold/models/money"

	stripego "github.com/stripe/stripe-go/v85"
)

// decimals are the digits of Stripe's minor unit of each billing currency. JPY is one of its zero-decimal
// currencies; none of ours is a special case. Source: https://docs.stripe.com/currencies.
var decimals = map[money.Currency]int32{
	"AUD": 2, "CAD": 2, "CHF": 2, "DKK": 2, "EUR": 2, "GBP": 2, "JPY": 0, "NOK": 2, "NZD": 2, "SEK": 2, "SGD": 2, "USD": 2,
}

// toStripe is an amount in Stripe's minor units and its word for the currency. A currency whose minor units
// are not known to be ours is refused rather than charged a hundredfold.
func toStripe(a money.Amount) (minor int64, currency string, err error) {
	d, known := decimals[a.Currency()]
	switch {
	case !known || d != a.Currency().Decimals():
		return 0, "", fmt.Errorf("stripe cannot be asked for %q", string(a.Currency()))
	case a.Sign() <= 0:
		return 0, "", fmt.Errorf("stripe cannot be asked for %s", a)
	}
	return a.Minor(), strings.ToLower(string(a.Currency())), nil
}

// fromStripe is an amount as Stripe says it.
func fromStripe(minor int64, currency stripego.Currency) money.Amount {
	return money.New(minor, money.Currency(strings.ToUpper(string(currency))))
}
