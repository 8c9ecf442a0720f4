package group

import (
	"billfold/models/invoice"
	"billfold/models/money"
	"billfold/models/rate"
	"billfold/views"
)

// SubtotalExplainedView says how exact costs became a subtotal.
type SubtotalExplainedView struct {
	Shell    views.Shell
	Title    string
	Meta     string
	Estimate bool
	Facts    []Fact
	Amount   workings
	Because  []string
	Back     string // path of the lines
}

// NewSubtotalExplained puts the working of a subtotal into words.
func NewSubtotalExplained(shell views.Shell, groupID string, e invoice.SubtotalExplained) SubtotalExplainedView {
	c, r := e.Subtotal.Currency(), e.Row
	v := SubtotalExplainedView{Shell: shell, Title: "Subtotal " + views.Money(e.Subtotal), Meta: "How it came about on " + invoiceName(r),
		Estimate: r.State == invoice.Estimate, Back: views.InvoicePath(groupID, r.Address()) + "#lines"}
	v.Amount = workings{Caption: "How the subtotal came about", Head: figureHead}
	v.Facts = []Fact{{Name: "Lines", Value: views.Number(e.Lines)}, {Name: "Usage is priced in", Value: r.PriceCurrency}, {Name: "Billed in", Value: r.Currency}}
	converted := r.Currency != r.PriceCurrency
	if converted {
		v.conversion(e)
	}
	if r.Kind == invoice.KindCreditNote {
		v.Facts = append(v.Facts, Fact{Name: "Credits invoice", Value: e.Number, Path: views.InvoicePath(groupID, e.Number)})
		v.Amount.words("Lines that are credited", "Whole lines or parts, in the currency and at the rate of invoice "+e.Number, views.Number(e.Lines))
		v.Amount.Rows = append(v.Amount.Rows, Work{"Subtotal", "", views.Money(e.Subtotal), e.Subtotal.Decimal()})
		v.Because = []string{"The sum of the amounts that are credited. A credit note takes amounts of lines that were rounded when the invoice was issued. No usage is metered for it."}
		return v
	}
	v.Amount.Rows = append(v.Amount.Rows, Work{"Exact cost of all lines", "Sum of all usage records, nothing rounded", views.ExactCost(e.Cost), money.Canonical(e.Cost.Exact())})
	if converted {
		v.Amount.words("Times the exchange rate", "", r.Rate.String())
		v.Amount.Rows = append(v.Amount.Rows, Work{"Not rounded", "", views.Quantity(e.Product) + " " + r.Currency, money.Canonical(e.Product)})
	}
	v.Amount.Rows = append(v.Amount.Rows, Work{"Rounding of the lines", "Each line is rounded once, a half away from zero", views.Quantity(e.Rounding) + " " + r.Currency, money.Canonical(e.Rounding)},
		Work{"Subtotal", "", views.Money(e.Subtotal), e.Subtotal.Decimal()})
	switch off, err := e.Subtotal.Sub(e.Rounded); {
	case err != nil:
	case off.IsZero():
		v.Because = []string{"The sum of the rounded lines. Rounded only once, it would be the same: " + views.Money(e.Rounded) + "."}
	default:
		v.Because = []string{"The sum of the rounded lines. Rounded only once, it would be " + views.Money(e.Rounded) + ". Lines are stated in whole amounts, and their sum is what is billed (EN 16931, BR-CO-10)."}
	}
	if c.Decimals() == 0 {
		v.Because = append(v.Because, string(c)+" has no decimals: amounts are rounded to whole ones.")
	}
	return v
}

// conversion says where the exchange rate is from.
func (v *SubtotalExplainedView) conversion(e invoice.SubtotalExplained) {
	r := e.Row
	add := func(name, value string) {
		if value != "" {
			v.Facts = append(v.Facts, Fact{Name: name, Value: value})
		}
	}
	add("Exchange rate", "1 "+r.PriceCurrency+" = "+r.Rate.String()+" "+r.Currency)
	add("Published for", views.Date(day(r.RateDate)))
	add("By", r.RateSource)
	switch {
	case v.Estimate:
		add("Why this day", "The last rate that is stored. The invoice uses that of "+views.Date(e.TaxDate)+", its tax date")
	case r.Kind == invoice.KindCreditNote:
		add("Why this day", "It is the rate of the invoice that is credited")
	case day(r.RateDate).Equal(e.TaxDate):
		add("Why this day", "It is the tax date, the last day of the month")
	default:
		add("Why this day", "The last day with a rate up to "+views.Number(rate.MaxAge)+" days before the tax date, "+views.Date(e.TaxDate))
	}
	if o := e.Origin; o != nil {
		add("Made from", origin(*o))
	}
}

func origin(o rate.Origin) string {
	stored := func(r rate.Row) string {
		return "1 " + string(r.Base) + " = " + r.Rate.String() + " " + string(r.Currency)
	}
	digits := ", rounded to " + views.Number(rate.Digits) + " digits"
	switch o.Way {
	case rate.Inverse:
		return "1 divided by the rate " + stored(o.Rows[0]) + digits
	case rate.Crossed:
		return "The rate " + stored(o.Rows[1]) + " divided by the rate " + stored(o.Rows[0]) + digits
	}
	return "The rate as it was published"
}
