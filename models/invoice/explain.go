package invoice

import (
	"time"

	"billfold/models"
	"billfold/models/credit"
	"billfold/models/money"
	"billfold/models/rate"
	"billfold/models/tax"

	"github.com/shopspring/decimal"
)

// CreditExplained is how the amount of a credit on an estimate or invoice came about, or on a credit note
// what it gives back (Return). Of an issued invoice the amounts are the stored ones; what a credit is used
// for is kept nowhere but for a project's name, so Scope is empty where it has been changed since.
type CreditExplained struct {
	Row       Row
	Claim     credit.Claim // as it was used
	UsedAt    time.Time    // zero on an estimate
	Order     []credit.Use // reducing or prepaid, whichever it is, in the order of use
	Place     int          // of this one in Order
	Working   credit.Working
	Reserved  money.Amount     // of an estimate: what estimates that close before it would use of the credit
	Allowance money.Amount     // all reducing credits of the invoice together
	Shares    []AllowanceShare // how Allowance falls on the taxes; none for prepaid credit

	Elsewhere    []credit.ClaimUse // other invoices, newest first
	AllElsewhere int               // how many there are
	GivenBack    []credit.GivenBack
	Origin       *credit.GivenBack // the credit note that made the claim, nil for a code
	Return       *ReturnExplained  // of a credit note
}

// AllowanceShare is the part of the reducing credits that falls on the lines of one category and rate.
type AllowanceShare struct {
	Tax TaxRow
	money.Share
}

// ReturnExplained is how a credit note came to give back so much of a use.
type ReturnExplained struct {
	Number string           // of the original
	Back   credit.GivenBack // the claim that it made
	Total  money.Amount     // of all credits of this kind that the note gives back
	Shares []ReturnShare    // how Total falls on the uses of the original, in the order of use
	Place  int              // of this one in Shares
}

// ReturnShare is what a credit note gives back of one use.
type ReturnShare struct {
	credit.InvoiceUse
	Earlier money.Amount // given back by earlier notes
	Left    money.Amount // and what that leaves
	money.Share
	Back money.Amount // as stored
}

// shareAllowance splits reducing credits over taxes, as shareOut does.
func shareAllowance(taxes []TaxRow, minor int64) []AllowanceShare {
	weights := make([]int64, len(taxes))
	for i, t := range taxes {
		weights[i] = t.LinesMinor
	}
	list := make([]AllowanceShare, len(taxes))
	for i, share := range money.Shares(minor, weights) {
		list[i] = AllowanceShare{taxes[i], share}
	}
	return list
}

// shareReturns splits what a note gives back over uses, as credit.Returns does. back has what is stored,
// by use.
func shareReturns(uses []credit.InvoiceUse, total money.Amount, earlier, back map[string]int64) []ReturnShare {
	left := make([]int64, len(uses))
	for i, u := range uses {
		left[i] = u.Amount.Minor() - earlier[u.ID]
	}
	list := make([]ReturnShare, len(uses))
	for i, share := range money.Shares(total.Minor(), left) {
		c, id := total.Currency(), uses[i].ID
		list[i] = ReturnShare{uses[i], money.New(earlier[id], c), money.New(left[i], c), share, money.New(back[id], c)}
	}
	return list
}

// TaxExplained is how the tax of one category and rate came about.
type TaxExplained struct {
	Row      Row
	Snapshot Snapshot // seller and customer as frozen, or of today on an estimate
	Tax      TaxRow
	Taxes    int // how many the document has
	Reason   tax.Reason
	Known    bool // false: what is frozen does not lead to the category
	Months   []TaxMonth
	Credits  money.Amount    // all reducing credits
	Share    money.Share     // of them, on this tax; not of a credit note
	Product  decimal.Decimal // taxable x rate, not rounded
	Noted    *NotedTax       // of a credit note
	Local    *LocalTax       // nil when the tax is stated in one currency only
}

// TaxMonth are the lines of one service month at the rate. Rate is the row of the table of rates, nil where
// none is needed or the table has another rate now.
type TaxMonth struct {
	Month models.Month
	Lines int
	Sum   money.Amount
	Rate  *tax.Rate
	Until time.Time // the last day of Rate, zero when no later one is stored
}

// NotedTax is the working of a credit note: what is credited with it, less what was credited before.
type NotedTax struct {
	Number    string // of the original
	Original  TaxRow // as issued
	Before    TaxRow // credited by earlier notes
	With      TaxRow // credited with this one
	Allowance money.Share
	Product   decimal.Decimal // With's taxable x rate, not rounded
}

// LocalTax is the tax of the whole document in the seller's national currency (Directive 2006/112/EC art. 230).
type LocalTax struct {
	Tax     money.Amount // of a credit note: of all notes up to this one
	Rate    decimal.Decimal
	Date    time.Time
	Source  string
	Product decimal.Decimal // Tax x Rate, not rounded
	Earlier money.Amount    // stated by earlier credit notes
	Amount  money.Amount
}

// SubtotalExplained is how the subtotal came out of the exact costs of the lines.
type SubtotalExplained struct {
	Row      Row
	Lines    int
	Cost     money.Cost      // exact sum of all lines
	Product  decimal.Decimal // Cost x rate, not rounded
	Rounded  money.Amount    // Product rounded once, for comparison
	Subtotal money.Amount    // sum of the rounded lines, which is billed
	Rounding decimal.Decimal // Subtotal less Product
	TaxDate  time.Time       // which the rate goes by
	Origin   *rate.Origin    // nil when nothing was converted, or the stored rates do not lead to the rate
	Number   string          // of a credit note: the original
}

// major is minor units as a decimal of the currency.
func major(minor int64, c money.Currency) decimal.Decimal { return decimal.New(minor, -c.Decimals()) }

// sumTaxes adds up the rows of one category and rate.
func sumTaxes(rows []TaxRow, like TaxRow) (sum TaxRow, err error) {
	sum = TaxRow{Category: like.Category, Rate: like.Rate, Name: like.Name}
	for _, r := range rows {
		if taxKey(r.Category, r.Rate) != taxKey(like.Category, like.Rate) {
			continue
		}
		for _, p := range []struct {
			to   *int64
			part int64
		}{{&sum.LinesMinor, r.LinesMinor}, {&sum.AllowanceMinor, r.AllowanceMinor}, {&sum.TaxableMinor, r.TaxableMinor}, {&sum.TaxMinor, r.TaxMinor}} {
			if *p.to, err = money.AddMinor(*p.to, p.part); err != nil {
				return sum, err
			}
		}
	}
	return sum, nil
}

// matching finds for each credit as a snapshot names it the claim that it is, "" for none.
func matching(applied []AppliedCredit, candidates []AppliedCredit, ids []string) []string {
	found, taken := make([]string, len(applied)), make([]bool, len(candidates))
	for i, a := range applied {
		for j, c := range candidates {
			if !taken[j] && a.Code == c.Code && a.Prepaid == c.Prepaid && a.Minor == c.Minor && a.Remaining == c.Remaining {
				found[i], taken[j] = ids[j], true
				break
			}
		}
	}
	return found
}

// claimIDs are those of the credits that applied gives, in its order.
func claimIDs(t Totals) (ids []string) {
	for _, uses := range [][]credit.Use{t.Uses, t.Pays} {
		for _, u := range uses {
			ids = append(ids, u.Claim.ID)
		}
	}
	return ids
}
