package account

import (
	"slices"
	"strconv"
	"strings"

	"billfold/models/account"
	"billfold/models/money"
)

// detailsForm is the form of step 2.
type detailsForm struct {
	Draft            string   `form:"draft"`
	Change           string   `form:"change"`
	Step             string   `form:"step"`   // one of views.Step..., which show the form again
	Do               string   `form:"do"`     // "copy", or empty for the button that goes on
	Add              string   `form:"add"`    // the list that gets another box
	Remove           string   `form:"remove"` // the box that goes, "invoice_emails.2"
	CopyFrom         string   `form:"copy_from"`
	Company          string   `form:"company"`
	AddressLine1     string   `form:"address_line1"`
	AddressLine2     string   `form:"address_line2"`
	AddressLine3     string   `form:"address_line3"`
	City             string   `form:"city"`
	Region           string   `form:"region"`
	PostalCode       string   `form:"postal_code"`
	Country          string   `form:"country"`
	VATID            string   `form:"vat_id"`
	ElectronicScheme string   `form:"electronic_scheme"`
	ElectronicID     string   `form:"electronic_id"`
	BuyerReference   string   `form:"buyer_reference"`
	Currency         string   `form:"currency"`
	PurchaseOrder    string   `form:"purchase_order"`
	InvoiceText      string   `form:"invoice_text"`
	InvoiceEmails    []string `form:"invoice_emails"`
	ContactEmails    []string `form:"contact_emails"`
	Method           string   `form:"payment_method"`
}

// information is what was typed, as it was typed.
func (f detailsForm) information() account.Information {
	return account.Information{Company: f.Company, AddressLine1: f.AddressLine1, AddressLine2: f.AddressLine2, AddressLine3: f.AddressLine3,
		City: f.City, Region: f.Region, PostalCode: f.PostalCode, Country: f.Country, VATID: f.VATID,
		ElectronicScheme: f.ElectronicScheme, ElectronicID: f.ElectronicID, BuyerReference: f.BuyerReference,
		Currency: money.Currency(f.Currency), PurchaseOrder: f.PurchaseOrder, InvoiceText: f.InvoiceText,
		InvoiceEmails: f.InvoiceEmails, ContactEmails: f.ContactEmails}
}

// editEmails adds an empty box to a list of emails or takes one out, and gives the list's name.
func (f detailsForm) editEmails(info *account.Information) string {
	name, index, _ := strings.Cut(f.Remove, ".")
	if f.Add != "" {
		name, index = f.Add, ""
	}
	list := &info.InvoiceEmails
	if name == "contact_emails" {
		list = &info.ContactEmails
	}
	if f.Add != "" {
		*list = append(*list, "")
	} else if i, err := strconv.Atoi(index); err == nil && i >= 0 && i < len(*list) {
		*list = slices.Delete(slices.Clone(*list), i, i+1)
	}
	return name
}

// emptyInformation reports whether nothing was typed yet.
func emptyInformation(i account.Information) bool {
	i = i.Clean()
	for _, v := range []string{i.Company, i.AddressLine1, i.AddressLine2, i.AddressLine3, i.City, i.Region, i.PostalCode, i.Country, i.VATID,
		i.ElectronicScheme, i.ElectronicID, i.BuyerReference, string(i.Currency), i.PurchaseOrder, i.InvoiceText} {
		if v != "" {
			return false
		}
	}
	return len(i.InvoiceEmails) == 0 && len(i.ContactEmails) == 0
}
