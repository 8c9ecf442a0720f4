package credit

import (
	"cmp"
	"slices"
	"time"

	"billfold/models/money"
)

// Use is a part of a claim that an invoice takes.
type Use struct {
	Claim          Claim
	Amount         money.Amount // above zero
	RemainingAfter money.Amount
	Prepaid        bool // pays after tax instead of lowering the taxable amount
}

// Usable reports whether a claim can be used on an invoice of a period: claimed and started before the
// period's end, and not expired at that end. Credit that expires at midnight after the last day of a
// month is good for that month.
func (c Claim) Usable(periodEnd time.Time) bool {
	return c.Remaining.Sign() > 0 && c.ClaimedAt.Before(periodEnd) && c.Starts.Before(periodEnd) &&
		(c.Expires.IsZero() || !c.Expires.Before(periodEnd))
}

// InOrder sorts claims in the order of use: project before group before account, the earliest expiry
// first, then the oldest.
func InOrder(claims []Claim) {
	rank := map[Scope]int{ForProject: 0, ForGroup: 1, ForAccount: 2}
	slices.SortFunc(claims, func(a, b Claim) int {
		return cmp.Or(cmp.Compare(rank[a.Scope], rank[b.Scope]), byExpiry(a.Expires, b.Expires),
			a.ClaimedAt.Compare(b.ClaimedAt), cmp.Compare(a.ID, b.ID))
	})
}

// byExpiry puts what never expires last.
func byExpiry(a, b time.Time) int {
	if a.IsZero() || b.IsZero() {
		return cmp.Compare(boolInt(a.IsZero()), boolInt(b.IsZero()))
	}
	return a.Compare(b)
}

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}

// Apply says what reducing credits do to a subtotal: in the order given, each pays what is left of the
// subtotal, never more than remains of it, and a project's credit never more than that project's lines
// less what other project credit paid of them. byProject has the sum of each project's rounded lines in
// minor units; a project without lines, or with a sum at or below zero, uses none. Closing and the
// preview of an estimate both call it. Error: money.ErrCurrency.
func Apply(claims []Claim, byProject map[string]int64, subtotal money.Amount) ([]Use, error) {
	left := subtotal.Minor()
	taken := map[string]int64{}
	var uses []Use
	for _, c := range claims {
		if c.Remaining.Currency() != subtotal.Currency() {
			return nil, money.ErrCurrency
		}
		pays := min(c.Remaining.Minor(), left)
		if c.Scope == ForProject {
			pays = min(pays, byProject[c.ProjectID]-taken[c.ProjectID])
		}
		if pays <= 0 {
			continue
		}
		left -= pays
		taken[c.ProjectID] += pays
		uses = append(uses, use(c, pays))
	}
	return uses, nil
}

// ApplyPrepaid says what prepaid credit pays of a total after tax, in the order given (EN 16931 BT-113).
// Error: money.ErrCurrency.
func ApplyPrepaid(claims []Claim, total money.Amount) ([]Use, error) {
	return Apply(slices.DeleteFunc(slices.Clone(claims), func(c Claim) bool { return c.Scope == ForProject }), nil, total)
}

func use(c Claim, minor int64) Use {
	currency := c.Remaining.Currency()
	return Use{Claim: c, Amount: money.New(minor, currency), RemainingAfter: money.New(c.Remaining.Minor()-minor, currency), Prepaid: c.Type.Prepaid()}
}

// Sum adds up uses in a currency, zero for none. Errors: money.ErrCurrency, money.ErrOverflow.
func Sum(uses []Use, currency money.Currency) (money.Amount, error) {
	sum := money.Zero(currency)
	for _, u := range uses {
		var err error
		if sum, err = sum.Add(u.Amount); err != nil {
			return money.Amount{}, err
		}
	}
	return sum, nil
}
