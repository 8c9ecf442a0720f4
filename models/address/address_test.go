package address_test

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"billfold/models/address"

	"github.com/biter777/countries"
)

func parts(country string) string {
	s := ""
	for _, p := range address.Of(country).Parts() {
		s += string(rune(p))
	}
	return s
}

func required(country string) string {
	s := ""
	for _, p := range []address.Part{address.Street, address.City, address.Region, address.Postal} {
		if address.Of(country).Requires(p) {
			s += string(rune(p))
		}
	}
	return s
}

func TestFormats(t *testing.T) {
	for _, c := range []struct{ country, parts, required, region, city, postal string }{
		{"US", "ACSZ", "ACSZ", "State", "City", "ZIP code"},
		{"CA", "ACSZ", "ACSZ", "Province or territory", "City", "Postal code"},
		{"AU", "ACSZ", "ACSZ", "State or territory", "Suburb", "Postcode"},
		{"GB", "ACSZ", "ACZ", "County", "Town", "Postcode"},
		{"JP", "ACSZ", "ACSZ", "Prefecture", "City", "Postal code"},
		{"IE", "ACSZ", "AC", "County", "City", "Eircode"},
		{"IN", "ACZS", "ACSZ", "State or territory", "City", "PIN code"},
		{"DE", "AZC", "ACZ", "", "City", "Postal code"},
		{"FI", "AZC", "ACZ", "", "City", "Postal code"},
		{"SG", "AZ", "AZ", "", "", "Postal code"},
		{"HK", "ACS", "AS", "Area", "District", ""},
		{"AE", "AS", "AS", "Emirate", "", ""},
		{"PT", "AZCS", "ACZ", "Region", "City", "Postal code"},
		{"", "AZCS", "AC", "State or region", "City", "Postal code"},
		{"ZZ", "AZCS", "AC", "State or region", "City", "Postal code"},
	} {
		f := address.Of(c.country)
		if parts(c.country) != c.parts || required(c.country) != c.required || f.RegionLabel != c.region || f.CityLabel != c.city || f.PostalLabel != c.postal {
			t.Errorf("%s: %s, required %s, %q %q %q", c.country, parts(c.country), required(c.country), f.RegionLabel, f.CityLabel, f.PostalLabel)
		}
	}
}

// Every country has a format of its own that holds together: streets, a word for each part, an example that
// its own pattern takes.
func TestEveryFormatHoldsTogether(t *testing.T) {
	n := 0
	for _, c := range countries.All() {
		country := c.Alpha2()
		if len(country) != 2 || country == "AN" || country == "YU" {
			continue
		}
		f := address.Of(country)
		if f.Country != country {
			if country != "XK" {
				t.Errorf("%s has no format", country)
			}
			continue
		}
		n++
		p := parts(country)
		if !strings.HasPrefix(p, "A") || strings.Count(p, "A") != 1 {
			t.Errorf("%s: %s", country, p)
		}
		for part, label := range map[address.Part]string{address.City: f.CityLabel, address.Region: f.RegionLabel, address.Postal: f.PostalLabel} {
			if f.Has(part) != (label != "") {
				t.Errorf("%s: %c is called %q", country, part, label)
			}
			if f.Requires(part) && !f.Has(part) {
				t.Errorf("%s requires %c and has none", country, part)
			}
		}
		if f.Example != "" && !f.ValidPostal(f.Example) {
			t.Errorf("%s: its own example %s is wrong", country, f.Example)
		}
		if len(address.Regions(country)) > 0 && !f.Has(address.Region) {
			t.Errorf("%s lists regions and has none", country)
		}
	}
	if n < 240 {
		t.Fatalf("only %d formats", n)
	}
}

func TestPostalCodes(t *testing.T) {
	for country, codes := range map[string]string{
		"US": "95014 22162-1010", "CA": "K1A0B1 k1a-0b1", "GB": "EC1Y8SY sw1a-1aa M11AE", "FI": "00100 FI-00100", "SE": "11455 114-55 SE-11455", "CH": "CH-8001 8001",
		"LU": "L-4750 4750", "LV": "LV-1010 1010", "NL": "1012AB 1012-ab", "PL": "00-950 00950", "PT": "1000-001 1000001", "JP": "154-0023 1540023", "LI": "FL-9490 9490",
		"BR": "01310-100 01310100", "DE": "10115 D-10115", "IE": "D02AF30", "IN": "110034", "SG": "546080", "KY": "KY1-1100", "AE": "anything", "ZZ": "anything",
	} {
		for _, code := range strings.Fields(codes) {
			if !address.Of(country).ValidPostal(code) {
				t.Errorf("%s in %s is refused", code, country)
			}
		}
	}
	for country, codes := range map[string]string{
		"US": "9501 950145 ABCDE", "CA": "K1A0B D1A0B1", "GB": "EC1Y ZZ11AA", "FI": "1234 SE-00100 001000", "SE": "1145", "NL": "0123AB 1234SS", "DE": "1234 FR-10115", "JP": "154-002", "LI": "8001", "AU": "200",
	} {
		for _, code := range strings.Fields(codes) {
			if address.Of(country).ValidPostal(code) {
				t.Errorf("%s in %s passes", code, country)
			}
		}
	}
}

func TestLines(t *testing.T) {
	for _, c := range []struct{ country, city, region, postal, want string }{
		{"US", "Springfield", "IL", "62704", "1 Main St|Suite 2|Springfield, IL 62704"},
		{"US", "Springfield", "", "62704", "1 Main St|Suite 2|Springfield 62704"},
		{"US", "", "IL", "62704", "1 Main St|Suite 2|IL 62704"},
		{"FI", "Helsinki", "", "00100", "1 Main St|Suite 2|00100 Helsinki"},
		{"FI", "Helsinki", "Uusimaa", "00100", "1 Main St|Suite 2|00100 Helsinki|Uusimaa"},
		{"GB", "London", "", "EC1Y 8SY", "1 Main St|Suite 2|London|EC1Y 8SY"},
		{"BR", "São Paulo", "SP", "01310-100", "1 Main St|Suite 2|São Paulo-SP|01310-100"},
		{"SG", "", "", "546080", "1 Main St|Suite 2|Singapore 546080"},
		{"AE", "Deira", "Dubai", "", "1 Main St|Suite 2|Dubai|Deira"},
		{"", "Town", "Somewhere", "1", "1 Main St|Suite 2|1 Town|Somewhere"},
	} {
		got := strings.Join(address.Of(c.country).Lines([]string{"1 Main St", "", "Suite 2"}, c.city, c.region, c.postal), "|")
		if got != c.want {
			t.Errorf("%s: %s, want %s", c.country, got, c.want)
		}
	}
}

func TestRegions(t *testing.T) {
	for country, n := range map[string]int{"US": 62, "CA": 13, "AU": 9, "BR": 27, "MX": 32, "JP": 47, "IT": 107, "ES": 52, "IN": 36, "DE": 0, "": 0} {
		if got := len(address.Regions(country)); got != n {
			t.Errorf("%s: %d regions", country, got)
		}
	}
	for _, c := range []struct{ country, written, code string }{
		{"US", "CA", "CA"}, {"US", "us-ca", "CA"}, {"US", " california ", "CA"}, {"US", "Armed Forces (AA)", "AA"}, {"CA", "quebec", "QC"}, {"CA", "Québec", "QC"},
		{"JP", "tokyo", "13"}, {"JP", "JP-13", "13"}, {"ES", "Málaga", "MA"}, {"ES", "malaga", "MA"}, {"BR", "São Paulo", "SP"}, {"IT", "MI", "MI"}, {"MX", "Ciudad de México", "CMX"},
	} {
		if s, ok := address.RegionOf(c.country, c.written); !ok || s.Code != c.code {
			t.Errorf("%s in %s is %+v", c.written, c.country, s)
		}
	}
	for _, c := range [][2]string{{"US", ""}, {"US", "Ontario"}, {"US", "CA-ON"}, {"DE", "BY"}, {"", "CA"}} {
		if s, ok := address.RegionOf(c[0], c[1]); ok {
			t.Errorf("%q in %q is %+v", c[1], c[0], s)
		}
	}
}

// What a list puts into an address fits its field and leads back to the same region.
func TestEveryRegionIsFoundByWhatIsStored(t *testing.T) {
	all := 0
	for _, c := range countries.All() {
		country := c.Alpha2()
		list := address.Regions(country)
		all += len(list)
		var codes []string
		for _, s := range list {
			if utf8.RuneCountInString(s.Text) > 30 || s.Text == "" || s.Name == "" {
				t.Errorf("%s: %+v", country, s)
			}
			for _, written := range []string{s.Code, s.Text, s.Name} {
				if got, ok := address.RegionOf(country, written); !ok || got != s {
					t.Errorf("%s: %q leads to %+v, not to %+v", country, written, got, s)
				}
			}
			if slices.Contains(codes, s.Code) {
				t.Errorf("%s has %s twice", country, s.Code)
			}
			codes = append(codes, s.Code)
		}
	}
	if all < 800 {
		t.Fatalf("only %d regions", all)
	}
}
