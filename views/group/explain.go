package group

import (
	"strings"

	"billfold/models/invoice"
	"billfold/models/money"
	"billfold/views"

	"github.com/shopspring/decimal"
)

// Work is a row of the working of an amount: what it is, and the figure.
type Work struct {
	Name  string
	About string // a second line in small print
	Value string
	Exact string // the plain decimal, empty for what is no figure
}

func (v workings) last() int { return len(v.Rows) - 1 }

// figureHead is the head of figures that name their units themselves.
const figureHead = "Figure"

// long says that the figures may be too wide to stand beside their names on a phone.
func (v workings) long() bool { return v.Head == figureHead }

// workings is the table of how an amount came about; the last row is the amount.
type workings struct {
	Caption, Head string
	Rows          []Work
}

// add adds an amount in the currency of the head.
func (v *workings) add(name, about string, a money.Amount) {
	v.Rows = append(v.Rows, Work{name, about, views.MoneyBare(a), a.Decimal()})
}

// figure adds a decimal in the currency of the head that is not rounded.
func (v *workings) figure(name, about string, d decimal.Decimal) {
	v.Rows = append(v.Rows, Work{name, about, views.Quantity(d), money.Canonical(d)})
}

// words adds a row that is no amount of the head's currency.
func (v *workings) words(name, about, value string) {
	v.Rows = append(v.Rows, Work{name, about, value, ""})
}

// roundedOnce is the rule of rounding as readers see it.
const roundedOnce = "Rounded once, a half away from zero."

// exchangeRate is the rate of an estimate or invoice with its date and source.
func exchangeRate(r invoice.Row) string {
	words := []string{"1 " + r.PriceCurrency + " = " + r.Rate.String() + " " + r.Currency}
	if r.RateDate != nil {
		words = append(words, views.Date(day(r.RateDate)))
	}
	if r.RateSource != "" {
		words = append(words, r.RateSource)
	}
	return strings.Join(words, ", ")
}

// unrounded writes a share of minor units in the currency; one that goes on ends in dots.
func unrounded(s money.Share, c money.Currency) string {
	switch {
	case !s.Exact:
		return views.Quantity(s.Unrounded.Shift(-c.Decimals())) + "…"
	case s.Unrounded.IsInteger():
		return views.MoneyBare(money.New(s.Unrounded.IntPart(), c))
	}
	return views.Quantity(s.Unrounded.Shift(-c.Decimals()))
}

// roundedHow says how a share became whole.
func roundedHow(s money.Share) string {
	switch {
	case s.Extra:
		return "Rounded up: one of the units left over"
	case s.Unrounded.IsInteger() && s.Exact:
		return "Nothing to round"
	}
	return "Rounded down"
}

// taxTitle is the name and rate of a tax.
func taxTitle(t invoice.TaxRow) string {
	if t.Category == "AE" || t.Category == "O" {
		return taxName(t)
	}
	return taxName(t) + " " + percent(t.Rate)
}

func percent(rate decimal.Decimal) string { return views.Quantity(rate.Shift(2)) + "%" }
