// Package account has the pages of Projects & Accounts, of an account and of its projects: one file per
// screen, and here the words that they share.
package account

import (
	"strings"
	"time"

	"billfold/models"
	"billfold/models/access"
	"billfold/models/invoice"
	"billfold/views"
)

// readOnly is the line under the heading for those who may only look.
const readOnly = "You can view billing for this account. Account admins can change it."

// costPeriod says of which days the costs on a page are.
func costPeriod(p invoice.AccountPeriod, now time.Time) string {
	s := "Costs are estimates of " + views.RunningPeriod(p.Month, now) + " (UTC), before tax and credits."
	if p.Approximate {
		s += " Amounts in another currency than the prices are approximate until the month is closed. Lists are ordered by worth, whatever the currency."
	}
	return s
}

func roleName(r access.Role) string {
	return strings.ToUpper(string(r[:1])) + string(r[1:])
}

// payBy is how a group pays: "Visa ending 4242", "Bank transfer".
func payBy(p invoice.PayBy) string {
	switch p.Kind {
	case "card":
		return p.Brand + " ending " + p.Last
	case "bank_transfer":
		return "Bank transfer"
	}
	return "Not chosen"
}

// status is the badge of an issued invoice.
func status(l invoice.LastInvoice, now time.Time) views.Mark {
	if l.State == invoice.PaymentFailed {
		return views.FailedStatus(l.NoCard)
	}
	return views.IssuedStatus(l.State, l.Due, l.PaidOn, now)
}

func monthLabel(m models.Month) string { return m.Label() }
