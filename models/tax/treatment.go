package tax

import (
	"fmt"
	"time"

	"billfold/models"
	"billfold/models/money"

	"github.com/shopspring/decimal"
)

// Rate is one row of the rate table: in force from a day until the next row of its country and region.
type Rate struct {
	Country   string
	Region    string          // code of a state or province, empty for the whole country
	ValidFrom time.Time       // midnight UTC
	Rate      decimal.Decimal // a fraction: 0.255
	Name      string          // as printed: "Finnish VAT"
	Source    string          // where the rate is from
}

// RateOn is the rate in force on a day: the region's, else the whole country's.
func RateOn(rows []Rate, country, region string, at time.Time) (Rate, bool) {
	var best Rate
	found := false
	for _, r := range rows {
		if r.Country != country || (r.Region != region && r.Region != "") || r.ValidFrom.After(at) {
			continue
		}
		closer := r.Region != "" && best.Region == ""
		if !found || closer || (r.Region == best.Region && r.ValidFrom.After(best.ValidFrom)) {
			best, found = r, true
		}
	}
	return best, found
}

// Treatment is the tax of one invoice: the decision and the rates that it needs.
type Treatment struct {
	Decision
	rates []Rate
	known map[models.Month]LineTax // what a Book has found out already; nil without one
}

// NewTreatment joins a decision and the stored rates of its country. taxDate settles the optional case: without
// a rate in force that day no sales tax is collected.
func NewTreatment(d Decision, rows []Rate, taxDate time.Time) Treatment {
	if d.Optional {
		if _, ok := RateOn(rows, d.Country, d.Region, taxDate); !ok {
			d.Category, d.Note, d.Country, d.Region = OutOfScope, NoteNoSalesTax, "", ""
		}
	}
	return Treatment{Decision: d, rates: rows}
}

// LineTax is the tax of a line.
type LineTax struct {
	Category Category
	Rate     decimal.Decimal // a fraction, zero for AE, O and Z
	Name     string          // "Finnish VAT", "Reverse charge"
	Note     string          // exact words for the invoice, empty for none
	Source   string          // where the rate is from
}

// Key tells apart the rows of a tax summary: lines of the same category and rate are taxed as one sum,
// whatever the rate was called at the time (EN 16931 BG-23, BR-S-08).
func (l LineTax) Key() string { return string(l.Category) + " " + l.Rate.String() }

// MissingRate says that a needed rate is not stored: the group is parked until it is.
type MissingRate struct {
	Country string
	Region  string
	Month   models.Month
}

// Error is the reason as the group's admins read it.
func (m *MissingRate) Error() string {
	if m.Country == "" {
		return "the country is missing, so that the tax is not known"
	}
	place := countryName(m.Country)
	if m.Region != "" && !InEU(m.Country) {
		place = m.Region + ", " + place
	}
	return fmt.Sprintf("no tax rate of %s is stored for %s", place, m.Month.Label())
}

// For is the tax of a line by its service month: a standard rate is the one in force on the month's last
// day, the date the tax of that month became chargeable (Directive 2006/112/EC art. 64(1), 93). Error:
// *MissingRate.
func (t Treatment) For(month models.Month) (LineTax, error) {
	if line, ok := t.known[month]; ok {
		return line, nil
	}
	line, err := t.line(month)
	if err == nil && t.known != nil {
		t.known[month] = line
	}
	return line, err
}

func (t Treatment) line(month models.Month) (LineTax, error) {
	switch {
	case t.Category == Reverse:
		return LineTax{Category: Reverse, Name: "Reverse charge", Note: t.Note}, nil
	case t.Category == OutOfScope && t.Optional:
		return LineTax{Category: OutOfScope, Name: "No sales tax", Note: t.Note}, nil
	case t.Category == OutOfScope:
		return LineTax{Category: OutOfScope, Name: "Outside the scope of EU VAT", Note: t.Note}, nil
	}
	r, ok := RateOn(t.rates, t.Country, t.Region, month.LastDay())
	if !ok || t.Country == "" {
		return LineTax{}, &MissingRate{t.Country, t.Region, month}
	}
	line := LineTax{Category: Standard, Rate: r.Rate, Name: r.Name, Note: t.Note, Source: r.Source}
	if r.Rate.IsZero() {
		line.Category = ZeroRated
	}
	return line, nil
}

// Short is the tax of a month in a few words, as part of a sentence: "Finnish VAT 25.5%", "reverse charge".
func (t Treatment) Short(month models.Month) string {
	line, err := t.For(month)
	switch {
	case err != nil:
		return "a rate that is not known yet"
	case line.Category == Reverse:
		return "reverse charge"
	case line.Category == OutOfScope && t.Optional:
		return "no sales tax"
	case line.Category == OutOfScope:
		return "no VAT"
	}
	return line.Name + " " + Percent(line.Rate)
}

// Describe is the tax of a month as the Billing information tab says it.
func (t Treatment) Describe(month models.Month) string {
	line, err := t.For(month)
	switch {
	case err != nil && t.Country == "":
		return "Choose a country to see the tax on your invoices."
	case err != nil:
		return "The tax rate of " + countryName(t.Country) + " is not known yet: invoices wait until it is."
	case line.Category == Reverse:
		return "Reverse charge applies: no VAT on your invoices."
	case line.Category == OutOfScope && t.Optional:
		return "No sales tax on your invoices."
	case line.Category == OutOfScope:
		return "Outside the scope of EU VAT: no VAT on your invoices."
	}
	return line.Name + " " + Percent(line.Rate)
}

// Percent writes a rate as people do: "25.5%" for 0.255.
func Percent(rate decimal.Decimal) string { return rate.Shift(2).String() + "%" }

// TaxMinor is the tax on a taxable amount in minor units, rounded once, half away from zero (EN 16931
// BR-CO-17). Error: money.ErrOverflow.
func TaxMinor(taxable int64, rate decimal.Decimal) (int64, error) {
	// The yen has no decimals, so that the amount is taken as the minor units it is in.
	return money.RoundMinor(decimal.NewFromInt(taxable).Mul(rate), "JPY")
}
