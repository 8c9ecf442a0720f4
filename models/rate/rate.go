// Package rate is the room of exchange rates: the operator imports them, invoices take the last one
// stored before their date, and nothing is ever asked of a network.
package rate

import (
	"slices"
	"strings"
	"time"

	"billfold/models/money"

	"github.com/shopspring/decimal"
)

// MaxAge is how many days before the date a rate may be and still be used: long enough for Easter and
// New Year, when central banks publish nothing.
const MaxAge = 7

// Digits are the significant digits of a rate that is computed from others. It is rounded once, half
// away from zero, and printed and used as rounded.
const Digits = 10

// Row is one stored rate: 1 Base = Rate Currency, on a date (midnight UTC).
type Row struct {
	Base     money.Currency
	Currency money.Currency
	Date     time.Time
	Rate     decimal.Decimal
	Source   string
}

// Quote is the rate an invoice uses: 1 unit of the one currency = Rate units of the other.
type Quote struct {
	Rate   decimal.Decimal
	Date   time.Time // of the stored rate, midnight UTC; zero when both currencies are the same
	Source string    // who published it; empty when both currencies are the same
}

// Find gives the rate between two currencies on a date: of the last day, up to MaxAge days before, for
// which the rows hold one. A day's rate is the stored one; else the inverse of the stored one; else
// both currencies' rates of the same day against a common base are crossed (the first base A to Z).
func Find(rows []Row, from, to money.Currency, date time.Time) (Quote, bool) {
	if from == to {
		return Quote{Rate: decimal.NewFromInt(1)}, true
	}
	last := day(date)
	first := last.AddDate(0, 0, -MaxAge)
	byDay := map[time.Time][]Row{}
	for _, r := range rows {
		if d := day(r.Date); !d.Before(first) && !d.After(last) && r.Rate.IsPositive() {
			byDay[d] = append(byDay[d], r)
		}
	}
	for d := last; !d.Before(first); d = d.AddDate(0, 0, -1) {
		if q, ok := onDay(byDay[d], from, to); ok && q.Rate.IsPositive() {
			q.Date = d
			return q, true
		}
	}
	return Quote{}, false
}

// onDay finds the rate among the rows of one day.
func onDay(rows []Row, from, to money.Currency) (Quote, bool) {
	stored := make(map[[2]money.Currency]Row, len(rows))
	var bases []money.Currency
	for _, r := range rows {
		stored[[2]money.Currency{r.Base, r.Currency}] = r
		bases = append(bases, r.Base)
	}
	if r, ok := stored[[2]money.Currency{from, to}]; ok {
		return Quote{Rate: r.Rate, Source: r.Source}, true
	}
	if r, ok := stored[[2]money.Currency{to, from}]; ok {
		return Quote{Rate: Divide(decimal.NewFromInt(1), r.Rate), Source: r.Source}, true
	}
	slices.Sort(bases)
	for _, base := range slices.Compact(bases) {
		a, okA := stored[[2]money.Currency{base, from}]
		b, okB := stored[[2]money.Currency{base, to}]
		if okA && okB {
			return Quote{Rate: Divide(b.Rate, a.Rate), Source: sources(a.Source, b.Source)}, true
		}
	}
	return Quote{}, false
}

// Divide is a / b, both above zero, with Digits significant digits (fewer where that would take more
// than money.MaxScale decimals), rounded once, half away from zero.
func Divide(a, b decimal.Decimal) decimal.Decimal {
	// Integer division keeps the remainder, so that the rounding looks at the exact quotient and not at
	// one that is rounded already. The first guess gives Digits digits or one more.
	places := int32(Digits) - magnitude(a) + magnitude(b)
	if q, _ := a.QuoRem(b, places); q.NumDigits() > Digits {
		places--
	}
	places = min(places, money.MaxScale)
	q, rest := a.QuoRem(b, places)
	if rest.Mul(decimal.NewFromInt(2)).GreaterThanOrEqual(b.Shift(-places)) {
		q = q.Add(decimal.New(1, -places))
	}
	return decimal.RequireFromString(q.String()) // as it is stored, without trailing zeros
}

// magnitude is the power of ten above the first digit: 1 for 3.5, 3 for 161, 0 for 0.5, -1 for 0.05.
func magnitude(d decimal.Decimal) int32 { return int32(d.NumDigits()) + d.Exponent() }

func sources(a, b string) string {
	if a == b {
		return a
	}
	return strings.Join([]string{a, b}, ", ")
}

// day is midnight UTC of the day that holds an instant.
func day(t time.Time) time.Time { return t.UTC().Truncate(24 * time.Hour) }
