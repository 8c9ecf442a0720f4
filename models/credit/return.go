package credit

import (
	"time"

	"billfold/models/money"
)

// Used is a use of a claim on an invoice, and what credit notes have given back of it.
type Used struct {
	UseID    string
	Claim    Claim
	Amount   money.Amount
	Returned money.Amount
	Prepaid  bool
}

// Return is what a credit note gives back of a use.
type Return struct {
	Used
	Back    money.Amount // above zero
	Expires time.Time    // the first instant it can no longer be used; zero for never
}

// returnDays is how many days credit that was given back can be used at least, after the day of the
// credit note (domain.md, "Invoice out" 8).
const returnDays = 60

// ReturnExpiry is when credit that a note of a time gives back ends: with the claim, but not before the
// 60th day after the note is over. Zero is never.
func ReturnExpiry(expires, at time.Time) time.Time {
	if expires.IsZero() {
		return expires
	}
	if least := at.UTC().Truncate(24*time.Hour).AddDate(0, 0, returnDays+1); expires.Before(least) {
		return least
	}
	return expires
}

// Left is the sum of uses that has not been given back. Errors: money.ErrCurrency, money.ErrOverflow.
func Left(used []Used, c money.Currency) (money.Amount, error) {
	sum := money.Zero(c)
	for _, u := range used {
		rest, err := u.Amount.Sub(u.Returned)
		if err != nil {
			return sum, err
		}
		if sum, err = sum.Add(rest); err != nil {
			return sum, err
		}
	}
	return sum, nil
}

// Returns splits an amount by largest remainder over what is left of each use, so that no use ever gets
// more back than it took and the last return empties them all. The amount must not exceed Left.
func Returns(used []Used, amount money.Amount, at time.Time) []Return {
	left := make([]int64, len(used))
	for i, u := range used {
		left[i] = u.Amount.Minor() - u.Returned.Minor()
	}
	var returns []Return
	for i, part := range money.Split(amount.Minor(), left) {
		if part > 0 {
			returns = append(returns, Return{used[i], money.New(part, amount.Currency()), ReturnExpiry(used[i].Claim.Expires, at)})
		}
	}
	return returns
}
