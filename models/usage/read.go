package usage

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
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

// Read reads and checks a usage file and hands its records to take in batches of at most MaxBatch, which
// take must not keep: memory does not grow with the file. With the first problem it hands over no more,
// but reads on to find the others. Errors: *Problems (Invalid) with everything that is wrong, the
// reader's own, or take's.
func Read(r io.Reader, opt ReadOptions, take func(batch []Record) error) error {
	problems := &Problems{}
	err := read(r, opt, problems, func(batch []Record) error {
		if problems.Total > 0 {
			return nil
		}
		return take(batch)
	})
	if err != nil {
		return err
	}
	return problems.err()
}

// read is Read that hands over every record that is right in itself, whatever is wrong with others, and
// adds to problems.
func read(r io.Reader, opt ReadOptions, problems *Problems, take func(batch []Record) error) error {
	limit := &rowLimit{from: r, left: maxLine}
	buf := bufio.NewReaderSize(limit, readAhead)
	f := &file{opt: opt, problems: problems, hand: take}
	if ok, err := f.skipBOM(buf); err != nil || !ok {
		return err
	}
	format := opt.Format
	if format == FormatAuto {
		var err error
		if format, err = detect(buf); err != nil {
			return err
		}
	}
	var err error
	if format == FormatBillfold {
		err = f.readNative(buf, limit)
	} else {
		err = f.readFOCUS(buf, limit)
	}
	if err == nil {
		err = f.flush()
	}
	return err
}

// file reads a file: it collects a batch of records at a time, and what is wrong with the file.
type file struct {
	opt      ReadOptions
	problems *Problems
	batch    []Record
	hand     func(batch []Record) error
}

func (f *file) complain(line int, id, field, reason string) {
	f.problems.add(Problem{Line: line, Index: -1, RecordID: id, Field: field, Reason: reason})
}

// take checks a record and keeps it when it is right. Error: of handing over the batch that it fills.
func (f *file) take(rec Record) error {
	bad := rec.Check(f.opt.Now)
	for _, one := range bad {
		f.problems.record(&rec, -1, one)
	}
	if len(bad) > 0 {
		return nil
	}
	f.batch = append(f.batch, rec)
	if len(f.batch) < MaxBatch {
		return nil
	}
	return f.flush()
}

// flush hands over the batch.
func (f *file) flush() error {
	if len(f.batch) == 0 {
		return nil
	}
	batch := f.batch
	f.batch = f.batch[:0]
	return f.hand(batch)
}

// maxLine is the longest line of an NDJSON file and the longest row of a CSV file in bytes. It is far more
// than a good record needs, so that tags of some megabytes are refused as tags, by the record's name.
const maxLine = 16 << 20

// readAhead is how far the reader of a file may be ahead of the row it is at.
const readAhead = 64 << 10

var errRowTooLong = errors.New("the row is too long")

// rowLimit gives a reader no more than a row may have, or a quote that is never closed would swallow the
// whole file. Whoever reads rows renews it before each.
type rowLimit struct {
	from io.Reader
	left int
}

func (l *rowLimit) renew() { l.left = maxLine + readAhead }

func (l *rowLimit) Read(p []byte) (int, error) {
	if l.left <= 0 {
		return 0, errRowTooLong
	}
	n, err := l.from.Read(p[:min(len(p), l.left)])
	l.left -= n
	return n, err
}

// tooLong complains about a row that is too long; where the next one begins nobody can tell.
func (f *file) tooLong(line int) {
	f.complain(line, "", "", fmt.Sprintf("it is longer than %d bytes, and the rest was not read", maxLine))
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

// skipBOM skips the mark of UTF-8; it is false for a file in UTF-16.
func (f *file) skipBOM(buf *bufio.Reader) (ok bool, err error) {
	start, err := buf.Peek(3)
	if err != nil && !errors.Is(err, io.EOF) {
		return false, err
	}
	switch {
	case bytes.Equal(start, []byte("\xef\xbb\xbf")):
		_, err = buf.Discard(3)
		return true, err
	case bytes.HasPrefix(start, []byte("\xff\xfe")), bytes.HasPrefix(start, []byte("\xfe\xff")):
		f.complain(1, "", "", "the file is in UTF-16; save it as UTF-8")
		return false, nil
	}
	return true, nil
}
