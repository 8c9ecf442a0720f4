package api

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"

	"billfold/models/usage"
)

// usageBody is the body of a request with usage.
type usageBody struct {
	from   io.Reader
	header func(name string) string
}

// usageParts are the records of a batch as they stand in its body.
type usageParts struct {
	raw   [][]byte
	lines []int // of NDJSON, where each record stands
	event *cloudEvent
	wrap  bool // each is a CloudEvent
}

func malformed(format string, args ...any) error {
	return &refusal{http.StatusBadRequest, codes[http.StatusBadRequest], fmt.Sprintf(format, args...)}
}

// parts reads the body and finds its records. Error: *refusal.
func (b usageBody) parts(h *hold) (p usageParts, err error) {
	kind, _, err := mime.ParseMediaType(b.header("Content-Type"))
	if err != nil {
		return p, unsupported()
	}
	read, ok := usageKinds[kind]
	if !ok {
		return p, unsupported()
	}
	body, err := b.bytes(h)
	if err != nil {
		return p, err
	}
	body = bytes.TrimPrefix(body, []byte("\xef\xbb\xbf"))
	if kind == "application/json" && b.header("Ce-Specversion") != "" {
		p.event, p.raw = b.eventOfHeaders(), [][]byte{body}
		return p, nil
	}
	if err := read(&p, body); err != nil {
		return p, err
	}
	return p, nil
}

func unsupported() error {
	return &refusal{http.StatusUnsupportedMediaType, codes[http.StatusUnsupportedMediaType],
		"Send usage as application/json, application/x-ndjson, application/cloudevents-batch+json or application/cloudevents+json"}
}

// usageKinds find the records in bodies of each type.
var usageKinds = map[string]func(p *usageParts, body []byte) error{
	"application/json":     (*usageParts).array,
	"application/x-ndjson": (*usageParts).rows,
	"application/ndjson":   (*usageParts).rows,
	"application/cloudevents-batch+json": func(p *usageParts, body []byte) error {
		p.wrap = true
		return p.array(body)
	},
	"application/cloudevents+json": func(p *usageParts, body []byte) error {
		p.wrap = true
		return p.add(body)
	},
}

// bytes reads the body, unpacked, and holds it. Error: *refusal with status 400, 413, 415 or 503.
func (b usageBody) bytes(h *hold) ([]byte, error) {
	from, packed := b.from, false
	switch strings.ToLower(strings.TrimSpace(b.header("Content-Encoding"))) {
	case "", "identity":
	case "gzip", "x-gzip":
		unpacked, err := gzip.NewReader(b.from)
		if err != nil {
			return nil, unreadable(err)
		}
		from, packed = unpacked, true
	default:
		return nil, &refusal{http.StatusUnsupportedMediaType, codes[http.StatusUnsupportedMediaType], "The only Content-Encoding that is understood is gzip"}
	}
	var out bytes.Buffer
	if !packed {
		out.Grow(int(h.size))
	}
	for chunk := int64(32 << 10); ; chunk = min(2*chunk, 1<<20) {
		if packed {
			if err := h.take(chunk); err != nil {
				return nil, err
			}
		}
		n, err := io.CopyN(&out, from, chunk)
		if out.Len() > maxBatchBytes {
			return nil, errBatchTooLarge
		}
		if errors.Is(err, io.EOF) && n < chunk {
			return out.Bytes(), nil
		}
		if err != nil {
			return nil, unreadable(err)
		}
	}
}

func unreadable(err error) error {
	var own *refusal
	if errors.As(err, &own) {
		return own
	}
	return malformed("The body could not be read to its end: it is cut off, or not what its Content-Encoding says")
}

// add adds a record. Error: *refusal with status 413.
func (p *usageParts) add(raw []byte) error {
	if len(p.raw) == usage.MaxBatch {
		return &refusal{http.StatusRequestEntityTooLarge, codes[http.StatusRequestEntityTooLarge], fmt.Sprintf("A batch may have %d records. Send smaller batches", usage.MaxBatch)}
	}
	p.raw = append(p.raw, raw)
	return nil
}

// rows finds the records of NDJSON: one a line, empty lines are skipped.
func (p *usageParts) rows(body []byte) error {
	for line := 1; len(body) > 0; line++ {
		var row []byte
		row, body, _ = bytes.Cut(body, []byte("\n"))
		if row = bytes.TrimSpace(row); len(row) == 0 {
			continue
		}
		if err := p.add(row); err != nil {
			return err
		}
		p.lines = append(p.lines, line)
	}
	return nil
}

const jsonSpace = " \t\r\n"

// array finds the elements of a JSON array. Whether each is valid, its decoder says.
func (p *usageParts) array(body []byte) error {
	rest := bytes.TrimLeft(body, jsonSpace)
	if len(rest) == 0 || rest[0] != '[' {
		return malformed("Send a JSON array of records; for one record a line use the type application/x-ndjson")
	}
	if rest = bytes.TrimLeft(rest[1:], jsonSpace); len(rest) > 0 && rest[0] == ']' {
		return end(rest[1:])
	}
	for {
		n := element(rest)
		if n < 0 || n == len(rest) {
			return malformed("The JSON array ends within record %d", len(p.raw))
		}
		if err := p.add(bytes.TrimRight(rest[:n], jsonSpace)); err != nil {
			return err
		}
		more := rest[n] == ','
		if rest = bytes.TrimLeft(rest[n+1:], jsonSpace); !more {
			return end(rest)
		}
	}
}

func end(rest []byte) error {
	if len(bytes.TrimLeft(rest, jsonSpace)) > 0 {
		return malformed("There is something after the JSON array")
	}
	return nil
}

// element is where the comma or bracket after an element of a JSON array stands, -1 when there is none.
func element(text []byte) int {
	depth := 0
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '"':
			n := quoted(text[i+1:])
			if n < 0 {
				return -1
			}
			i += n + 1
		case '{', '[':
			depth++
		case '}', ']':
			if depth == 0 {
				return i
			}
			depth--
		case ',':
			if depth == 0 {
				return i
			}
		}
	}
	return -1
}

// quoted is where the quotation mark at the end of a string stands, -1 when there is none.
func quoted(text []byte) int {
	for from := 0; ; {
		n := bytes.IndexByte(text[from:], '"')
		if n < 0 {
			return -1
		}
		n += from
		slashes := 0
		for slashes < n && text[n-1-slashes] == '\\' {
			slashes++
		}
		if slashes%2 == 0 {
			return n
		}
		from = n + 1
	}
}

// eventOfHeaders is a CloudEvent in binary mode, whose attributes are headers.
func (b usageBody) eventOfHeaders() *cloudEvent {
	attribute := func(name string) string {
		text := b.header("Ce-" + name)
		if plain, err := url.PathUnescape(text); err == nil {
			return plain
		}
		return text
	}
	return &cloudEvent{SpecVersion: attribute("Specversion"), ID: attribute("Id"), Source: attribute("Source"), Type: attribute("Type")}
}
