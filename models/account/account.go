package account

import "time"

// DefaultGroup is the name of the primary billing group that every account starts with.
const DefaultGroup = "Default"

// Account is a customer.
type Account struct {
	ID                  string
	Name                string
	BankTransferAllowed bool // by the operator
	CreatedAt           time.Time
	UpdatedAt           time.Time // when it was last renamed; else CreatedAt
}
