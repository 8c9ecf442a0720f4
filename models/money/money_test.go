package money

import (
	"errors"
	"math"
	"testing"

	"github.com/shopspring/decimal"
	"pgregory.net/rapid"
)

func TestConvertRoundsHalfAwayFromZero(t *testing.T) {
	for _, c := range []struct {
		cost, rate string
		to         Currency
		minor      int64
	}{
		{"0.005", "1", "EUR", 1}, {"-0.005", "1", "EUR", -1}, {"0.0049999", "1", "EUR", 0},
		{"0.00001605990", "1", "USD", 0}, {"1", "161.5", "JPY", 162}, {"-1", "161.5", "JPY", -162},
		{"10.005", "1", "USD", 1001}, {"2.675", "1", "USD", 268}, {"100", "0.9212345678", "EUR", 9212},
	} {
		got, err := NewCost(decimal.RequireFromString(c.cost), "USD").Convert(decimal.RequireFromString(c.rate), c.to)
		if err != nil || got.Minor() != c.minor {
			t.Errorf("%s x %s in %s = %d, %v; want %d", c.cost, c.rate, c.to, got.Minor(), err, c.minor)
		}
	}
}

func TestOverflowAndMixedCurrenciesAreErrors(t *testing.T) {
	if _, err := New(math.MaxInt64, "EUR").Add(New(1, "EUR")); !errors.Is(err, ErrOverflow) {
		t.Errorf("overflow: %v", err)
	}
	if _, err := New(1, "EUR").Add(New(1, "USD")); !errors.Is(err, ErrCurrency) {
		t.Errorf("currencies: %v", err)
	}
	if _, err := RoundMinor(decimal.New(1, 30), "EUR"); !errors.Is(err, ErrOverflow) {
		t.Errorf("round: %v", err)
	}
}

func TestParse(t *testing.T) {
	for in, want := range map[string]int64{"12.5": 1250, "-3": -300, " 1,000.00 ": 100000, ".5": 50} {
		if got, err := Parse(in, "EUR"); err != nil || got.Minor() != want {
			t.Errorf("Parse(%q) = %v, %v; want %d", in, got, err, want)
		}
	}
	for _, in := range []string{"", "abc", "1.234", "NaN", "1 2", "1e400", "--1", "12,50", "1,5", "1,0000", ",100", "1,000,00", "1234,567"} {
		if got, err := Parse(in, "EUR"); err == nil {
			t.Errorf("Parse(%q) = %v, want an error", in, got)
		}
	}
	if _, err := Parse("1.5", "JPY"); err == nil {
		t.Error("JPY has no decimals")
	}
}

func TestParseDecimalIsBound(t *testing.T) {
	for _, in := range []string{"0.0000000000000000001", "100000000000000000000", "1234567890123456789012345678901234567890"} {
		if d, err := ParseDecimal(in); err == nil {
			t.Errorf("ParseDecimal(%q) = %v, want an error", in, d)
		}
	}
	if d, err := ParseDecimal("0.000000000000000001"); err != nil || Canonical(d) != "0.000000000000000001" {
		t.Errorf("18 places: %v %v", d, err)
	}
	if a, b := decimal.RequireFromString("1.500"), decimal.RequireFromString("1.5"); Canonical(a) != Canonical(b) {
		t.Errorf("canonical forms differ: %s %s", Canonical(a), Canonical(b))
	}
}

func TestSplitAddsUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		total := rapid.Int64Range(-1_000_000_000_000, 1_000_000_000_000).Draw(t, "total")
		weights := rapid.SliceOfN(rapid.Int64Range(-100, 1_000_000_000), 1, 20).Draw(t, "weights")
		var sum, positive int64
		for i, p := range Split(total, weights) {
			sum += p
			if weights[i] > 0 {
				positive++
			} else if p != 0 {
				t.Fatalf("weight %d got %d", weights[i], p)
			}
		}
		if positive > 0 && sum != total {
			t.Fatalf("parts add up to %d, not %d", sum, total)
		}
	})
}
