package account_test

import (
	"strings"
	"testing"

	"billfold/models/account"
)

// vatIDs are real, public VAT ids (or the ones that the countries give as examples).
var vatIDs = map[string][]string{
	"AT": {"ATU13585627", "ATU37675002"},
	"BE": {"BE0403019261", "BE0403.170.701"},
	"BG": {"BG175074752", "BG7523169263"},
	"CY": {"CY10259033P"},
	"CZ": {"CZ46505334", "CZ7103192745", "CZ640903926"},
	"DE": {"DE136695976", "DE 129273398"},
	"DK": {"DK13585628", "DK 22 75 62 14"},
	"EE": {"EE100931558", "EE100594102"},
	"ES": {"ESA28015865", "ESB58378431", "ESX2482300W", "ES54362315K"},
	"FI": {"FI20774740", "FI01120389"},
	"FR": {"FR40303265045", "FR23334175221", "FRK7399859412"},
	"GR": {"EL094259216", "EL123456783"},
	"HR": {"HR33392005961"},
	"HU": {"HU12892312"},
	"IE": {"IE6433435F", "IE6433435OA", "IE8D79739I"},
	"IT": {"IT00743110157"},
	"LT": {"LT119511515", "LT100001919017", "LT100004801610"},
	"LU": {"LU15027442", "LU26375245"},
	"LV": {"LV40003521600", "LV16117519997"},
	"MT": {"MT11679112"},
	"NL": {"NL004495445B01", "NL000099998B57"},
	"PL": {"PL8567346215", "PL5260001246"},
	"PT": {"PT501964843"},
	"RO": {"RO18547290"},
	"SE": {"SE556188840401", "SE556703748501"},
	"SI": {"SI50223054"},
	"SK": {"SK2021853504"},
}

func vatProblem(country, id string) string {
	info := account.Information{Country: country, VATID: id, Currency: "EUR"}
	return first(info.Validate())
}

func TestVATIDs(t *testing.T) {
	if len(vatIDs) != 27 {
		t.Fatalf("%d countries", len(vatIDs))
	}
	for country, ids := range vatIDs {
		for _, id := range ids {
			if got := vatProblem(country, id); got != "" {
				t.Errorf("%s: %s", id, got)
			}
			if got := vatProblem(country, strings.ToLower(" "+id+" ")); got != "" {
				t.Errorf("%s in small letters: %s", id, got)
			}
			if got := vatProblem(country, id+"1"); got == "" && country != "RO" && country != "CZ" && country != "BG" {
				t.Errorf("%s with a digit too many passes", id)
			}
			wrong := "FI"
			if country == "FI" {
				wrong = "SE"
			}
			want := "Enter a VAT ID that starts with " + wrong + ", to match the country " + account.CountryName(wrong)
			if got := vatProblem(wrong, id); got != want {
				t.Errorf("%s in %s: %q", id, wrong, got)
			}
		}
	}
}

// A wrong digit is found in every country.
func TestVATCheckDigits(t *testing.T) {
	wrong := map[string]string{
		"BG": "BG175074753", "ES": "ESA28015866", "LV": "LV40003521601",
		"AT": "ATU13585626", "BE": "BE0403019262", "CY": "CY10259033Q", "CZ": "CZ46505335", "DE": "DE136695977", "DK": "DK13585629",
		"EE": "EE100931557", "FI": "FI12345678", "FR": "FR41303265045", "GR": "EL094259217", "HR": "HR33392005962", "HU": "HU12892313",
		"IE": "IE6433435G", "IT": "IT00743110158", "LT": "LT119511516", "LU": "LU15027443", "MT": "MT11679113", "NL": "NL004495446B01",
		"PL": "PL8567346216", "PT": "PT501964844", "RO": "RO18547291", "SE": "SE556188840501", "SI": "SI50223055", "SK": "SK2021853505",
	}
	if len(wrong) != 27 {
		t.Fatalf("%d countries", len(wrong))
	}
	for country, id := range wrong {
		if got := vatProblem(country, id); got != "Check the VAT ID: its check digits do not match the rest" {
			t.Errorf("%s: %q", id, got)
		}
	}
}

func TestVATForms(t *testing.T) {
	for _, c := range []struct{ country, id, want string }{
		{"FI", "FI1234567", "Enter the VAT ID in the form of its country, for example FI20774740"},
		{"FI", "20774740", "Enter a VAT ID that starts with FI, to match the country Finland"},
		{"GR", "GR094259216", "Enter a VAT ID that starts with EL, to match the country Greece"},
		{"DE", "DE036695976", "Enter the VAT ID in the form of its country, for example DE136695976"},
		{"NL", "NL004495445C01", "Enter the VAT ID in the form of its country, for example NL004495445B01"},
		{"", "FI20774740", "Choose the country of the VAT ID"},
		{"GB", "XI220430231", ""}, // XI is not EU for services
		{"NO", "NO 923 609 016 MVA", ""},
		{"CH", "CHE-123.456.788 MWST", ""},
		{"US", "12-3456789", ""},
		{"US", "12_3456789", "Enter the VAT ID with letters and digits only"},
	} {
		if got := vatProblem(c.country, c.id); got != c.want {
			t.Errorf("%s in %q: %q, want %q", c.id, c.country, got, c.want)
		}
	}
	if account.VATPrefix("GR") != "EL" || account.VATPrefix("GB") != "" || account.VATPrefix("FI") != "FI" {
		t.Error("wrong prefixes")
	}
}
