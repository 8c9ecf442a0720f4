package address

import (
	"strings"
	"sync"
	"unicode"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// Subdivision is a state, province or the like, as addresses of its country name it.
type Subdivision struct {
	Code string // ISO 3166-2 without the country: "CA", "13"
	Text string // as it stands in an address: "CA", "Tokyo"
	Name string // for a list: "California", "Tokyo"
}

type regionTable struct {
	lists map[string][]Subdivision
	index map[string]map[string]Subdivision // by country and each way of writing it
}

var regions = sync.OnceValue(func() regionTable {
	t := regionTable{map[string][]Subdivision{}, map[string]map[string]Subdivision{}}
	for _, r := range read("regions.csv", 4) {
		country, s := r[0], Subdivision{Code: r[1], Text: r[2], Name: r[3]}
		t.lists[country] = append(t.lists[country], s)
		if t.index[country] == nil {
			t.index[country] = map[string]Subdivision{}
		}
		// A name or code that two have is the first one's, codes before names.
		for _, way := range []string{s.Code, s.Text, s.Name} {
			if _, taken := t.index[country][plain(way)]; !taken {
				t.index[country][plain(way)] = s
			}
		}
	}
	return t
})

// Regions are the states or provinces of a country for a list, A to Z by name; nil for countries whose
// addresses name none, or whose list is not known.
func Regions(country string) []Subdivision { return regions().lists[country] }

// RegionOf finds a region by its code, text or name in any capitals, with or without accents and the country
// in front: "ca", "US-CA" and "California".
func RegionOf(country, written string) (Subdivision, bool) {
	key := plain(written)
	s, ok := regions().index[country][key]
	if !ok {
		s, ok = regions().index[country][strings.TrimPrefix(key, plain(country)+"-")]
	}
	return s, ok && key != ""
}

// plain is a text without capitals, accents and double spaces.
func plain(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			return -1
		}
		return r
	}, norm.NFD.String(s))
	return strings.Join(strings.Fields(cases.Fold().String(s)), " ")
}
