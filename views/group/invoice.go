package group

import (
	"time"

	"billfold/models"
	"billfold/models/credit"
	"billfold/models/invoice"
	"billfold/models/money"
	"billfold/views"

	"github.com/shopspring/decimal"
)

// InvoiceView is the page of one estimate or invoice.
type InvoiceView struct {
	Shell    views.Shell
	Title    string
	Status   views.Mark
	Period   string
	Estimate bool
	Final    string   // of an estimate: when the amounts are set
	Remarks  []string // of an estimate: what its figures depend on
	OnHold   string   // why an earlier month is not closed
	Info     string   // path of the billing information, where that can be put right
	PDFPath  string
	PDFSize  string
	PDFText  string // why there is no PDF yet
	CSVPath  string
	BillTo   []string
	Facts    []Fact
	Totals   []Total
	Taxes    []TaxLine
	TaxNotes []string
	TaxText  string // of an estimate
	Credits  []CreditLine
	History  History
	Unpaid   []views.PaymentAlert
	HowToPay []Fact // of a bank transfer, while something is due
	Text     string // the customer's own
	Lines    LinesView
	Currency money.Currency

	Corrects    *CorrectsView    // of a credit note
	Corrections []CorrectionLine // of an invoice
}

// Fact is a name and a value, which leads somewhere when it has a path.
type Fact struct{ Name, Value, Path string }

// Total is a row of the totals.
type Total struct {
	Name   string
	Amount money.Amount
	Grand  bool   // the last row, under which nothing more is added
	Path   string // how it came about
}

// TaxLine is the tax of one category and rate.
type TaxLine struct {
	Name, Rate   string
	Path         string // how it came about
	Taxable, Tax money.Amount
}

// CreditLine is one credit that was used, or would be.
type CreditLine struct {
	Code, Type, Remark string
	Path               string       // how it came about, empty where that is not known
	Amount             money.Amount // below zero
}

// InvoiceTitle is what an estimate or invoice is called: "Invoice BF-2026-000412".
func InvoiceTitle(r invoice.Row) string {
	if r.State == invoice.Estimate {
		return "Estimate for " + models.Month(r.Month).Label()
	}
	if r.Kind == invoice.KindCreditNote {
		return "Credit note " + r.Address()
	}
	return "Invoice " + r.Address()
}

// NewInvoice puts an estimate or invoice into words. Its lines are added by NewLines.
func NewInvoice(shell views.Shell, groupID string, s invoice.Sheet, now time.Time) InvoiceView {
	address, month := s.Address(), models.Month(s.Month)
	v := InvoiceView{Shell: shell, Title: InvoiceTitle(s.Row), Status: Status(s.GroupInvoice, now), Period: views.Period(month),
		Estimate: s.State == invoice.Estimate, CSVPath: views.InvoiceCSVPath(groupID, address), BillTo: s.Snapshot.Customer.Address(),
		Info: views.BillingInformationPath(groupID), Text: s.Snapshot.Customer.InvoiceText, Currency: s.Valued.Currency}
	amount := func(minor int64) money.Amount { return money.New(minor, s.Valued.Currency) }
	v.Facts, v.Totals = invoiceFacts(groupID, s), totals(s, amount)
	for i := range v.Totals {
		v.Totals[i].Path = explains(groupID, s, v.Totals[i].Name)
	}
	for _, t := range s.Taxes {
		v.Taxes = append(v.Taxes, TaxLine{Name: taxName(t), Rate: percent(t.Rate), Path: views.InvoiceTaxPath(groupID, address, t.Position),
			Taxable: amount(t.TaxableMinor), Tax: amount(t.TaxMinor)})
	}
	v.TaxNotes = taxNotes(s)
	for _, c := range s.Snapshot.Credits {
		v.Credits = append(v.Credits, creditLine(c, amount))
	}
	v.asCreditNote(groupID, s, amount)
	switch {
	case v.Estimate:
		v.estimate(s, month, now)
	case s.PDFSize > 0:
		v.PDFPath, v.PDFSize = views.InvoicePDFPath(groupID, address), views.FileSize(s.PDFSize)
	default:
		v.PDFText = "The PDF is being made. Reload this page in a minute."
	}
	return v
}

func (v *InvoiceView) estimate(s invoice.Sheet, month models.Month, now time.Time) {
	if v.Final = "Final amounts are set on " + views.Date(month.End()) + "."; !now.Before(month.End()) {
		v.Final = "The month has ended. Final amounts are set when it is closed."
	}
	if s.ClosingReason != "" {
		v.OnHold = month.Label() + " could not be closed: " + s.ClosingReason + "."
	}
	if s.Approximate {
		rate := "Amounts are approximate: usage is priced in " + s.PriceCurrency + " and converted at " + s.Rate.String()
		if s.RateDate != nil {
			rate += ", the rate of " + views.Date(*s.RateDate)
		}
		v.Remarks = append(v.Remarks, rate+". The invoice uses the rate of "+views.Date(month.LastDay())+".")
	}
	if s.NoRate {
		v.Remarks = append(v.Remarks, "Shown in "+string(s.Valued.Currency)+", the price currency: no exchange rate to "+string(s.Wanted)+" is stored yet.")
	}
	switch {
	case !s.TaxKnown:
		v.TaxText = "Tax is not known yet: " + s.TaxText + ". The total is before tax."
	case s.TaxMinor == 0:
		v.TaxText = s.TaxText
	}
}

func invoiceFacts(groupID string, s invoice.Sheet) []Fact {
	var all []Fact
	add := func(name, value string) {
		if value != "" {
			all = append(all, Fact{Name: name, Value: value})
		}
	}
	add("Issue date", views.Date(day(s.InvoiceDate)))
	add("Due date", views.Date(day(s.DueDate)))
	add("Purchase order", s.Snapshot.Customer.PurchaseOrder)
	add("Your reference", s.Snapshot.Customer.BuyerReference)
	add("VAT ID", s.Snapshot.Customer.VATID)
	if s.State != invoice.Estimate {
		add("Billing group", s.Snapshot.GroupName)
		add("From", s.Snapshot.Seller.Name)
	}
	if s.Row.Currency != s.PriceCurrency {
		all = append(all, Fact{"Exchange rate", exchangeRate(s.Row), views.SubtotalPath(groupID, s.Address())})
	}
	return all
}

func totals(s invoice.Sheet, amount func(int64) money.Amount) []Total {
	rows := []Total{{Name: "Subtotal", Amount: amount(s.SubtotalMinor)}}
	add := func(name string, minor int64) {
		if minor != 0 {
			rows = append(rows, Total{Name: name, Amount: amount(minor)})
		}
	}
	if s.CreditsMinor != 0 {
		add("Credits", -s.CreditsMinor)
		rows = append(rows, Total{Name: "Taxable amount", Amount: amount(s.TaxableMinor)})
	}
	if s.TaxKnown {
		rows = append(rows, Total{Name: "Tax", Amount: amount(s.TaxMinor)})
	}
	end := Total{Name: "Total", Amount: amount(s.TotalMinor), Grand: true}
	switch {
	case !s.TaxKnown:
		end.Name = "Total before tax"
	case s.State == invoice.Estimate:
		end.Name = "Estimated total"
	case s.Kind == invoice.KindCreditNote:
		end.Name = "Total credited"
	}
	if s.Kind == invoice.KindCreditNote || (s.State == invoice.Estimate && s.PrepaidMinor == 0) {
		return append(rows, end)
	}
	end.Grand = false
	rows = append(rows, end)
	settled(s, add)
	return append(rows, Total{Name: "Amount due", Amount: amount(s.DueMinor), Grand: true})
}

// explains is where a row of the totals leads: to how it came about, or to the table of what it sums up.
func explains(groupID string, s invoice.Sheet, name string) string {
	switch {
	case name == "Subtotal":
		return views.SubtotalPath(groupID, s.Address())
	case name == "Tax" && len(s.Taxes) == 1:
		return views.InvoiceTaxPath(groupID, s.Address(), s.Taxes[0].Position)
	case name == "Tax" && len(s.Taxes) > 1:
		return "#taxes"
	case (name == "Credits" || name == "Prepaid credit") && len(s.Snapshot.Credits) > 0:
		return "#credits"
	}
	return ""
}

// Explained leads from each credit to how it came about; claims are in the order of the credits, empty
// where one is not known.
func (v *InvoiceView) Explained(groupID, address string, claims []string) {
	for i, id := range claims {
		if id != "" && i < len(v.Credits) {
			v.Credits[i].Path = views.InvoiceCreditPath(groupID, address, id)
		}
	}
}

func taxName(t invoice.TaxRow) string {
	switch {
	case t.Name != "":
		return t.Name
	case t.Category == "AE":
		return "Reverse charge"
	case t.Category == "O":
		return "Outside the scope of VAT"
	}
	return "VAT"
}

func taxNotes(s invoice.Sheet) []string {
	var notes []string
	add := func(n string) {
		for _, have := range notes {
			if have == n {
				return
			}
		}
		if n != "" {
			notes = append(notes, n)
		}
	}
	for _, t := range s.Taxes {
		add(t.Note)
	}
	add(s.TaxNote)
	if s.TaxLocalRate != nil {
		local := money.New(s.TaxLocalMinor, money.Currency(s.TaxLocalCurrency))
		add("Tax in " + s.TaxLocalCurrency + ": " + views.Money(local) + " (1 " + s.Row.Currency + " = " + s.TaxLocalRate.String() + " " + s.TaxLocalCurrency + ", " + views.Date(day(s.TaxLocalRateDate)) + ").")
	}
	return notes
}

func creditLine(c invoice.AppliedCredit, amount func(int64) money.Amount) CreditLine {
	l := CreditLine{Code: c.Code, Type: credit.Type(c.Type).Label(), Amount: amount(c.Minor).Neg()}
	l.Remark = views.Money(amount(c.Remaining)) + " left"
	if c.Expires != nil && c.Remaining > 0 {
		l.Remark += ", to " + views.Date(*c.Expires)
	}
	if c.Project != "" {
		l.Remark += ", for " + c.Project
	}
	if c.Prepaid {
		l.Remark += ", paid after tax"
	}
	return l
}

// unitPrice is a price for one unit in the invoice's currency; words when the cost was given instead.
func unitPrice(p decimal.NullDecimal) string {
	if !p.Valid {
		return "By usage"
	}
	return views.Quantity(p.Decimal)
}
