package account

import (
	"fmt"
	"time"
)

// DefaultTermsDays is how many days after the invoice date a bank transfer is due unless the operator
// says otherwise.
const DefaultTermsDays = 14

// The kinds of payment methods.
const (
	Card         = "card"
	BankTransfer = "bank_transfer"
)

// PaymentMethod is a way to pay that belongs to an account and may serve several of its groups.
type PaymentMethod struct {
	ID        string
	Kind      string // Card or BankTransfer
	TermsDays int    // due so many days after the invoice date; 0 for a card
	Brand     string // of cards
	Last4     string // of cards
	CreatedAt time.Time
}

// Label is the method as screens name it: "Bank transfer, 14 days", "Visa ending 4242".
func (p PaymentMethod) Label() string {
	if p.Kind == BankTransfer {
		return "Bank transfer, " + count(p.TermsDays, "day")
	}
	return fmt.Sprintf("%s ending %s", p.Brand, p.Last4)
}
