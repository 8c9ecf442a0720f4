package views

import (
	"fmt"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"billfold/models"
	"billfold/models/money"
)

// Minus is the sign of negative figures: U+2212, as wide as a digit.
const Minus = "\u2212"

// Money is an amount in words that leave no doubt about its currency: "€12,845.37", "−€400.00",
// "$12.50 CAD", "1,234.50 SEK", "¥1,200". The dollar sign stands for five currencies here, so the
// code follows it always; kr and Fr. are written as the code alone.
func Money(a money.Amount) string {
	sign, digits := figures(a)
	switch c := a.Currency(); c {
	case "EUR":
		return sign + "€" + digits
	case "GBP":
		return sign + "£" + digits
	case "JPY":
		return sign + "¥" + digits
	case "AUD", "CAD", "NZD", "SGD", "USD":
		return sign + "$" + digits + " " + string(c)
	default:
		return sign + digits + " " + string(c)
	}
}

// MoneyBare is an amount without its currency, "12,845.37": only where the column head or the label
// names the currency of every row.
func MoneyBare(a money.Amount) string {
	sign, digits := figures(a)
	return sign + digits
}

// ExactCost is a cost with all its decimals, at least the two of a price: "0.00001605990 USD" reads
// "0.0000160599 USD".
func ExactCost(c money.Cost) string {
	return Quantity(c.Exact()) + " " + string(c.Currency())
}

// Quantity is a number with grouped thousands and all its decimals but trailing zeros: "1,440.5".
func Quantity(d decimal.Decimal) string {
	whole, fraction, found := strings.Cut(d.Abs().String(), ".")
	s := group(whole)
	if found {
		s += "." + fraction
	}
	if d.Sign() < 0 {
		return Minus + s
	}
	return s
}

// Share is a part of a whole with one decimal, rounded once: "33.0%". A part of nothing is "0.0%".
func Share(part, whole money.Amount) string {
	share := decimal.Zero
	if whole.Sign() > 0 {
		share = decimal.NewFromInt(part.Minor()).Shift(2).DivRound(decimal.NewFromInt(whole.Minor()), 1)
	}
	return strings.Replace(share.StringFixed(1), "-", Minus, 1) + "%"
}

func figures(a money.Amount) (sign, digits string) {
	plain, negative := strings.CutPrefix(a.Decimal(), "-")
	if negative {
		sign = Minus
	}
	whole, fraction, found := strings.Cut(plain, ".")
	digits = group(whole)
	if found {
		digits += "." + fraction
	}
	return sign, digits
}

// group puts a comma between thousands.
func group(whole string) string {
	var b strings.Builder
	for i, r := range whole {
		if i > 0 && (len(whole)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteRune(r)
	}
	return b.String()
}

// Date is the day in UTC: "14 Nov 2026". Zero times give "".
func Date(t time.Time) string { return layout(t, "2 Jan 2006") }

// DateTime is the second in UTC, "22 Nov 2026 14:05:09".
func DateTime(t time.Time) string { return layout(t, "2 Jan 2006 15:04:05") }

// Clock is the minute in UTC, "14:05 UTC".
func Clock(t time.Time) string { return layout(t, "15:04 UTC") }

// Moment is the minute of a day in UTC, "22 Nov 2026 14:05 UTC".
func Moment(t time.Time) string { return layout(t, "2 Jan 2006 15:04 UTC") }

// EventTime is the form of the event list: "2026-11-22 14:05:09".
func EventTime(t time.Time) string { return layout(t, "2006-01-02 15:04:05") }

func layout(t time.Time, form string) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(form)
}

// Ago is "8 minutes ago" within the last day and "" before it and for the future.
func Ago(t, now time.Time) string {
	d := now.Sub(t)
	switch {
	case t.IsZero() || d < 0 || d >= 24*time.Hour:
		return ""
	case d < time.Minute:
		return "just now"
	case d < time.Hour:
		return Count(int(d/time.Minute), "minute", "minutes") + " ago"
	}
	return Count(int(d/time.Hour), "hour", "hours") + " ago"
}

// Period is a billing month by its first and last day: "1 Oct 2026 to 31 Oct 2026 (UTC)".
func Period(m models.Month) string {
	return Date(m.Start()) + " to " + Date(m.End().Add(-time.Second)) + " (UTC)"
}

// RunningPeriod is the part of a month up to today: "1–22 Nov 2026", "1 Nov 2026" on its first day,
// and the whole month when now lies outside of it.
func RunningPeriod(m models.Month, now time.Time) string {
	last := m.End().Add(-time.Second)
	if now = now.UTC(); now.Before(last) && !now.Before(m.Start()) {
		last = now
	}
	if last.Day() == 1 {
		return Date(last)
	}
	return fmt.Sprintf("1–%s", Date(last))
}

// ServicePeriod is any span of days, end not included: "3 Oct 2026 to 9 Oct 2026", one date for one day.
func ServicePeriod(from, to time.Time) string {
	first, last := Date(from), Date(to.Add(-time.Microsecond))
	if first == last || !to.After(from) {
		return first
	}
	return first + " to " + last
}

// Count is a number with its noun: "1 project", "60 projects", "12,000 events".
func Count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return Number(n) + " " + many
}

// CountUpTo is Count where counting stopped at a limit: "1,000+ events".
func CountUpTo(n, limit int, one, many string) string {
	if n >= limit {
		return NumberUpTo(n, limit) + " " + many
	}
	return Count(n, one, many)
}

// NumberUpTo is Number where counting stopped at a limit: "1,000+".
func NumberUpTo(n, limit int) string {
	if n >= limit {
		return Number(limit) + "+"
	}
	return Number(n)
}

// Number is a whole number with grouped thousands.
func Number(n int) string { return Quantity(decimal.NewFromInt(int64(n))) }

// FileSize is a file's size for a download link: "22 KB", "1.4 MB" (units of 1,000 bytes).
func FileSize(bytes int64) string {
	if bytes < 1_000_000 {
		return fmt.Sprintf("%d KB", max(1, (bytes+500)/1000))
	}
	return fmt.Sprintf("%.1f MB", float64(bytes)/1e6)
}

// List joins words for a sentence: "Ana Lima, Bo Chen and Cy Dahl".
func List(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:len(words)-1], ", ") + " and " + words[len(words)-1]
}
