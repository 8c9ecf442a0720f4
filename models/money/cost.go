package money

import (
	"fmt"
	"regexp"

	"github.com/shopspring/decimal"
)

// MaxScale is the number of decimals an exact cost, price or quantity may have. PostgreSQL's
// NUMERIC(38,18) would round a 19th place silently where SQLite keeps it, so it is bound here.
const MaxScale = 18

// maxDigits are the digits before the decimal point that NUMERIC(38,18) can hold.
const maxDigits = 20

var plainDecimal = regexp.MustCompile(`^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?$`)

// ParseDecimal reads a number of up to 20 digits before and 18 after the point ("0.0000008", "1e-7").
func ParseDecimal(s string) (decimal.Decimal, error) {
	if len(s) > 64 || !plainDecimal.MatchString(s) {
		return decimal.Decimal{}, fmt.Errorf("%.40q is not a number", s)
	}
	d, err := decimal.NewFromString(s)
	if err != nil {
		return decimal.Decimal{}, fmt.Errorf("%.40q is not a number", s)
	}
	return d, Bound(d)
}

// Bound says whether a decimal fits the databases: 18 places, 20 digits before the point.
func Bound(d decimal.Decimal) error {
	if d.IsZero() {
		return nil
	}
	if !d.Equal(d.Truncate(MaxScale)) {
		return fmt.Errorf("the number has more than %d decimals", MaxScale)
	}
	if d.Abs().GreaterThanOrEqual(decimal.New(1, maxDigits)) {
		return fmt.Errorf("the number has more than %d digits before the point", maxDigits)
	}
	return nil
}

// Canonical writes a decimal in its one plain form, without trailing zeros: it is what is hashed and stored.
func Canonical(d decimal.Decimal) string {
	return d.String()
}

// Cost is an exact amount of money in the price currency; it is never rounded before the invoice line.
type Cost struct {
	exact    decimal.Decimal
	currency Currency
}

// NewCost makes an exact cost.
func NewCost(d decimal.Decimal, c Currency) Cost { return Cost{d, c} }

// Exact is the cost as a decimal of the price currency.
func (c Cost) Exact() decimal.Decimal { return c.exact }

// Currency is the price currency.
func (c Cost) Currency() Currency { return c.currency }

// IsZero reports whether the cost is exactly zero.
func (c Cost) IsZero() bool { return c.exact.IsZero() }

// String is the plain decimal with its code.
func (c Cost) String() string { return Canonical(c.exact) + " " + string(c.currency) }

// Convert gives the invoice amount of a cost: cost times rate, rounded once, half away from zero, to
// the minor unit of the target currency. It is the only place where usage cost is rounded.
func (c Cost) Convert(rate decimal.Decimal, to Currency) (Amount, error) {
	minor, err := RoundMinor(c.exact.Mul(rate), to)
	return Amount{minor, to}, err
}

// RoundMinor rounds a decimal amount half away from zero to minor units: the one rounding mode.
func RoundMinor(d decimal.Decimal, c Currency) (int64, error) {
	// decimal.Round rounds half away from zero.
	return toMinor(d.Shift(c.Decimals()).Round(0))
}
