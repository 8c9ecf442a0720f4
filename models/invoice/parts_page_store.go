package invoice

import (
	"encoding/base64"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"billfold/models"
)

// place is where a row stands in a list of parts: in a part, and by the keys of that part. The name, the
// key of parts by name, is looked up by the id, so that a cursor stays short.
type place struct {
	ID       string
	Minor    int64  // in parts by cost
	Currency string // of it, in lists of several currencies
	part     string
}

func (p place) String() string {
	text := strings.Join([]string{p.part, strconv.FormatInt(p.Minor, 10), p.ID, p.Currency}, "\x00")
	return base64.RawURLEncoding.EncodeToString([]byte(text))
}

var currencyForm = regexp.MustCompile(`^([A-Z]{3})?$`)

func parsePlace(s string) (p place, ok bool) {
	b, err := base64.RawURLEncoding.DecodeString(s)
	keys := strings.SplitN(string(b), "\x00", 4)
	if err != nil || len(keys) != 4 || !models.IsID(keys[2]) || !currencyForm.MatchString(keys[3]) {
		return p, false
	}
	minor, err := strconv.ParseInt(keys[1], 10, 64)
	return place{keys[2], minor, keys[3], keys[0]}, err == nil
}

// listPart is one stretch of a list that an index puts in order; a list is several of them in a row.
type listPart struct {
	name   string
	turned bool // against its plain order
	// read gives up to n rows of the part, from behind a place. Places without part get the part's name.
	read func(turned bool, after *place, n int) ([]place, error)
}

// turn is a whole list backwards.
func turn(parts []listPart) []listPart {
	parts = slices.Clone(parts)
	slices.Reverse(parts)
	for i := range parts {
		parts[i].turned = !parts[i].turned
	}
	return parts
}

// pageOfParts reads one page: from part to part until it is full. A place that is in none of the parts
// begins again.
func pageOfParts(parts []listPart, p Paging) (rows []place, around Around, err error) {
	way, from, back := parts, (*place)(nil), false
	if c, ok := parsePlace(p.Before); ok {
		from, back, way = &c, true, turn(parts)
	} else if c, ok := parsePlace(p.After); ok {
		from = &c
	}
	start := 0
	if from != nil {
		if start = slices.IndexFunc(way, func(x listPart) bool { return x.name == from.part }); start < 0 {
			return pageOfParts(parts, Paging{Size: p.Size}) // a place in another order
		}
	}
	for i, part := range way[start:] {
		var after *place
		if i == 0 {
			after = from
		}
		more, err := part.read(part.turned, after, p.size()+1-len(rows))
		if err != nil {
			return nil, around, err
		}
		for j := range more {
			more[j].part = part.name
		}
		if rows = append(rows, more...); len(rows) > p.size() {
			break
		}
	}
	if len(rows) == 0 && from != nil { // what was there is gone
		return pageOfParts(parts, Paging{Size: p.Size})
	}
	rows, around = cut(rows, p.size(), from != nil && !back, back, place.String)
	return rows, around, nil
}
