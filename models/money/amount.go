// Package money holds the two kinds of money the product knows: Amount, what is written on an
// invoice (whole minor units of one currency), and Cost, what usage really cost (an exact decimal in
// the price currency). There are no floats, one rounding mode in one place, and overflow is an error.
package money

import (
	"errors"
	"fmt"
	"math"
	"regexp"
	"strings"

	"github.com/shopspring/decimal"
)

// ErrOverflow says that a sum does not fit into 64 bits of minor units.
var ErrOverflow = errors.New("amount is too large")

// ErrCurrency says that amounts of two currencies were combined.
var ErrCurrency = errors.New("amounts are in different currencies")

// Amount is money in whole minor units (cents; yen for JPY) of one currency. It is immutable.
type Amount struct {
	minor    int64
	currency Currency
}

// New makes an amount of minor units.
func New(minor int64, c Currency) Amount { return Amount{minor, c} }

// Zero is nothing in a currency.
func Zero(c Currency) Amount { return Amount{0, c} }

// Minor is the amount in minor units.
func (a Amount) Minor() int64 { return a.minor }

// Currency is the currency of the amount.
func (a Amount) Currency() Currency { return a.currency }

// Sign is -1, 0 or 1.
func (a Amount) Sign() int {
	switch {
	case a.minor < 0:
		return -1
	case a.minor > 0:
		return 1
	}
	return 0
}

// IsZero reports whether the amount is zero.
func (a Amount) IsZero() bool { return a.minor == 0 }

// Neg is the amount with the other sign.
func (a Amount) Neg() Amount { return Amount{-a.minor, a.currency} }

// Add adds two amounts of the same currency; errors: ErrCurrency, ErrOverflow.
func (a Amount) Add(b Amount) (Amount, error) {
	if a.currency != b.currency {
		return Amount{}, fmt.Errorf("%w: %s and %s", ErrCurrency, a.currency, b.currency)
	}
	sum, err := AddMinor(a.minor, b.minor)
	return Amount{sum, a.currency}, err
}

// Sub subtracts b from a; errors: ErrCurrency, ErrOverflow.
func (a Amount) Sub(b Amount) (Amount, error) { return a.Add(b.Neg()) }

// Decimal is the amount as a plain decimal string with the currency's decimals: "12845.37", "-3.00", "500".
func (a Amount) Decimal() string {
	return decimal.New(a.minor, -a.currency.Decimals()).StringFixed(a.currency.Decimals())
}

// String is the amount with its code, for logs and errors: "12845.37 EUR".
func (a Amount) String() string { return a.Decimal() + " " + string(a.currency) }

// grouped is a number with commas between its thousands and nowhere else: "12,50" is twelve and a half
// to many people, so a comma that could mean that is refused.
var grouped = regexp.MustCompile(`^[+-]?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]*)?$`)

// Parse reads a plain decimal ("12.5", "-3", "1,000.00") into minor units; more decimals than the
// currency has are an error, not a rounding.
func Parse(s string, c Currency) (Amount, error) {
	clean := strings.TrimSpace(s)
	if strings.Contains(clean, ",") {
		if !grouped.MatchString(clean) {
			return Amount{}, fmt.Errorf("%.40q has a comma that does not part thousands; write decimals with a point, 12.50", s)
		}
		clean = strings.ReplaceAll(clean, ",", "")
	}
	d, err := ParseDecimal(clean)
	if err != nil {
		return Amount{}, err
	}
	scaled := d.Shift(c.Decimals())
	if !scaled.IsInteger() {
		return Amount{}, fmt.Errorf("%q has more than %d decimals", s, c.Decimals())
	}
	minor, err := toMinor(scaled)
	return Amount{minor, c}, err
}

// AddMinor adds minor units of the same currency; error: ErrOverflow.
func AddMinor(a, b int64) (int64, error) {
	if (b > 0 && a > math.MaxInt64-b) || (b < 0 && a < math.MinInt64-b) {
		return 0, ErrOverflow
	}
	return a + b, nil
}

// SumMinor adds minor units of the same currency; error: ErrOverflow.
func SumMinor(parts ...int64) (sum int64, err error) {
	for _, p := range parts {
		if sum, err = AddMinor(sum, p); err != nil {
			return 0, err
		}
	}
	return sum, nil
}

// toMinor converts a whole decimal to int64, keeping away from the extreme values so that Neg is safe.
func toMinor(d decimal.Decimal) (int64, error) {
	limit := decimal.New(math.MaxInt64/2, 0)
	if d.Abs().GreaterThan(limit) {
		return 0, ErrOverflow
	}
	return d.IntPart(), nil
}
