package usage

import (
	"strings"
	"time"
	"unicode/utf8"

	"billfold/models"

	"github.com/shopspring/decimal"
)

// jsonSpace is what JSON allows between its words.
const jsonSpace = " \t\r\n"

// quick reads the plain part of JSON: no escapes, no null, no exponents.
type quick struct {
	text string
	at   int
}

// quickRecord is DecodeRecord of records as nearly all producers write them, several times as fast: a flat
// JSON object of known fields, each there once, with a quantity. Whatever is unusual or wrong, it leaves.
func quickRecord(raw []byte) (r Record, ok bool) {
	if !utf8.Valid(raw) {
		return r, false
	}
	q := &quick{text: string(raw)}
	seen, quantity := uint32(0), false
	ok = q.object(func(name string) bool {
		n := quickField(name)
		if n < 0 || seen&(1<<n) != 0 {
			return false
		}
		seen |= 1 << n
		switch name {
		case "start":
			return q.instant(&r.Start)
		case "end":
			return q.instant(&r.End)
		case "quantity":
			quantity = q.number(&r.Quantity)
			return quantity
		case "unit_price":
			r.UnitPrice = new(decimal.Decimal)
			return q.number(r.UnitPrice)
		case "cost":
			r.Cost = new(decimal.Decimal)
			return q.number(r.Cost)
		case "tags":
			return q.tags(&r)
		case "line_type":
			return q.quoted((*string)(&r.LineType))
		}
		return q.quoted(quickText(&r, name))
	})
	return r, ok && quantity && q.at == len(q.text)
}

func quickField(name string) int {
	for i, known := range nativeFields {
		if known == name {
			return i
		}
	}
	return -1
}

func quickText(r *Record, name string) *string {
	switch name {
	case "record_id":
		return &r.ID
	case "project":
		return &r.Project
	case "project_id":
		return &r.ProjectID
	case "project_external_id":
		return &r.ProjectExternalID
	case "billing_group_id":
		return &r.BillingGroupID
	case "service_name":
		return &r.ServiceName
	case "service_type":
		return &r.ServiceType
	case "service_plan":
		return &r.ServicePlan
	case "cloud":
		return &r.Cloud
	case "unit":
		return &r.Unit
	}
	return &r.Description
}

// object reads an object; member reads the value of each name.
func (q *quick) object(member func(name string) bool) bool {
	if !q.next('{') {
		return false
	}
	if q.next('}') {
		return true
	}
	for {
		var name string
		if !q.quoted(&name) || !q.next(':') || !member(name) {
			return false
		}
		if q.next('}') {
			return true
		}
		if !q.next(',') {
			return false
		}
	}
}

func (q *quick) space() {
	for q.at < len(q.text) && strings.IndexByte(jsonSpace, q.text[q.at]) >= 0 {
		q.at++
	}
}

// next takes a character, with the space before and after it.
func (q *quick) next(c byte) bool {
	q.space()
	if q.at == len(q.text) || q.text[q.at] != c {
		return false
	}
	q.at++
	q.space()
	return true
}

// quoted takes a string without escapes.
func (q *quick) quoted(into *string) bool {
	if q.at == len(q.text) || q.text[q.at] != '"' {
		return false
	}
	for i := q.at + 1; i < len(q.text); i++ {
		switch c := q.text[i]; {
		case c == '"':
			*into = q.text[q.at+1 : i]
			q.at = i + 1
			return true
		case c == '\\' || c < ' ':
			return false
		}
	}
	return false
}

func (q *quick) tags(r *Record) bool {
	r.Tags = map[string]string{}
	return q.object(func(name string) bool {
		var value string
		if _, twice := r.Tags[name]; twice || !q.quoted(&value) {
			return false
		}
		r.Tags[name] = value
		return true
	})
}

// quickDigits are as many as fit into 64 bits.
const quickDigits = 18

// number takes a decimal of few digits, in quotes or not.
func (q *quick) number(into *decimal.Decimal) bool {
	text := ""
	if q.at < len(q.text) && q.text[q.at] == '"' {
		if !q.quoted(&text) {
			return false
		}
	} else {
		from := q.at
		for q.at < len(q.text) && (q.text[q.at] >= '0' && q.text[q.at] <= '9' || q.text[q.at] == '.' || q.text[q.at] == '-') {
			q.at++
		}
		text = q.text[from:q.at]
		if digits := strings.TrimPrefix(text, "-"); len(digits) > 1 && digits[0] == '0' && digits[1] != '.' {
			return false // JSON has no numbers like 01
		}
	}
	digits, minus := strings.CutPrefix(text, "-")
	whole, places, point := strings.Cut(digits, ".")
	if whole == "" || point && places == "" || len(whole)+len(places) > quickDigits {
		return false
	}
	value := int64(0)
	for _, part := range [...]string{whole, places} {
		for i := range len(part) {
			if part[i] < '0' || part[i] > '9' {
				return false
			}
			value = value*10 + int64(part[i]-'0')
		}
	}
	if minus {
		value = -value
	}
	*into = decimal.New(value, -int32(len(places)))
	return true
}

// instant takes a time like 2026-11-01T13:00:00Z or 2026-11-01T13:00:00.5Z.
func (q *quick) instant(into *time.Time) bool {
	var s string
	if !q.quoted(&s) || len(s) < 20 || len(s) > 30 || s[4] != '-' || s[7] != '-' || s[10] != 'T' || s[13] != ':' || s[16] != ':' || s[len(s)-1] != 'Z' {
		return false
	}
	var n [6]int
	for i, part := range [...]string{s[:4], s[5:7], s[8:10], s[11:13], s[14:16], s[17:19]} {
		for j := range len(part) {
			if part[j] < '0' || part[j] > '9' {
				return false
			}
			n[i] = n[i]*10 + int(part[j]-'0')
		}
	}
	nanos := 0
	if fraction := s[19 : len(s)-1]; fraction != "" {
		if fraction[0] != '.' || len(fraction) == 1 {
			return false
		}
		for i := 1; i <= 9; i++ {
			nanos *= 10
			if i < len(fraction) {
				if fraction[i] < '0' || fraction[i] > '9' {
					return false
				}
				nanos += int(fraction[i] - '0')
			}
		}
	}
	t := time.Date(n[0], time.Month(n[1]), n[2], n[3], n[4], n[5], nanos, time.UTC)
	if int(t.Month()) != n[1] || t.Day() != n[2] || n[3] > 23 || n[4] > 59 || n[5] > 59 {
		return false
	}
	*into = models.Micro(t)
	return true
}
