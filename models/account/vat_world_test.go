package account_test

import (
	"strings"
	"testing"

	"billfold/models/account"
)

// worldIDs are real, public numbers of companies and offices, or ones that the countries give as examples.
var worldIDs = map[string][]string{
	"GB": {"GB220430231", "220 4302 31", "GB 980 7806 84", "GB727255821", "GBGD001", "GBHA599", "XI220430231"},
	"IM": {"GB220430231"},
	"CH": {"CHE-116.281.710 MWST", "CHE-100.155.212", "CHE-105.829.940 TVA", "CHE-123.456.788 MWST"},
	"LI": {"54321", "LI 54321"},
	"NO": {"NO 923 609 016 MVA", "923609016", "982463718MVA", "NO 995 525 828 MVA"},
	"IS": {"IS 00621", "VSK 123456"},
	"RS": {"RS101134702", "101134702"},
	"AU": {"51 824 753 556", "ABN 83 914 571 673", "AU53004085616"},
	"NZ": {"49-091-850", "136-410-132", "49-098-576"},
	"IN": {"27AAPFU0939F1ZV", "29AAGCB7383J1Z4"},
	"JP": {"T7000012050002", "5010401067252", "T1180301018771"},
	"KR": {"124-81-00998", "116-82-00276"},
	"BR": {"33.000.167/0001-01", "00.000.000/0001-91", "12.ABC.345/01DE-35"},
	"AR": {"30-54668997-9", "20-05536168-2", "30-50001091-2"},
	"CL": {"61.704.000-K", "76086428-5"},
	"TR": {"TR4540536920", "4540536920"},
}

// A digit counted up by one is found wherever there are check digits.
func TestVATIDsOutsideOfTheEU(t *testing.T) {
	const digits = "Check the VAT ID: its check digits do not match the rest"
	for country, ids := range worldIDs {
		for _, id := range ids {
			if got := vatProblem(country, id); got != "" {
				t.Errorf("%s in %s: %s", id, country, got)
			}
			if got := vatProblem(country, strings.ToLower(" "+id+" ")); got != "" {
				t.Errorf("%s in %s in small letters: %s", id, country, got)
			}
		}
		wrong := raise(ids[0])
		want := digits
		if country == "LI" || country == "IS" {
			want = ""
		}
		if got := vatProblem(country, wrong); got != want {
			t.Errorf("%s in %s: %q", wrong, country, got)
		}
		want = "Enter the VAT ID in the form of its country, for example " + account.VATExample(country)
		if got := vatProblem(country, "1"); got != want {
			t.Errorf("1 in %s: %q", country, got)
		}
		if got := vatProblem(country, account.VATExample(country)); got != "" {
			t.Errorf("the example of %s: %s", country, got)
		}
	}
	for _, c := range [][2]string{{"US", "12-3456789"}, {"SG", "M90312345A"}, {"ZA", "4840185108"}} {
		if got := vatProblem(c[0], c[1]); got != "" || account.VATExample(c[0]) != "" {
			t.Errorf("%s in %s: %q", c[1], c[0], got)
		}
	}
	if got := vatProblem("US", "4242 4242 4242 4242"); !strings.Contains(got, "card number") {
		t.Errorf("a card number as VAT ID: %q", got)
	}
}

// raise counts the fifth digit up by one.
func raise(id string) string {
	b, n := []byte(id), 0
	for i, c := range b {
		if c < '0' || c > '9' {
			continue
		}
		if n++; n == 5 {
			b[i] = '0' + (c-'0'+1)%10
		}
	}
	return string(b)
}

func TestMoreVATIDs(t *testing.T) {
	for _, c := range [][2]string{
		{"ES", "ESB58378431"}, {"ES", "ESA13585625"}, {"ES", "ESQ2826004J"}, {"ES", "ESP2807900B"}, {"ES", "ESJ99216582"}, {"ES", "ESU99216632"}, {"ES", "ESX5253868R"},
		{"BG", "BG831650349"}, {"BG", "BG175074752"}, {"LV", "LV16117519997"}, {"LV", "LV40003009497"},
	} {
		if got := vatProblem(c[0], c[1]); got != "" {
			t.Errorf("%s: %s", c[1], got)
		}
	}
	for _, c := range [][2]string{{"ES", "ESQ2826004K"}, {"ES", "ESX5253868S"}, {"ES", "ES54362315L"}, {"BG", "BG7523169264"}, {"LV", "LV16117519996"}} {
		if got := vatProblem(c[0], c[1]); got == "" {
			t.Errorf("%s passes", c[1])
		}
	}
}
