// Package seller is the room of the operator's own profile: who sends the invoices, where the money
// goes, and the few choices that hold for the whole installation.
package seller

import (
	"strings"

	"billfold/models/money"
)

// MultiPurpose is the only value of Seller.Prepaid besides none: prepaid credit is sold without VAT and
// pays totals after tax, as a multi-purpose voucher (Directive 2006/112/EC art. 30b(2)).
const MultiPurpose = "multi-purpose"

// Seller is the operator's profile. It stands on every invoice, frozen into the snapshot at issue.
type Seller struct {
	Name           string         `json:"name"` // full legal name, art. 226(5)
	AddressLine1   string         `json:"address_line1"`
	AddressLine2   string         `json:"address_line2"`
	AddressLine3   string         `json:"address_line3"`
	City           string         `json:"city"`
	Region         string         `json:"region"`
	PostalCode     string         `json:"postal_code"`
	Country        string         `json:"country"` // ISO 3166-1 alpha-2, "GR" for Greece; decides which tax rules hold
	VATID          string         `json:"vat_id"`  // art. 226(3)
	RegistrationID string         `json:"registration_id"`
	LegalLine      string         `json:"legal_line"` // the company register line in footers
	ContactEmail   string         `json:"contact_email"`
	SupportURL     string         `json:"support_url"`
	IBAN           string         `json:"iban"` // without spaces; where bank transfers go
	BIC            string         `json:"bic"`
	Bank           string         `json:"bank"`
	InvoicePrefix  string         `json:"invoice_prefix"` // first part of invoice numbers
	PriceCurrency  money.Currency `json:"price_currency"` // what usage costs are in
	Prepaid        string         `json:"prepaid"`        // "" or MultiPurpose
}

// Default is the profile of an installation whose operator has set nothing: invoices cannot be issued yet.
func Default() Seller { return Seller{InvoicePrefix: "BF", PriceCurrency: "USD"} }

// TakesPrepaid reports whether prepaid credit (type purchase) may be issued.
func (s Seller) TakesPrepaid() bool { return s.Prepaid == MultiPurpose }

// Normalised is the profile as it is stored: outer spaces removed, codes in capitals without spaces,
// and the defaults where the prefix or the price currency is empty.
func (s Seller) Normalised() Seller {
	for _, field := range s.texts() {
		*field.value = strings.TrimSpace(*field.value)
	}
	for _, code := range []*string{&s.Country, &s.VATID, &s.IBAN, &s.BIC, &s.InvoicePrefix} {
		*code = strings.ToUpper(strings.Join(strings.Fields(*code), ""))
	}
	s.PriceCurrency = money.Currency(strings.ToUpper(strings.TrimSpace(string(s.PriceCurrency))))
	if s.InvoicePrefix == "" {
		s.InvoicePrefix = Default().InvoicePrefix
	}
	if s.PriceCurrency == "" {
		s.PriceCurrency = Default().PriceCurrency
	}
	return s
}

// text is one field of free text with its name and the characters it may have.
type text struct {
	name  string
	value *string
	most  int
}

// texts lists every text of the profile; the limits are those of billing information where it has one.
func (s *Seller) texts() []text {
	return []text{
		{"name", &s.Name, 83}, {"address_line1", &s.AddressLine1, 100}, {"address_line2", &s.AddressLine2, 100},
		{"address_line3", &s.AddressLine3, 100}, {"city", &s.City, 50}, {"region", &s.Region, 30},
		{"postal_code", &s.PostalCode, 36}, {"country", &s.Country, 2}, {"vat_id", &s.VATID, 64},
		{"registration_id", &s.RegistrationID, 64}, {"legal_line", &s.LegalLine, 300},
		{"contact_email", &s.ContactEmail, 254}, {"support_url", &s.SupportURL, 500}, {"iban", &s.IBAN, 34},
		{"bic", &s.BIC, 11}, {"bank", &s.Bank, 100}, {"invoice_prefix", &s.InvoicePrefix, 10}, {"prepaid", &s.Prepaid, 20},
	}
}
