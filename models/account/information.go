package account

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"billfold/models/address"
	"billfold/models/money"
)

// VATStatus says how far a VAT id is to be believed.
type VATStatus string

// The states of a VAT id. Only a confirmed one makes reverse charge.
const (
	VATNone        VATStatus = "none"        // there is no VAT id
	VATChecking    VATStatus = "checking"    // asked, no answer yet
	VATConfirmed   VATStatus = "confirmed"   // by VIES or by the operator
	VATUnconfirmed VATStatus = "unconfirmed" // not asked, or not known there
)

// Information is the billing information of a group: what stands on its invoices as the customer. An
// issued invoice keeps a snapshot of it. Limits are domain.md's, in characters.
type Information struct {
	Company          string // 83
	AddressLine1     string // 83, as the other lines
	AddressLine2     string
	AddressLine3     string
	City             string         // 50
	Region           string         // 30; state or province
	PostalCode       string         // 36
	Country          string         // ISO 3166-1 alpha-2
	VATID            string         // 64, with the country's prefix
	VATStatus        VATStatus      // kept by the store: what a caller sets is not looked at
	VATSource        string         // who confirmed the VAT id and how
	VATCheckedAt     *time.Time     // when
	ElectronicScheme string         // EAS code of the electronic address, for example 0088 (EN 16931 BT-49-1)
	ElectronicID     string         // the electronic address (BT-49), 100
	BuyerReference   string         // 100 (BT-10)
	Currency         money.Currency // of estimates and invoices; empty until saved once: the price currency
	PurchaseOrder    string         // 100 (BT-13)
	InvoiceText      string         // 1,000, several lines
	InvoiceEmails    []string       // 0 to 10: who gets invoices
	ContactEmails    []string       // 0 to 10: who gets questions and reminders
	Version          int64          // counts saves; 0 when never saved
	UpdatedAt        time.Time
	UpdatedBy        string
}

// Clean is the information as it is kept: trimmed, codes in upper case, empty and repeated emails left out.
func (i Information) Clean() Information {
	for _, f := range i.texts() {
		*f.value = CleanName(*f.value)
	}
	i.InvoiceText = cleanLines(i.InvoiceText)
	i.Country = strings.ToUpper(i.Country)
	i.VATID = CleanVATID(i.VATID)
	i.ElectronicScheme = strings.ToUpper(i.ElectronicScheme)
	i.Currency = money.Currency(strings.ToUpper(strings.TrimSpace(string(i.Currency))))
	i.InvoiceEmails = cleanEmails(i.InvoiceEmails)
	i.ContactEmails = cleanEmails(i.ContactEmails)
	return i
}

func cleanLines(s string) string {
	s = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\t", " ").Replace(s)
	lines := strings.Split(s, "\n")
	for i, l := range lines {
		lines[i] = CleanName(l)
	}
	return strings.Trim(strings.Join(lines, "\n"), "\n")
}

func cleanEmails(list []string) []string {
	var kept []string
	for _, e := range list {
		e = strings.TrimSpace(e)
		same := func(k string) bool { return strings.EqualFold(k, e) }
		if e != "" && !slices.ContainsFunc(kept, same) {
			kept = append(kept, e)
		}
	}
	return kept
}

// text is one field of a single line of text.
type text struct {
	field, label string
	most         int
	value        *string
}

// texts are the single-line fields in the order of an event's values, called what the country calls them.
func (i *Information) texts() []text {
	form := address.Of(i.Country)
	return []text{
		{"company", "Company", 83, &i.Company},
		{"address_line1", "Address line 1", 83, &i.AddressLine1},
		{"address_line2", "Address line 2", 83, &i.AddressLine2},
		{"address_line3", "Address line 3", 83, &i.AddressLine3},
		{"city", cmp.Or(form.CityLabel, "City"), 50, &i.City},
		{"region", cmp.Or(form.RegionLabel, "State or region"), 30, &i.Region},
		{"postal_code", cmp.Or(form.PostalLabel, "Postal code"), 36, &i.PostalCode},
		{"country", "Country", 0, &i.Country},
		{"vat_id", "VAT ID", 64, &i.VATID},
		{"electronic_scheme", "Electronic address scheme", 0, &i.ElectronicScheme},
		{"electronic_id", "Electronic address", 100, &i.ElectronicID},
		{"buyer_reference", "Buyer reference", 100, &i.BuyerReference},
		{"purchase_order", "Purchase order number", 100, &i.PurchaseOrder},
	}
}

// Address is the company and its address as it stands on an envelope, in the order of its country.
func (i Information) Address() []string {
	lines := append(append([]string{i.Company}, i.PostalLines()...), CountryName(i.Country))
	return slices.DeleteFunc(lines, func(l string) bool { return l == "" })
}

// PostalLines are the lines of the address between company and country.
func (i Information) PostalLines() []string {
	return address.Of(i.Country).Lines([]string{i.AddressLine1, i.AddressLine2, i.AddressLine3}, i.City, i.Region, i.PostalCode)
}

// Settled is the information as saving it over stored information would leave it: clean, with the state that
// its VAT id has before anybody looks into it.
func (i Information) Settled(stored Information) Information {
	i = i.Clean()
	i.settle(stored)
	return i
}

// settle gives the VAT id's state after a save: what was known stays true only of the same id.
func (i *Information) settle(before Information) {
	switch {
	case i.VATID == "":
		i.VATStatus, i.VATSource, i.VATCheckedAt = VATNone, "", nil
	case i.VATID == before.VATID && i.Country == before.Country:
		i.VATStatus, i.VATSource, i.VATCheckedAt = before.VATStatus, before.VATSource, before.VATCheckedAt
	default:
		i.VATStatus, i.VATSource, i.VATCheckedAt = VATUnconfirmed, "", nil
	}
}
