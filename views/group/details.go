package group

import (
	"strconv"
	"strings"

	"billfold/models/account"
	"billfold/models/money"
	"billfold/views"
)

// DetailsForm is the form of the billing details as it stands on the page: the user's words.
type DetailsForm struct {
	Step             string `form:"step"` // one of views.Step... or Step..., which show the form again; empty saves
	Version          int64  `form:"version"`
	Seen             string `form:"seen"`
	CopyFrom         string `form:"copy_from"` // a group
	GroupText        string `form:"group_text"`
	Company          string `form:"company"`
	AddressLine1     string `form:"address_line1"`
	AddressLine2     string `form:"address_line2"`
	AddressLine3     string `form:"address_line3"`
	City             string `form:"city"`
	Region           string `form:"region"`
	PostalCode       string `form:"postal_code"`
	Country          string `form:"country"`
	VATID            string `form:"vat_id"`
	Currency         string `form:"currency"`
	PurchaseOrder    string `form:"purchase_order"`
	BuyerReference   string `form:"buyer_reference"`
	ElectronicScheme string `form:"electronic_scheme"`
	ElectronicID     string `form:"electronic_id"`
	InvoiceText      string `form:"invoice_text"`
}

// NewDetailsForm is the form of what is stored.
func NewDetailsForm(i account.Information) DetailsForm {
	f := DetailsForm{Company: i.Company, AddressLine1: i.AddressLine1, AddressLine2: i.AddressLine2, AddressLine3: i.AddressLine3,
		City: i.City, Region: i.Region, PostalCode: i.PostalCode, Country: i.Country, VATID: i.VATID, Currency: string(i.Currency),
		PurchaseOrder: i.PurchaseOrder, BuyerReference: i.BuyerReference, ElectronicScheme: i.ElectronicScheme, ElectronicID: i.ElectronicID, InvoiceText: i.InvoiceText}
	f.Seen, f.Version = views.Digest(f), i.Version
	return f
}

// Current gives a form that was made of the same details as are stored now the stored version, whatever else of
// the billing information was changed since. Another one keeps the version it was made of and is out of date.
func (f DetailsForm) Current(stored account.Information) DetailsForm {
	if f.Seen == NewDetailsForm(stored).Seen {
		f.Version = stored.Version
	}
	return f
}

// Copied is the form filled with another group's details; it stays one of its own group.
func (f DetailsForm) Copied(from account.Information) DetailsForm {
	filled := NewDetailsForm(from)
	filled.Version, filled.Seen, filled.CopyFrom, filled.GroupText = f.Version, f.Seen, f.CopyFrom, f.GroupText
	if filled.Currency == "" {
		filled.Currency = f.Currency
	}
	return filled
}

// Onto puts the form over stored information; what it does not show, such as the emails, stays.
func (f DetailsForm) Onto(i account.Information) account.Information {
	i.Version, i.Company, i.AddressLine1, i.AddressLine2, i.AddressLine3 = f.Version, f.Company, f.AddressLine1, f.AddressLine2, f.AddressLine3
	i.City, i.Region, i.PostalCode, i.Country, i.VATID = f.City, f.Region, f.PostalCode, f.Country, f.VATID
	i.Currency, i.PurchaseOrder, i.BuyerReference = money.Currency(f.Currency), f.PurchaseOrder, f.BuyerReference
	i.ElectronicScheme, i.ElectronicID, i.InvoiceText = f.ElectronicScheme, f.ElectronicID, f.InvoiceText
	return i
}

// DetailsView is the page that edits the billing details.
type DetailsView struct {
	Frame
	Form   DetailsForm
	Stored account.Information
	Effect []string     // of what is entered on the tax, in sentences
	Copy   views.Choice // the other groups, without options when there is none
	Narrow bool         // there are more groups than Copy lists
	Copied string       // name of the group that the form was just filled from
	Key    string
}

// The values of the form's field "step" that go with copying.
const (
	StepCopy   = "copy"
	StepSearch = "search"
)

// CopyChoice is a choice of a group to copy details from. total is how many there are.
func CopyChoice(groups []account.Group, total int, f DetailsForm, problem string) views.Choice {
	c := views.Choice{Name: "copy_from", Label: "Copy details from", Value: f.CopyFrom, Error: problem, Width: views.W30,
		Hint: "Fills in the form below. Nothing is saved before you save it."}
	if total > len(groups) {
		c.Hint += " " + views.Number(len(groups)) + " of " + views.Number(total) + " groups are listed. Search for others."
	}
	if total == 0 && f.GroupText == "" {
		return c
	}
	c.Options = append(c.Options, views.Option{Label: "Do not copy"})
	for _, g := range groups {
		c.Options = append(c.Options, views.Option{Value: g.ID, Label: g.Name})
	}
	return c
}

func (v DetailsView) form() views.FormProps {
	return views.FormProps{Action: views.EditDetailsPath(v.Header.ID), Key: v.Key, Hidden: v.hidden(), Repeats: true}
}

func (v DetailsView) address() views.AddressForm {
	f := views.NewAddressForm(views.EditDetailsPath(v.Header.ID), v.Form.Onto(account.Information{}), v.Stored, v.Shell.Errors)
	f.Effect = v.Effect
	return f
}

func (v DetailsView) err(name string) string { return views.FieldError(v.Shell.Errors, name) }

func (v DetailsView) text(name, label, value, autocomplete string, optional bool) views.Input {
	return views.Input{Name: name, Label: label, Value: value, Autocomplete: autocomplete, Optional: optional, Error: v.err(name)}
}

func (v DetailsView) short(name, label, value, autocomplete string, optional bool, w views.Width) views.Input {
	in := v.text(name, label, value, autocomplete, optional)
	in.Width = w
	return in
}

func (v DetailsView) currency() views.Choice {
	c := views.Choice{Name: "currency", Label: "Currency", Hint: "Costs of the running month are converted at once.", Value: strings.ToUpper(v.Form.Currency), Error: v.err("currency"), Width: views.W10}
	for _, code := range money.Currencies() {
		c.Options = append(c.Options, views.Option{Value: string(code), Label: string(code)})
	}
	return c
}

func (v DetailsView) hidden() []views.HiddenField {
	return []views.HiddenField{{Name: "version", Value: strconv.FormatInt(v.Form.Version, 10)}, {Name: "seen", Value: v.Form.Seen}}
}

func (v DetailsView) scheme() views.Input {
	in := v.short("electronic_scheme", "Electronic address scheme", v.Form.ElectronicScheme, "off", true, views.W5)
	in.Hint = "For example 0088 for a GLN, EM for an email address."
	return in
}

func (v DetailsView) invoiceText() views.Input {
	in := v.text("invoice_text", "Text on invoices", v.Form.InvoiceText, "", true)
	in.Hint = "Up to 1,000 characters, for example a purchase order or cost centre number."
	return in
}
