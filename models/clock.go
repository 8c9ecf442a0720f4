package models

import (
	"time"

	"github.com/google/uuid"
)

// Clock tells business time. A nil Clock is the real one.
type Clock func() time.Time

// Now is the current business time, in UTC and truncated to microseconds as both databases keep it.
func (c Clock) Now() time.Time {
	if c == nil {
		return Micro(time.Now())
	}
	return Micro(c())
}

// Micro is a time in UTC truncated to microseconds, the precision of both databases.
func Micro(t time.Time) time.Time { return t.UTC().Truncate(time.Microsecond) }

// NewID makes a UUIDv7: unique and in order of creation.
func NewID() string { return uuid.Must(uuid.NewV7()).String() }

// IsID reports whether s is a UUID in its canonical form. Ids come from URLs, so stores ask this
// before the database would answer with a syntax error.
func IsID(s string) bool {
	id, err := uuid.Parse(s)
	return err == nil && id.String() == s
}

// NilID stands for "no project" where a key column cannot be null.
const NilID = "00000000-0000-0000-0000-000000000000"
