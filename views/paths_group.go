package views

import (
	"net/url"
	"strconv"
)

// GroupPath is a billing group's Overview tab.
func GroupPath(group string) string { return join("billing-groups", group) }

// GroupRenamePath is the form that renames a group.
func GroupRenamePath(group string) string { return GroupPath(group) + "/rename" }

// GroupDeletePath is the page that asks before a group is deleted, or says why it cannot be.
func GroupDeletePath(group string) string { return GroupPath(group) + "/delete" }

// GroupPrimaryPath is the page that asks before a group becomes the primary one.
func GroupPrimaryPath(group string) string { return GroupPath(group) + "/primary" }

// GroupProjectsPath is the Projects tab.
func GroupProjectsPath(group string) string { return GroupPath(group) + "/projects" }

// AssignProjectsPath is the page that assigns projects to a group.
func AssignProjectsPath(group string) string { return GroupProjectsPath(group) + "/assign" }

// MoveProjectsPath is the page that moves projects out of a group; more ids than a URL should carry
// are sent by POST to the same path.
func MoveProjectsPath(group string, projects ...string) string {
	path := GroupProjectsPath(group) + "/move"
	for i, id := range projects {
		sep := "&"
		if i == 0 {
			sep = "?"
		}
		path += sep + "ids=" + url.QueryEscape(id)
	}
	return path
}

// UndoMovePath takes the POST that moves projects back.
func UndoMovePath(group string) string { return GroupProjectsPath(group) + "/undo" }

// InvoicesPath is the Invoices tab.
func InvoicesPath(group string) string { return GroupPath(group) + "/invoices" }

// InvoicePath is the page of one invoice; estimates are numbered estimate-YYYY-MM.
func InvoicePath(group, number string) string { return GroupPath(group) + join("invoices", number) }

// InvoicePDFPath is the invoice as it was sent.
func InvoicePDFPath(group, number string) string { return InvoicePath(group, number) + ".pdf" }

// InvoiceCSVPath is the invoice's lines as CSV.
func InvoiceCSVPath(group, number string) string { return InvoicePath(group, number) + ".csv" }

// InvoiceXMLPath is the e-invoice.
func InvoiceXMLPath(group, number string) string { return InvoicePath(group, number) + ".xml" }

// PayNowPath is the page on which an invoice is paid.
func PayNowPath(group, number string) string { return InvoicePath(group, number) + "/pay" }

// ReceiptOfPath is the receipt of one payment of an invoice.
func ReceiptOfPath(group, number, payment string) string {
	return InvoicePath(group, number) + join("receipts", payment)
}

// ReceiptPath is the receipt of an invoice's only or last payment.
func ReceiptPath(group, number string) string { return InvoicePath(group, number) + "/receipt.pdf" }

// YearZIPPath is all invoices of a year in one file.
func YearZIPPath(group string, year int) string {
	return InvoicesPath(group) + "/" + strconv.Itoa(year) + "/all.zip"
}

// LinePath is the page with the usage records of an invoice line.
func LinePath(group, number, line string) string {
	return InvoicePath(group, number) + join("lines", line)
}

// LineRecordsCSVPath is all usage records of an invoice line as CSV.
func LineRecordsCSVPath(group, number, line string) string {
	return LinePath(group, number, line) + "/records.csv"
}

// InvoiceCreditPath is the page that says how the amount of a credit on an invoice came about.
func InvoiceCreditPath(group, number, claim string) string {
	return InvoicePath(group, number) + join("credits", claim)
}

// InvoiceTaxPath is the page that says how a tax of an invoice came about, by its place from 1.
func InvoiceTaxPath(group, number string, place int64) string {
	return InvoicePath(group, number) + join("taxes", strconv.FormatInt(place, 10))
}

// SubtotalPath is the page that says how the subtotal of an invoice came about.
func SubtotalPath(group, number string) string { return InvoicePath(group, number) + "/subtotal" }

// CreditNotePath is the page of a credit note.
func CreditNotePath(group, number string) string {
	return GroupPath(group) + join("credit-notes", number)
}

// CreditsPath is the Credits tab.
func CreditsPath(group string) string { return GroupPath(group) + "/credits" }

// NewCreditPath is the form that adds a credit code.
func NewCreditPath(group string) string { return CreditsPath(group) + "/new" }

// EventsPath is the Events tab.
func EventsPath(group string) string { return GroupPath(group) + "/events" }

// EventsCSVPath is the filtered events as CSV.
func EventsCSVPath(group string) string { return EventsPath(group) + ".csv" }

// BillingInformationPath is the Billing information tab.
func BillingInformationPath(group string) string { return GroupPath(group) + "/billing-information" }

// EditDetailsPath is the form of the billing details.
func EditDetailsPath(group string) string { return BillingInformationPath(group) + "/edit" }

// EditEmailsPath is the form of the invoice emails and billing contacts.
func EditEmailsPath(group string) string { return GroupPath(group) + "/emails/edit" }

// PaymentMethodPath is the form that chooses how a group pays.
func PaymentMethodPath(group string) string { return GroupPath(group) + "/payment-method" }
