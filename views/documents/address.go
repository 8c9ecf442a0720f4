package documents

import (
	"strings"

	"github.com/biter777/countries"
)

// lines is the address as it goes on an envelope, clean.
func (a Address) lines() []string {
	var out []string
	for _, l := range a.Lines {
		if l = clean(l); l != "" {
			out = append(out, l)
		}
	}
	city, region, code := clean(a.City), clean(a.Region), clean(a.PostalCode)
	var place string
	switch strings.ToUpper(a.Country) {
	case "US", "CA", "AU":
		place = strings.TrimSpace(joined(city, region) + " " + code)
	case "GB", "IE", "JP", "IN", "SG", "NZ":
		place = strings.TrimSpace(joined(city, region) + " " + code)
	default:
		place = joined(strings.TrimSpace(code+" "+city), region)
	}
	for _, l := range []string{place, countryName(a.Country)} {
		if l != "" {
			out = append(out, l)
		}
	}
	return out
}

func oneLine(a Address) string { return strings.Join(a.lines(), ", ") }

func countryName(code string) string {
	if c := countries.ByName(code); c != countries.Unknown {
		return clean(c.String())
	}
	return clean(code)
}
