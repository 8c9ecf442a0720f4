package api

import (
	"encoding/json"
	"mime"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"billfold/models"
	"billfold/models/invoice"
	"billfold/views/documents"
)

// exporter writes lines in one form. Millions are written, so values go straight into the buffer: what
// encoding/json and encoding/csv do for each line costs more than reading it.
type exporter struct {
	row  func(x *exporter, to []byte, l *invoice.ExportLine, cursor string) []byte
	mime string
	head string // before the first line
	last string // after the last one
	open bool   // a line was written

	// Of the invoice whose lines come.
	month         models.Month
	number, state string
	currency      string
}

// exportForm is the form that an Accept header asks for, JSON when it names none of ours.
func exportForm(accept string) *exporter {
	kind, best := "", 0.0
	for _, one := range strings.Split(accept, ",") {
		name, params, err := mime.ParseMediaType(one)
		if err != nil {
			continue
		}
		q := 1.0
		if given, ok := params["q"]; ok {
			if q, err = strconv.ParseFloat(given, 64); err != nil {
				continue
			}
		}
		switch name {
		case "text/csv", "application/x-ndjson", "application/ndjson", "application/json":
			if q > best {
				kind, best = name, q
			}
		}
	}
	switch kind {
	case "text/csv":
		return &exporter{row: (*exporter).csvRow, mime: "text/csv; charset=utf-8", head: strings.Join(exportNames, ",") + "\r\n"}
	case "application/x-ndjson", "application/ndjson":
		return &exporter{row: (*exporter).jsonRow, mime: "application/x-ndjson"}
	}
	return &exporter{row: (*exporter).arrayRow, mime: "application/json", head: `{"lines":[`, last: "]}\n"}
}

func (x *exporter) kind() string  { return x.mime }
func (x *exporter) start() []byte { return []byte(x.head) }
func (x *exporter) end() []byte   { return []byte(x.last) }

// part writes a part of an export.
func (x *exporter) part(to []byte, p invoice.ExportPart) []byte {
	inv := p.Invoice
	x.month, x.number, x.state, x.currency = models.Month(inv.Month), inv.Address(), stateOf(inv), inv.Currency
	prefix := inv.Month + "."
	for i := range p.Lines {
		to = x.row(x, to, &p.Lines[i], prefix+p.Lines[i].ID)
	}
	for i, c := range p.Credits {
		line := invoice.ExportLine{Description: "Credit " + c.Code, LineType: "credit_consumption", Project: c.Project, Tags: "{}",
			Start: x.month.Start(), End: x.month.End(), Amount: c.Amount}
		if line.HasUSD = c.USD != nil; line.HasUSD {
			line.USD = *c.USD
		}
		to = x.row(x, to, &line, invoice.Position{Month: x.month, Credit: p.First + i}.String())
	}
	return to
}

// exportNames are the columns of CSV and the keys of JSON, in their order.
var exportNames = []string{"billing_month", "cloud_name", "commitment_name", "cursor", "description", "invoice_number", "invoice_state",
	"line_pre_discount_local", "line_total_local", "line_total_usd", "line_type", "local_currency", "project_name", "service_name",
	"service_plan", "service_type", "tags", "timestamp_begin", "timestamp_end"}

func (x *exporter) arrayRow(to []byte, l *invoice.ExportLine, cursor string) []byte {
	if x.open {
		to = append(to, ',')
	}
	x.open = true
	return x.jsonRow(to, l, cursor)
}

func (x *exporter) jsonRow(to []byte, l *invoice.ExportLine, cursor string) []byte {
	to = append(append(to, `{"billing_month":"`...), x.month...)
	to = appendNullable(append(to, `","cloud_name":`...), l.Cloud)
	to = append(append(to, `,"commitment_name":null,"cursor":"`...), cursor...)
	to = appendText(append(to, `","description":`...), described(l))
	to = appendText(append(to, `,"invoice_number":`...), x.number)
	to = append(append(to, `,"invoice_state":"`...), x.state...)
	to = l.Amount.AppendDecimal(append(to, `","line_pre_discount_local":"`...))
	to = l.Amount.AppendDecimal(append(to, `","line_total_local":"`...))
	if l.HasUSD {
		to = append(l.USD.AppendDecimal(append(to, `","line_total_usd":"`...)), '"')
	} else {
		to = append(to, `","line_total_usd":null`...)
	}
	to = append(append(to, `,"line_type":"`...), l.LineType...)
	to = append(append(to, `","local_currency":"`...), x.currency...)
	to = appendNullable(append(to, `","project_name":`...), l.Project)
	to = appendNullable(append(to, `,"service_name":`...), l.Service)
	to = appendNullable(append(to, `,"service_plan":`...), l.Plan)
	to = appendNullable(append(to, `,"service_type":`...), l.Type)
	to = append(append(to, `,"tags":`...), tagsOf(l)...)
	to = appendInstant(append(to, `,"timestamp_begin":"`...), l.Start)
	to = appendInstant(append(to, `","timestamp_end":"`...), l.End)
	return append(to, "\"}\n"...)
}

func (x *exporter) csvRow(to []byte, l *invoice.ExportLine, cursor string) []byte {
	to = append(append(to, x.month...), ',')
	to = append(appendCell(to, l.Cloud), ",,"...)
	to = append(append(to, cursor...), ',')
	to = append(appendCell(to, described(l)), ',')
	to = append(appendCell(to, x.number), ',')
	to = append(append(to, x.state...), ',')
	to = append(l.Amount.AppendDecimal(to), ',')
	to = append(l.Amount.AppendDecimal(to), ',')
	if l.HasUSD {
		to = l.USD.AppendDecimal(to)
	}
	to = append(append(append(to, ','), l.LineType...), ',')
	to = append(append(to, x.currency...), ',')
	for _, text := range [...]string{l.Project, l.Service, l.Plan, l.Type, tagsOf(l)} {
		to = append(appendCell(to, text), ',')
	}
	to = append(appendInstant(to, l.Start), ',')
	return append(appendInstant(to, l.End), "\r\n"...)
}

// described is what a line is called; the contract wants some text.
func described(l *invoice.ExportLine) string {
	if l.Description == "" {
		return l.Service
	}
	return l.Description
}

func tagsOf(l *invoice.ExportLine) string {
	if l.Tags == "" {
		return "{}"
	}
	return l.Tags
}

// appendInstant is instant.
func appendInstant(to []byte, t time.Time) []byte { return t.UTC().AppendFormat(to, time.RFC3339Nano) }

func appendNullable(to []byte, text string) []byte {
	if text == "" {
		return append(to, "null"...)
	}
	return appendText(to, text)
}

// appendText writes a JSON string.
func appendText(to []byte, text string) []byte {
	for i := 0; i < len(text); i++ {
		if c := text[i]; c < ' ' || c == '"' || c == '\\' || c >= utf8.RuneSelf {
			return appendOdd(to, text)
		}
	}
	return append(append(append(to, '"'), text...), '"')
}

func appendOdd(to []byte, text string) []byte {
	quoted, err := json.Marshal(text)
	if err != nil { // of a string there is none
		quoted = []byte(`""`)
	}
	return append(to, quoted...)
}

// appendCell writes a text of CSV, quoted where it must be (RFC 4180).
func appendCell(to []byte, text string) []byte {
	plain, quote := true, false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == ',' || c == '"' || c == '\r' || c == '\n':
			quote = true
		case c < ' ' || c >= utf8.RuneSelf:
			plain = false
		}
	}
	if text != "" && (!plain || !startsPlain(text[0])) {
		text = documents.Cell(text)
	}
	if !quote {
		return append(to, text...)
	}
	to = append(to, '"')
	for {
		n := strings.IndexByte(text, '"')
		if n < 0 {
			return append(append(to, text...), '"')
		}
		to = append(append(to, text[:n]...), `""`...)
		text = text[n+1:]
	}
}

// startsPlain reports whether no text that starts so is a formula.
func startsPlain(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '{'
}
