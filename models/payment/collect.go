package payment

import (
	"time"

	"billfold/models/account"
	"billfold/models/invoice"
)

// step is what is to be done to collect an invoice by itself.
type step int

const (
	nothing  step = iota
	forget        // what was planned is not wanted any more
	remind        // it is paid by bank transfer: reminders are planned
	ask           // a charge was begun and its answer is not known: ask again, under its key
	giveUp        // the bank waits for the cardholder, and the next try is due: give this one up first
	charge        // begin a charge
	wait          // somebody is paying: the charge stays due, should that come to nothing
	remember      // there is no way to charge: what is known is only that it was tried
)

// standing is what the decision needs to know of an invoice.
type standing struct {
	row     invoice.Row
	method  method
	open    *chargeRow // the charge that is under way
	plan    collectionRow
	planned bool // there is a plan, so this is not the first time
	now     time.Time
}

// due reports whether a try is wanted now: at the first time, and then on the days that are planned.
func (s standing) due() bool {
	return !s.planned || s.plan.NextChargeAt != nil && !s.plan.NextChargeAt.After(s.now)
}

// decide says what to do next about an invoice. It is asked again and again, by the job, by every sweep and
// after a crash, and a charge begins only when none is under way and one is due.
func decide(s standing) step {
	if !collects(s.row) {
		if s.plan.NextChargeAt != nil || s.plan.NextReminderAt != nil {
			return forget
		}
		return nothing
	}
	if s.open != nil && s.open.Kind == Automatic && s.open.State == Started {
		return ask
	}
	first := s.plan.NextReminderAt == nil && s.plan.Reminders == 0
	switch {
	case !s.due():
		return nothing
	case s.method.Kind == account.BankTransfer && first:
		return remind
	case s.method.Kind != account.Card || !s.method.usable:
		return remember
	case s.open == nil:
		return charge
	case s.open.Kind == Automatic && s.open.State == ActionRequired:
		return giveUp
	case !s.planned:
		return wait
	}
	return nothing
}

// method is how a group pays, and whether its card can be charged here.
type method struct {
	account.StoredCard
	provider, ref string
	usable        bool // a card of a gateway that is set up
}

// nextReminder is when an unpaid bank transfer is reminded of after so many reminders: days after the due
// date, ascending. ok is false when none is left.
func nextReminder(due time.Time, reminders int, days []int) (at time.Time, ok bool) {
	if reminders >= len(days) {
		return time.Time{}, false
	}
	return due.UTC().AddDate(0, 0, days[reminders]), true
}
