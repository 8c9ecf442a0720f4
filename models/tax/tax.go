// Package tax is the room of VAT and sales tax: which rules hold between a seller and a customer, which
// rate is in force, and the stored table of rates. It is an engineering reading of the rules that
// domain.md lists; a tax adviser must confirm it for a real seller.
package tax

import (
	"strings"

	"billfold/models/seller"
)

// Category is the code of a tax treatment (UNTDID 5305 as EN 16931 uses it).
type Category string

// The categories that invoices are issued with.
const (
	Standard   Category = "S"  // taxed
	ZeroRated  Category = "Z"  // taxed at a stored rate of zero (BR-S-05 wants a rate above zero in S)
	Reverse    Category = "AE" // the customer owes the tax
	OutOfScope Category = "O"  // not subject to the seller's tax
)

// The exact notes of invoices.
const (
	NoteReverse     = "Reverse charge. VAT is to be accounted for by the recipient (Article 196, Directive 2006/112/EC)."
	NoteOutsideEU   = "Outside the scope of EU VAT (Article 44 or 58, Directive 2006/112/EC)."
	NoteUnconfirmed = "VAT ID not confirmed at the date of issue."
	NoteNoSalesTax  = "No sales tax collected."
)

// Customer is what the tax of a billing group goes by, from its billing information.
type Customer struct {
	Country   string // ISO 3166-1 alpha-2
	Region    string // state or province, by code or English name
	VATID     string
	VATStatus string // none, checking, confirmed or unconfirmed
}

// Decision is how a customer is taxed, before any rate is looked up. An invoice has one.
type Decision struct {
	Category      Category
	Note          string // exact words for the invoice, empty for none
	CustomerVATID string // to be printed, empty for none
	Country       string // whose rate is needed, empty when none is
	Region        string // of that country, as a code
	Optional      bool   // without a stored rate no tax is collected, instead of the rate being missing
}

// Decide applies the rules of domain.md, "Tax". A seller in the EU: a customer in the same country pays
// the domestic rate; in another EU country with a confirmed VAT id of that country none (reverse charge,
// Directive 2006/112/EC art. 196), without one the rate of the customer's country (art. 58); elsewhere
// the supply is outside the scope (art. 44 or 58). A seller outside the EU charges what the stored rates of
// the customer's country and region say, and nothing where there are none.
func Decide(s seller.Seller, c Customer) Decision {
	from, to := code(s.Country), code(c.Country)
	d := Decision{Category: Standard, CustomerVATID: strings.TrimSpace(c.VATID), Country: to, Region: Region(to, c.Region)}
	switch {
	case !InEU(from):
		d.Optional = true
	case to == "" || from == to:
		// Domestic. Without a country nothing is decided: looking up its rate fails.
	case !InEU(to):
		d.Category, d.Note, d.Country, d.Region = OutOfScope, NoteOutsideEU, "", ""
	case c.VATStatus == "confirmed" && ofCountry(d.CustomerVATID, to):
		d.Category, d.Note, d.Country, d.Region = Reverse, NoteReverse, "", ""
	case d.CustomerVATID != "":
		d.Note = NoteUnconfirmed
	}
	return d
}

// ofCountry reports whether a VAT id has the prefix of a country.
func ofCountry(id, country string) bool {
	return strings.HasPrefix(code(id), VATPrefix(country))
}

// VATPrefix is how VAT ids of a country begin: its code, but EL for Greece.
func VATPrefix(country string) string {
	if country == "GR" {
		return "EL"
	}
	return country
}

// code is a country code or VAT id in capitals without spaces.
func code(s string) string { return strings.ToUpper(strings.Join(strings.Fields(s), "")) }
