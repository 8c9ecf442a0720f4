package account

import (
	"regexp"
	"strings"
)

// vatRule is how an EU country writes VAT ids: the prefix (art. 215 of Directive 2006/112/EC; Greece
// uses EL), the form of what follows it, an example, and its check digits.
type vatRule struct {
	prefix  string
	form    *regexp.Regexp
	example string
	check   func(digits string) bool
}

// vatRules holds the 27 countries of the EU by ISO code. Forms: europa.eu, VIES, "VAT identification
// number structure".
var vatRules = map[string]vatRule{
	"AT": {"AT", form(`U\d{8}`), "ATU13585627", checkAT},
	"BE": {"BE", form(`[01]\d{9}`), "BE0403019261", checkBE},
	"BG": {"BG", form(`\d{9,10}`), "BG175074752", checkBG},
	"CY": {"CY", form(`\d{8}[A-Z]`), "CY10259033P", checkCY},
	"CZ": {"CZ", form(`\d{8,10}`), "CZ46505334", checkCZ},
	"DE": {"DE", form(`[1-9]\d{8}`), "DE136695976", mod11and10},
	"DK": {"DK", form(`\d{8}`), "DK13585628", checkDK},
	"EE": {"EE", form(`10\d{7}`), "EE100931558", checkEE},
	"ES": {"ES", form(`[A-Z]\d{7}[A-Z]|[A-Z]\d{8}|\d{8}[A-Z]`), "ESA28015865", checkES},
	"FI": {"FI", form(`\d{8}`), "FI20774740", checkFI},
	"FR": {"FR", form(`[A-HJ-NP-Z0-9]{2}\d{9}`), "FR40303265045", checkFR},
	"GR": {"EL", form(`\d{9}`), "EL094259216", checkEL},
	"HR": {"HR", form(`\d{11}`), "HR33392005961", mod11and10},
	"HU": {"HU", form(`\d{8}`), "HU12892312", checkHU},
	"IE": {"IE", form(`\d{7}[A-W][A-I]?|\d[A-Z+*]\d{5}[A-W]`), "IE6433435F", checkIE},
	"IT": {"IT", form(`\d{11}`), "IT00743110157", luhn},
	"LT": {"LT", form(`\d{7}1\d|\d{10}1\d`), "LT119511515", checkLT},
	"LU": {"LU", form(`\d{8}`), "LU15027442", checkLU},
	"LV": {"LV", form(`\d{11}`), "LV40003521600", checkLV},
	"MT": {"MT", form(`\d{8}`), "MT11679112", checkMT},
	"NL": {"NL", form(`\d{9}B\d{2}`), "NL004495445B01", checkNL},
	"PL": {"PL", form(`\d{10}`), "PL8567346215", checkPL},
	"PT": {"PT", form(`[1-9]\d{8}`), "PT501964843", checkPT},
	"RO": {"RO", form(`[1-9]\d{1,9}`), "RO18547290", checkRO},
	"SE": {"SE", form(`\d{10}(0[1-9]|[1-8]\d|9[0-4])`), "SE556188840401", checkSE},
	"SI": {"SI", form(`[1-9]\d{7}`), "SI50223054", checkSI},
	"SK": {"SK", form(`[1-9]\d[2-47-9]\d{7}`), "SK2021853504", checkSK},
}

func form(pattern string) *regexp.Regexp { return regexp.MustCompile(`^(?:` + pattern + `)$`) }

// VATPrefix is what the VAT ids of an EU country start with (EL for Greece), "" outside of the EU.
func VATPrefix(country string) string { return vatRules[country].prefix }

// CleanVATID is a VAT id as it is kept: upper case, without spaces, dots and dashes.
func CleanVATID(s string) string {
	return strings.ToUpper(strings.Map(func(r rune) rune {
		if strings.ContainsRune(" .-\u00a0\u2009\u202f\u2011\u2013", r) {
			return -1
		}
		return r
	}, strings.TrimSpace(s)))
}

var plainVATID = regexp.MustCompile(`^[A-Z0-9+*/]+$`)

// What is wrong with a VAT id by its form, and by its check digits.
const vatDigits = "Check the VAT ID: its check digits do not match the rest"

func vatForm(example string) string {
	return "Enter the VAT ID in the form of its country, for example " + example
}

// VATExample is a VAT id in the form of a country, "" where none is known.
func VATExample(country string) string {
	if rule, eu := vatRules[country]; eu {
		return rule.example
	}
	return worldRules[country].example
}

// vatProblem says what to change in a clean VAT id of a country, "" when nothing.
func vatProblem(country, id string) string {
	rule, eu := vatRules[country]
	switch {
	case !eu:
		return worldVATProblem(country, id)
	case !strings.HasPrefix(id, rule.prefix):
		return "Enter a VAT ID that starts with " + rule.prefix + ", to match the country " + CountryName(country)
	}
	rest := id[len(rule.prefix):]
	switch {
	case !rule.form.MatchString(rest):
		return vatForm(rule.example)
	case !rule.check(rest):
		return vatDigits
	}
	return ""
}
