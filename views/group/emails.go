package group

import (
	"slices"
	"strconv"
	"strings"

	"billfold/models"
	"billfold/models/account"
	"billfold/views"
)

// The lists of email addresses, by the names of their form fields.
const (
	invoiceEmails = "invoice_emails"
	contactEmails = "contact_emails"
)

// maxEmails is how many addresses a list holds.
const maxEmails = 10

// EmailsForm is the form of the emails as it stands on the page.
type EmailsForm struct {
	Version  int64    `form:"version"`
	Seen     string   `form:"seen"`
	Invoices []string `form:"invoice_emails"`
	Contacts []string `form:"contact_emails"`
	Add      string   `form:"add"`    // list to be given one more box
	Remove   string   `form:"remove"` // box to be taken away, "invoice_emails.2"
}

// NewEmailsForm is the form of what is stored.
func NewEmailsForm(i account.Information) EmailsForm {
	lists := [2]string{strings.Join(i.InvoiceEmails, "\n"), strings.Join(i.ContactEmails, "\n")}
	return EmailsForm{Version: i.Version, Seen: views.Digest(lists), Invoices: slices.Clone(i.InvoiceEmails), Contacts: slices.Clone(i.ContactEmails)}
}

// Current is DetailsForm.Current for the emails.
func (f EmailsForm) Current(stored account.Information) EmailsForm {
	if f.Seen == NewEmailsForm(stored).Seen {
		f.Version = stored.Version
	}
	return f
}

// Edits reports whether a button changed the form instead of saving it.
func (f EmailsForm) Edits() bool { return f.Add != "" || f.Remove != "" }

// Edit does what the button says: one box more, or one less.
func (f EmailsForm) Edit() EmailsForm {
	for name, list := range map[string]*[]string{invoiceEmails: &f.Invoices, contactEmails: &f.Contacts} {
		if f.Add == name && len(*list) < maxEmails {
			*list = append(*list, "")
		}
		box, found := strings.CutPrefix(f.Remove, name+".")
		if i, err := strconv.Atoi(box); found && err == nil && i >= 0 && i < len(*list) {
			*list = slices.Delete(slices.Clone(*list), i, i+1)
		}
	}
	return f
}

// EmailsView is the page that edits the emails.
type EmailsView struct {
	Frame
	Form EmailsForm
	Key  string
}

// EmailFields are the problems of emails under the names of their boxes: "invoice_emails[1]" is the
// second one.
func EmailFields(fields []models.Field) []models.Field {
	for i, f := range fields {
		if name, box, ok := strings.Cut(f.Name, "["); ok {
			n, _ := strconv.Atoi(strings.TrimSuffix(box, "]")) // the store writes numbers
			fields[i].Name = views.ItemName(name, n)
		}
	}
	return fields
}

func (v EmailsView) hidden() []views.HiddenField {
	return []views.HiddenField{{Name: "version", Value: strconv.FormatInt(v.Form.Version, 10)}, {Name: "seen", Value: v.Form.Seen}}
}

func (v EmailsView) list(name, label, hint string, values []string) views.Repeat {
	if len(values) == 0 {
		values = []string{""}
	}
	return views.Repeat{Name: name, Label: label, Hint: hint, Item: label[:len(label)-1], Values: values, Errors: v.Shell.Errors,
		AddLabel: "Add another email", Max: maxEmails, Type: views.Email, Autocomplete: "email"}
}
