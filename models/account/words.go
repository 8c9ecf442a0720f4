package account

import (
	"strconv"
	"strings"
	"time"
)

// count is a number with its noun: "1 project", "1,024 projects".
func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	digits := strconv.Itoa(n)
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits + " " + noun + "s"
}

// join joins names for a sentence: "a, b and c". More than most names end in "and 9 more".
func join(names []string, most int) string {
	if len(names) > most {
		return strings.Join(names[:most], ", ") + " and " + strconv.Itoa(len(names)-most) + " more"
	}
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " and " + names[last]
}

// instant is a time as sentences write it: "22 Nov 2026 14:00 UTC".
func instant(t time.Time) string { return t.UTC().Format("2 Jan 2006 15:04 UTC") }
