package tax

import (
	"strings"
	"sync"
	"time"

	"billfold/models/address"
	"billfold/models/money"

	"github.com/biter777/countries"
)

// members are the EU member states. XI, Northern Ireland's VAT prefix, is not among them: it is EU for
// goods and not for services.
var members = map[string]bool{
	"AT": true, "BE": true, "BG": true, "CY": true, "CZ": true, "DE": true, "DK": true, "EE": true, "ES": true,
	"FI": true, "FR": true, "GR": true, "HR": true, "HU": true, "IE": true, "IT": true, "LT": true, "LU": true,
	"LV": true, "MT": true, "NL": true, "PL": true, "PT": true, "RO": true, "SE": true, "SI": true, "SK": true,
}

// InEU reports whether a country (ISO 3166-1 alpha-2, GR for Greece) is a member of the EU.
func InEU(country string) bool { return members[code(country)] }

// ownCurrency lists the members that do not use the euro.
var ownCurrency = map[string]money.Currency{
	"CZ": "CZK", "DK": "DKK", "HU": "HUF", "PL": "PLN", "RO": "RON", "SE": "SEK",
}

// bulgariaEuro is the day Bulgaria changed from the lev to the euro (Council Decision (EU) 2025/1407).
var bulgariaEuro = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// LocalCurrency is the national currency of an EU member at a time, in which the VAT of an invoice must
// be stated too (Directive 2006/112/EC art. 230); ok is false outside the EU.
func LocalCurrency(country string, at time.Time) (c money.Currency, ok bool) {
	country = code(country)
	switch own, not := ownCurrency[country]; {
	case !members[country]:
		return "", false
	case not:
		return own, true
	case country == "BG" && at.Before(bulgariaEuro):
		return "BGN", true
	}
	return "EUR", true
}

// Region is the code of a state or province as rates are stored by: "CA" for "CA", "US-CA", "California"
// and "california" in US. What is not known stays as written, in capitals.
func Region(country, region string) string {
	if s, ok := address.RegionOf(country, region); ok {
		return s.Code
	}
	region = strings.ToUpper(strings.TrimSpace(region))
	region = strings.TrimPrefix(region, country+"-")
	if len(region) <= 3 || country == "" {
		return region
	}
	for _, s := range subdivisions()[countries.ByName(country)] {
		if short, ok := strings.CutPrefix(string(s), country+"-"); ok && strings.EqualFold(s.String(), region) {
			return short
		}
	}
	return region
}

// subdivisions are the states and provinces of every country; the library makes the list anew each time.
var subdivisions = sync.OnceValue(countries.AllSubdivisionsByCountryCode)

// countryName is a country in words, its code when it is not known.
func countryName(country string) string {
	if c := countries.ByName(country); c != countries.Unknown {
		return c.String()
	}
	return country
}
