// Package credit is the room of credits: the operator issues codes, accounts claim them, closing a
// month uses them. What a claim may pay is in apply.go, without a database; SQL is in the *_store.go files.
package credit

import (
	"slices"
	"time"

	"billfold/models/money"
)

// Type says why a credit was given.
type Type string

// Purchase is prepaid money, a multi-purpose voucher (Directive 2006/112/EC art. 30b(2)): it pays the
// total after tax. All other types lower the taxable amount.
const Purchase Type = "purchase"

var types = []Type{"discount", "employee", "evaluation", "internal", "other", "outage", "partner", "promotion", Purchase, "referral", "sponsorship", "trial"}

// Types lists the types, A to Z.
func Types() []Type { return slices.Clone(types) }

// Label is the type in words: "Promotion".
func (t Type) Label() string {
	if t == "" || t[0] < 'a' || t[0] > 'z' {
		return string(t)
	}
	return string(t[0]-'a'+'A') + string(t[1:])
}

// Prepaid reports whether credit of the type pays after tax.
func (t Type) Prepaid() bool { return t == Purchase }

// Scope is what a claim may be used for.
type Scope string

// The scopes: one billing group, all projects of the account, or one project wherever it moves.
const (
	ForGroup   Scope = "group"
	ForAccount Scope = "account"
	ForProject Scope = "project"
)

// Credit is an issued code.
type Credit struct {
	ID      string
	Code    string
	Type    Type
	Value   money.Amount // what each claim is worth
	Starts  time.Time    // no use in periods that end before
	Expires time.Time    // the first instant it can no longer be used; zero for never
	Limit   int64        // how many accounts may claim it
	Claimed int64        // how many have
}

// LastDay is midnight UTC of the last day of use, the date that people read; zero for never.
func (c Credit) LastDay() time.Time { return lastDay(c.Expires) }

// Claim is a credit in an account: claimed by code, or given back by a credit note.
type Claim struct {
	ID          string
	AccountID   string
	CreditID    string
	Code        string
	Type        Type
	Scope       Scope
	GroupID     string // of ForGroup
	ProjectID   string // of ForProject
	ProjectName string // of ForProject
	Value       money.Amount
	Remaining   money.Amount
	Starts      time.Time
	Expires     time.Time // the first instant it can no longer be used; zero for never
	ClaimedAt   time.Time
	ReturnedBy  string // the credit note that gave it back, empty for a claim by code
}

// LastDay is midnight UTC of the last day of use, the date that people read; zero for never.
func (c Claim) LastDay() time.Time { return lastDay(c.Expires) }

func lastDay(expires time.Time) time.Time {
	if expires.IsZero() {
		return expires
	}
	return expires.UTC().Add(-time.Microsecond).Truncate(24 * time.Hour)
}

// Status is what a claim is good for at a time.
type Status string

// The statuses as screens show them.
const (
	Active     Status = "Active"
	NotStarted Status = "Not started"
	UsedUp     Status = "Used up"
	Expired    Status = "Expired"
)

// Status tells what the claim is good for now.
func (c Claim) Status(now time.Time) Status {
	switch {
	case c.Remaining.IsZero():
		return UsedUp
	case !c.Expires.IsZero() && !c.Expires.After(now):
		return Expired
	case c.Starts.After(now):
		return NotStarted
	}
	return Active
}

// warnDays is how long before its end an expiry is warned of.
const warnDays = 30

// ExpiresInDays is how many days after today the last day of use is, when the claim is active and that
// is within 30 days: 0 is today. ok is false otherwise.
func (c Claim) ExpiresInDays(now time.Time) (days int, ok bool) {
	if c.Expires.IsZero() || c.Status(now) != Active {
		return 0, false
	}
	days = int(c.LastDay().Sub(now.UTC().Truncate(24*time.Hour)) / (24 * time.Hour))
	return days, days <= warnDays
}
