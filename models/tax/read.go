package tax

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"billfold/models"
	"billfold/models/money"
	"billfold/models/seller"

	"github.com/shopspring/decimal"
)

// maxFile bounds the size of a file of rates.
const maxFile = 16 << 20

// columns are what a file of rates has; name and source may be left out.
var columns = []string{"country", "region", "valid_from", "rate", "name", "source"}

// fileRow is a rate with the line it was read from.
type fileRow struct {
	Rate
	line int
}

// key is the primary key of a rate.
type key struct {
	country, region string
	from            time.Time
}

func (r Rate) key() key { return key{r.Country, r.Region, r.ValidFrom} }

// read reads a CSV file of rates with the columns above in any order; lines that begin with # are
// comments. Kind: Invalid, with every bad line and column.
func read(in io.Reader) ([]fileRow, error) {
	limited := &io.LimitedReader{R: in, N: maxFile + 1}
	buf := bufio.NewReader(limited)
	if head, err := buf.Peek(3); err == nil && string(head) == "\ufeff" {
		_, _ = buf.Discard(3)
	} else if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	c := csv.NewReader(buf)
	c.Comment, c.TrimLeadingSpace, c.FieldsPerRecord = '#', true, -1
	var bad models.FileProblems
	var rows []fileRow
	at := map[string]int{}
	seen := map[key]int{}
	for first := true; ; first = false {
		record, err := c.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		var broken *csv.ParseError
		if errors.As(err, &broken) {
			bad.Add(broken.Line, "", "this is not CSV: %s", broken.Err)
			break
		}
		if err != nil {
			return nil, err
		}
		line, _ := c.FieldPos(0)
		if first {
			if !header(record, line, at, &bad) {
				break
			}
			continue
		}
		if len(record) != len(at) {
			bad.Add(line, "", "there are %d values for %d columns", len(record), len(at))
			continue
		}
		r, ok := readRow(func(name string) string {
			if i, there := at[name]; there {
				return strings.TrimSpace(record[i])
			}
			return ""
		}, line, &bad)
		if before, twice := seen[r.key()]; ok && twice {
			bad.Add(line, "valid_from", "the rate of %s from %s is on line %d already", place(r), r.ValidFrom.Format(time.DateOnly), before)
		} else if ok {
			seen[r.key()] = line
			rows = append(rows, fileRow{r, line})
		}
	}
	if limited.N <= 0 {
		return nil, models.Invalidf("file", "The file is larger than %d MB", maxFile>>20)
	}
	if !bad.Any() && len(rows) == 0 {
		bad.Add(1, "", "there are no rates in the file")
	}
	return rows, bad.Err(models.Invalid)
}

// header notes where each column is.
func header(record []string, line int, at map[string]int, bad *models.FileProblems) bool {
	for i, name := range record {
		name = strings.ToLower(strings.TrimSpace(name))
		if !slices.Contains(columns, name) {
			bad.Add(line, "", "column %d: %.30q is not one of %s", i+1, name, strings.Join(columns, ", "))
		}
		at[name] = i
	}
	for _, must := range columns[:4] {
		if _, there := at[must]; !there {
			bad.Add(line, must, "this column is missing")
		}
	}
	return !bad.Any()
}

// readRow checks one line.
func readRow(value func(string) string, line int, bad *models.FileProblems) (Rate, bool) {
	before := bad.Count()
	r := Rate{Country: code(value("country")), Name: value("name"), Source: value("source")}
	if !seller.KnownCountry(r.Country) {
		bad.Add(line, "country", "%.20q is not a country; write two letters, GR for Greece", value("country"))
	}
	r.Region = Region(r.Country, value("region"))
	var err error
	if r.ValidFrom, err = time.Parse(time.DateOnly, value("valid_from")); err != nil {
		bad.Add(line, "valid_from", "%.30q is not a date; write 2026-01-31", value("valid_from"))
	}
	if r.Rate, err = readRate(value("rate")); err != nil {
		bad.Add(line, "rate", "%s", err)
	}
	if r.Name == "" {
		r.Name = "Sales tax"
		if InEU(r.Country) {
			r.Name = "VAT"
		}
	}
	if r.Source == "" {
		r.Source = "Operator"
	}
	for _, text := range []struct {
		column, value string
		most          int
	}{{"region", r.Region, 30}, {"name", r.Name, 60}, {"source", r.Source, 200}} {
		if utf8.RuneCountInString(text.value) > text.most || strings.ContainsFunc(text.value, func(c rune) bool { return !unicode.IsPrint(c) }) {
			bad.Add(line, text.column, "use at most %d printable characters", text.most)
		}
	}
	return r, bad.Count() == before
}

// readRate reads "0.255" or "25.5%".
func readRate(text string) (decimal.Decimal, error) {
	number, percent := strings.CutSuffix(text, "%")
	rate, err := money.ParseDecimal(strings.TrimSpace(number))
	if err != nil {
		return rate, err
	}
	if percent {
		rate = rate.Shift(-2)
	}
	if rate.IsNegative() || rate.GreaterThanOrEqual(decimal.NewFromInt(1)) {
		return rate, fmt.Errorf("write the rate as a fraction or a percentage, for example 0.255 or 25.5%%")
	}
	return decimal.RequireFromString(money.Canonical(rate)), money.Bound(rate)
}

// place is a rate's country and region in codes: "US CA".
func place(r Rate) string { return strings.TrimSpace(r.Country + " " + r.Region) }
