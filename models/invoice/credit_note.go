package invoice

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"billfold/models"
	"billfold/models/credit"
	"billfold/models/money"
	"billfold/models/tax"

	"github.com/shopspring/decimal"
)

// KindInvoice and KindCreditNote are the kinds of issued documents. The amounts of a credit note are
// positive: they say what is credited.
const (
	KindInvoice    = "invoice"
	KindCreditNote = "credit_note"
)

// CreditRequest says what of an invoice is to be credited.
type CreditRequest struct {
	Line   string // its place in the invoice's files, from 1, or its id; "" for all that is left of the invoice
	Amount string // of the line, before credits and tax, in the invoice's currency; "" for all that is left of it
	Reason string // printed on the credit note
	Again  bool   // credit a part of a line once more that was credited for the same reason before
}

// maxReason is how many characters a reason may have.
const maxReason = 500

// OriginalLine is a line of an issued invoice, in minor units of its currency.
type OriginalLine struct {
	ID       string
	Minor    int64
	Credited int64 // by earlier credit notes
	Category string
	Rate     decimal.Decimal
}

// Original is an issued invoice as a credit note finds it. Lines are in the order of the documents.
type Original struct {
	Currency  money.Currency
	Lines     []OriginalLine
	Taxes     []TaxRow // as issued
	Reducing  []credit.Used
	Prepaid   []credit.Used
	Total     int64
	Credited  int64 // by earlier credit notes, with tax
	UsedAfter int64 // prepaid credit used at issue
	Paid      int64 // payments less refunds, and less what was given back as prepaid credit
	Local     money.Currency
	LocalRate *decimal.Decimal // art. 230; nil when the tax is stated in one currency only
}

// NotedLine is a line of a credit note: a part of an original line, or all that was left of it.
type NotedLine struct {
	Index int // in Original.Lines
	Minor int64
	Whole bool // the line as it was issued, of which nothing was credited before
}

// CreditNote is what a request makes of an original. All amounts say what is credited or given back.
type CreditNote struct {
	Lines    []NotedLine
	Taxes    []TaxRow // amounts of the note; without id, account and position
	Subtotal money.Amount
	Credits  money.Amount // its part of the reducing credits
	Taxable  money.Amount
	Tax      money.Amount
	Total    money.Amount
	Local    money.Amount    // Tax at the original's rate of art. 230
	Returns  []credit.Return // reducing credit that can be used again
	Prepaid  []credit.Return // prepaid credit that can be used again
	Returned money.Amount    // sum of Prepaid
	Refund   money.Amount    // paid, and to be refunded because of this note
	Due      money.Amount    // of the original, from now on
}

// NewCreditNote computes a credit note (domain.md, "Invoice out" 8). Its allowances and taxes are those of
// everything credited so far less those of the earlier notes, so that they are in proportion, the
// differences of rounding never add up, and all notes together equal the original exactly. Kinds: Invalid
// (line, amount), Conflict (nothing is left to credit).
func NewCreditNote(o Original, r CreditRequest, at time.Time) (CreditNote, error) {
	lines, err := o.requested(r)
	if err != nil {
		return CreditNote{}, err
	}
	before := make([]int64, len(o.Lines))
	for i, l := range o.Lines {
		before[i] = l.Credited
	}
	after, all := append([]int64{}, before...), make([]int64, len(o.Lines))
	for _, l := range lines {
		after[l.Index] += l.Minor
	}
	for i, l := range o.Lines {
		all[i] = l.Minor
	}
	was, err := o.creditedSoFar(before)
	if err != nil {
		return CreditNote{}, err
	}
	is, err := o.creditedSoFar(after)
	if err != nil {
		return CreditNote{}, err
	}
	whole, err := o.creditedSoFar(all)
	if err != nil {
		return CreditNote{}, err
	}
	// Lines below zero and several rates can make a part worth more than the whole.
	if is.lines > whole.lines || is.taxable > whole.taxable || is.total > whole.total {
		left := money.New(max(0, whole.lines-was.lines), o.Currency)
		return CreditNote{}, models.Invalidf("amount", "Deductions on other lines leave less of the invoice than of this line: %s before tax. Enter less, or credit the whole invoice", left)
	}
	n := CreditNote{Lines: lines, Subtotal: money.New(is.lines-was.lines, o.Currency), Credits: money.New(is.allowance-was.allowance, o.Currency),
		Taxable: money.New(is.taxable-was.taxable, o.Currency), Tax: money.New(is.tax-was.tax, o.Currency), Total: money.New(is.total-was.total, o.Currency)}
	n.Taxes = o.noteTaxes(lines, was, is)
	if o.LocalRate != nil {
		n.Local = money.New(is.local-was.local, o.Local)
	}
	n.Returns = credit.Returns(o.Reducing, n.Credits, at)
	return n, o.settle(&n, at)
}

// settle says what becomes of money that came in before: the excess returns as prepaid credit first, then
// it is to be refunded.
func (o Original) settle(n *CreditNote, at time.Time) error {
	credited, err := money.AddMinor(o.Credited, n.Total.Minor())
	if err != nil {
		return err
	}
	excess := max(0, credited+o.UsedAfter+o.Paid-o.Total) - max(0, o.Credited+o.UsedAfter+o.Paid-o.Total)
	left, err := credit.Left(o.Prepaid, o.Currency)
	if err != nil {
		return err
	}
	n.Returned = money.New(min(excess, left.Minor()), o.Currency)
	n.Prepaid = credit.Returns(o.Prepaid, n.Returned, at)
	n.Refund = money.New(excess-n.Returned.Minor(), o.Currency)
	n.Due = money.New(Due(o.Total, credited, o.UsedAfter, o.Paid-n.Returned.Minor()), o.Currency)
	return nil
}

// requested are the lines that a request names, each within what is left of it.
func (o Original) requested(r CreditRequest) ([]NotedLine, error) {
	if strings.TrimSpace(r.Line) == "" {
		if r.Amount != "" {
			return nil, models.Invalidf("line", "Say which line the amount is of")
		}
		var lines []NotedLine
		for i, l := range o.Lines {
			if rest := l.Minor - l.Credited; rest != 0 {
				lines = append(lines, NotedLine{i, rest, l.Credited == 0})
			}
		}
		if len(lines) == 0 {
			return nil, models.Conflictf("All of this invoice is credited already")
		}
		return lines, nil
	}
	i, err := o.line(strings.TrimSpace(r.Line))
	if err != nil {
		return nil, err
	}
	l := o.Lines[i]
	rest := money.New(l.Minor-l.Credited, o.Currency)
	switch {
	case l.Minor <= 0:
		return nil, models.Invalidf("line", "Line %d lowers the invoice by %s. It is credited only with the whole invoice", i+1, money.New(l.Minor, o.Currency).Neg())
	case rest.IsZero():
		return nil, models.Conflictf("All of line %d is credited already", i+1)
	}
	amount := rest
	if r.Amount != "" {
		if amount, err = money.Parse(r.Amount, o.Currency); err != nil {
			return nil, models.Invalidf("amount", "Enter the amount in %s: %s", o.Currency, err)
		}
	}
	if amount.Sign() <= 0 || amount.Minor() > rest.Minor() {
		return nil, models.Invalidf("amount", "Enter an amount above zero and up to %s, which is left of line %d", rest, i+1)
	}
	return []NotedLine{{i, amount.Minor(), amount.Minor() == l.Minor}}, nil
}

// line finds a line by its place or id.
func (o Original) line(wanted string) (int, error) {
	for i, l := range o.Lines {
		if l.ID == strings.ToLower(wanted) {
			return i, nil
		}
	}
	n, err := strconv.Atoi(wanted)
	if err != nil || n < 1 || n > len(o.Lines) {
		return 0, models.Invalidf("line", "Enter the place of a line in the invoice's CSV file, from 1 to %d, or its id", len(o.Lines))
	}
	return n - 1, nil
}

// soFar are the amounts of a state in which so much of each line is credited.
type soFar struct {
	lines, allowance, taxable, tax, total, local int64
	shares                                       []TaxRow // one per category and rate
}

func taxKey(category string, rate decimal.Decimal) string { return category + " " + rate.String() }

// creditedSoFar is what is credited when so much of each line is: the part of the reducing credits that
// falls on it by largest remainder, and the tax on the rest, per category and rate.
func (o Original) creditedSoFar(credited []int64) (s soFar, err error) {
	issued, index := o.shares()
	s.shares = make([]TaxRow, len(issued))
	done := make([]bool, len(issued))
	for i, t := range issued {
		s.shares[i] = TaxRow{Category: t.Category, Rate: t.Rate, Name: t.Name, Note: t.Note, Source: t.Source}
		done[i] = true
	}
	for i, l := range o.Lines {
		k, ok := index[taxKey(l.Category, l.Rate)]
		if !ok {
			return s, fmt.Errorf("line %s is taxed %s %s, which the invoice does not state", l.ID, l.Category, l.Rate)
		}
		if s.shares[k].LinesMinor, err = money.AddMinor(s.shares[k].LinesMinor, credited[i]); err != nil {
			return s, err
		}
		done[k] = done[k] && credited[i] == l.Minor
	}
	for k := range s.shares {
		x, t := &s.shares[k], issued[k]
		x.AllowanceMinor = money.Split(t.AllowanceMinor, []int64{x.LinesMinor, t.LinesMinor - x.LinesMinor})[0]
		x.TaxableMinor = x.LinesMinor - x.AllowanceMinor
		if x.TaxMinor, err = tax.TaxMinor(x.TaxableMinor, x.Rate); err != nil {
			return s, err
		}
		if done[k] { // the last note takes the remainder
			x.AllowanceMinor, x.TaxableMinor, x.TaxMinor = t.AllowanceMinor, t.TaxableMinor, t.TaxMinor
		}
		for _, sum := range []struct {
			of   *int64
			part int64
		}{{&s.lines, x.LinesMinor}, {&s.allowance, x.AllowanceMinor}, {&s.taxable, x.TaxableMinor}, {&s.tax, x.TaxMinor}} {
			if *sum.of, err = money.AddMinor(*sum.of, sum.part); err != nil {
				return s, err
			}
		}
	}
	if s.total, err = money.AddMinor(s.taxable, s.tax); err != nil || o.LocalRate == nil {
		return s, err
	}
	s.local, err = money.RoundMinor(decimal.New(s.tax, -o.Currency.Decimals()).Mul(*o.LocalRate), o.Local)
	return s, err
}

// shares are the taxes as issued, one row per category and rate, and where each is.
func (o Original) shares() (rows []TaxRow, index map[string]int) {
	index = map[string]int{}
	for _, t := range o.Taxes {
		key := taxKey(t.Category, t.Rate)
		i, ok := index[key]
		if !ok {
			index[key] = len(rows)
			rows = append(rows, t)
			continue
		}
		x := &rows[i]
		x.LinesMinor, x.AllowanceMinor = x.LinesMinor+t.LinesMinor, x.AllowanceMinor+t.AllowanceMinor
		x.TaxableMinor, x.TaxMinor = x.TaxableMinor+t.TaxableMinor, x.TaxMinor+t.TaxMinor
	}
	return rows, index
}

// noteTaxes are the taxes of the note: of the categories and rates that it has lines of.
func (o Original) noteTaxes(lines []NotedLine, was, is soFar) (rows []TaxRow) {
	named := map[string]bool{}
	for _, l := range lines {
		named[taxKey(o.Lines[l.Index].Category, o.Lines[l.Index].Rate)] = true
	}
	for i, x := range is.shares {
		if !named[taxKey(x.Category, x.Rate)] {
			continue
		}
		y := was.shares[i]
		x.LinesMinor, x.AllowanceMinor = x.LinesMinor-y.LinesMinor, x.AllowanceMinor-y.AllowanceMinor
		x.TaxableMinor, x.TaxMinor = x.TaxableMinor-y.TaxableMinor, x.TaxMinor-y.TaxMinor
		rows = append(rows, x)
	}
	return rows
}
