package rate

import (
	"bufio"
	"encoding/csv"
	"errors"
	"io"
	"regexp"
	"strings"
	"time"

	"billfold/models"
	"billfold/models/money"

	"github.com/shopspring/decimal"
)

// ECB is the source named for files in the European Central Bank's format.
const ECB = "European Central Bank"

// maxFile bounds the size of a file; the ECB's whole history since 1999 has 3 MB.
const maxFile = 64 << 20

var currencyForm = regexp.MustCompile(`^[A-Z]{3}$`)

// fileRow is a rate with the place it was read from.
type fileRow struct {
	Row
	line   int
	column string
}

// reader reads one file.
type reader struct {
	csv    *csv.Reader
	bad    models.FileProblems
	source string
	rows   []fileRow
	seen   map[key]int // the line of each rate
}

// key is the primary key of a rate.
type key struct {
	base, currency money.Currency
	date           time.Time
}

// read reads a file of rates: the ECB's eurofxref.csv and eurofxref-hist.csv (a column per currency, 1
// EUR = rate), or a plain one with the columns date, base, currency and rate. Kind: Invalid, with every
// bad place.
func read(in io.Reader, source string) ([]fileRow, error) {
	limited := &io.LimitedReader{R: in, N: maxFile + 1}
	buf := bufio.NewReader(limited)
	head, err := buf.Peek(4)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	if strings.HasPrefix(string(head), "PK") {
		return nil, models.Invalidf("file", "This is a zip archive; unzip it and import the CSV file in it")
	}
	if strings.HasPrefix(string(head), "\ufeff") {
		_, _ = buf.Discard(len("\ufeff"))
	}
	f := &reader{csv: csv.NewReader(buf), source: source, seen: map[key]int{}}
	f.csv.FieldsPerRecord, f.csv.TrimLeadingSpace, f.csv.ReuseRecord = -1, true, true
	if err := f.file(); err != nil {
		return nil, err
	}
	if limited.N <= 0 {
		return nil, models.Invalidf("file", "The file is larger than %d MB", maxFile>>20)
	}
	if !f.bad.Any() && len(f.rows) == 0 {
		f.bad.Add(1, "", "there are no rates in the file")
	}
	return f.rows, f.bad.Err(models.Invalid)
}

func (f *reader) file() error {
	header, err := f.csv.Read()
	if errors.Is(err, io.EOF) {
		return nil
	}
	if err != nil {
		return f.broken(err)
	}
	columns := make([]string, len(header))
	for i, name := range header {
		columns[i] = strings.TrimSpace(name)
	}
	plain := len(columns) == 4 && strings.EqualFold(strings.Join(columns, ","), "date,base,currency,rate")
	if !plain && !f.ecbHeader(columns) {
		return nil
	}
	if f.source == "" {
		f.source = ECB
		if plain {
			f.source = "Operator"
		}
	}
	for {
		record, err := f.csv.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return f.broken(err)
		}
		line, _ := f.csv.FieldPos(0)
		if plain {
			f.plain(line, record)
		} else {
			f.ecb(line, columns, record)
		}
	}
}

// broken lists a line that is no CSV; what follows it cannot be read. Other errors are the source's own.
func (f *reader) broken(err error) error {
	var parse *csv.ParseError
	if !errors.As(err, &parse) {
		return err
	}
	f.bad.Add(parse.Line, "", "this is not CSV: %s", parse.Err)
	return nil
}

// ecbHeader checks "Date, USD, JPY, ..., ZAR, ".
func (f *reader) ecbHeader(columns []string) bool {
	if !strings.EqualFold(columns[0], "Date") || len(columns) < 2 {
		f.bad.Add(1, "", `the first line must be "date,base,currency,rate", or begin with "Date" and name a currency per column as the ECB's files do`)
		return false
	}
	good := true
	for i, name := range columns[1:] {
		if name == "" && i == len(columns)-2 {
			continue // the ECB ends each line with a comma
		}
		if !currencyForm.MatchString(name) {
			f.bad.Add(1, "", "column %d: %.20q is not a currency code", i+2, name)
			good = false
		}
	}
	return good
}

func (f *reader) ecb(line int, columns, record []string) {
	if len(record) > len(columns) {
		f.bad.Add(line, "", "there are %d values for %d columns", len(record), len(columns))
		return
	}
	date, ok := f.date(line, columns[0], record[0])
	if !ok {
		return
	}
	for i := 1; i < len(columns); i++ {
		if columns[i] == "" {
			continue
		}
		if i >= len(record) {
			f.bad.Add(line, columns[i], "the line ends before this column")
			return
		}
		value := strings.TrimSpace(record[i])
		if value != "N/A" { // no rate that day: a currency that came later or is gone
			f.add(line, columns[i], "EUR", money.Currency(columns[i]), date, value)
		}
	}
}

func (f *reader) plain(line int, record []string) {
	if len(record) != 4 {
		f.bad.Add(line, "", "there are %d values for 4 columns", len(record))
		return
	}
	date, ok := f.date(line, "date", record[0])
	var pair [2]money.Currency
	for i, column := range []string{"base", "currency"} {
		pair[i] = money.Currency(strings.ToUpper(strings.TrimSpace(record[i+1])))
		if !currencyForm.MatchString(string(pair[i])) {
			f.bad.Add(line, column, "%.20q is not a currency code of three letters", record[i+1])
			ok = false
		}
	}
	if ok && pair[0] == pair[1] {
		f.bad.Add(line, "currency", "base and currency are both %s", pair[0])
		ok = false
	}
	if ok {
		f.add(line, "rate", pair[0], pair[1], date, strings.TrimSpace(record[3]))
	}
}

func (f *reader) date(line int, column, text string) (time.Time, bool) {
	text = strings.TrimSpace(text)
	for _, layout := range []string{time.DateOnly, "2 January 2006"} {
		if t, err := time.Parse(layout, text); err == nil {
			return t, true
		}
	}
	f.bad.Add(line, column, "%.30q is not a date; write 2026-11-20", text)
	return time.Time{}, false
}

func (f *reader) add(line int, column string, base, currency money.Currency, date time.Time, text string) {
	value, err := money.ParseDecimal(text)
	switch {
	case err != nil:
		f.bad.Add(line, column, "%s", err)
		return
	case !value.IsPositive():
		f.bad.Add(line, column, "the rate must be above zero")
		return
	}
	k := key{base, currency, date}
	if first, twice := f.seen[k]; twice {
		f.bad.Add(line, column, "the rate of %s to %s on %s is on line %d already", base, currency, date.Format(time.DateOnly), first)
		return
	}
	f.seen[k] = line
	f.rows = append(f.rows, fileRow{Row{base, currency, date, canonical(value), f.source}, line, column})
}

// canonical drops trailing zeros, so that SQLite keeps the same text for the same number.
func canonical(d decimal.Decimal) decimal.Decimal {
	return decimal.RequireFromString(money.Canonical(d))
}
