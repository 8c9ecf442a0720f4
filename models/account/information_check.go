package account

import (
	"fmt"
	"net/mail"
	"regexp"
	"strings"
	"unicode/utf8"

	"billfold/models"
	"billfold/models/address"
	"billfold/models/money"
)

const (
	maxInvoiceText = 1000
	maxEmails      = 10
	maxEmail       = 254 // RFC 5321, 4.5.3.1.3, less the brackets
)

// scheme is an EAS code of the Connecting Europe Facility code list: four digits, or two letters.
var scheme = regexp.MustCompile(`^(\d{4}|EM|AN|AQ|AS|AU)$`)

// Validate says what to change before the information can be saved, in the order of the form; nil when
// nothing. Fields may be empty, but for the currency; what an invoice needs besides is Missing. A field's
// name is its column's; emails are named by their position from 0: "invoice_emails[1]".
func (i Information) Validate() []models.Field {
	emails := [2][]string{i.InvoiceEmails, i.ContactEmails}
	i = i.Clean()
	var bad []models.Field
	add := func(field, format string, args ...any) {
		bad = append(bad, models.Field{Name: field, Message: fmt.Sprintf(format, args...)})
	}
	for _, f := range i.texts() {
		wrong := checkText(f)
		bad = append(bad, wrong...)
		switch {
		case *f.value == "" || len(wrong) > 0:
		case f.field == "country" && CountryName(i.Country) == "":
			add("country", "Choose a country from the list")
		case f.field == "region" && !knownTaxRegion(i.Country, i.Region):
			add("region", "Enter a %s by its name or letters, for example %s", taxRegions[i.Country].word, taxRegions[i.Country].example)
		case f.field == "postal_code" && !address.Of(i.Country).ValidPostal(i.PostalCode):
			form := address.Of(i.Country)
			add("postal_code", "Enter %s like %s", article(form.PostalLabel), form.Example)
		case f.field == "vat_id" && i.Country == "":
			add("country", "Choose the country of the VAT ID")
		case f.field == "vat_id" && CountryName(i.Country) != "":
			if problem := vatProblem(i.Country, i.VATID); problem != "" {
				add("vat_id", "%s", problem)
			} else if VATExample(i.Country) == "" && holdsCardNumber(i.VATID, shortestCard) {
				bad = append(bad, noCard(f.field, f.label))
			}
		}
	}
	bad = append(bad, i.checkElectronic()...)
	if i.Currency == "" {
		add("currency", "Choose a currency")
	} else if _, err := money.ParseCurrency(string(i.Currency)); err != nil {
		add("currency", "Choose a currency from the list")
	}
	bad = append(bad, checkInvoiceText(i.InvoiceText)...)
	bad = append(bad, checkEmails("invoice_emails", emails[0])...)
	return append(bad, checkEmails("contact_emails", emails[1])...)
}

func checkText(f text) []models.Field {
	switch {
	case f.most > 0 && utf8.RuneCountInString(*f.value) > f.most:
		return []models.Field{tooLong(f.field, f.label, f.most)}
	case !printable(*f.value):
		return []models.Field{unprintable(f.field, f.label)}
	case f.field == "vat_id", f.most == 0: // bounded by a form of their own, or by a list
	case holdsCardNumber(*f.value, leastDigits(f.field)):
		return []models.Field{noCard(f.field, f.label)}
	}
	return nil
}

// leastDigits is how long a number must be to be taken for a card's. Identifiers of 13 and 14 digits, such as
// GLN and SIRET, are no free text: one in ten would look like an old card.
func leastDigits(field string) int {
	if field == "electronic_id" {
		return 15
	}
	return shortestCard
}

func noCard(field, label string) models.Field {
	return models.Field{Name: field, Message: label + " looks like it holds a card number. Remove it: card numbers are never kept here, and everything you enter here is printed on invoices"}
}

func (i Information) checkElectronic() []models.Field {
	switch {
	case i.ElectronicScheme == "" && i.ElectronicID == "":
		return nil
	case i.ElectronicID == "":
		return []models.Field{{Name: "electronic_id", Message: "Enter the electronic address, or clear its scheme"}}
	case i.ElectronicScheme == "":
		return []models.Field{{Name: "electronic_scheme", Message: "Enter the scheme of the electronic address, for example 0088 for a GLN or EM for an email address"}}
	case !scheme.MatchString(i.ElectronicScheme):
		return []models.Field{{Name: "electronic_scheme", Message: "Enter a scheme of four digits or EM, for example 0088 for a GLN"}}
	case i.ElectronicScheme == "EM" && !isEmail(i.ElectronicID):
		return []models.Field{{Name: "electronic_id", Message: emailExample}}
	}
	return nil
}

func checkInvoiceText(s string) []models.Field {
	const field, label = "invoice_text", "Text on invoices"
	switch {
	case utf8.RuneCountInString(s) > maxInvoiceText:
		return []models.Field{tooLong(field, label, maxInvoiceText)}
	case !printable(strings.ReplaceAll(s, "\n", " ")):
		return []models.Field{unprintable(field, label)}
	case holdsCardNumber(s, shortestCard):
		return []models.Field{noCard(field, label)}
	}
	return nil
}

const emailExample = "Enter an email address like name@example.com"

func checkEmails(field string, list []string) []models.Field {
	if n := len(cleanEmails(list)); n > maxEmails {
		return []models.Field{{Name: field, Message: fmt.Sprintf("Enter at most %d email addresses. You entered %d", maxEmails, n)}}
	}
	var bad []models.Field
	for at, e := range list {
		name := fmt.Sprintf("%s[%d]", field, at)
		if e = strings.TrimSpace(e); e != "" && !isEmail(e) {
			bad = append(bad, models.Field{Name: name, Message: emailExample})
		} else if holdsCardNumber(e, shortestCard) {
			bad = append(bad, noCard(name, "The email address"))
		}
	}
	return bad
}

// isEmail accepts an address alone (no display name, no comment) at a domain with a dot in it.
func isEmail(s string) bool {
	if len(s) > maxEmail || !printable(s) || strings.ContainsAny(s, " \"<>(),;") {
		return false
	}
	parsed, err := mail.ParseAddress(s)
	if err != nil || parsed.Address != s {
		return false
	}
	domain := s[strings.LastIndex(s, "@")+1:]
	return strings.Contains(domain, ".") && !strings.Contains(domain, "..") && !strings.HasSuffix(domain, ".")
}
