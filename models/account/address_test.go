package account

import (
	"strings"
	"testing"

	"billfold/models"
)

func TestAnAddressIsChecked(t *testing.T) {
	good := Address{Company: " Acme  Oy ", AddressLine1: "Mannerheimintie 1", City: "Helsinki", Country: "fi"}
	for _, c := range []struct {
		change func(*Address)
		fields string
	}{
		{func(*Address) {}, ""},
		{func(a *Address) { a.Country = "US" }, ""}, // the state is not asked for here
		{func(a *Address) { a.Company = " " }, "company"},
		{func(a *Address) { a.AddressLine1, a.AddressLine2 = "", "B 5" }, "address_line1"},
		{func(a *Address) { a.City, a.Country = "", "" }, "city country"},
		{func(a *Address) { a.Country = "XX" }, "country"},
		{func(a *Address) { a.Company = strings.Repeat("x", 84) }, "company"},
		{func(a *Address) { a.City = strings.Repeat("x", 51) }, "city"},
		{func(a *Address) { a.Region = strings.Repeat("x", 31) }, "region"},
		{func(a *Address) { a.PostalCode = strings.Repeat("x", 37) }, "postal_code"},
		{func(a *Address) { a.AddressLine3 = "4111 1111 1111 1111" }, "address_line3"},
	} {
		a := good
		c.change(&a)
		if got := fieldNames(a.Check()); got != c.fields {
			t.Errorf("%+v: %q, want %q", a, got, c.fields)
		}
	}
	if clean := good.Clean(); clean.Company != "Acme Oy" || clean.Country != "FI" {
		t.Errorf("%+v", clean)
	}
	info := good.Clean().Onto(Information{VATID: "FI20774740", Currency: "EUR"})
	if !good.Clean().isOf(info) || info.VATID != "FI20774740" {
		t.Errorf("%+v", info)
	}
	if info.City = "Espoo"; good.Clean().isOf(info) {
		t.Error("another city is the same address")
	}
	if got := usesText([]string{"A"}) + usesText([]string{"A", "B", "C", "D"}); got != "A uses this address. Give every group another address first.A, B, C and 1 more use this address. Give every group another address first." {
		t.Error(got)
	}
}

func fieldNames(fields []models.Field) string {
	var list []string
	for _, f := range fields {
		list = append(list, f.Name)
	}
	return strings.Join(list, " ")
}
