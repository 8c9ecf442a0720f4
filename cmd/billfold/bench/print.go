package bench

import (
	"fmt"
	"io"
	"strings"
)

// Print writes rows as people read them: what was measured, how it stands to its limit, and the aims.
func Print(w io.Writer, rows []Row) error {
	for _, r := range rows {
		if _, err := io.WriteString(w, r.text()); err != nil {
			return err
		}
	}
	return nil
}

func (r Row) text() string {
	var b strings.Builder
	sizes := make([]string, len(r.Sizes))
	for i, s := range r.Sizes {
		sizes[i] = grouped(float64(s.N)) + " " + s.Name
	}
	fmt.Fprintf(&b, "%s (%s)\n", r.Name, strings.Join(sizes, ", "))
	line := func(what string, s Stats) {
		fmt.Fprintf(&b, "  %-34s %12s %-11s (%s to %s, %d rounds)\n", what, figure(s.Median), r.Unit, figure(s.Min), figure(s.Max), r.Rounds)
	}
	line("measured", Stats{r.Median, r.Min, r.Max})
	if l := r.Limit; l != nil {
		line(l.What, Stats{l.Median, l.Min, l.Max})
	}
	for _, a := range r.Aims {
		words, verdict := "at least", "met"
		if a.AtMost {
			words = "at most"
		}
		if !a.Met {
			verdict = "NOT MET"
		}
		fmt.Fprintf(&b, "  %-34s %12s %-11s (aim %s %s: %s)\n", a.What, figure(a.Got), "", words, figure(a.Want), verdict)
	}
	if m := r.Memory; m != nil {
		fmt.Fprintf(&b, "  %-34s %9.1f MB  of heap, %.1f MB resident\n", "memory at most", float64(m.Heap)/1e6, float64(m.RSS)/1e6)
	}
	if r.Note != "" {
		fmt.Fprintf(&b, "  %s\n", r.Note)
	}
	return b.String()
}

// figure writes a number with the places that say something.
func figure(f float64) string {
	switch {
	case f >= 100 || f <= -100:
		return grouped(f)
	case f >= 10 || f <= -10:
		return fmt.Sprintf("%.1f", f)
	default:
		return fmt.Sprintf("%.2f", f)
	}
}

// grouped writes a whole number with a comma every three digits.
func grouped(f float64) string {
	digits := fmt.Sprintf("%.0f", f)
	sign := ""
	if strings.HasPrefix(digits, "-") {
		sign, digits = "-", digits[1:]
	}
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return sign + digits
}
