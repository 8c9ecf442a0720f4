package invoice

import (
	"cmp"
	"slices"

	"billfold/models"
	"billfold/models/credit"
	"billfold/models/money"
	"billfold/models/tax"
)

// Charge is one line as the arithmetic sees it.
type Charge struct {
	ProjectID string       // "" without project
	Month     models.Month // the service month, which a standard tax rate goes by
	Minor     int64        // rounded once
}

// Draft is everything that decides the amounts of an invoice. The estimate that a customer sees and the
// invoice they get are computed from one by the same Compute.
type Draft struct {
	Currency money.Currency
	Charges  []Charge
	Credits  []credit.Claim // reducing, in the order of use
	Prepaid  []credit.Claim // paying after tax, in the order of use
	Tax      tax.Treatment
}

// TaxShare is the tax of one category and rate (EN 16931 BG-23). Amounts are minor units.
type TaxShare struct {
	tax.LineTax
	Lines     int64 // sum of the lines
	Allowance int64 // its part of the reducing credits
	Taxable   int64 // BT-116
	Tax       int64 // BT-117
}

// Totals are the amounts of an invoice in the order of the arithmetic (EN 16931 BR-CO-10 to 16).
type Totals struct {
	Subtotal money.Amount // BT-106: sum of rounded lines
	Credits  money.Amount // BT-107: document level allowances
	Taxable  money.Amount // BT-109
	Tax      money.Amount // BT-110
	Total    money.Amount // BT-112
	Prepaid  money.Amount // BT-113
	Due      money.Amount // BT-115
	Shares   []TaxShare
	Uses     []credit.Use // reducing
	Pays     []credit.Use // prepaid
}

// Compute does the arithmetic of an invoice: subtotal, less reducing credits, taxable amount per
// category and rate, tax on each of these sums, total, less prepaid credit, due. Errors:
// *tax.MissingRate, money.ErrOverflow. A subtotal at or below zero takes no credits.
func Compute(d Draft) (Totals, error) {
	var t Totals
	shares, byProject, subtotal, err := gather(d)
	if err != nil {
		return t, err
	}
	t.Subtotal = money.New(subtotal, d.Currency)
	if t.Uses, err = credit.Apply(d.Credits, byProject, t.Subtotal); err != nil {
		return t, err
	}
	if t.Credits, err = credit.Sum(t.Uses, d.Currency); err != nil {
		return t, err
	}
	if t.Taxable, err = t.Subtotal.Sub(t.Credits); err != nil {
		return t, err
	}
	taxMinor, err := shareOut(shares, t.Credits.Minor())
	if err != nil {
		return t, err
	}
	t.Shares = shares
	t.Tax = money.New(taxMinor, d.Currency)
	if t.Total, err = t.Taxable.Add(t.Tax); err != nil {
		return t, err
	}
	t.Prepaid, t.Due = money.Zero(d.Currency), t.Total
	if t.Total.Sign() > 0 {
		if t.Pays, err = credit.ApplyPrepaid(d.Prepaid, t.Total); err != nil {
			return t, err
		}
		if t.Prepaid, err = credit.Sum(t.Pays, d.Currency); err != nil {
			return t, err
		}
	}
	t.Due = money.New(Due(t.Total.Minor(), 0, t.Prepaid.Minor(), 0), d.Currency)
	return t, nil
}

// gather sums the lines per tax category and rate, per project, and all together. The shares come the
// highest rate first, whatever the order of the lines: a cent that is left over when a credit is split
// goes to the earlier of two equal shares, on the estimate as on the invoice.
func gather(d Draft) (shares []TaxShare, byProject map[string]int64, subtotal int64, err error) {
	byProject = map[string]int64{}
	index := map[string]int{}
	if shares, err = sharesOf(d, index); err != nil {
		return nil, nil, 0, err
	}
	for _, c := range d.Charges {
		line, err := d.Tax.For(c.Month)
		if err != nil {
			return nil, nil, 0, err
		}
		i := index[line.Key()]
		if shares[i].Lines, err = money.AddMinor(shares[i].Lines, c.Minor); err != nil {
			return nil, nil, 0, err
		}
		if subtotal, err = money.AddMinor(subtotal, c.Minor); err != nil {
			return nil, nil, 0, err
		}
		if c.ProjectID != "" {
			if byProject[c.ProjectID], err = money.AddMinor(byProject[c.ProjectID], c.Minor); err != nil {
				return nil, nil, 0, err
			}
		}
	}
	return shares, byProject, subtotal, nil
}

// sharesOf gives the empty shares of the lines' taxes in their order, and the place of each by its key.
// A rate that has been renamed goes by its latest name.
func sharesOf(d Draft, index map[string]int) ([]TaxShare, error) {
	months := make([]models.Month, len(d.Charges))
	for i, c := range d.Charges {
		months[i] = c.Month
	}
	slices.Sort(months)
	latest := map[string]tax.LineTax{}
	for _, m := range slices.Compact(months) {
		line, err := d.Tax.For(m)
		if err != nil {
			return nil, err
		}
		latest[line.Key()] = line
	}
	shares := make([]TaxShare, 0, len(latest))
	for _, line := range latest {
		shares = append(shares, TaxShare{LineTax: line})
	}
	slices.SortFunc(shares, func(a, b TaxShare) int {
		return cmp.Or(b.Rate.Cmp(a.Rate), cmp.Compare(a.Category, b.Category))
	})
	for i, s := range shares {
		index[s.Key()] = i
	}
	return shares, nil
}

// shareOut splits the allowance over the positive sums by largest remainder and computes each tax.
func shareOut(shares []TaxShare, allowance int64) (sum int64, err error) {
	weights := make([]int64, len(shares))
	for i, s := range shares {
		weights[i] = s.Lines
	}
	for i, part := range money.Split(allowance, weights) {
		s := &shares[i]
		s.Allowance, s.Taxable = part, s.Lines-part
		if s.Tax, err = tax.TaxMinor(s.Taxable, s.Rate); err != nil {
			return 0, err
		}
		if sum, err = money.AddMinor(sum, s.Tax); err != nil {
			return 0, err
		}
	}
	return sum, nil
}
