package usage

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"time"

	"billfold/models"
	"billfold/models/money"
)

// Format is the format of a usage file.
type Format string

// The formats of usage files.
const (
	FormatAuto     Format = ""         // told by the content
	FormatFOCUS    Format = "focus"    // FOCUS cost and usage CSV, as the FinOps Foundation defines it
	FormatBillfold Format = "billfold" // NDJSON, one record a line
)

// ParseFormat reads "focus" or "billfold"; empty is FormatAuto.
func ParseFormat(s string) (Format, error) {
	switch f := Format(s); f {
	case FormatAuto, FormatFOCUS, FormatBillfold:
		return f, nil
	}
	return "", models.Invalidf("format", "%.40q is not a format of usage files; use focus or billfold", s)
}

// ReadOptions says how to read a usage file.
type ReadOptions struct {
	Format        Format
	PriceCurrency money.Currency // the installation's; FOCUS rows in another currency are refused
	Now           time.Time      // records may not start much later
}

// Read reads and checks a whole usage file. It keeps every record in memory, because a file is taken
// in as a whole or not at all: about half a kilobyte a record, and Import needs three times as much
// again. Errors: *Problems (Invalid) with everything that is wrong, or the reader's own.
func Read(r io.Reader, opt ReadOptions) ([]Record, error) {
	buf := bufio.NewReaderSize(r, 64<<10)
	if err := skipBOM(buf); err != nil {
		return nil, err
	}
	format := opt.Format
	if format == FormatAuto {
		var err error
		if format, err = detect(buf); err != nil {
			return nil, err
		}
	}
	f := &file{opt: opt}
	var err error
	if format == FormatBillfold {
		err = f.readNative(buf)
	} else {
		err = f.readFOCUS(buf)
	}
	if err == nil {
		err = f.problems.err()
	}
	if err != nil {
		return nil, err
	}
	return f.records, nil
}

// file collects what a file holds and what is wrong with it.
type file struct {
	opt      ReadOptions
	records  []Record
	problems Problems
}

func (f *file) complain(line int, id, field, reason string) {
	f.problems.add(Problem{Line: line, Index: -1, RecordID: id, Field: field, Reason: reason})
}

// take checks a record and keeps it. After the first problem records are only checked.
func (f *file) take(rec Record) {
	for _, bad := range rec.Check(f.opt.Now) {
		f.problems.record(&rec, -1, bad)
	}
	if f.problems.Total == 0 {
		f.records = append(f.records, rec)
	}
}

// detect tells the format by the first character: JSON begins with a brace or a bracket, a CSV header
// never does.
func detect(buf *bufio.Reader) (Format, error) {
	start, err := buf.Peek(4096)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, bufio.ErrBufferFull) {
		return "", err
	}
	if start = bytes.TrimLeft(start, " \t\r\n"); len(start) > 0 && (start[0] == '{' || start[0] == '[') {
		return FormatBillfold, nil
	}
	return FormatFOCUS, nil
}

func skipBOM(buf *bufio.Reader) error {
	start, err := buf.Peek(3)
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	switch {
	case bytes.Equal(start, []byte("\xef\xbb\xbf")):
		_, err = buf.Discard(3)
		return err
	case bytes.HasPrefix(start, []byte("\xff\xfe")), bytes.HasPrefix(start, []byte("\xfe\xff")):
		p := &Problems{}
		p.add(Problem{Line: 1, Index: -1, Reason: "the file is in UTF-16; save it as UTF-8"})
		return p
	}
	return nil
}
