package money_test

import (
	"math"
	"testing"

	"billfold/models/money"

	"pgregory.net/rapid"
)

func TestAppendDecimalWritesWhatDecimalGives(t *testing.T) {
	same := func(t rapid.TB, minor int64, c money.Currency) {
		a := money.New(minor, c)
		if got := string(a.AppendDecimal([]byte("x"))); got != "x"+a.Decimal() {
			t.Errorf("%d %s: %s, want %s", minor, c, got, a.Decimal())
		}
	}
	rapid.Check(t, func(r *rapid.T) {
		same(r, rapid.Int64().Draw(r, "minor"), rapid.SampledFrom(money.Currencies()).Draw(r, "currency"))
	})
	for _, minor := range []int64{0, 1, -1, 99, -99, 100, -100, 1005, math.MaxInt64, math.MinInt64} {
		for _, c := range money.Currencies() {
			same(t, minor, c)
		}
	}
}
