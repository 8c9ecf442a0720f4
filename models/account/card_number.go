package account

import (
	"regexp"
	"strings"
)

// digitRun is digits in groups with a space or a dash between them, as card numbers are written.
var digitRun = regexp.MustCompile(`\d+(?:[ \x{00a0}-]\d+)*`)

var digitGroup = regexp.MustCompile(`\d+`)

const shortestCard = 13

// holdsCardNumber reports whether a text holds 13 to 19 digits that pass the check of card numbers
// (ISO/IEC 7812-1), alone or next to other groups of digits. Card numbers must never be kept here
// (PCI DSS), and people do paste them into text fields. No card number starts with 0. least is how many digits
// it takes, shortestCard in free text.
func holdsCardNumber(text string, least int) bool {
	for _, run := range digitRun.FindAllString(text, -1) {
		groups := digitGroup.FindAllString(run, -1)
		for from := range groups {
			digits := ""
			for to := from; to < len(groups) && len(digits) <= 19; to++ {
				digits += groups[to]
				whole := from == 0 && to == len(groups)-1
				// Part of a longer run counts only with the lengths that are common, else every
				// long number would be suspect.
				fits := len(digits) >= least && len(digits) <= 19 && (whole || len(digits) == 15 || len(digits) == 16)
				if fits && !strings.HasPrefix(digits, "0") && luhn(digits) {
					return true
				}
			}
		}
	}
	return false
}

// HoldsCardNumber is the same check for the free text of other rooms.
func HoldsCardNumber(text string) bool { return holdsCardNumber(text, shortestCard) }
