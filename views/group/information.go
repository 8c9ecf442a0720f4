package group

import (
	"strings"

	"billfold/models"
	"billfold/models/account"
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
	address := strings.Join(info.PostalLines(), "\n")
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

// edit is the one link of a card, nil for those who may not.
func (v InformationView) edit(path, text string) templ.Component {
	if !v.CanEdit {
		return nil
	}
	return editLink(path, text)
}
