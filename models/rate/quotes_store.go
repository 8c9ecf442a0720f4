package rate

import (
	"time"

	"billfold/models/money"

	"gorm.io/gorm"
)

// Quotes looks rates up for a set of invoices, each rate once.
type Quotes struct {
	tx    *gorm.DB
	known map[asked]answer
}

type asked struct {
	from, to money.Currency
	date     time.Time
}

type answer struct {
	quote Quote
	ok    bool
}

// NewQuotes makes one for a transaction, and for no longer than it.
func NewQuotes(tx *gorm.DB) *Quotes { return &Quotes{tx, map[asked]answer{}} }

// At is RateAt.
func (q *Quotes) At(from, to money.Currency, date time.Time) (Quote, bool, error) {
	key := asked{from, to, day(date)}
	if a, seen := q.known[key]; seen {
		return a.quote, a.ok, nil
	}
	quote, ok, err := RateAt(q.tx, from, to, date)
	if err == nil {
		q.known[key] = answer{quote, ok}
	}
	return quote, ok, err
}
