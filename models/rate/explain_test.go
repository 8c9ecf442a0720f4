package rate_test

import (
	"testing"
	"time"

	"billfold/models/money"
	"billfold/models/rate"

	"github.com/shopspring/decimal"
	"pgregory.net/rapid"
)

// Whatever Find finds, OriginOf names the stored rates that it was made of.
func TestTheOriginOfARate(t *testing.T) {
	date := time.Date(2026, 10, 30, 0, 0, 0, 0, time.UTC)
	ways := map[rate.Way]bool{}
	rapid.Check(t, func(t *rapid.T) {
		currency := rapid.SampledFrom([]money.Currency{"EUR", "USD", "SEK", "CHF"})
		bases := currency
		if rapid.Bool().Draw(t, "of the euro alone") { // so that rates are crossed often enough
			bases = rapid.Just(money.Currency("EUR"))
		}
		seen := map[[2]money.Currency]bool{}
		var rows []rate.Row
		for range rapid.IntRange(4, 12).Draw(t, "rows") {
			r := rate.Row{Base: bases.Draw(t, "base"), Currency: currency.Draw(t, "currency"), Date: date.AddDate(0, 0, -rapid.IntRange(0, 1).Draw(t, "day")),
				Rate: decimal.New(rapid.Int64Range(1, 99999).Draw(t, "rate"), -4), Source: "Test"}
			if r.Base == r.Currency || seen[[2]money.Currency{r.Base, r.Currency}] {
				continue
			}
			seen[[2]money.Currency{r.Base, r.Currency}] = true
			rows = append(rows, r)
		}
		from, to := currency.Draw(t, "from"), currency.Draw(t, "to")
		q, found := rate.Find(rows, from, to, date)
		if !found || from == to {
			return
		}
		o, ok := rate.OriginOf(rows, from, to, q.Date, q)
		if !ok || len(o.Rows) == 0 || len(o.Rows) != map[rate.Way]int{rate.Stored: 1, rate.Inverse: 1, rate.Crossed: 2}[o.Way] {
			t.Fatalf("%s to %s at %s in %+v: %+v, %v", from, to, q.Rate, rows, o, ok)
		}
		ways[o.Way] = true
		q.Rate = q.Rate.Add(decimal.New(1, -4))
		if _, ok := rate.OriginOf(rows, from, to, q.Date, q); ok {
			t.Fatal("another rate has the same origin")
		}
	})
	if len(ways) != 3 {
		t.Errorf("only the ways %v came about", ways)
	}
}
