package account

import (
	"slices"
	"strings"

	"billfold/models"
	"billfold/models/address"
)

// taxRegions are the countries where tax goes by region: what people there call one, and one of them. Their
// regions must be known ones, else no rate would be found and no tax charged without anybody noticing.
var taxRegions = map[string]struct{ word, example string }{
	"US": {"state", "CA or California"},
	"CA": {"province", "ON or Ontario"},
}

func knownTaxRegion(country, region string) bool {
	if _, taxed := taxRegions[country]; !taxed {
		return true
	}
	_, known := address.RegionOf(country, region)
	return known
}

// problems is Validate for information that is saved over stored information. How a region, postal code or
// VAT id must look counts only where it changes: what was taken once keeps nobody from changing an email.
func (i Information) problems(stored Information) []models.Field {
	bad := i.Validate()
	now := i.Clean()
	if now.Country != stored.Country {
		return bad
	}
	kept := bad[:0]
	for _, f := range bad {
		same := f.Name == "region" && now.Region == stored.Region || f.Name == "postal_code" && now.PostalCode == stored.PostalCode ||
			f.Name == "vat_id" && now.VATID == stored.VATID
		if !same {
			kept = append(kept, f)
		}
	}
	return kept
}

// Missing says what an invoice still needs (Directive 2006/112/EC art. 226(5): the customer's full name
// and address); nil when nothing. A group that misses something is parked when its month closes.
func (i Information) Missing() []models.Field {
	i = i.Clean()
	form := address.Of(i.Country)
	var missing []models.Field
	need := func(field, value, message string) {
		if value == "" {
			missing = append(missing, models.Field{Name: field, Message: message})
		}
	}
	need("company", i.Company, "Enter a company name")
	need("address_line1", i.AddressLine1, "Enter address line 1")
	if form.Requires(address.City) {
		need("city", i.City, "Enter "+article(form.CityLabel))
	}
	if region := taxRegions[i.Country].word; region != "" {
		need("region", i.Region, "Enter a "+region)
	}
	need("country", i.Country, "Choose a country")
	need("currency", string(i.Currency), "Choose a currency")
	return missing
}

// Billable reports whether an invoice can be written with this information.
func (i Information) Billable() bool { return len(i.Missing()) == 0 }

// Gaps says what an address that somebody has begun to enter lacks by the rules of its country; nil when
// nothing of it is given, or all. It is stricter than Missing: an invoice can go without a postal code, a letter
// cannot. A field's name is its column's.
func (i Information) Gaps() []models.Field {
	i = i.Clean()
	if i.AddressLine1+i.AddressLine2+i.AddressLine3+i.City+i.Region+i.PostalCode == "" {
		return nil
	}
	form := address.Of(i.Country)
	var gaps []models.Field
	need := func(part address.Part, field, value, message string) {
		if value == "" && form.Requires(part) {
			gaps = append(gaps, models.Field{Name: field, Message: message})
		}
	}
	if i.Country == "" {
		gaps = append(gaps, models.Field{Name: "country", Message: "Choose a country"})
	}
	need(address.Street, "address_line1", i.AddressLine1, "Enter address line 1")
	need(address.City, "city", i.City, "Enter "+article(form.CityLabel))
	if len(address.Regions(i.Country)) > 0 {
		need(address.Region, "region", i.Region, "Choose "+article(form.RegionLabel))
	} else {
		need(address.Region, "region", i.Region, "Enter "+article(form.RegionLabel))
	}
	need(address.Postal, "postal_code", i.PostalCode, "Enter "+article(form.PostalLabel))
	return gaps
}

// formOrder is the order of the form's fields, by which its problems are listed.
var formOrder = []string{"company", "country", "address_line1", "address_line2", "address_line3", "city", "region", "postal_code", "vat_id"}

// CheckForm says what to change before a form with this information can be saved over stored information, in
// the order of the form: what cannot be stored, and what a begun address lacks, unless it is as it was.
func (i Information) CheckForm(stored Information) []models.Field {
	bad := i.problems(stored)
	same := Address{}.ofInformation(i.Clean()) == Address{}.ofInformation(stored)
	for _, gap := range i.Gaps() {
		if !same && !slices.ContainsFunc(bad, func(f models.Field) bool { return f.Name == gap.Name }) {
			bad = append(bad, gap)
		}
	}
	place := func(f models.Field) int {
		if at := slices.Index(formOrder, f.Name); at >= 0 {
			return at
		}
		return len(formOrder)
	}
	slices.SortStableFunc(bad, func(a, b models.Field) int { return place(a) - place(b) })
	return bad
}

// VATProblem says what is wrong with the form of the VAT id, "" when nothing or when there is none.
func (i Information) VATProblem() string {
	i = i.Clean()
	if i.VATID == "" {
		return ""
	}
	return vatProblem(i.Country, i.VATID)
}

// article is a label within a sentence: "a ZIP code", "an Eircode".
func article(label string) string {
	if label == "" {
		return ""
	}
	if !strings.HasPrefix(label, "ZIP") && !strings.HasPrefix(label, "PIN") && label != "Eircode" {
		label = strings.ToLower(label[:1]) + label[1:]
	}
	if strings.ContainsRune("aeiouE", rune(label[0])) {
		return "an " + label
	}
	return "a " + label
}
