package payment

import (
	"regexp"
	"slices"
	"strings"

	"golang.org/x/text/unicode/norm"
)

// Numbers finds invoice numbers in what payers write, "BF-2026-000412" for the prefix BF, each once and in
// their order. Spaces, hyphens and case do not matter: bf 2026 000412 and RF50BF2026000412 (an ISO 11649
// reference) name it too. sure is false when something beside a number looks like a second one.
func Numbers(prefixes []string, texts []string) (numbers []string, sure bool) {
	sure = true
	for _, prefix := range prefixes {
		form := numberForm(prefix)
		for _, text := range texts {
			text = norm.NFKC.String(text)
			if creditor.MatchString(text) {
				compact := strings.ToUpper(strings.Join(strings.Fields(text), ""))
				if !checks(compact) {
					sure = false // mistyped: it may name the invoice of somebody else
					continue
				}
				text = compact[4:]
			}
			for _, at := range form.FindAllStringSubmatchIndex(text, -1) {
				digits, rest := text[at[4]:at[5]], text[at[5]:]
				place, ok := sixOrMore(digits)
				if !ok {
					continue
				}
				if more := another.FindStringSubmatch(rest); more != nil && !year.MatchString(more[1]) {
					sure = false
				}
				if number := prefix + "-" + text[at[2]:at[3]] + "-" + place; !slices.Contains(numbers, number) {
					numbers = append(numbers, number)
				}
			}
		}
	}
	return numbers, sure
}

var (
	// creditor is the form of an ISO 11649 creditor reference, which is nothing else.
	creditor = regexp.MustCompile(`(?i)^\s*RF\s?[0-9]{2}[A-Z0-9 ]{1,26}\s*$`)
	// another is what follows a number where a list of them goes on: "/413", ", 000413", "+413".
	another = regexp.MustCompile(`^\s*[/,;+&]\s*([0-9]{3,})`)
	year    = regexp.MustCompile(`^20[0-9]{2}$`)
)

// numberForm finds prefix, year and a run of digits that a line break of the bank may have parted.
func numberForm(prefix string) *regexp.Regexp {
	const gap = `[^\pL\pN]{0,3}`
	letters := make([]string, len(prefix))
	for i, r := range prefix {
		letters[i] = regexp.QuoteMeta(string(r))
	}
	return regexp.MustCompile(`(?i)(?:^|[^\pL\pN])` + strings.Join(letters, `\s?`) + gap + `([0-9]{4})` + gap + `([0-9](?:\s?[0-9])*)`)
}

// sixOrMore is the place in the series: the digits up to the first space, or six of them where a space
// parts them earlier.
func sixOrMore(digits string) (string, bool) {
	first, _, _ := strings.Cut(digits, " ")
	if len(first) >= 6 {
		return first, true
	}
	all := strings.Join(strings.Fields(digits), "")
	if len(all) < 6 {
		return "", false
	}
	return all[:6], true
}

// checks reports whether the check digits of a creditor reference are right (ISO 7064 mod 97-10). It is in
// capitals without spaces.
func checks(ref string) bool {
	rest := 0
	for _, r := range ref[4:] + ref[:4] {
		switch {
		case r >= '0' && r <= '9':
			rest = (rest*10 + int(r-'0')) % 97
		case r >= 'A' && r <= 'Z':
			rest = (rest*100 + int(r-'A') + 10) % 97
		default:
			return false
		}
	}
	return rest == 1
}
