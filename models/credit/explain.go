package credit

import "billfold/models/money"

// Precedence is why one credit is used before another (domain.md, "Credits").
type Precedence int

// The reasons, in the order in which they decide.
const (
	SameInAll Precedence = iota // the ids alone tell them apart
	ByScope                     // project before group before account
	ByExpiry                    // the earlier end
	ByAge                       // the older claim
)

// Decides says what puts a before b in the order of use. A scope that is not known decides nothing.
func Decides(a, b Claim) Precedence {
	switch {
	case a.Scope != b.Scope && a.Scope != "" && b.Scope != "":
		return ByScope
	case !a.Expires.Equal(b.Expires):
		return ByExpiry
	case !a.ClaimedAt.Equal(b.ClaimedAt):
		return ByAge
	}
	return SameInAll
}

// Working is how the amount of one use came about: the smallest of what the credit had left, what was
// still to be paid, and for a project's credit what was left of its lines.
type Working struct {
	Base  money.Amount // the subtotal; for prepaid credit the total with tax
	Taken money.Amount // of it by the credits used before
	Open  money.Amount // Base less Taken

	Lines      *money.Amount // of a project's credit: the sum of the project's lines
	LinesTaken money.Amount  // of these by other credit of the project
	LinesOpen  money.Amount  // Lines less LinesTaken

	Before money.Amount // left of the credit
	Used   money.Amount
	After  money.Amount // left of the credit
}

// Explain is the working of the i-th use on an invoice. uses are those of its kind, reducing or prepaid, in
// the order of use; byProject has the sums of the lines of projects in minor units. Errors:
// money.ErrCurrency, money.ErrOverflow.
func Explain(uses []Use, i int, base money.Amount, byProject map[string]int64) (w Working, err error) {
	u, c := uses[i], base.Currency()
	w = Working{Base: base, Used: u.Amount, After: u.RemainingAfter}
	if w.Taken, err = Sum(uses[:i], c); err != nil {
		return w, err
	}
	if w.Open, err = base.Sub(w.Taken); err != nil {
		return w, err
	}
	if w.Before, err = u.RemainingAfter.Add(u.Amount); err != nil || u.Claim.Scope != ForProject {
		return w, err
	}
	lines := money.New(byProject[u.Claim.ProjectID], c)
	w.Lines, w.LinesTaken = &lines, money.Zero(c)
	for _, earlier := range uses[:i] {
		if earlier.Claim.Scope != ForProject || earlier.Claim.ProjectID != u.Claim.ProjectID {
			continue
		}
		if w.LinesTaken, err = w.LinesTaken.Add(earlier.Amount); err != nil {
			return w, err
		}
	}
	w.LinesOpen, err = lines.Sub(w.LinesTaken)
	return w, err
}

// Limits are the amounts whose smallest is what was used.
func (w Working) Limits() []money.Amount {
	if w.Lines != nil {
		return []money.Amount{w.Before, w.Open, w.LinesOpen}
	}
	return []money.Amount{w.Before, w.Open}
}

// Holds reports whether the amount used is the smallest of the limits, as it is unless what the credit
// was used for has been changed since.
func (w Working) Holds() bool {
	least := w.Limits()[0].Minor()
	for _, l := range w.Limits() {
		least = min(least, l.Minor())
	}
	return w.Used.Minor() == least
}
