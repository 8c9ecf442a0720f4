package views

import (
	"time"

	"billfold/models/invoice"
)

// IssuedStatus is the badge of an issued invoice, the one list of words for every page. due is its due
// date, paidOn the day it was paid, each nil when there is none; now is the business time.
func IssuedStatus(state invoice.State, due, paidOn *time.Time, now time.Time) Mark {
	switch state {
	case invoice.Issued:
		return unpaid(due, now)
	case invoice.Paid:
		if paidOn == nil {
			return Mark{Tone: OK, Text: "Paid"}
		}
		return Mark{Tone: OK, Text: "Paid " + Date(*paidOn)}
	case invoice.PaymentFailed:
		return FailedStatus(false)
	case invoice.Waived:
		return Mark{Tone: Neutral, Text: "Waived"}
	case invoice.Uncollectible:
		return Mark{Tone: Neutral, Text: "Written off"}
	case invoice.Credited:
		return Mark{Tone: Neutral, Text: "Credited"}
	}
	return Mark{Tone: Neutral, Text: state.Words()}
}

// FailedStatus is the badge of an invoice whose payment failed.
func FailedStatus(noCard bool) Mark {
	if noCard {
		return Mark{Tone: Bad, Text: "No card on file"}
	}
	return Mark{Tone: Bad, Text: "Payment failed"}
}

// unpaid is due up to the end of the due date, in UTC.
func unpaid(due *time.Time, now time.Time) Mark {
	switch {
	case due == nil:
		return Mark{Tone: Warn, Text: "Due"}
	case now.Before(due.UTC().AddDate(0, 0, 1)):
		return Mark{Tone: Warn, Text: "Due " + Date(*due)}
	}
	return Mark{Tone: Bad, Text: "Overdue since " + Date(*due)}
}
