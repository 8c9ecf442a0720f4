package account

import (
	"strings"
	"time"

	"billfold/models"
)

// Address is an address of an account that several of its billing groups may use. What stands on
// invoices is the billing information of a group, and nothing else: a group that uses an address holds a
// copy of it there, which every change of the address renews, and lets go of the address as soon as its
// own information says something else (SaveInformationTx). So the two never differ. Limits are those of
// the billing information.
type Address struct {
	ID           string
	Company      string // 83; the name on the envelope and on invoices
	AddressLine1 string // 83, as the other lines
	AddressLine2 string
	AddressLine3 string
	City         string // 50
	Region       string // 30; state or province
	PostalCode   string // 36
	Country      string // ISO 3166-1 alpha-2
	CreatedAt    time.Time
	UpdatedAt    time.Time
}

// Clean is the address as it is kept.
func (a Address) Clean() Address {
	return a.ofInformation(a.Onto(Information{}).Clean())
}

// Onto is billing information with this address in place of its own.
func (a Address) Onto(i Information) Information {
	i.Company, i.AddressLine1, i.AddressLine2, i.AddressLine3 = a.Company, a.AddressLine1, a.AddressLine2, a.AddressLine3
	i.City, i.Region, i.PostalCode, i.Country = a.City, a.Region, a.PostalCode, a.Country
	return i
}

func (a Address) ofInformation(i Information) Address {
	a.Company, a.AddressLine1, a.AddressLine2, a.AddressLine3 = i.Company, i.AddressLine1, i.AddressLine2, i.AddressLine3
	a.City, a.Region, a.PostalCode, a.Country = i.City, i.Region, i.PostalCode, i.Country
	return a
}

// isOf reports whether billing information holds a copy of this address.
func (a Address) isOf(i Information) bool { return a == a.ofInformation(i) }

// Check says what to change before the address can be saved; nil when nothing. It needs what an invoice
// needs in every country: a name, a first line, a city and a country. A field's name is its column's.
func (a Address) Check() []models.Field {
	a = a.Clean()
	info := a.Onto(NoInformation())
	info.Currency = "EUR" // an address has none
	bad := info.Validate()
	for _, f := range []struct{ name, value, message string }{
		{"company", a.Company, "Enter a name"},
		{"address_line1", a.AddressLine1, "Enter address line 1"},
		{"city", a.City, "Enter a city"},
		{"country", a.Country, "Choose a country"},
	} {
		if f.value == "" {
			bad = append(bad, models.Field{Name: f.name, Message: f.message})
		}
	}
	return bad
}

// Label is the address in a few words for sentences: "Acme Oy, Espoo".
func (a Address) Label() string { return a.Company + ", " + a.City }

// fields are the parts of the address by the names of their columns, for events.
func (a Address) fields() map[string]any {
	return map[string]any{"company": a.Company, "address_line1": a.AddressLine1, "address_line2": a.AddressLine2, "address_line3": a.AddressLine3,
		"city": a.City, "region": a.Region, "postal_code": a.PostalCode, "country": a.Country}
}

// addressChanges are the parts that differ between two addresses, in the order of the form.
func addressChanges(before, after Address) []change {
	return changes(before.Onto(Information{}), after.Onto(Information{}))
}

// changedAddress says what a change of an address changed in it.
func changedAddress(list []change, address string) string {
	words := make([]string, len(list))
	for i, c := range list {
		words[i] = c.words()
	}
	return join(words, 3) + " of the address " + address + "."
}

// usesText says which groups keep an address from being deleted.
func usesText(names []string) string {
	verb := "use"
	if len(names) == 1 {
		verb = "uses"
	}
	return strings.Join([]string{join(names, 3), verb, "this address. Give", "every group another address first."}, " ")
}
