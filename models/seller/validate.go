package seller

import (
	"fmt"
	"net/mail"
	"net/url"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"billfold/models"
	"billfold/models/money"

	"github.com/biter777/countries"
)

// prefixForm keeps hyphens out: the prefix "BF-CN" would give invoices the numbers of BF's credit notes.
var prefixForm = regexp.MustCompile(`^[A-Z0-9]{1,10}$`)

var bicForm = regexp.MustCompile(`^[A-Z]{6}[A-Z0-9]{2}([A-Z0-9]{3})?$`)

// Validate lists what is wrong with the profile; call it on a Normalised one. Name, the first address
// line, city and country must be there, because no invoice can be issued without them (Directive
// 2006/112/EC art. 226(5)); everything else may be empty.
func (s Seller) Validate() []models.Field {
	var bad []models.Field
	add := func(name, format string, args ...any) {
		bad = append(bad, models.Field{Name: name, Message: fmt.Sprintf(format, args...)})
	}
	for _, field := range s.texts() {
		words := strings.ReplaceAll(field.name, "_", " ")
		if utf8.RuneCountInString(*field.value) > field.most {
			add(field.name, "Use at most %d characters for the %s", field.most, words)
		} else if !printable(*field.value) {
			add(field.name, "Use printable characters on one line for the %s", words)
		}
	}
	for _, must := range []struct{ name, value, what string }{
		{"name", s.Name, "your company's full name"}, {"address_line1", s.AddressLine1, "the street and number"},
		{"city", s.City, "the city"}, {"country", s.Country, "the country as two letters, for example FI"},
	} {
		if must.value == "" {
			add(must.name, "Enter %s", must.what)
		}
	}
	if s.Country != "" && !KnownCountry(s.Country) {
		add("country", "%q is not a country; enter two letters, for example FI", s.Country)
	}
	if s.ContactEmail != "" && !isEmail(s.ContactEmail) {
		add("contact_email", "Enter an email address like billing@example.com")
	}
	if u, err := url.Parse(s.SupportURL); s.SupportURL != "" && (err != nil || u.Host == "" || (u.Scheme != "https" && u.Scheme != "http")) {
		add("support_url", "Enter an address that starts with https://")
	}
	if s.IBAN != "" && !ValidIBAN(s.IBAN) {
		add("iban", "This IBAN has a typing error: its check digits do not fit")
	}
	if s.BIC != "" && !bicForm.MatchString(s.BIC) {
		add("bic", "Enter a BIC of 8 or 11 letters and digits, for example NDEAFIHH")
	}
	if !prefixForm.MatchString(s.InvoicePrefix) {
		add("invoice_prefix", "Use 1 to 10 letters and digits for the invoice prefix, for example BF")
	}
	if _, err := money.ParseCurrency(string(s.PriceCurrency)); err != nil {
		add("price_currency", "%s", err)
	}
	if s.Prepaid != "" && s.Prepaid != MultiPurpose {
		add("prepaid", "Use %s, or nothing to refuse prepaid credit", MultiPurpose)
	}
	return bad
}

// KnownCountry reports whether a code is an ISO 3166-1 alpha-2 country in capitals.
func KnownCountry(code string) bool {
	return len(code) == 2 && code == strings.ToUpper(code) && countries.ByName(code).Alpha2() == code
}

// ValidIBAN checks form and check digits of an IBAN without spaces (ISO 13616, mod 97).
func ValidIBAN(iban string) bool {
	if len(iban) < 15 || len(iban) > 34 {
		return false
	}
	rest := 0
	for _, r := range iban[4:] + iban[:4] {
		switch {
		case r >= '0' && r <= '9':
			rest = (rest*10 + int(r-'0')) % 97
		case r >= 'A' && r <= 'Z':
			rest = (rest*100 + int(r-'A') + 10) % 97
		default:
			return false
		}
	}
	return rest == 1 && iban[0] >= 'A' && iban[1] >= 'A'
}

func isEmail(s string) bool {
	a, err := mail.ParseAddress(s)
	return err == nil && a.Address == s
}

func printable(s string) bool {
	for _, r := range s {
		if !unicode.IsPrint(r) {
			return false
		}
	}
	return utf8.ValidString(s)
}
