package group

import (
	"strings"

	"billfold/models/account"
	"billfold/models/invoice"
	"billfold/models/money"
	"billfold/views"
)

// TaxExplainedView says how the tax of one category and rate came about.
type TaxExplainedView struct {
	Shell    views.Shell
	Title    string
	Meta     string
	Estimate bool
	Facts    []Fact
	Amount   workings
	Months   []TaxMonthRow
	Sum      money.Amount // of Months
	Lines    string       // how many lines they are
	Rates    bool         // the months have rates
	Because  []string     // the sentences under the amount
	Credits  []string     // sentences on the part of the credits
	Path     string       // of the credits on the invoice, empty for none
	Local    *workings
	Noted    []NotedRow // of a credit note
	NotedOf  string
	Currency money.Currency
}

// TaxMonthRow are the lines of a service month.
type TaxMonthRow struct {
	Month, Lines, Force, Source string
	Sum                         money.Amount
}

// NotedRow is a figure of a credit note's working.
type NotedRow struct {
	Name                         string
	Original, With, Before, This money.Amount
	About                        string // With before it was rounded
}

// taxCategories are the codes of UNTDID 5305 in words.
var taxCategories = map[string]string{"S": "S, taxed", "Z": "Z, taxed at zero", "AE": "AE, reverse charge", "O": "O, outside the scope"}

// NewTaxExplained puts the working of a tax into words.
func NewTaxExplained(shell views.Shell, groupID string, e invoice.TaxExplained) TaxExplainedView {
	c := money.Currency(e.Row.Currency)
	v := TaxExplainedView{Shell: shell, Title: taxTitle(e.Tax), Meta: "How it came about on " + invoiceName(e.Row), Currency: c, Estimate: e.Row.State == invoice.Estimate}
	v.facts(e)
	v.months(e)
	if e.Noted != nil {
		v.noted(e, c)
	} else {
		v.amount(groupID, e, c)
	}
	v.local(e)
	return v
}

func (v *TaxExplainedView) facts(e invoice.TaxExplained) {
	add := func(name, value string) {
		if value != "" {
			v.Facts = append(v.Facts, Fact{Name: name, Value: value})
		}
	}
	rule := e.Reason.Rule
	if !e.Known {
		rule = "The category stands on the invoice; the rule that led to it does not."
	}
	add("Rule", rule)
	if e.Known {
		add("Law", e.Reason.Article)
	}
	for _, b := range e.Reason.Because {
		name, value, _ := strings.Cut(b, ": ")
		add(name, value)
	}
	id, confirmed := vatID(e.Snapshot.Customer)
	add("VAT ID of the customer", id)
	add("Confirmed by", confirmed)
	add("VAT ID of the seller", e.Snapshot.Seller.VATID)
	category := taxCategories[e.Tax.Category]
	if category == "" {
		category = e.Tax.Category
	}
	add("Category", category)
	if e.Row.TaxDate != nil {
		add("Tax date", views.Date(day(e.Row.TaxDate)))
	}
	add("Source of the rate", e.Tax.Source)
	add("Note on the invoice", e.Tax.Note)
	if v.Estimate {
		add("Taken from", "Billing information as it is now")
	} else {
		add("Taken from", "Billing information as it was when the invoice was issued")
	}
}

// vatID says how far a VAT id is believed, and of a confirmed one who confirmed it and when.
func vatID(i account.Information) (words, by string) {
	switch {
	case i.VATID == "":
		return "Not given", ""
	case i.VATStatus == account.VATChecking:
		return i.VATID + ", not checked yet", ""
	case i.VATStatus != account.VATConfirmed:
		return i.VATID + ", not confirmed", ""
	}
	by = i.VATSource
	if i.VATCheckedAt != nil {
		by = joined(by, views.Moment(*i.VATCheckedAt))
	}
	return i.VATID + ", confirmed", by
}

func (v *TaxExplainedView) months(e invoice.TaxExplained) {
	v.Rates = e.Tax.Category == "S" || e.Tax.Category == "Z"
	lines := 0
	for _, m := range e.Months {
		r := TaxMonthRow{Month: m.Month.Label(), Lines: views.Number(m.Lines), Sum: m.Sum}
		if lines += m.Lines; m.Rate != nil {
			r.Force, r.Source = "Since "+views.Date(m.Rate.ValidFrom), m.Rate.Source
			if !m.Until.IsZero() {
				r.Force = views.Date(m.Rate.ValidFrom) + " to " + views.Date(m.Until)
			}
		} else if v.Rates {
			r.Force, r.Source = "Not stored any more", e.Tax.Source
		}
		v.Months = append(v.Months, r)
	}
	v.Lines, v.Sum = views.Number(lines), money.New(e.Tax.LinesMinor, v.Currency)
}

func (v *TaxExplainedView) amount(groupID string, e invoice.TaxExplained, c money.Currency) {
	t := e.Tax
	v.Amount = workings{Caption: "How the tax came about", Head: "Amount (" + string(c) + ")"}
	v.Amount.add("Sum of the lines with this tax", "", money.New(t.LinesMinor, c))
	if t.AllowanceMinor != 0 {
		v.Amount.add("Less its part of the credits", "", money.New(-t.AllowanceMinor, c))
	}
	v.product(e, money.New(t.TaxableMinor, c))
	v.Amount.add("Tax", "", money.New(t.TaxMinor, c))
	if e.Credits.IsZero() {
		return
	}
	v.Path = views.InvoicePath(groupID, e.Row.Address()) + "#credits"
	switch {
	case e.Taxes == 1:
		v.Credits = []string{"All lines have this tax, so all of the credits, " + views.Money(e.Credits) + ", lower its taxable amount."}
	case t.LinesMinor <= 0:
		v.Credits = []string{"The sum of these lines is not above zero, so none of the credits falls on them."}
	default:
		v.Credits = []string{"The credits, " + views.Money(e.Credits) + ", are split over the " + views.Number(e.Taxes) + " taxes in proportion to their lines.",
			"The share of this tax is " + unrounded(e.Share, c) + " " + string(c) + ", " + strings.ToLower(roundedHow(e.Share)) + "."}
	}
}

// product is the taxable amount, the rate, and what they give before rounding.
func (v *TaxExplainedView) product(e invoice.TaxExplained, taxable money.Amount) {
	v.Amount.add("Taxable amount", "", taxable)
	v.Amount.words("Times the rate", "", percent(e.Tax.Rate))
	if e.Tax.Rate.IsZero() {
		return
	}
	v.Amount.figure("Not rounded", "", e.Product)
	v.Because = append(v.Because, roundedOnce)
}

// noted is the working of a credit note: what is credited with it, less what was before.
func (v *TaxExplainedView) noted(e invoice.TaxExplained, c money.Currency) {
	n, t := e.Noted, e.Tax
	v.NotedOf = n.Number
	v.Amount = workings{Caption: "How the tax came about", Head: "Amount (" + string(c) + ")"}
	v.Amount.add("Lines credited with this tax", "", money.New(t.LinesMinor, c))
	if t.AllowanceMinor != 0 {
		v.Amount.add("Less their part of the invoice's credits", "", money.New(-t.AllowanceMinor, c))
	}
	v.Amount.add("Taxable amount", "", money.New(t.TaxableMinor, c))
	v.Amount.add("Tax", "", money.New(t.TaxMinor, c))
	if !t.Rate.IsZero() {
		v.Because = append(v.Because, "The rate is "+percent(t.Rate)+". How the tax was rounded stands below.")
	}
	row := func(name, about string, original, with, before, this int64) {
		v.Noted = append(v.Noted, NotedRow{name, money.New(original, c), money.New(with, c), money.New(before, c), money.New(this, c), about})
	}
	row("Lines", "", n.Original.LinesMinor, n.With.LinesMinor, n.Before.LinesMinor, t.LinesMinor)
	if n.Original.AllowanceMinor != 0 {
		row("Credits", unrounded(n.Allowance, c)+" not rounded", n.Original.AllowanceMinor, n.With.AllowanceMinor, n.Before.AllowanceMinor, t.AllowanceMinor)
	}
	row("Taxable amount", "", n.Original.TaxableMinor, n.With.TaxableMinor, n.Before.TaxableMinor, t.TaxableMinor)
	about := ""
	if !t.Rate.IsZero() {
		about = views.Quantity(n.Product) + " not rounded"
	}
	row("Tax", about, n.Original.TaxMinor, n.With.TaxMinor, n.Before.TaxMinor, t.TaxMinor)
}

// local is the tax in the seller's national currency.
func (v *TaxExplainedView) local(e invoice.TaxExplained) {
	l := e.Local
	if l == nil {
		return
	}
	w := workings{Caption: "Tax in " + string(l.Amount.Currency()), Head: figureHead}
	name := "Tax of the whole invoice"
	if e.Noted != nil {
		name = "Tax of this and all earlier credit notes"
	}
	w.words(name, "", views.Money(l.Tax))
	about := views.Date(l.Date)
	if l.Source != "" {
		about += ", " + l.Source
	}
	w.words("Exchange rate", about, "1 "+string(l.Tax.Currency())+" = "+l.Rate.String()+" "+string(l.Amount.Currency()))
	w.words("Not rounded", "", views.Quantity(l.Product)+" "+string(l.Amount.Currency()))
	if !l.Earlier.IsZero() {
		w.words("Less what earlier credit notes stated", "", views.Money(l.Earlier.Neg()))
	}
	w.Rows = append(w.Rows, Work{"Tax in " + string(l.Amount.Currency()), "", views.Money(l.Amount), l.Amount.Decimal()})
	v.Local = &w
}

func (v TaxExplainedView) head(label string) string { return label + " (" + string(v.Currency) + ")" }

// span is how many columns of the months stand before the sum.
func (v TaxExplainedView) span() int {
	if v.Rates {
		return 3
	}
	return 1
}
