package rate

import (
	"math/big"
	"strings"
	"testing"
	"time"

	"billfold/models/money"

	"github.com/shopspring/decimal"
	"pgregory.net/rapid"
)

func on(s string) time.Time {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		panic(err)
	}
	return t
}

func ecb(date, currency, rate string) Row {
	return Row{"EUR", money.Currency(currency), on(date), decimal.RequireFromString(rate), "ECB"}
}

func TestFind(t *testing.T) {
	rows := []Row{
		ecb("2026-11-20", "USD", "1.0576"), ecb("2026-11-20", "GBP", "0.8344"),
		ecb("2026-11-19", "USD", "1.0500"), ecb("2026-11-19", "GBP", "0.8000"), ecb("2026-11-19", "JPY", "161.50"),
		{"GBP", "CHF", on("2026-11-20"), decimal.RequireFromString("1.12"), "Own"},
		{"NOK", "USD", on("2026-11-20"), decimal.RequireFromString("0.09"), "A"}, {"NOK", "CHF", on("2026-11-20"), decimal.RequireFromString("0.08"), "B"},
	}
	for name, c := range map[string]struct{ from, to, date, rate, day, source string }{
		"stored":                             {"EUR", "USD", "2026-11-20", "1.0576", "2026-11-20", "ECB"},
		"stored, weekend after":              {"EUR", "USD", "2026-11-22", "1.0576", "2026-11-20", "ECB"},
		"the day before is another":          {"EUR", "USD", "2026-11-19", "1.05", "2026-11-19", "ECB"},
		"last day of the window":             {"EUR", "USD", "2026-11-27", "1.0576", "2026-11-20", "ECB"},
		"inverse":                            {"USD", "EUR", "2026-11-20", "0.9455370651", "2026-11-20", "ECB"},
		"crossed":                            {"USD", "GBP", "2026-11-20", "0.7889561271", "2026-11-20", "ECB"},
		"both legs of the last common day":   {"USD", "JPY", "2026-11-20", "153.8095238", "2026-11-19", "ECB"},
		"stored pair of another base":        {"GBP", "CHF", "2026-11-20", "1.12", "2026-11-20", "Own"},
		"crossed over a base of two sources": {"USD", "CHF", "2026-11-20", "0.8888888889", "2026-11-20", "A, B"},
	} {
		q, ok := Find(rows, money.Currency(c.from), money.Currency(c.to), on(c.date).Add(13*time.Hour))
		if !ok || !q.Rate.Equal(decimal.RequireFromString(c.rate)) || !q.Date.Equal(on(c.day)) || q.Source != c.source {
			t.Errorf("%s: %v %v %v %v", name, q.Rate, q.Date, q.Source, ok)
		}
	}
	for name, c := range map[string]struct{ from, to, date string }{
		"eight days old": {"EUR", "USD", "2026-11-28"}, "before the first": {"EUR", "USD", "2026-11-18"}, "unknown": {"EUR", "SEK", "2026-11-20"},
	} {
		if q, ok := Find(rows, money.Currency(c.from), money.Currency(c.to), on(c.date)); ok {
			t.Errorf("%s: %+v", name, q)
		}
	}
	if q, ok := Find(nil, "SEK", "SEK", on("2026-11-20")); !ok || !q.Rate.Equal(decimal.NewFromInt(1)) || !q.Date.IsZero() {
		t.Errorf("same currency: %+v %v", q, ok)
	}
}

// Divide must give the exact quotient, rounded once to ten significant digits, half away from zero.
func TestDivideIsRoundedOnce(t *testing.T) {
	for _, c := range []struct{ a, b, want string }{
		{"1", "3", "0.3333333333"}, {"2", "3", "0.6666666667"}, {"1", "161.5", "0.006191950464"}, {"161.5", "1.0576", "152.7042360"},
		{"1", "8", "0.125"}, {"99999999995", "10", "10000000000"}, {"0.99999999995", "1", "1"}, {"12345678905", "1", "12345678910"},
		{"1.00000000050000000001", "1", "1.000000001"}, {"1.0000000005", "1", "1.000000001"}, {"1.0000000004999999999999", "1", "1"},
	} {
		if got := Divide(decimal.RequireFromString(c.a), decimal.RequireFromString(c.b)); !got.Equal(decimal.RequireFromString(c.want)) {
			t.Errorf("%s / %s = %s, want %s", c.a, c.b, got, c.want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		number := func(name string) decimal.Decimal {
			return decimal.New(rapid.Int64Range(1, 1_000_000_000_000).Draw(t, name), rapid.Int32Range(-12, 3).Draw(t, name+"Exp"))
		}
		a, b := number("a"), number("b")
		got := Divide(a, b)
		if digits := len(strings.TrimRight(got.Coefficient().String(), "0")); digits > Digits {
			t.Fatalf("%s / %s = %s has %d digits", a, b, got, digits)
		}
		exact := new(big.Rat).Quo(a.Rat(), b.Rat())
		unit := big.NewRat(1, 1) // one in the tenth significant digit of the exact quotient
		for ten, power := big.NewRat(10, 1), exact; ; {
			lead := new(big.Rat).Quo(power, unit)
			switch {
			case lead.Cmp(big.NewRat(10_000_000_000, 1)) >= 0:
				unit.Mul(unit, ten)
				continue
			case lead.Cmp(big.NewRat(1_000_000_000, 1)) < 0:
				unit.Quo(unit, ten)
				continue
			}
			break
		}
		if smallest := decimal.New(1, -money.MaxScale).Rat(); unit.Cmp(smallest) < 0 {
			unit = smallest
		}
		twice := new(big.Rat).Mul(big.NewRat(2, 1), new(big.Rat).Sub(got.Rat(), exact))
		if twice.Cmp(unit) > 0 || new(big.Rat).Neg(twice).Cmp(unit) >= 0 { // a half goes up
			t.Fatalf("%s / %s = %s is not the quotient rounded once", a, b, got)
		}
	})
}
