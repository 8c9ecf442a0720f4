package views

import (
	"strings"

	"billfold/models"
	"billfold/models/account"
	"billfold/models/address"
)

// The parts of a form with an address that are shown anew while it is filled in.
const (
	AddressRegion = "address"    // the fields that follow the country
	EffectRegion  = "tax-effect" // what the entries do to the tax
)

// The values of the form's field "step" that show the form again instead of saving it.
const (
	StepUpdate = "update" // another country: other fields
	StepEffect = "effect" // something else that tax goes by
)

// AddressForm are the fields of company, address and VAT id, as the country has them: its order and words, its
// states or provinces, what it requires. The form that holds them posts to Path.
type AddressForm struct {
	Path        string
	Company     string
	Street      [3]string
	City        string
	Region      string
	PostalCode  string
	Country     string
	VATID       string
	KeepRegion  string // a stored region of the country that its list does not have
	MayBeEmpty  bool   // the whole address may be left for later
	Errors      []models.Field
	Effect      []string // on the tax, in sentences
	countryCode string
}

// NewAddressForm are the fields with what was entered. stored is what the group has, for a region that no list has.
func NewAddressForm(path string, entered, stored account.Information, errors []models.Field) AddressForm {
	f := AddressForm{Path: path, Company: entered.Company, Street: [3]string{entered.AddressLine1, entered.AddressLine2, entered.AddressLine3}, City: entered.City,
		Region: entered.Region, PostalCode: entered.PostalCode, Country: entered.Country, VATID: entered.VATID, Errors: errors}
	f.countryCode = strings.ToUpper(strings.TrimSpace(entered.Country))
	if stored.Country == f.countryCode {
		f.KeepRegion = stored.Region
	}
	return f
}

func (f AddressForm) err(name string) string { return FieldError(f.Errors, name) }

func (f AddressForm) format() address.Format { return address.Of(f.countryCode) }

func (f AddressForm) company() Input {
	return Input{Name: "company", Label: "Company", Value: f.Company, Error: f.err("company"), Autocomplete: "organization", Optional: f.MayBeEmpty}
}

func (f AddressForm) country() Choice {
	c := Choice{Name: "country", Label: "Country", Value: f.countryCode, Error: f.err("country"), Autocomplete: "country", Optional: f.MayBeEmpty,
		Options: []Option{{Label: "Choose a country"}}, Width: W30}
	for _, country := range account.Countries() {
		c.Options = append(c.Options, Option{Value: country.Code, Label: country.Name})
	}
	return c
}

func (f AddressForm) street() []Input {
	return []Input{
		{Name: "address_line1", Label: "Address line 1", Value: f.Street[0], Error: f.err("address_line1"), Autocomplete: "address-line1"},
		{Name: "address_line2", Label: "Address line 2", Value: f.Street[1], Error: f.err("address_line2"), Autocomplete: "address-line2", Optional: true},
		{Name: "address_line3", Label: "Address line 3", Value: f.Street[2], Error: f.err("address_line3"), Autocomplete: "address-line3", Optional: true},
	}
}

// addressField is a field below the street: a box, or a list of regions.
type addressField struct {
	input  *Input
	choice *Choice
}

// below are the fields below the street in the country's order. One that the country does not have is there
// when something stands in it, so that it can be taken out.
func (f AddressForm) below() []addressField {
	var fields []addressField
	format := f.format()
	order := format.Parts()
	for _, extra := range []struct {
		part  address.Part
		value string
		name  string
	}{{address.City, f.City, "city"}, {address.Region, f.Region, "region"}, {address.Postal, f.PostalCode, "postal_code"}} {
		if !format.Has(extra.part) && (extra.value != "" || f.err(extra.name) != "") {
			order = append(order, extra.part)
		}
	}
	for _, part := range order {
		optional := !format.Requires(part)
		switch part {
		case address.City:
			fields = append(fields, addressField{input: &Input{Name: "city", Label: or(format.CityLabel, "City"), Value: f.City, Error: f.err("city"),
				Autocomplete: "address-level2", Optional: optional, Width: W30}})
		case address.Postal:
			fields = append(fields, addressField{input: &Input{Name: "postal_code", Label: or(format.PostalLabel, "Postal code"), Value: f.PostalCode, Error: f.err("postal_code"),
				Autocomplete: "postal-code", Optional: optional, Width: W10}})
		case address.Region:
			fields = append(fields, f.region(or(format.RegionLabel, "State or region"), optional))
		}
	}
	return fields
}

func or(label, other string) string {
	if label == "" {
		return other
	}
	return label
}

func (f AddressForm) region(label string, optional bool) addressField {
	list := address.Regions(f.countryCode)
	if len(list) == 0 {
		return addressField{input: &Input{Name: "region", Label: label, Value: f.Region, Error: f.err("region"), Autocomplete: "address-level1", Optional: optional, Width: W30}}
	}
	first, _, _ := strings.Cut(strings.ToLower(label), " or ")
	c := Choice{Name: "region", Label: label, Value: f.Region, Error: f.err("region"), Autocomplete: "address-level1", Optional: optional, Width: W30,
		Options: []Option{{Label: "Choose " + article(first)}}}
	chosen, known := address.RegionOf(f.countryCode, f.Region)
	if !known && f.Region != "" && f.Region == f.KeepRegion {
		c.Options = append(c.Options, Option{Value: f.Region, Label: f.Region})
	}
	for _, s := range list {
		o := Option{Value: s.Text, Label: s.Name}
		if known && s == chosen {
			o.Value = f.Region // as it is stored, so that saving the form as it is changes nothing
		}
		c.Options = append(c.Options, o)
	}
	return addressField{choice: &c}
}

func article(noun string) string {
	if strings.ContainsRune("aeiou", rune(noun[0])) {
		return "an " + noun
	}
	return "a " + noun
}

func (f AddressForm) vatID() Input {
	in := Input{Name: "vat_id", Label: "VAT ID", Value: f.VATID, Error: f.err("vat_id"), Optional: true, Width: W20, Code: true}
	switch example, prefix := account.VATExample(f.countryCode), account.VATPrefix(f.countryCode); {
	case prefix != "":
		in.Hint = "With the letters " + prefix + " in front, for example " + example + "."
	case example != "":
		in.Hint = "For example " + example + "."
	case f.countryCode == "":
		in.Hint = "With the letters of the country in front, for example FI20774740."
	}
	return in
}

// stepValue is what a part of the form sends beside its fields.
func stepValue(step string) string { return `{"step":"` + step + `"}` }
