package account

import (
	"slices"
	"strings"
	"sync"

	"github.com/biter777/countries"
)

// Country is a country of ISO 3166-1 (and Kosovo, XK) for a form's choice.
type Country struct{ Code, Name string }

// names are the ones that the library has in an old or unusual form.
var names = map[string]string{
	"AX": "Åland Islands", "BQ": "Bonaire, Sint Eustatius and Saba", "CI": "Côte d'Ivoire", "CW": "Curaçao",
	"HK": "Hong Kong", "IM": "Isle of Man", "KP": "North Korea", "KR": "South Korea", "LA": "Laos", "LY": "Libya",
	"MF": "Saint Martin (French part)", "MK": "North Macedonia", "MO": "Macao", "RE": "Réunion",
	"SX": "Sint Maarten (Dutch part)", "TL": "Timor-Leste", "TR": "Türkiye", "TW": "Taiwan", "VA": "Vatican City",
	"VG": "British Virgin Islands", "VI": "U.S. Virgin Islands",
}

// withdrawn are codes that ISO 3166-1 no longer has but the library still knows.
var withdrawn = []string{"AN", "YU"}

var allCountries = sync.OnceValue(func() map[string]string {
	all := map[string]string{}
	for _, c := range countries.All() {
		code := c.Alpha2()
		if len(code) != 2 || slices.Contains(withdrawn, code) {
			continue
		}
		if all[code] = names[code]; all[code] == "" {
			all[code] = c.String()
		}
	}
	return all
})

// Countries are all countries, A to Z by name.
func Countries() []Country {
	all := allCountries()
	list := make([]Country, 0, len(all))
	for code, name := range all {
		list = append(list, Country{code, name})
	}
	slices.SortFunc(list, func(a, b Country) int { return strings.Compare(NameKey(a.Name), NameKey(b.Name)) })
	return list
}

// CountryName is the name of an ISO 3166-1 alpha-2 code in upper case, "" for an unknown one.
func CountryName(code string) string { return allCountries()[code] }
