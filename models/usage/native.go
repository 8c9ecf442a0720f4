package usage

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/shopspring/decimal"

	"billfold/models"
	"billfold/models/money"
)

// readNative reads NDJSON: one JSON object a line, empty lines skipped.
func (f *file) readNative(buf *bufio.Reader, limit *rowLimit) error {
	scanner := bufio.NewScanner(buf)
	scanner.Buffer(make([]byte, 0, readAhead), maxLine)
	line := 0
	for limit.renew(); scanner.Scan(); limit.renew() {
		line++
		raw := bytes.TrimSpace(scanner.Bytes())
		if len(raw) == 0 {
			continue
		}
		rec, bad := DecodeRecord(raw)
		rec.Line = line
		for _, b := range bad {
			f.complain(line, rec.ID, b.Name, b.Message)
		}
		// What could not be decoded is missing; checking the rest would only repeat it.
		if len(bad) == 0 {
			if err := f.take(rec); err != nil {
				return err
			}
		}
	}
	if err := scanner.Err(); !errors.Is(err, bufio.ErrTooLong) && !errors.Is(err, errRowTooLong) {
		return err
	}
	f.tooLong(line + 1)
	return nil
}

// DecodeRecord reads one record of the native JSON format. It does not check it (Record.Check does).
// Every field may be left out or null here; unknown and repeated ones are refused by name. Decimals
// are strings or numbers, taken literally, never through a float.
func DecodeRecord(raw []byte) (Record, []models.Field) {
	if rec, ok := quickRecord(raw); ok {
		return rec, nil
	}
	return decodeAny(raw)
}

func decodeAny(raw []byte) (Record, []models.Field) {
	var rec Record
	if !utf8.Valid(raw) {
		return rec, []models.Field{{Message: "write it in UTF-8"}}
	}
	d := &decoder{rec: &rec}
	if err := eachMember(raw, d.member); err != nil {
		d.complain("", "%s", err)
	}
	if !d.seen[fieldQuantity] && rec.Cost != nil {
		rec.Quantity = decimal.New(1, 0) // one charge
	} else if !d.seen[fieldQuantity] && rec.UnitPrice != nil {
		d.complain(fieldQuantity, "give the quantity that was used")
	}
	return rec, d.bad
}

type decoder struct {
	rec  *Record
	seen map[string]bool // fields that are there and not null
	bad  []models.Field
}

// maxComplaints are listed about one record: a line of garbage must not fill the memory.
const maxComplaints = 20

func (d *decoder) complain(field, format string, args ...any) {
	if len(d.bad) == maxComplaints {
		return
	}
	d.bad = append(d.bad, models.Field{Name: field, Message: fmt.Sprintf(format, args...)})
}

func (d *decoder) member(name string, raw json.RawMessage) {
	if d.seen == nil {
		d.seen = make(map[string]bool, 20)
	}
	if string(raw) == "null" && knownFields[name] {
		return
	}
	d.seen[name] = true
	r := d.rec
	switch name {
	case fieldID:
		d.text(name, raw, &r.ID)
	case fieldProject:
		d.text(name, raw, &r.Project)
	case fieldProjectID:
		d.text(name, raw, &r.ProjectID)
	case fieldExternalID:
		d.text(name, raw, &r.ProjectExternalID)
	case fieldGroupID:
		d.text(name, raw, &r.BillingGroupID)
	case fieldService:
		d.text(name, raw, &r.ServiceName)
	case fieldType:
		d.text(name, raw, &r.ServiceType)
	case fieldPlan:
		d.text(name, raw, &r.ServicePlan)
	case fieldCloud:
		d.text(name, raw, &r.Cloud)
	case fieldUnit:
		d.text(name, raw, &r.Unit)
	case fieldDescription:
		d.text(name, raw, &r.Description)
	case fieldLineType:
		d.text(name, raw, (*string)(&r.LineType))
	case fieldStart:
		d.instant(name, raw, &r.Start)
	case fieldEnd:
		d.instant(name, raw, &r.End)
	case fieldQuantity:
		if n := d.number(name, raw); n != nil {
			r.Quantity = *n
		}
	case fieldUnitPrice:
		r.UnitPrice = d.number(name, raw)
	case fieldCost:
		r.Cost = d.number(name, raw)
	case fieldTags:
		tags, err := parseTags(raw)
		if err != nil {
			d.complain(name, "%s", err)
		}
		r.Tags = tags
	default:
		d.complain(name, "there is no such field; the fields are %s", strings.Join(nativeFields, ", "))
	}
}

// nativeFields are the fields of the native format, in the order of its documentation.
var nativeFields = []string{fieldID, fieldProject, fieldProjectID, fieldExternalID, fieldGroupID, fieldService, fieldType,
	fieldPlan, fieldCloud, fieldStart, fieldEnd, fieldQuantity, fieldUnit, fieldUnitPrice, fieldCost, fieldDescription,
	fieldLineType, fieldTags}

var knownFields = func() map[string]bool {
	known := map[string]bool{}
	for _, name := range nativeFields {
		known[name] = true
	}
	return known
}()

func (d *decoder) text(field string, raw json.RawMessage, into *string) {
	switch {
	case raw[0] != '"' || json.Unmarshal(raw, into) != nil:
		d.complain(field, "write it as a string in quotes")
	case replaced(raw, *into):
		d.complain(field, "write it in UTF-8; it has half of a surrogate pair")
	}
}

// replaced tells whether decoding put the character U+FFFD where half of a surrogate pair was ("\ud800"):
// two texts that differ must not become one.
func replaced(raw []byte, decoded string) bool {
	return strings.ContainsRune(decoded, utf8.RuneError) && !bytes.ContainsRune(raw, utf8.RuneError) &&
		!bytes.Contains(bytes.ToLower(raw), []byte(`\ufffd`))
}

func (d *decoder) instant(field string, raw json.RawMessage, into *time.Time) {
	var s string
	if raw[0] != '"' || json.Unmarshal(raw, &s) != nil {
		d.complain(field, "write the time as a string, like \"2026-11-01T13:00:00Z\"")
		return
	}
	t, err := parseTime(s)
	if err != nil {
		d.complain(field, "%s", err)
	}
	*into = t
}

func (d *decoder) number(field string, raw json.RawMessage) *decimal.Decimal {
	literal := string(raw)
	if raw[0] == '"' && json.Unmarshal(raw, &literal) != nil {
		d.complain(field, "write it as a number")
		return nil
	}
	n, err := money.ParseDecimal(literal)
	if err != nil {
		d.complain(field, "%s", err)
		return nil
	}
	return &n
}

// eachMember calls fn for the members of a JSON object; a repeated name is an error, because which of
// the two would count is anybody's guess.
func eachMember(raw []byte, fn func(name string, value json.RawMessage)) error {
	dec := json.NewDecoder(bytes.NewReader(raw))
	if open, err := dec.Token(); err != nil || open != json.Delim('{') {
		return errors.New("it is not a JSON object")
	}
	seen := map[string]bool{}
	for dec.More() {
		name, err := dec.Token()
		if err != nil {
			return errors.New("it is not valid JSON")
		}
		key, ok := name.(string)
		if !ok {
			return errors.New("it is not valid JSON")
		}
		var value json.RawMessage
		if err := dec.Decode(&value); err != nil {
			return fmt.Errorf("the value of %.40q is not valid JSON, or nested too deeply", key)
		}
		if seen[key] {
			return fmt.Errorf("%.40q is there twice", key)
		}
		seen[key] = true
		fn(key, value)
	}
	if _, err := dec.Token(); err != nil {
		return errors.New("it is not valid JSON")
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return errors.New("there is something after the JSON object")
	}
	return nil
}

// parseTags reads a JSON object of tags. Numbers and truth values are kept as they are written, null
// as an empty text.
func parseTags(raw []byte) (map[string]string, error) {
	tags := map[string]string{}
	var bad error
	err := eachMember(raw, func(name string, value json.RawMessage) {
		switch value[0] {
		case '"':
			var s string
			if err := json.Unmarshal(value, &s); (err != nil || replaced(value, s)) && bad == nil {
				bad = fmt.Errorf("tag %.40q is not valid JSON", name)
			}
			tags[name] = s
		case '{', '[':
			if bad == nil {
				bad = fmt.Errorf("tag %.40q: write it as a plain text", name)
			}
		case 'n':
			tags[name] = ""
		default:
			tags[name] = string(value)
		}
	})
	if err != nil {
		return nil, fmt.Errorf("write tags as a JSON object of texts: %w", err)
	}
	if bad != nil {
		return nil, bad
	}
	return tags, nil
}
