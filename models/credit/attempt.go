package credit

import (
	"time"

	"billfold/models"
)

// A user may try so many codes in the window that do not work; then must wait. Codes have 36 random
// bits, so that nobody finds one this way.
const (
	maxAttempts   = 10
	attemptWindow = 15 * time.Minute
	attemptWait   = 15 * time.Minute
)

// attempt is a user's counter of codes that did not work.
type attempt struct {
	Subject      string `gorm:"primaryKey"`
	Failures     int64
	Since        time.Time // when the window began
	BlockedUntil *time.Time
}

// TableName names the table for GORM.
func (attempt) TableName() string { return "attempts" }

// count adds one attempt at now, or refuses it. Kind of the error: Invalid, field code.
func (a *attempt) count(now time.Time) error {
	if a.BlockedUntil != nil && now.Before(*a.BlockedUntil) {
		return tooMany(*a.BlockedUntil)
	}
	if a.BlockedUntil != nil || !now.Before(a.Since.Add(attemptWindow)) {
		*a = attempt{Subject: a.Subject, Since: now}
	}
	if a.Failures++; a.Failures <= maxAttempts {
		return nil
	}
	until := now.Add(attemptWait)
	a.BlockedUntil = &until
	return tooMany(until)
}

// TooMany is the Invalid error of the field code that somebody must wait.
type TooMany struct {
	error
	Until time.Time
}

// Unwrap gives the error with its kind and field.
func (t *TooMany) Unwrap() error { return t.error }

// tooMany names the first whole minute at which the next attempt is taken.
func tooMany(until time.Time) error {
	minute := until.UTC().Add(time.Minute - 1).Truncate(time.Minute)
	return &TooMany{models.Invalidf("code", "Too many attempts. Try again after %s", minute.Format("15:04 UTC")), until}
}
