package money

import (
	"testing"

	"github.com/shopspring/decimal"
	"pgregory.net/rapid"
)

// anyDecimal draws decimals of both signs around every border of what has a quick way.
func anyDecimal(t *rapid.T) decimal.Decimal {
	d := decimal.New(rapid.Int64().Draw(t, "coefficient"), rapid.Int32Range(-22, 22).Draw(t, "exponent"))
	switch rapid.IntRange(0, 4).Draw(t, "kind") {
	case 0:
		d = d.Mul(decimal.New(rapid.Int64().Draw(t, "factor"), 0))
	case 1:
		d = decimal.New(rapid.Int64Range(-20_000, 20_000).Draw(t, "small")*5, d.Exponent())
	case 2:
		d = decimal.New(rapid.Int64Range(-1000, 1000).Draw(t, "round"), 0).Shift(rapid.Int32Range(0, 20).Draw(t, "zeros")).Shift(d.Exponent())
	case 3:
		borders := []string{"99999999999999999999", "100000000000000000000", "-99999999999999999999.999999999999999999", "999999999999999999", "1000000000000000000",
			"0.000000000000000001", "0.0000000000000000010", "0.0000000000000000001", "0.005", "-0.005", "0.0049999999999999999", "0", "-0.500000000000000000"}
		d = decimal.RequireFromString(rapid.SampledFrom(borders).Draw(t, "border"))
	}
	return d
}

// The quick ways of small numbers give what the library gives for all.
func TestQuickWaysAreTheSame(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := anyDecimal(t)
		if got := Canonical(d); got != d.String() {
			t.Fatalf("%s is written %s", d, got)
		}
		fits := d.Equal(d.Truncate(MaxScale)) && d.Abs().LessThan(decimal.New(1, maxDigits))
		if err := Bound(d); (err == nil) != (fits || d.IsZero()) {
			t.Fatalf("%s: %v", d, err)
		}
		for _, c := range []Currency{"EUR", "JPY"} {
			got, err := RoundMinor(d, c)
			want, wantErr := toMinor(d.Shift(c.Decimals()).Round(0))
			if got != want || err != wantErr {
				t.Fatalf("%s %s rounds to %d, %v; want %d, %v", d, c, got, err, want, wantErr)
			}
			for _, rate := range []decimal.Decimal{one, decimal.New(100, -2), decimal.New(11, -1)} {
				got, err := NewCost(d, "USD").Convert(rate, c)
				want, wantErr := toMinor(d.Mul(rate).Shift(c.Decimals()).Round(0))
				if got.Minor() != want || err != wantErr {
					t.Fatalf("%s at %s is %d, %v; want %d, %v", d, rate, got.Minor(), err, want, wantErr)
				}
			}
		}
	})
}
