package account

import (
	"fmt"
	"time"
)

// StoredCard is a card of an account as it may be shown: never its number.
type StoredCard struct {
	PaymentMethod
	Holder   string
	ExpMonth int // 1 to 12
	ExpYear  int // four digits
	Country  string
}

// CardState says how long a card can still be used.
type CardState int

// The states of a card.
const (
	CardValid CardState = iota
	CardLastMonth
	CardExpired
)

// expiryWarning is how many days before its end a card is warned of.
const expiryWarning = 60

// LastDay is the last day on which the card can be used: it is good through its last month.
func (c StoredCard) LastDay() time.Time {
	return time.Date(c.ExpYear, time.Month(c.ExpMonth)+1, 0, 0, 0, 0, 0, time.UTC)
}

// State says how long the card can still be used. Times are UTC.
func (c StoredCard) State(now time.Time) CardState {
	switch now = now.UTC(); {
	case !now.Before(c.LastDay().AddDate(0, 0, 1)):
		return CardExpired
	case now.Year() == c.ExpYear && int(now.Month()) == c.ExpMonth:
		return CardLastMonth
	}
	return CardValid
}

// Expired reports whether the card has run out.
func (c StoredCard) Expired(now time.Time) bool { return c.State(now) == CardExpired }

// ExpiresSoon reports whether the card has run out or does so within 60 days.
func (c StoredCard) ExpiresSoon(now time.Time) bool {
	return !now.UTC().Before(c.LastDay().AddDate(0, 0, 1-expiryWarning))
}

// Expires is the last month as it stands on cards: "08/2028".
func (c StoredCard) Expires() string { return fmt.Sprintf("%02d/%d", c.ExpMonth, c.ExpYear) }
