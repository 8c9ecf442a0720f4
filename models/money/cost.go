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
	places := d.Exponent()
	if d.IsZero() || places >= -MaxScale && places <= maxDigits && d.NumDigits()+int(places) <= maxDigits {
		return nil // nearly all of them, and millions of them
	}
	if d.NumDigits()+int(places) > maxDigits { // before anything writes out 1e1000000000
		return fmt.Errorf("the number has more than %d digits before the point", maxDigits)
	}
	if d.NumDigits() <= -int(places)-MaxScale {
		return fmt.Errorf("the number has more than %d decimals", MaxScale)
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
	return string(AppendCanonical(make([]byte, 0, 40), d))
}

// AppendCanonical appends what Canonical gives.
func AppendCanonical(to []byte, d decimal.Decimal) []byte {
	places := -int(d.Exponent())
	if places < 0 || places > MaxScale || d.NumDigits() > smallDigits {
		return append(to, d.String()...)
	}
	n := d.CoefficientInt64()
	for places > 0 && n%10 == 0 {
		n, places = n/10, places-1
	}
	if n < 0 {
		to, n = append(to, '-'), -n
	}
	var digits [MaxScale + smallDigits]byte
	at := len(digits)
	for written := 0; n > 0 || written <= places; written++ {
		if written == places && places > 0 {
			at--
			digits[at] = '.'
		}
		at--
		digits[at] = byte('0' + n%10)
		n /= 10
	}
	return append(to, digits[at:]...)
}

// smallDigits is how many digits surely fit into 64 bits with a sign.
const smallDigits = 18

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
	exact := c.exact
	if !rate.Equal(one) {
		exact = exact.Mul(rate)
	}
	minor, err := RoundMinor(exact, to)
	return Amount{minor, to}, err
}

var one = decimal.New(1, 0)

// RoundMinor rounds a decimal amount half away from zero to minor units: the one rounding mode.
func RoundMinor(d decimal.Decimal, c Currency) (int64, error) {
	shifted := d.Shift(c.Decimals())
	if places := -shifted.Exponent(); places > 0 && places <= MaxScale && shifted.NumDigits() <= smallDigits {
		return halfAway(shifted.CoefficientInt64(), powers[places]), nil
	}
	// decimal.Round rounds half away from zero.
	return toMinor(shifted.Round(0))
}

// powers are the powers of ten up to MaxScale.
var powers = func() (p [MaxScale + 1]int64) {
	p[0] = 1
	for i := range MaxScale {
		p[i+1] = 10 * p[i]
	}
	return p
}()

// halfAway is n / by, rounded half away from zero as decimal.Round does.
func halfAway(n, by int64) int64 {
	whole, rest := n/by, n%by
	switch {
	case rest >= by-rest: // twice the rest could be too large
		return whole + 1
	case -rest >= by+rest:
		return whole - 1
	}
	return whole
}
