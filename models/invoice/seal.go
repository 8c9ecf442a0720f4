package invoice

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strconv"
	"sync"
	"time"
	"unicode/utf8"

	"billfold/models/money"

	"github.com/shopspring/decimal"
)

// SealOf is the SHA-256 over all fixed fields of an issued invoice, its lines and its taxes, everything
// that can never change, as one JSON object; lines must be in the order of their ids, taxes in that of
// their positions. `verify` computes it again. The names and the order of the fields are fixed for ever:
// another one is another seal of every invoice there is.
func SealOf(row Row, lines []LineRow, taxes []TaxRow) ([]byte, error) {
	space := sealSpace.Get().(*sealed)
	defer sealSpace.Put(space)
	b := (*space)[:0]
	b = b.text("ID", row.ID).text("AccountID", row.AccountID).text("GroupID", row.GroupID).text("Kind", row.Kind).text("Month", row.Month).
		optional("Number", row.Number).optional("Original", row.OriginalID).text("Reason", row.Reason).
		text("Currency", row.Currency).text("PriceCurrency", row.PriceCurrency).decimal("Rate", &row.Rate).stamp("RateDate", row.RateDate).text("RateSource", row.RateSource).
		number("Subtotal", row.SubtotalMinor).number("Credits", row.CreditsMinor).number("Taxable", row.TaxableMinor).number("Tax", row.TaxMinor).
		number("Total", row.TotalMinor).number("Prepaid", row.PrepaidMinor).number("TaxLocal", row.TaxLocalMinor).
		text("TaxLocalCurrency", row.TaxLocalCurrency).decimal("TaxLocalRate", row.TaxLocalRate).stamp("TaxLocalRateDate", row.TaxLocalRateDate).text("TaxNote", row.TaxNote).
		stamp("TaxDate", row.TaxDate).stamp("InvoiceDate", row.InvoiceDate).stamp("DueDate", row.DueDate).stamp("IssuedAt", row.IssuedAt).text("Snapshot", row.Snapshot)
	b = sealedList(b, "Lines", lines, sealed.line)
	b = sealedList(b, "Taxes", taxes, sealed.tax)
	b[0] = '{'
	*space = append(b, '}')
	sum := sha256.Sum256(*space)
	return sum[:], nil
}

// sealSpace lends the space that a seal is written in: thousands are, one after the other.
var sealSpace = sync.Pool{New: func() any { return new(sealed) }}

// sealed is JSON as encoding/json writes it, in the making: each field with a comma before it.
type sealed []byte

func (b sealed) line(l *LineRow) sealed {
	return b.text("ID", l.ID).hex("Key", l.LineKey).optional("Project", l.ProjectID).text("Name", l.ProjectName).text("Service", l.ServiceName).text("Type", l.ServiceType).
		text("Plan", l.ServicePlan).text("Cloud", l.Cloud).text("LineType", l.LineType).text("Unit", l.Unit).decimal("Price", l.UnitPrice).
		text("Description", l.Description).text("Tags", l.Tags).text("Month", l.ServiceMonth).stamp("Start", &l.ServiceStart).stamp("End", &l.ServiceEnd).
		decimal("Quantity", &l.Quantity).decimal("Cost", &l.Cost).text("Category", l.TaxCategory).decimal("Rate", &l.TaxRate).
		optional("Original", l.OriginalLineID).number("Amount", l.AmountMinor).number("Records", l.RecordCount)
}

func (b sealed) tax(t *TaxRow) sealed {
	return b.text("Category", t.Category).decimal("Rate", &t.Rate).text("Name", t.Name).text("Note", t.Note).text("Source", t.Source).
		number("Lines", t.LinesMinor).number("Allowance", t.AllowanceMinor).number("Taxable", t.TaxableMinor).number("Amount", t.TaxMinor)
}

// sealedList writes a list of objects, null for an empty one.
func sealedList[T any](b sealed, name string, list []T, object func(sealed, *T) sealed) sealed {
	if b = b.name(name); len(list) == 0 {
		return append(b, "null"...)
	}
	start := len(b)
	for i := range list {
		b = append(b, ',')
		at := len(b)
		b = object(b, &list[i])
		b[at] = '{'
		b = append(b, '}')
	}
	b[start] = '['
	return append(b, ']')
}

func (b sealed) name(name string) sealed {
	b = append(b, ',', '"')
	b = append(b, name...)
	return append(b, '"', ':')
}

func (b sealed) text(name, value string) sealed { return b.name(name).quote(value) }

func (b sealed) optional(name string, value *string) sealed {
	if value == nil {
		return b.text(name, "")
	}
	return b.text(name, *value)
}

func (b sealed) number(name string, n int64) sealed { return strconv.AppendInt(b.name(name), n, 10) }

func (b sealed) hex(name string, value []byte) sealed {
	return append(hex.AppendEncode(append(b.name(name), '"'), value), '"')
}

// decimal writes a decimal in its plain form, a missing one as an empty text.
func (b sealed) decimal(name string, d *decimal.Decimal) sealed {
	b = append(b.name(name), '"')
	if d != nil {
		b = money.AppendCanonical(b, *d)
	}
	return append(b, '"')
}

// stamp writes an instant to the microsecond, a missing one as an empty text.
func (b sealed) stamp(name string, t *time.Time) sealed {
	b = append(b.name(name), '"')
	if t != nil {
		b = t.UTC().AppendFormat(b, "2006-01-02T15:04:05.000000Z")
	}
	return append(b, '"')
}

// quote writes a text. What encoding/json escapes in a way of its own is left to it.
func (b sealed) quote(s string) sealed {
	start := len(b)
	b = append(b, '"')
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c >= utf8.RuneSelf:
			r, size := utf8.DecodeRuneInString(s[i:])
			if r == utf8.RuneError && size == 1 || r == '\u2028' || r == '\u2029' {
				return append(b[:start], marshalled(s)...)
			}
			b = append(b, s[i:i+size]...)
			i += size - 1
		case c == '"' || c == '\\':
			b = append(b, '\\', c)
		case c < ' ' || c == '<' || c == '>' || c == '&':
			return append(b[:start], marshalled(s)...)
		default:
			b = append(b, c)
		}
	}
	return append(b, '"')
}

func marshalled(s string) []byte {
	b, err := json.Marshal(s)
	if err != nil {
		panic(err) // a text has none
	}
	return b
}
