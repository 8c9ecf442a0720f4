package account_test

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"billfold/models/account"
	"billfold/models/money"
)

func TestValidate(t *testing.T) {
	long := func(n int) string { return strings.Repeat("ä", n) }
	emails := func(n int) (list []string) {
		for i := range n {
			list = append(list, fmt.Sprintf("a%d@example.com", i))
		}
		return list
	}
	type info = account.Information
	for _, c := range []struct {
		name   string
		change func(i *info)
		want   string // field: message
	}{
		{"complete", func(*info) {}, ""},
		{"only a currency", func(i *info) { *i = info{Currency: "jpy"} }, ""},
		{"nothing", func(i *info) { *i = info{} }, "currency: Choose a currency"},
		{"unknown currency", func(i *info) { i.Currency = "XBT" }, "currency: Choose a currency from the list"},
		{"company at its limit", func(i *info) { i.Company = long(83) }, ""},
		{"company", func(i *info) { i.Company = long(84) }, "company: Company must be 83 characters or less"},
		{"line 1", func(i *info) { i.AddressLine1 = long(84) }, "address_line1: Address line 1 must be 83 characters or less"},
		{"line 3", func(i *info) { i.AddressLine3 = long(84) }, "address_line3: Address line 3 must be 83 characters or less"},
		{"city", func(i *info) { i.City = long(51) }, "city: City must be 50 characters or less"},
		{"region", func(i *info) { i.Region = long(31) }, "region: State or region must be 30 characters or less"},
		{"postal code", func(i *info) { i.PostalCode = long(37) }, "postal_code: Postal code must be 36 characters or less"},
		{"vat id", func(i *info) { i.Country, i.VATID = "US", strings.Repeat("A", 65) }, "vat_id: VAT ID must be 64 characters or less"},
		{"text at its limit", func(i *info) { i.InvoiceText = long(1000) }, ""},
		{"text", func(i *info) { i.InvoiceText = long(1001) }, "invoice_text: Text on invoices must be 1,000 characters or less"},
		{"text with a bell", func(i *info) { i.InvoiceText = "a\ab" }, "invoice_text: Text on invoices must not contain control characters or text that cannot be seen"},
		{"city with a null", func(i *info) { i.City = "a\x00b" }, "city: City must not contain control characters or text that cannot be seen"},
		{"country", func(i *info) { i.Country, i.VATID = "XX", "" }, "country: Choose a country from the list"},
		{"country name", func(i *info) { i.Country, i.VATID = "Finland", "" }, "country: Choose a country from the list"},
		{"withdrawn country", func(i *info) { i.Country, i.VATID = "AN", "" }, "country: Choose a country from the list"},
		{"country in small letters", func(i *info) { i.Country = "fi" }, ""},
		{"address without scheme", func(i *info) { i.ElectronicScheme = "" }, "electronic_scheme: Enter the scheme of the electronic address, for example 0088 for a GLN or EM for an email address"},
		{"scheme without address", func(i *info) { i.ElectronicID = "" }, "electronic_id: Enter the electronic address, or clear its scheme"},
		{"wrong scheme", func(i *info) { i.ElectronicScheme = "GLN" }, "electronic_scheme: Enter a scheme of four digits or EM, for example 0088 for a GLN"},
		{"no email", func(i *info) { i.ElectronicScheme = "em" }, "electronic_id: Enter an email address like name@example.com"},
		{"ten emails", func(i *info) { i.InvoiceEmails = append(emails(10), "", " A1@EXAMPLE.COM ") }, ""},
		{"eleven emails", func(i *info) { i.ContactEmails = emails(11) }, "contact_emails: Enter at most 10 email addresses. You entered 11"},
		{"bad second email", func(i *info) { i.InvoiceEmails = []string{"", "a@b"} }, "invoice_emails[1]: Enter an email address like name@example.com"},
		{"card number in the text", func(i *info) { i.InvoiceText = "Card:\n4242 4242 4242 4242" }, "invoice_text: Text on invoices looks like it holds a card number. Remove it: card numbers are never kept here, and everything you enter here is printed on invoices"},
		{"card number as reference", func(i *info) { i.PurchaseOrder = "378282246310005" }, "purchase_order: Purchase order number looks like it holds a card number. Remove it: card numbers are never kept here, and everything you enter here is printed on invoices"},
	} {
		in := complete()
		c.change(&in)
		got := ""
		for _, f := range in.Validate() {
			got += f.Name + ": " + f.Message
		}
		if got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func TestCardNumbers(t *testing.T) {
	holds := func(text string) bool {
		in := account.Information{Currency: "EUR", InvoiceText: text}
		return len(in.Validate()) > 0
	}
	for _, text := range []string{"4111111111111111", "4242-4242-4242-4242", "x5555 5555 5555 4444.", "3782 822463 10005", "30569309025904", "6011000990139424",
		"4222222222222", "4242 4242 4242 4242 12/28", "ref 17 4242 4242 4242 4242", "6304 0000 0000 0000 000", "4242\u00a04242\u00a04242\u00a04242"} {
		if !holds(text) {
			t.Errorf("%q passes", text)
		}
	}
	for _, text := range []string{"", "4242 4242 4242 4241", "123456789012", "0000000000000000", "PO 2026-11-22", "+358 40 123 4567", "4242 4242 4242", "42424242424242424242"} {
		if holds(text) {
			t.Errorf("%q is refused", text)
		}
	}
	in := complete()
	in.ElectronicScheme, in.ElectronicID = "0009", "73282932000074" // a SIRET passes Luhn by its own rule
	if bad := in.Validate(); len(bad) > 0 {
		t.Errorf("%+v", bad)
	}
}

func TestEmails(t *testing.T) {
	ok := func(e string) bool {
		in := account.Information{Currency: "EUR", InvoiceEmails: []string{e}}
		return len(in.Validate()) == 0
	}
	for _, e := range []string{"a@b.example", " ana.lima+invoices@acme.example ", "ä@bücher.example", strings.Repeat("a", 60) + "@example.com"} {
		if !ok(e) {
			t.Errorf("%q is refused", e)
		}
	}
	for _, e := range []string{"a", "@b.example", "a@b", "a@b.", "a@b..c", "a b@c.example", "Ana <a@b.example>", "a@b.example, c@d.example", "a@b.example\r\nBcc: x@y.example",
		"\"a b\"@c.example", strings.Repeat("a", 250) + "@b.example"} {
		if ok(e) {
			t.Errorf("%q passes", e)
		}
	}
}

func TestMissing(t *testing.T) {
	if in := complete(); !in.Billable() {
		t.Errorf("%+v", in.Missing())
	}
	missing := func(in account.Information) string {
		var lines []string
		for _, f := range in.Missing() {
			lines = append(lines, f.Name+": "+f.Message)
		}
		return strings.Join(lines, "; ")
	}
	want := "company: Enter a company name; address_line1: Enter address line 1; city: Enter a city; country: Choose a country; currency: Choose a currency"
	if got := missing(account.Information{Company: "  "}); got != want {
		t.Error(got)
	}
	in := complete()
	for country, want := range map[string]string{"FI": "", "US": "region: Enter a state", "CA": "region: Enter a province"} {
		if in.Country = country; missing(in) != want {
			t.Errorf("%s: %s", country, missing(in))
		}
	}
}

func TestClean(t *testing.T) {
	got := account.Information{Company: " Acme \t Oy ", Country: " fi", VATID: "fi 2077.474-0", ElectronicScheme: "em", Currency: money.Currency(" eur "),
		InvoiceText: "\r\n one \r\ntwo\t2\n\n", InvoiceEmails: []string{"", " a@b.example ", "A@B.example"}}.Clean()
	want := account.Information{Company: "Acme Oy", Country: "FI", VATID: "FI20774740", ElectronicScheme: "EM", Currency: "EUR",
		InvoiceText: "one\ntwo 2", InvoiceEmails: []string{"a@b.example"}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%+v", got)
	}
	address := account.Information{Company: "Acme Oy", AddressLine1: "Tie 1", City: "Espoo", PostalCode: "02100", Country: "FI"}.Address()
	if got := strings.Join(address, "|"); got != "Acme Oy|Tie 1|02100 Espoo|Finland" {
		t.Error(got)
	}
}

func TestCountries(t *testing.T) {
	list := account.Countries()
	if len(list) != 250 || list[0].Name != "Afghanistan" {
		t.Errorf("%d countries from %s", len(list), list[0].Name)
	}
	for code, name := range map[string]string{"FI": "Finland", "GR": "Greece", "CW": "Curaçao", "XK": "Kosovo", "YU": "", "EL": "", "fi": "", "": ""} {
		if got := account.CountryName(code); got != name {
			t.Errorf("%q is %q", code, got)
		}
	}
}
