package group

import (
	"strconv"
	"strings"

	"billfold/models"
	"billfold/models/account"
	"billfold/models/money"
	"billfold/models/tax"
	"billfold/views"

	"github.com/a-h/templ"
)

// SavedNote stands above every Save of billing information.
const SavedNote = "Changes apply to invoices issued from now on. Issued invoices stay as they are."

// InformationView is the Billing information tab.
type InformationView struct {
	Frame
	Info    account.Information
	PayBy   string // "" when none is chosen
	Tax     string // what stands on the invoices
	CanEdit bool   // a deleted group's too, until all is billed and paid
	Missing []models.Field
	Rows    []InformationRow
}

// InformationRow is one fact of the billing details. Without a value it is a link that asks for it.
type InformationRow struct {
	Key, Value, Remark string
	Add                string // "Add company address"; "" for what may stay empty
}

// NewInformation puts the Billing information tab into words.
func NewInformation(f Frame, info account.Information, payBy string, t tax.Treatment, month models.Month, canEdit bool) InformationView {
	v := InformationView{Frame: f, Info: info, PayBy: payBy, Tax: t.Describe(month), CanEdit: canEdit, Missing: info.Missing()}
	address := ""
	if info.AddressLine1 != "" {
		info := info
		info.Company, info.Country = "", "" // they have rows of their own
		address = strings.Join(info.Address(), "\n")
	}
	v.Rows = []InformationRow{
		{Key: "Company", Value: info.Company, Add: "Add company name"},
		{Key: "Address", Value: address, Add: "Add company address"},
		{Key: "Country", Value: account.CountryName(info.Country), Add: "Add country"},
		{Key: "VAT ID", Value: info.VATID, Remark: vatWords(info, t.Note == tax.NoteUnconfirmed), Add: "Add VAT ID"},
		{Key: "Currency", Value: string(info.Currency), Add: "Choose a currency"},
		{Key: "Purchase order number", Value: info.PurchaseOrder, Add: "Add purchase order number"},
		{Key: "Text on invoices", Value: info.InvoiceText, Add: "Add text on invoices"},
	}
	for _, r := range []InformationRow{{Key: "Buyer reference", Value: info.BuyerReference}, {Key: "Electronic address", Value: electronic(info)}} {
		if r.Value != "" {
			v.Rows = append(v.Rows, r)
		}
	}
	return v
}

func electronic(i account.Information) string {
	if i.ElectronicID == "" {
		return ""
	}
	return i.ElectronicID + " (" + i.ElectronicScheme + ")"
}

// vatWords is the state of the VAT id: "Confirmed on 22 Nov 2026". charged: confirming it would make
// invoices free of VAT.
func vatWords(i account.Information, charged bool) string {
	switch i.VATStatus {
	case account.VATChecking:
		return "Checking " + i.VATID + " …"
	case account.VATConfirmed:
		if i.VATCheckedAt != nil {
			return "Confirmed on " + views.Date(*i.VATCheckedAt)
		}
		return "Confirmed"
	case account.VATUnconfirmed:
		if !charged {
			return "Not confirmed"
		}
		return "Not confirmed. VAT is charged until the VAT ID is confirmed."
	}
	return ""
}

func (v InformationView) alert() string {
	var lines []string
	for _, f := range v.Missing {
		lines = append(lines, f.Message)
	}
	return strings.Join(lines, ". ") + "."
}

// DetailsForm is the form of the billing details as it stands on the page: the user's words.
type DetailsForm struct {
	Step             string `form:"step"` // effect; empty saves
	Version          int64  `form:"version"`
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
	return DetailsForm{Version: i.Version, Company: i.Company, AddressLine1: i.AddressLine1, AddressLine2: i.AddressLine2, AddressLine3: i.AddressLine3,
		City: i.City, Region: i.Region, PostalCode: i.PostalCode, Country: i.Country, VATID: i.VATID, Currency: string(i.Currency),
		PurchaseOrder: i.PurchaseOrder, BuyerReference: i.BuyerReference, ElectronicScheme: i.ElectronicScheme, ElectronicID: i.ElectronicID, InvoiceText: i.InvoiceText}
}

// Onto puts the form over stored information; what it does not show, such as the emails, stays.
func (f DetailsForm) Onto(i account.Information) account.Information {
	i.Version, i.Company, i.AddressLine1, i.AddressLine2, i.AddressLine3 = f.Version, f.Company, f.AddressLine1, f.AddressLine2, f.AddressLine3
	i.City, i.Region, i.PostalCode, i.Country, i.VATID = f.City, f.Region, f.PostalCode, f.Country, f.VATID
	i.Currency, i.PurchaseOrder, i.BuyerReference = money.Currency(f.Currency), f.PurchaseOrder, f.BuyerReference
	i.ElectronicScheme, i.ElectronicID, i.InvoiceText = f.ElectronicScheme, f.ElectronicID, f.InvoiceText
	return i
}

// EffectRegion is the part of the details form that says what the entries do to the tax.
const EffectRegion = "tax-effect"

// DetailsView is the page that edits the billing details.
type DetailsView struct {
	Frame
	Form   DetailsForm
	Effect string // of what is entered on the tax
	Key    string
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

func (v DetailsView) country() views.Choice {
	c := views.Choice{Name: "country", Label: "Country", Value: strings.ToUpper(v.Form.Country), Error: v.err("country"), Autocomplete: "country",
		Options: []views.Option{{Label: "Choose a country"}}, Width: views.W30}
	for _, country := range account.Countries() {
		c.Options = append(c.Options, views.Option{Value: country.Code, Label: country.Name})
	}
	return c
}

func (v DetailsView) currency() views.Choice {
	c := views.Choice{Name: "currency", Label: "Currency", Hint: "Costs of the running month are converted at once.", Value: strings.ToUpper(v.Form.Currency), Error: v.err("currency"), Width: views.W10}
	for _, code := range money.Currencies() {
		c.Options = append(c.Options, views.Option{Value: string(code), Label: string(code)})
	}
	return c
}

// TaxEffect says what a change of billing details does to the tax on the next invoice; before and after
// are the taxes in short, describe the one after it in full.
func TaxEffect(before, after, describe string) string {
	if before == "" || before == after {
		if !strings.HasSuffix(describe, ".") {
			return "Tax on your next invoice: " + describe + "."
		}
		return describe
	}
	return "The tax on your next invoice changes from " + before + " to " + after + "."
}

func (v DetailsView) hidden() []views.HiddenField {
	return []views.HiddenField{{Name: "version", Value: strconv.FormatInt(v.Form.Version, 10)}}
}

func (v DetailsView) vatID() views.Input {
	in := v.short("vat_id", "VAT ID", v.Form.VATID, "off", true, views.W20)
	in.Hint, in.Code = "With the country's letters in front, for example FI20774740.", true
	return in
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

// edit is the one link of a card, nil for those who may not.
func (v InformationView) edit(path, text string) templ.Component {
	if !v.CanEdit {
		return nil
	}
	return editLink(path, text)
}
