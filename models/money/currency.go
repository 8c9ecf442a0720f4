package money

import (
	"fmt"
	"slices"
	"strings"
)

// Currency is an ISO 4217 alphabetic code in upper case, for example "EUR".
type Currency string

// billing lists the currencies an invoice can be written in, A to Z.
var billing = []Currency{"AUD", "CAD", "CHF", "DKK", "EUR", "GBP", "JPY", "NOK", "NZD", "SEK", "SGD", "USD"}

// Currencies returns the currencies an invoice can be written in, A to Z.
func Currencies() []Currency { return slices.Clone(billing) }

// ParseCurrency reads a billing currency, ignoring case and outer spaces.
func ParseCurrency(s string) (Currency, error) {
	c := Currency(strings.ToUpper(strings.TrimSpace(s)))
	if !slices.Contains(billing, c) {
		return "", fmt.Errorf("%q is not a billing currency; use one of %s", s, joinCurrencies())
	}
	return c, nil
}

// Decimals is the number of minor unit digits of the currency (ISO 4217: JPY 0, the others here 2).
func (c Currency) Decimals() int32 {
	if c == "JPY" {
		return 0
	}
	return 2
}

func joinCurrencies() string {
	words := make([]string, len(billing))
	for i, c := range billing {
		words[i] = string(c)
	}
	return strings.Join(words, " ")
}
