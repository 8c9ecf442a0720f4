package sandbox

import (
	"slices"
	"time"

	"billfold/models/payment"
)

// TestCard is a card that the sandbox offers. There is no number behind it.
type TestCard struct {
	Name  string // short and stable: "works"
	Brand string
	Last4 string
	Does  string // in words, what it is for
	life  int    // months from the one it is added in through its last
	adds  string // failure code when it is added, "" when it can be
	pays  string // failure code when it is charged, "" when that works
	asks  bool   // the bank wants each payment confirmed
}

// The names of the test cards.
const (
	Works        = "works"
	Expiring     = "expiring"
	Authenticate = "authenticate"
	Funds        = "insufficient-funds"
	Later        = "fails-later"
	Declined     = "declined"
	Expired      = "expired"
)

var testCards = []TestCard{
	{Name: Works, Brand: "Visa", Last4: "4242", Does: "Works: every payment succeeds", life: 36},
	{Name: Expiring, Brand: "Mastercard", Last4: "4444", Does: "Works, and expires at the end of next month", life: 1},
	{Name: Authenticate, Brand: "Visa", Last4: "3184", Does: "Needs authentication: each payment must be confirmed", life: 24, asks: true},
	{Name: Funds, Brand: "Visa", Last4: "9995", Does: "Can be added; payments fail, insufficient funds", life: 30, pays: payment.FailFunds},
	{Name: Later, Brand: "American Express", Last4: "0341", Does: "Can be added; payments fail, the bank declines", life: 30, pays: payment.FailDeclined},
	{Name: Declined, Brand: "Visa", Last4: "0002", Does: "Is declined by the bank, also when it is added", life: 24, adds: payment.FailDeclined, pays: payment.FailDeclined},
	{Name: Expired, Brand: "Visa", Last4: "0069", Does: "Has expired, cannot be added", life: -1, adds: payment.FailExpired, pays: payment.FailExpired},
}

// TestCards are the cards that the sandbox offers.
func TestCards() []TestCard { return slices.Clone(testCards) }

// Find is the test card of a name; false when there is none.
func Find(name string) (TestCard, bool) {
	i := slices.IndexFunc(testCards, func(c TestCard) bool { return c.Name == name })
	if i < 0 {
		return TestCard{}, false
	}
	return testCards[i], true
}

// Label is the card as people name it: "Visa ending 4242".
func (c TestCard) Label() string { return c.Brand + " ending " + c.Last4 }

// AddsAt reports whether the bank lets the card be added, with the failure code when it does not.
func (c TestCard) AddsAt() (failure string, ok bool) { return c.adds, c.adds == "" }

// expiry is the last month in which a card that is added at a time can be used.
func (c TestCard) expiry(added time.Time) (year, month int) {
	last := time.Date(added.Year(), added.Month()+time.Month(c.life), 1, 0, 0, 0, 0, time.UTC)
	return last.Year(), int(last.Month())
}

// charge is what a bank says to a charge of the card, which was added once, with nobody present.
func (c TestCard) charge(expYear, expMonth int, now time.Time) (payment.State, string) {
	switch {
	case c.pays != "":
		return payment.Failed, c.pays
	case expiredAt(expYear, expMonth, now):
		return payment.Failed, payment.FailExpired
	case c.asks:
		return payment.ActionRequired, payment.FailAuthentication
	}
	return payment.Succeeded, ""
}

// expiredAt says that the last month of a card is over.
func expiredAt(year, month int, now time.Time) bool {
	return !now.Before(time.Date(year, time.Month(month)+1, 1, 0, 0, 0, 0, time.UTC))
}
