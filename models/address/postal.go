package address

import (
	"regexp"
	"strings"
)

// separators are what people write between the characters of a postal code.
var separators = regexp.MustCompile(`[\s.\x{00a0}\x{2010}-\x{2013}-]+`)

// ValidPostal reports whether a postal code is one of the country by its form: in any capitals, with or without
// spaces, hyphens and the letters of the country in front (L-4750, CH-2544). Where no form is known, any is.
func (f Format) ValidPostal(code string) bool {
	if f.pattern == "" {
		return true
	}
	compact := separators.ReplaceAllString(strings.ToUpper(strings.TrimSpace(code)), "")
	if f.compiled().MatchString(compact) || f.compiled().MatchString(f.Country+compact) {
		return true
	}
	for _, letters := range []string{f.Country, f.Country[:1], "FL"} { // Liechtenstein's are FL
		if rest, ok := strings.CutPrefix(compact, letters); ok && f.compiled().MatchString(rest) {
			return true
		}
	}
	return false
}
