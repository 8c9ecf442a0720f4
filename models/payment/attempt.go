package payment

import (
	"time"

	"billfold/models/account"
	"billfold/models/money"
)

// Kind says who asked for a charge.
type Kind string

// The kinds of charges.
const (
	Automatic Kind = "automatic" // the product by itself, after issue and on the days of tries
	PayNow    Kind = "pay_now"   // a person, on a page of the gateway
)

// Attempt is one try to collect an invoice, as its history shows it.
type Attempt struct {
	ID        string
	Number    int // from 1, in the order of the invoice's attempts
	Kind      Kind
	Gateway   string
	MethodID  string // the card that was charged or offered, "" for none
	Amount    money.Amount
	State     State
	Failure   string // code, "" unless it failed or the bank asks for something; in words: FailureWords
	Brand     string // of the card that was used, "" until that is known
	Last4     string
	ExpiresAt *time.Time // of the gateway's page
	CreatedAt time.Time
	UpdatedAt time.Time
}

// Label is the card as people name it: "Visa ending 4242"; "Card" when it is not known.
func (a Attempt) Label() string { return cardLabel(a.Brand, a.Last4) }

// Open reports whether the attempt has not ended.
func (a Attempt) Open() bool { return a.State.open() }

func cardLabel(brand, last4 string) string {
	if last4 == "" {
		return "Card"
	}
	if brand == "" {
		brand = "Card"
	}
	return account.PaymentMethod{Kind: account.Card, Brand: brand, Last4: last4}.Label()
}

// Plan is what happens by itself with an unpaid invoice. The zero value is nothing.
type Plan struct {
	Failures     int        // of automatic charges
	NextCharge   *time.Time // nil: not charged again by itself
	Reminders    int        // sent so far
	NextReminder *time.Time
}

// Back is where a gateway's page sends a person: whole addresses.
type Back struct {
	Return string // after paying, or when the gateway is done
	Cancel string // when the person gives up
}
