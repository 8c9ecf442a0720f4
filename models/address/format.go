package address

import (
	"regexp"
	"strings"
	"sync"
)

// Part is a part of a postal address. The values are those of the data's templates.
type Part byte

// The parts of an address, below the addressee's name and above the country.
const (
	Street Part = 'A' // one or several lines
	City   Part = 'C'
	Region Part = 'S'
	Postal Part = 'Z'
)

// Format is how a country writes addresses.
type Format struct {
	Country     string // ISO 3166-1 alpha-2
	RegionLabel string // "State", "Prefecture"; "" when addresses there name no region
	CityLabel   string // "City", "Town"
	PostalLabel string // "ZIP code", "Postcode"; "" in countries without postal codes
	Example     string // a postal code, "" where none is known
	lines       []string
	required    string
	pattern     string // of compact postal codes, "" where none is known
	compiled    func() *regexp.Regexp
}

// general is the format of countries that are not known, and of addresses without a country yet: every part
// may be given, none must look like anything.
var general = Format{RegionLabel: "State or region", CityLabel: "City", PostalLabel: "Postal code", lines: []string{"{A}", "{Z} {C}", "{S}"}, required: "AC"}

var formats = sync.OnceValue(func() map[string]Format {
	all := map[string]Format{}
	for _, r := range read("formats.csv", 8) {
		f := Format{Country: r[0], lines: strings.Split(r[1], "|"), required: r[2], RegionLabel: r[3], CityLabel: r[4], PostalLabel: r[5], pattern: r[6], Example: r[7]}
		f.compiled = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile("^(?:" + f.pattern + ")$") })
		all[f.Country] = f
	}
	return all
})

// Of is the format of a country (ISO 3166-1 alpha-2, in capitals); a general one of a country that is not known.
func Of(country string) Format {
	if f, ok := formats()[country]; ok {
		return f
	}
	return general
}

// Parts are the parts of the country's addresses in the order they are written.
func (f Format) Parts() []Part {
	var parts []Part
	for _, line := range f.lines {
		for i := range len(line) - 2 {
			if line[i] == '{' && line[i+2] == '}' {
				parts = append(parts, Part(line[i+1]))
			}
		}
	}
	return parts
}

// Has reports whether addresses of the country have a part.
func (f Format) Has(p Part) bool {
	return strings.Contains(strings.Join(f.lines, "|"), "{"+string(rune(p))+"}")
}

// Requires reports whether an address of the country is incomplete without a part.
func (f Format) Requires(p Part) bool { return strings.IndexByte(f.required, byte(p)) >= 0 }

// Lines writes an address in the country's order, without empty lines. What the country's addresses do not
// have but is given all the same stands on a line of its own at the end.
func (f Format) Lines(street []string, city, region, postal string) []string {
	var out []string
	add := func(line string) {
		if line != "" {
			out = append(out, line)
		}
	}
	values := map[Part]string{City: city, Region: region, Postal: postal}
	for _, line := range f.lines {
		if strings.Contains(line, "{A}") {
			for _, s := range street {
				add(s)
			}
			continue
		}
		add(fill(line, values))
	}
	for _, p := range []Part{City, Region, Postal} {
		if !f.Has(p) {
			add(values[p])
		}
	}
	return out
}

// part is a placeholder with what stands before it.
var placeholder = regexp.MustCompile(`([^{}]*)\{([CSZ])\}`)

// fill puts values into a line; what stands between two parts goes with the later one, and only when both are
// there.
func fill(line string, values map[Part]string) string {
	var out strings.Builder
	for _, m := range placeholder.FindAllStringSubmatch(line, -1) {
		value := values[Part(m[2][0])]
		if value == "" {
			continue
		}
		between := m[1]
		if out.Len() == 0 {
			between = strings.TrimLeft(between, " ,-/")
		}
		out.WriteString(between + value)
	}
	return out.String()
}
