package documents

import (
	"time"

	"billfold/models"
	"billfold/models/account"
	"billfold/models/credit"
	"billfold/models/invoice"
	"billfold/models/money"

	"github.com/shopspring/decimal"
)

// WithoutProject is the name under which lines stand that belong to no project.
const WithoutProject = "Without project"

// FromFrozen makes the document of an issued invoice out of its frozen rows and snapshot alone, so
// that the same invoice gives the same document for ever.
func FromFrozen(f invoice.Full) Invoice {
	row, snap := f.Row, f.Snapshot
	currency := money.Currency(row.Currency)
	amount := func(minor int64) money.Amount { return money.New(minor, currency) }
	month := models.Month(row.Month)
	inv := Invoice{
		Kind: KindInvoice, Number: row.Address(), Currency: currency, Issued: date(row.InvoiceDate), Due: date(row.DueDate), TermDays: int(snap.Payment.Days),
		PeriodStart: month.Start(), PeriodEnd: month.End(),
		Seller: sellerOf(snap), Buyer: buyerOf(snap),
		AccountName: snap.AccountName, GroupName: snap.GroupName, GroupID: row.GroupID,
		PurchaseOrder: snap.Customer.PurchaseOrder, BuyerReference: snap.Customer.BuyerReference, Text: snap.Customer.InvoiceText,
		Subtotal: amount(row.SubtotalMinor), Taxable: amount(row.TaxableMinor), TaxTotal: amount(row.TaxMinor), Total: amount(row.TotalMinor),
		Paid: amount(0), AmountDue: amount(row.TotalMinor - row.PrepaidMinor),
		Payment: paymentOf(row, snap),
	}
	if row.Kind == invoice.KindCreditNote {
		asCreditNote(&inv, snap, amount)
	}
	inv.Projects = projectsOf(f, currency)
	for _, c := range snap.Credits {
		use := Credit{Code: c.Code, Type: credit.Type(c.Type).Label(), Project: c.Project, Left: amount(c.Remaining), Amount: amount(c.Minor)}
		if c.Expires != nil {
			use.Expires = c.Expires.AddDate(0, 0, 1)
		}
		switch {
		case inv.Kind == KindCreditNote && c.Prepaid: // it pays nothing here; the settlement says that it comes back
		case inv.Kind == KindCreditNote:
			inv.Notes = append(inv.Notes, givenBack(use))
			use.Left, use.Expires = money.Amount{}, time.Time{}
			inv.Allowances = append(inv.Allowances, use)
		case c.Prepaid:
			inv.Prepaid = append(inv.Prepaid, use)
		default:
			inv.Allowances = append(inv.Allowances, use)
		}
	}
	for _, t := range f.Taxes {
		inv.Taxes = append(inv.Taxes, Tax{Category: t.Category, Label: taxLabel(t), Percent: t.Rate.Shift(2), Taxable: amount(t.TaxableMinor), Amount: amount(t.TaxMinor), Note: t.Note})
	}
	if row.Currency != row.PriceCurrency {
		inv.FX = &Rate{From: money.Currency(row.PriceCurrency), To: currency, Value: row.Rate, Date: date(row.RateDate), Source: row.RateSource}
	}
	if row.TaxLocalRate != nil {
		local := money.Currency(row.TaxLocalCurrency)
		inv.SellerTax = &SellerTax{Amount: money.New(row.TaxLocalMinor, local), Rate: Rate{From: currency, To: local, Value: *row.TaxLocalRate, Date: date(row.TaxLocalRateDate), Source: snap.TaxLocalSource}}
	}
	if row.TaxNote != "" && !noted(inv.Taxes, row.TaxNote) {
		inv.Notes = append(inv.Notes, row.TaxNote)
	}
	return inv
}

// taxLabel is the name of a tax. Where none is due, the note says why, and the name is VAT.
func taxLabel(t invoice.TaxRow) string {
	if t.Category != CategoryStandard || t.Name == "" {
		return "VAT"
	}
	return t.Name
}

func noted(taxes []Tax, note string) bool {
	for _, t := range taxes {
		if t.Note == note {
			return true
		}
	}
	return false
}

// projectsOf groups the lines by project, in whatever order they come, and prices them in the invoice's
// currency.
func projectsOf(f invoice.Full, currency money.Currency) []Project {
	var projects []Project
	place := map[string]int{}
	for _, l := range f.Lines {
		id, name := models.NilID, WithoutProject
		if l.ProjectID != nil {
			id, name = *l.ProjectID, l.ProjectName
		}
		i, ok := place[id]
		if !ok {
			i = len(projects)
			place[id] = i
			projects = append(projects, Project{Name: name, Subtotal: money.Zero(currency)})
		}
		p := &projects[i]
		line := Line{Type: l.LineType, Service: l.ServiceName, ServiceType: l.ServiceType, Plan: l.ServicePlan, Cloud: l.Cloud, Description: l.Description,
			Begin: l.ServiceStart, End: l.ServiceEnd, Quantity: l.Quantity, Unit: l.Unit, Amount: money.New(l.AmountMinor, currency)}
		if l.UnitPrice != nil {
			line.UnitPrice = decimal.NewNullDecimal(l.UnitPrice.Mul(f.Rate).Round(8))
		}
		p.Lines = append(p.Lines, line)
		p.Subtotal = money.New(p.Subtotal.Minor()+l.AmountMinor, currency)
	}
	return projects
}

func sellerOf(s invoice.Snapshot) Seller {
	x := s.Seller
	seller := Seller{Name: x.Name, VATID: x.VATID, Register: x.LegalLine, Contact: x.ContactEmail,
		Address: Address{Lines: lines(x.AddressLine1, x.AddressLine2, x.AddressLine3), City: x.City, Region: x.Region, PostalCode: x.PostalCode, Country: x.Country}}
	if x.RegistrationID != "" {
		seller.TaxNumber = "Registration " + x.RegistrationID
	}
	return seller
}

func buyerOf(s invoice.Snapshot) Buyer {
	x := s.Customer
	return Buyer{Company: x.Company, VATID: x.VATID, Address: addressOf(x)}
}

func addressOf(x account.Information) Address {
	return Address{Lines: lines(x.AddressLine1, x.AddressLine2, x.AddressLine3), City: x.City, Region: x.Region, PostalCode: x.PostalCode, Country: x.Country}
}

func lines(all ...string) []string {
	var kept []string
	for _, l := range all {
		if l != "" {
			kept = append(kept, l)
		}
	}
	return kept
}

func date(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return t.UTC()
}

// paymentOf is how the invoice is paid, as it was known at issue: a card is charged on the invoice date.
func paymentOf(row invoice.Row, snap invoice.Snapshot) Payment {
	p := Payment{Method: PayByTransfer, Beneficiary: snap.Seller.Name, Bank: snap.Seller.Bank, IBAN: snap.Seller.IBAN, BIC: snap.Seller.BIC}
	if snap.Payment.Kind == account.Card {
		p.Method, p.CardBrand, p.CardLast4, p.ChargeOn = PayByCard, snap.Payment.Brand, snap.Payment.Last4, date(row.InvoiceDate)
	}
	return p
}
