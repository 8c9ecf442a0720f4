package models

import (
	"fmt"
	"time"
)

// Month is a UTC calendar month written "2006-01"; months compare as strings.
type Month string

// ParseMonth reads "2026-11".
func ParseMonth(s string) (Month, error) {
	if _, err := time.Parse("2006-01", s); err != nil {
		return "", Invalidf("month", "Write the month as YYYY-MM, for example 2026-11")
	}
	return Month(s), nil
}

// MonthOf is the month that holds an instant.
func MonthOf(t time.Time) Month { return Month(t.UTC().Format("2006-01")) }

// Start is the first instant of the month.
func (m Month) Start() time.Time {
	t, err := time.Parse("2006-01", string(m))
	if err != nil {
		panic(fmt.Sprintf("month %q was not parsed", string(m)))
	}
	return t
}

// End is the first instant after the month: months are [Start, End).
func (m Month) End() time.Time { return m.Start().AddDate(0, 1, 0) }

// LastDay is midnight of the month's last day, the tax date (Directive 2006/112/EC art. 64(1)).
func (m Month) LastDay() time.Time { return m.End().AddDate(0, 0, -1) }

// Next is the following month.
func (m Month) Next() Month { return MonthOf(m.End()) }

// Prev is the month before.
func (m Month) Prev() Month { return MonthOf(m.Start().AddDate(0, 0, -1)) }

// Label is the month in words: "November 2026".
func (m Month) Label() string { return m.Start().Format("January 2006") }
