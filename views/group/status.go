package group

import (
	"time"

	"billfold/models"
	"billfold/models/invoice"
	"billfold/views"
)

// Status is the one word for the state of an estimate or invoice, the same on every page. paidOn is the
// day of the last payment, nil for none; now is the business time, which makes due overdue.
func Status(r invoice.Row, paidOn *time.Time, now time.Time) views.Mark {
	switch r.State {
	case invoice.Estimate:
		if r.Month < string(models.MonthOf(now)) {
			return views.Mark{Tone: views.Info, Text: "Closing"}
		}
		return views.Mark{Tone: views.Info, Text: "Estimate"}
	case invoice.Issued:
		return unpaid(r.DueDate, now)
	case invoice.Paid:
		return paid(r, paidOn)
	case invoice.PaymentFailed:
		return views.Mark{Tone: views.Bad, Text: "Payment failed"}
	case invoice.Waived:
		return views.Mark{Tone: views.Neutral, Text: "Waived"}
	case invoice.Uncollectible:
		return views.Mark{Tone: views.Neutral, Text: "Written off"}
	case invoice.Credited:
		return views.Mark{Tone: views.Neutral, Text: "Credited"}
	}
	return views.Mark{Tone: views.Neutral, Text: r.State.Words()}
}

// unpaid is due up to the end of the due date, in UTC.
func unpaid(due *time.Time, now time.Time) views.Mark {
	switch {
	case due == nil:
		return views.Mark{Tone: views.Warn, Text: "Due"}
	case now.Before(due.AddDate(0, 0, 1)):
		return views.Mark{Tone: views.Warn, Text: "Due " + views.Date(*due)}
	}
	return views.Mark{Tone: views.Bad, Text: "Overdue since " + views.Date(*due)}
}

func paid(r invoice.Row, paidOn *time.Time) views.Mark {
	switch {
	case paidOn != nil:
		return views.Mark{Tone: views.OK, Text: "Paid " + views.Date(*paidOn)}
	case r.PrepaidMinor == 0:
		return views.Mark{Tone: views.Neutral, Text: "No payment needed"}
	case r.InvoiceDate != nil: // prepaid credit pays at issue
		return views.Mark{Tone: views.OK, Text: "Paid " + views.Date(*r.InvoiceDate)}
	}
	return views.Mark{Tone: views.OK, Text: "Paid"}
}
