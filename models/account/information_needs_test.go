package account_test

import (
	"strings"
	"testing"

	"billfold/models"
	"billfold/models/account"

	"gorm.io/gorm"
)

func said(fields []models.Field) string {
	var lines []string
	for _, f := range fields {
		lines = append(lines, f.Name+": "+f.Message)
	}
	return strings.Join(lines, "; ")
}

func TestAnAddressFollowsItsCountry(t *testing.T) {
	for _, c := range []struct {
		country, region, postal, want string
	}{
		{"FI", "", "00100", ""},
		{"FI", "Uusimaa", "FI-00100", ""},
		{"FI", "", "0010", "postal_code: Enter a postal code like 00550"},
		{"US", "CA", "95014", ""},
		{"US", "california", "95014-1234", ""},
		{"US", "Californa", "95014", "region: Enter a state by its name or letters, for example CA or California"},
		{"US", "CA", "K1A 0B1", "postal_code: Enter a ZIP code like 95014"},
		{"CA", "NY", "K1A 0B1", "region: Enter a province by its name or letters, for example ON or Ontario"},
		{"IE", "Cork", "D02AF30", ""}, // no tax goes by it
		{"IE", "", "D02", "postal_code: Enter an Eircode like A65 F4E2"},
		{"", "Anywhere", "1", ""},
	} {
		in := account.Information{Country: c.country, Region: c.region, PostalCode: c.postal, Currency: "EUR"}
		if got := said(in.Validate()); got != c.want {
			t.Errorf("%s %q %q: %s, want %s", c.country, c.region, c.postal, got, c.want)
		}
	}
}

func TestGaps(t *testing.T) {
	for _, c := range []struct {
		in   account.Information
		want string
	}{
		{account.Information{Company: "Acme", Country: "US"}, ""},
		{account.Information{AddressLine1: "1 Main St", Country: "US"}, "city: Enter a city; region: Choose a state; postal_code: Enter a ZIP code"},
		{account.Information{AddressLine1: "1 High St", Country: "GB"}, "city: Enter a town; postal_code: Enter a postcode"},
		{account.Information{City: "Dublin", Country: "IE"}, "address_line1: Enter address line 1"},
		{account.Information{PostalCode: "546080", Country: "SG"}, "address_line1: Enter address line 1"},
		{account.Information{AddressLine1: "Tie 1", City: "Espoo", PostalCode: "02100", Country: "FI"}, ""},
		{account.Information{AddressLine1: "Tie 1", City: "Espoo"}, "country: Choose a country"},
		{account.Information{AddressLine1: "Lenina 1", City: "Moscow", PostalCode: "101000", Country: "RU"}, "region: Enter a region"},
	} {
		if got := said(c.in.Gaps()); got != c.want {
			t.Errorf("%+v: %s, want %s", c.in, got, c.want)
		}
	}
}

// A country whose addresses have no city does not need one on invoices; tax regions are needed.
func TestMissingFollowsTheCountry(t *testing.T) {
	in := account.Information{Company: "Acme Pte", AddressLine1: "1 Raffles Place", Country: "SG", Currency: "SGD"}
	if !in.Billable() {
		t.Error(said(in.Missing()))
	}
	in.Country = "GB"
	if got := said(in.Missing()); got != "city: Enter a town" {
		t.Error(got)
	}
}

func TestAddressInTheOrderOfItsCountry(t *testing.T) {
	in := account.Information{Company: "Acme Cloud, Inc.", AddressLine1: "1201 3rd Avenue", City: "Seattle", Region: "WA", PostalCode: "98101", Country: "US"}
	if got := strings.Join(in.Address(), "|"); got != "Acme Cloud, Inc.|1201 3rd Avenue|Seattle, WA 98101|United States" {
		t.Error(got)
	}
}

// What was taken under earlier rules keeps nobody from changing an email, and is checked when it changes.
func TestStoredAddressesAreNotCheckedAgain(t *testing.T) {
	each(t, func(w *world) {
		info := saveInformation(w, w.bo, w.primary, account.Information{Company: "Acme", Country: "US", Region: "CA", PostalCode: "95014", Currency: "USD"})
		for column, value := range map[string]string{"region": "Kalifornia", "postal_code": "x", "vat_id": "4242424242424242"} {
			err := w.d.RunTx(ctx, func(tx *gorm.DB) error {
				return tx.Exec("UPDATE billing_information SET "+column+" = ? WHERE group_id = ?", value, w.primary).Error
			})
			if err != nil {
				w.Fatal(err)
			}
		}
		info.Region, info.PostalCode, info.VATID, info.InvoiceEmails = "Kalifornia", "x", "4242424242424242", []string{"a@acme.example"}
		info = saveInformation(w, w.bo, w.primary, info)
		for _, change := range []func(*account.Information){
			func(i *account.Information) { i.Region = "Cali" },
			func(i *account.Information) { i.PostalCode = "y" },
			func(i *account.Information) { i.VATID = "4111111111111111" },
			func(i *account.Information) { i.Country, i.PostalCode = "CA", "x" },
		} {
			wrong := info
			change(&wrong)
			if err := trySave(w, w.bo, w.primary, wrong); models.KindOf(err) != models.Invalid {
				w.Errorf("%v", err)
			}
		}
	})
}
