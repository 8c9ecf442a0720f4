package tax

import (
	"errors"
	"strings"
	"testing"
	"time"

	"billfold/models"
	"billfold/models/seller"

	"github.com/shopspring/decimal"
)

func rates(t *testing.T) []Rate {
	t.Helper()
	rows, err := read(strings.NewReader(shipped))
	if err != nil {
		t.Fatal(err)
	}
	us, err := read(strings.NewReader("country,region,valid_from,rate,name\nUS,CA,2025-01-01,7.25%,California sales tax\nUS,OR,2025-01-01,0,Oregon sales tax\nPT,20,2020-01-01,0.16,Azores VAT\n"))
	if err != nil {
		t.Fatal(err)
	}
	var all []Rate
	for _, r := range append(rows, us...) {
		all = append(all, r.Rate)
	}
	return all
}

// Every case of domain.md, "Tax", and of the exact notes of invoices.
func TestDecide(t *testing.T) {
	stored := rates(t)
	for name, c := range map[string]struct {
		seller   string
		customer Customer
		month    models.Month
		category Category
		rate     string // "missing" for a parked group
		note     string
		describe string
		short    string
	}{
		"same country":                       {"FI", Customer{Country: "FI"}, "2026-10", Standard, "0.255", "", "Finnish VAT 25.5%", "Finnish VAT 25.5%"},
		"same country, confirmed id":         {"FI", Customer{"FI", "", "FI12345678", "confirmed"}, "2026-10", Standard, "0.255", "", "Finnish VAT 25.5%", "Finnish VAT 25.5%"},
		"same country, id not confirmed":     {"FI", Customer{"FI", "", "FI12345678", "unconfirmed"}, "2026-10", Standard, "0.255", "", "Finnish VAT 25.5%", "Finnish VAT 25.5%"},
		"same country, before the change":    {"FI", Customer{Country: "FI"}, "2024-08", Standard, "0.24", "", "Finnish VAT 24%", "Finnish VAT 24%"},
		"same country, month of the change":  {"FI", Customer{Country: "FI"}, "2024-09", Standard, "0.255", "", "Finnish VAT 25.5%", "Finnish VAT 25.5%"},
		"other EU, confirmed id":             {"FI", Customer{"DE", "", "DE123456789", "confirmed"}, "2026-10", Reverse, "0", NoteReverse, "Reverse charge applies: no VAT on your invoices.", "reverse charge"},
		"other EU, confirmed id with spaces": {"FI", Customer{"de", "", "de 123 456 789", "confirmed"}, "2026-10", Reverse, "0", NoteReverse, "Reverse charge applies: no VAT on your invoices.", "reverse charge"},
		"Greece has the prefix EL":           {"FI", Customer{"GR", "", "EL123456789", "confirmed"}, "2026-10", Reverse, "0", NoteReverse, "Reverse charge applies: no VAT on your invoices.", "reverse charge"},
		"other EU, id of another country":    {"FI", Customer{"DE", "", "FI12345678", "confirmed"}, "2026-10", Standard, "0.19", NoteUnconfirmed, "German VAT 19%", "German VAT 19%"},
		"other EU, confirmed without id":     {"FI", Customer{"DE", "", "", "confirmed"}, "2026-10", Standard, "0.19", "", "German VAT 19%", "German VAT 19%"},
		"other EU, id being checked":         {"FI", Customer{"DE", "", "DE123456789", "checking"}, "2026-10", Standard, "0.19", NoteUnconfirmed, "German VAT 19%", "German VAT 19%"},
		"other EU, id not confirmed":         {"FI", Customer{"SE", "", "SE556677889901", "unconfirmed"}, "2026-10", Standard, "0.25", NoteUnconfirmed, "Swedish VAT 25%", "Swedish VAT 25%"},
		"other EU, no id":                    {"FI", Customer{Country: "EE", VATStatus: "none"}, "2025-06", Standard, "0.22", "", "Estonian VAT 22%", "Estonian VAT 22%"},
		"other EU, no id, after the change":  {"FI", Customer{Country: "EE", VATStatus: "none"}, "2025-07", Standard, "0.24", "", "Estonian VAT 24%", "Estonian VAT 24%"},
		"region with a rate of its own":      {"FI", Customer{Country: "PT", Region: "20"}, "2026-10", Standard, "0.16", "", "Azores VAT 16%", "Azores VAT 16%"},
		"region without one":                 {"FI", Customer{Country: "PT", Region: "Lisboa"}, "2026-10", Standard, "0.23", "", "Portuguese VAT 23%", "Portuguese VAT 23%"},
		"before any stored rate":             {"FI", Customer{Country: "LU"}, "2022-12", Standard, "missing", "no tax rate of Luxembourg is stored for December 2022", "The tax rate of Luxembourg is not known yet: invoices wait until it is.", "a rate that is not known yet"},
		"no country":                         {"FI", Customer{}, "2026-10", Standard, "missing", "the country is missing, so that the tax is not known", "Choose a country to see the tax on your invoices.", "a rate that is not known yet"},
		"outside the EU":                     {"FI", Customer{"NO", "", "NO123456789MVA", "confirmed"}, "2026-10", OutOfScope, "0", NoteOutsideEU, "Outside the scope of EU VAT: no VAT on your invoices.", "no VAT"},
		"Northern Ireland is not EU":         {"FI", Customer{"GB", "", "XI123456789", "confirmed"}, "2026-10", OutOfScope, "0", NoteOutsideEU, "Outside the scope of EU VAT: no VAT on your invoices.", "no VAT"},
		"EU seller, US customer":             {"FI", Customer{Country: "US", Region: "CA"}, "2026-10", OutOfScope, "0", NoteOutsideEU, "Outside the scope of EU VAT: no VAT on your invoices.", "no VAT"},
		"US seller, state with a rate":       {"US", Customer{Country: "US", Region: "CA"}, "2026-10", Standard, "0.0725", "", "California sales tax 7.25%", "California sales tax 7.25%"},
		"US seller, state by name":           {"US", Customer{Country: "US", Region: " california"}, "2026-10", Standard, "0.0725", "", "California sales tax 7.25%", "California sales tax 7.25%"},
		"US seller, state at zero":           {"US", Customer{Country: "US", Region: "OR"}, "2026-10", ZeroRated, "0", "", "Oregon sales tax 0%", "Oregon sales tax 0%"},
		"US seller, state without a rate":    {"US", Customer{Country: "US", Region: "NY"}, "2026-10", OutOfScope, "0", NoteNoSalesTax, "No sales tax on your invoices.", "no sales tax"},
		"US seller, EU customer, confirmed":  {"US", Customer{"DE", "", "DE123456789", "confirmed"}, "2026-10", Standard, "0.19", "", "German VAT 19%", "German VAT 19%"},
		"US seller, customer elsewhere":      {"US", Customer{Country: "JP"}, "2026-10", OutOfScope, "0", NoteNoSalesTax, "No sales tax on your invoices.", "no sales tax"},
		"US seller, late line before a rate": {"US", Customer{Country: "US", Region: "CA"}, "2024-12", Standard, "missing", "no tax rate of CA, United States is stored for December 2024", "The tax rate of United States is not known yet: invoices wait until it is.", "a rate that is not known yet"},
	} {
		d := Decide(seller.Seller{Country: c.seller}, c.customer)
		if d.CustomerVATID != c.customer.VATID {
			t.Errorf("%s: prints %q", name, d.CustomerVATID)
		}
		treatment := NewTreatment(d, stored, models.Month("2026-10").LastDay())
		if treatment.Category != c.category && c.category != ZeroRated {
			t.Errorf("%s: decided %s", name, treatment.Category)
		}
		line, err := treatment.For(c.month)
		var missing *MissingRate
		if c.rate == "missing" {
			if !errors.As(err, &missing) || err.Error() != c.note {
				t.Errorf("%s: %v", name, err)
			}
		} else if err != nil || line.Category != c.category || !line.Rate.Equal(decimal.RequireFromString(c.rate)) || line.Note != c.note {
			t.Errorf("%s: %+v %v", name, line, err)
		}
		if got := treatment.Describe(c.month); got != c.describe {
			t.Errorf("%s: described as %q", name, got)
		}
		if got := treatment.Short(c.month); got != c.short {
			t.Errorf("%s: in short %q", name, got)
		}
	}
}

func TestShippedRatesCoverTheEU(t *testing.T) {
	stored := rates(t)
	want := map[string]string{"AT": "20", "BE": "21", "BG": "20", "CY": "19", "CZ": "21", "DE": "19", "DK": "25", "EE": "24", "ES": "21", "FI": "25.5", "FR": "20", "GR": "24", "HR": "25",
		"HU": "27", "IE": "23", "IT": "22", "LT": "21", "LU": "17", "LV": "21", "MT": "18", "NL": "21", "PL": "23", "PT": "23", "RO": "21", "SE": "25", "SI": "22", "SK": "23"}
	if len(want) != 27 || len(members) != 27 {
		t.Fatalf("%d and %d members", len(want), len(members))
	}
	on := func(country, date string) string {
		day, _ := time.Parse(time.DateOnly, date)
		r, ok := RateOn(stored, country, "", day)
		if !ok || r.Name == "" || r.Source == "" {
			t.Errorf("%s on %s: %+v %v", country, date, r, ok)
		}
		return strings.TrimSuffix(Percent(r.Rate), "%")
	}
	for country, rate := range want {
		if got := on(country, "2026-11-30"); got != rate || !InEU(country) {
			t.Errorf("%s: %s%%, want %s%%", country, got, rate)
		}
		on(country, "2024-01-31")
	}
	for _, c := range []struct{ country, day, before, after string }{
		{"FI", "2024-09-01", "24", "25.5"}, {"EE", "2024-01-01", "20", "22"}, {"EE", "2025-07-01", "22", "24"},
		{"SK", "2025-01-01", "20", "23"}, {"RO", "2025-08-01", "19", "21"}, {"LU", "2024-01-01", "16", "17"},
	} {
		day, _ := time.Parse(time.DateOnly, c.day)
		if got := on(c.country, day.AddDate(0, 0, -1).Format(time.DateOnly)); got != c.before {
			t.Errorf("%s before %s: %s", c.country, c.day, got)
		}
		if got := on(c.country, c.day); got != c.after {
			t.Errorf("%s from %s: %s", c.country, c.day, got)
		}
	}
}

func TestLocalCurrency(t *testing.T) {
	before, after := time.Date(2025, 12, 31, 0, 0, 0, 0, time.UTC), time.Date(2026, 1, 31, 0, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		country string
		at      time.Time
		want    string
	}{{"FI", after, "EUR"}, {"SE", after, "SEK"}, {"PL", after, "PLN"}, {"BG", before, "BGN"}, {"BG", after, "EUR"}, {"HR", after, "EUR"}, {"US", after, ""}, {"", after, ""}} {
		if got, ok := LocalCurrency(c.country, c.at); string(got) != c.want || ok != (c.want != "") {
			t.Errorf("%s: %s %v", c.country, got, ok)
		}
	}
}

func TestTaxMinor(t *testing.T) {
	for _, c := range []struct {
		taxable int64
		rate    string
		want    int64
	}{{10000, "0.255", 2550}, {2, "0.255", 1}, {10, "0.25", 3}, {-10, "0.25", -3}, {1, "0.24", 0}, {0, "0.24", 0}} {
		if got, err := TaxMinor(c.taxable, decimal.RequireFromString(c.rate)); err != nil || got != c.want {
			t.Errorf("%d at %s: %d %v", c.taxable, c.rate, got, err)
		}
	}
}
