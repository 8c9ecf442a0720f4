package rate

import (
	"slices"
	"time"

	"billfold/models/money"

	"github.com/shopspring/decimal"
)

// Way is how a rate comes out of the stored ones.
type Way int

// The ways, in the order in which Find tries them on a day.
const (
	Stored  Way = iota // as it is
	Inverse            // 1 / the stored one
	Crossed            // two of the same day against one base, divided
)

// Origin are the stored rates that a rate was made of.
type Origin struct {
	Way  Way
	Rows []Row // one; of Crossed that of the price's currency first
}

// OriginOf says what the rows of one day make the rate between two currencies of; ok is false when they do
// not make that rate.
func OriginOf(rows []Row, from, to money.Currency, date time.Time, q Quote) (o Origin, ok bool) {
	if from == to {
		return o, false
	}
	find := func(base, currency money.Currency) (Row, bool) {
		// onDay takes the last of two, which a table cannot hold.
		for _, r := range slices.Backward(rows) {
			if r.Base == base && r.Currency == currency && day(r.Date).Equal(day(date)) {
				return r, true
			}
		}
		return Row{}, false
	}
	if r, found := find(from, to); found {
		return Origin{Stored, []Row{r}}, r.Rate.Equal(q.Rate)
	}
	if r, found := find(to, from); found {
		return Origin{Inverse, []Row{r}}, Divide(decimal.NewFromInt(1), r.Rate).Equal(q.Rate)
	}
	var bases []money.Currency
	for _, r := range rows {
		bases = append(bases, r.Base)
	}
	slices.Sort(bases)
	for _, base := range slices.Compact(bases) {
		a, okA := find(base, from)
		b, okB := find(base, to)
		if okA && okB {
			return Origin{Crossed, []Row{a, b}}, Divide(b.Rate, a.Rate).Equal(q.Rate)
		}
	}
	return o, false
}
