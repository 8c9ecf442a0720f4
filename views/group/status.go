package group

import (
	"time"

	"billfold/models"
	"billfold/models/invoice"
	"billfold/views"
)

// Status is the one word for the state of an estimate or invoice, the same on every page. now is the business
// time, which makes due overdue.
func Status(it invoice.GroupInvoice, now time.Time) views.Mark {
	r, paidOn := it.Row, it.PaidOn
	switch r.State {
	case invoice.PaymentFailed:
		return views.FailedStatus(it.NoCard)
	case invoice.Estimate:
		if r.Month < string(models.MonthOf(now)) {
			return views.Mark{Tone: views.Info, Text: "Closing"}
		}
		return views.Mark{Tone: views.Info, Text: "Estimate"}
	case invoice.Paid:
		if paidOn == nil && r.PrepaidMinor == 0 {
			return views.Mark{Tone: views.Neutral, Text: "No payment needed"}
		}
		if paidOn == nil {
			paidOn = r.InvoiceDate // prepaid credit pays at issue
		}
	}
	return views.IssuedStatus(r.State, r.DueDate, paidOn, now)
}
