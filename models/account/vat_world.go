package account

import (
	"regexp"
	"strings"
)

// worldRule is how a country outside of the EU writes the numbers that its businesses put on invoices for VAT or
// GST. People write them with and without letters around, so that the form takes both.
type worldRule struct {
	form    *regexp.Regexp // of the whole clean id; its first group is what is checked
	example string
	check   func(id string) bool // nil: the form alone is checked
}

// worldRules holds the countries outside of the EU whose numbers have a published form and check digits. Sources:
// gov.uk, "VAT Registration Manual" VATREG; Swiss UID-Register, eCH-0097; Brønnøysundregistrene,
// "organisasjonsnummeret"; ABR, "Format of the ABN"; GSTN (India), "Structure of GSTIN"; Inland Revenue (New
// Zealand), "RWT and NRWT certificate filing specification" 11; RSK (Iceland); APR (Serbia), PIB; National Tax Agency
// of Japan, "Corporate Number"; NTS (Korea), business registration number; Receita Federal (Brazil), CNPJ, with the
// letters of July 2026; AFIP (Argentina), CUIT; SII (Chile), RUT; Gelir İdaresi Başkanlığı (Türkiye), VKN.
var worldRules = map[string]worldRule{
	"GB": {form(`(?:GB|XI)?((?:\d{9}(?:\d{3})?)|GD[0-4]\d\d|HA[5-9]\d\d)`), "GB220430231", checkGB},
	"IM": {form(`(?:GB)?((?:\d{9}(?:\d{3})?))`), "GB220430231", checkGB},
	"CH": {form(`CHE(\d{9})(?:MWST|TVA|IVA|VAT|HR|RC)?`), "CHE-116.281.710 MWST", checkCH},
	"LI": {form(`(?:LI|FL)?(\d{5})|CHE\d{9}(?:MWST|TVA|IVA|VAT)?`), "54321", nil},
	"NO": {form(`(?:NO)?(\d{9})(?:MVA)?`), "NO 923 609 016 MVA", checkNO},
	"IS": {form(`(?:IS|VSK)?(\d{5,6})`), "IS 12345", nil},
	"RS": {form(`(?:RS|PIB)?(\d{9})`), "RS101134702", mod11and10},
	"AU": {form(`(?:AU|ABN)?(\d{11})`), "51 824 753 556", checkAU},
	"NZ": {form(`(?:NZ|GST)?(\d{8,9})`), "49-091-850", checkNZ},
	"IN": {form(`(?:GSTIN)?(\d{2}[A-Z]{5}\d{4}[A-Z][1-9A-Z][A-Z][0-9A-Z])`), "27AAPFU0939F1ZV", checkIN},
	"JP": {form(`(?:JP)?T?([1-9]\d{12})`), "T7000012050002", checkJP},
	"KR": {form(`(?:KR)?(\d{10})`), "124-81-00998", checkKR},
	"BR": {form(`(?:BR)?([0-9A-Z]{12}\d{2})`), "33.000.167/0001-01", checkBR},
	"AR": {form(`(?:AR)?(\d{11})`), "30-54668997-9", checkAR},
	"CL": {form(`(?:CL)?(\d{7,8}[\dK])`), "61704000-K", checkCL},
	"TR": {form(`(?:TR)?(\d{10})`), "TR4540536920", checkTR},
}

// worldVATProblem is vatProblem outside of the EU, where any letters and digits will do unless the country's rule
// is known.
func worldVATProblem(country, id string) string {
	rule, known := worldRules[country]
	if !plainVATID.MatchString(id) {
		return "Enter the VAT ID with letters and digits only"
	}
	if !known {
		return ""
	}
	found := rule.form.FindStringSubmatch(strings.ReplaceAll(id, "/", ""))
	switch {
	case found == nil:
		return vatForm(rule.example)
	case rule.check != nil && !rule.check(found[1]):
		return vatDigits
	}
	return ""
}

// checkGB is the modulus 97 check of VAT registration numbers, in its first form and the one with 55 added that is
// in use since 2009. Government departments and health authorities have numbers without one.
func checkGB(s string) bool {
	if strings.HasPrefix(s, "GD") || strings.HasPrefix(s, "HA") {
		return true
	}
	sum := weighted(s, 8, 7, 6, 5, 4, 3, 2) + number(s[7:9])
	return sum%97 == 0 || (sum+55)%97 == 0
}

func checkCH(s string) bool {
	return (11-weighted(s, 5, 4, 3, 2, 7, 6, 5, 4)%11)%11 == last(s)
}

func checkNO(s string) bool {
	return (11-weighted(s, 3, 2, 7, 6, 5, 4, 3, 2)%11)%11 == last(s)
}

// checkAU takes 1 from the first digit and weighs all of them.
func checkAU(s string) bool {
	return s[0] != '0' && (weighted(s, 10, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19)-10)%89 == 0
}

func checkNZ(s string) bool {
	s = strings.Repeat("0", 9-len(s)) + s
	if n := number(s); n < 10_000_000 || n > 150_000_000 {
		return false
	}
	c := (11 - weighted(s, 3, 2, 7, 6, 5, 4, 3, 2)%11) % 11
	if c == 10 {
		c = (11 - weighted(s, 7, 4, 3, 2, 5, 2, 7, 6)%11) % 11
	}
	return c == last(s)
}

// checkIN is the check character of 36 that GSTINs end in: every second character counts twice, and the digits of
// each product to the base of 36 are added.
func checkIN(s string) bool {
	const digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	sum := 0
	for i := range 14 {
		v := strings.IndexByte(digits, s[i]) * (1 + i%2)
		sum += v/36 + v%36
	}
	return digits[(36-sum%36)%36] == s[14]
}

func checkJP(s string) bool {
	return 9-weighted(s[1:], 2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1)%9 == int(s[0]-'0')
}

func checkKR(s string) bool {
	sum := weighted(s, 1, 3, 7, 1, 3, 7, 1, 3, 5) + int(s[8]-'0')*5/10
	return (10-sum%10)%10 == last(s)
}

// checkBR is the pair of check digits of a CNPJ. A character's value is its place in ASCII less that of 0, which
// for digits is themselves.
func checkBR(s string) bool {
	c := weighted(s, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2) % 11
	d := weighted(s, 6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2) % 11
	digit := func(r int) byte {
		if r < 2 {
			return '0'
		}
		return byte('0' + 11 - r)
	}
	return s != "00000000000000" && digit(c) == s[12] && digit(d) == s[13]
}

func checkAR(s string) bool {
	return (11-weighted(s, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2)%11)%11 == last(s)
}

func checkCL(s string) bool {
	s = strings.Repeat("0", 9-len(s)) + s
	return "0K987654321"[weighted(s, 3, 2, 7, 6, 5, 4, 3, 2)%11] == s[8]
}

func checkTR(s string) bool {
	sum := 0
	for i := range 9 {
		c := (int(s[i]-'0') + 9 - i) % 10
		if c != 0 {
			power := 1
			for range 9 - i {
				power = power * 2 % 9
			}
			if c = c * power % 9; c == 0 {
				c = 9
			}
		}
		sum += c
	}
	return (10-sum%10)%10 == last(s)
}
