package payment

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"

	"golang.org/x/text/encoding/charmap"
)

// Limits of a statement file. What is longer is refused, so that memory stays flat whatever the file says.
const (
	maxCamtBytes   = 512 << 20 // of the whole file
	maxCamtElement = 1 << 20   // of one piece of it: a text, a tag
	maxCamtDepth   = 64
	maxCamtDetails = 10_000 // transactions within one entry
)

// Statement counts what a file of bank statements holds.
type Statement struct {
	Statements int `json:"statements"`
	Credits    int `json:"credits"`    // booked credit entries
	Debits     int `json:"debits"`     // booked entries that are none, left alone
	NotBooked  int `json:"not_booked"` // pending and announced entries, left alone
}

// ReadCamt reads a bank's statements, ISO 20022 camt.053 of any version, and hands each booked credit to fn
// in the order of the file; a batch comes as its single transactions. progress is told how many bytes were
// read, nil for no report. The error names what is wrong with the file, or is fn's.
func ReadCamt(r io.Reader, progress func(bytes int64), fn func(BankEntry) error) (Statement, error) {
	in := &meter{from: r, progress: progress}
	c := camt{in: in, xml: xml.NewDecoder(in), fn: fn, seen: map[string]int{}}
	c.xml.CharsetReader = charset
	err := c.read()
	if err == nil && !c.found {
		err = errors.New("this is not a bank statement: camt.053 has an element BkToCstmrStmt")
	}
	return c.sums, err
}

// charset reads the encodings that banks declare besides UTF-8.
func charset(label string, in io.Reader) (io.Reader, error) {
	switch strings.ToLower(label) {
	case "us-ascii", "ascii":
		return in, nil
	case "iso-8859-1", "latin1":
		return charmap.ISO8859_1.NewDecoder().Reader(in), nil
	case "iso-8859-15":
		return charmap.ISO8859_15.NewDecoder().Reader(in), nil
	case "windows-1252":
		return charmap.Windows1252.NewDecoder().Reader(in), nil
	}
	return nil, fmt.Errorf("the encoding %.40q is not known; use UTF-8", label)
}

// meter counts what is read, and ends reading when the file or one piece of it is too long.
type meter struct {
	from     io.Reader
	progress func(int64)
	total    int64
	piece    int64 // since the last piece ended
}

func (m *meter) Read(p []byte) (int, error) {
	if m.total >= maxCamtBytes {
		return 0, fmt.Errorf("the file is longer than %d MB", maxCamtBytes>>20)
	}
	if m.piece >= maxCamtElement {
		return 0, fmt.Errorf("one element is longer than %d kB", maxCamtElement>>10)
	}
	n, err := m.from.Read(p)
	m.total, m.piece = m.total+int64(n), m.piece+int64(n)
	if m.progress != nil {
		m.progress(m.total)
	}
	return n, err
}

// camt is the state of reading one file.
type camt struct {
	in    *meter
	xml   *xml.Decoder
	fn    func(BankEntry) error
	sums  Statement
	found bool           // of the element that makes it a statement
	iban  string         // of the statement that is being read
	seen  map[string]int // how often an entry without any reference came, by its content
	path  []string       // open elements
	base  int            // len(path) of the open Stmt, 0 outside
	entry *rawEntry      // being read
	text  strings.Builder
	attr  string // Ccy of the innermost element
}

func (c *camt) read() error {
	for {
		token, err := c.xml.RawToken()
		if err == io.EOF && len(c.path) == 0 {
			return nil
		}
		if err != nil {
			return c.problem(err)
		}
		c.in.piece = 0
		switch t := token.(type) {
		case xml.Directive:
			return c.problem(errors.New("a DOCTYPE is not allowed"))
		case xml.StartElement:
			err = c.start(t)
		case xml.CharData:
			if c.base > 0 {
				c.text.Write(t)
			}
			if c.text.Len() > maxCamtElement {
				err = fmt.Errorf("one element is longer than %d kB", maxCamtElement>>10)
			}
		case xml.EndElement:
			err = c.end(t)
		}
		if err != nil {
			return c.problem(err)
		}
	}
}

// problem says where the file is wrong. Errors of fn are the caller's own and stay as they are.
func (c *camt) problem(err error) error {
	var own *taken
	if errors.As(err, &own) {
		return own.err
	}
	var syntax *xml.SyntaxError
	if errors.As(err, &syntax) {
		err = errors.New(syntax.Msg)
	}
	if err == io.EOF || errors.Is(err, io.ErrUnexpectedEOF) || err.Error() == io.ErrUnexpectedEOF.Error() {
		err = errors.New("the file ends too early")
	}
	line, _ := c.xml.InputPos()
	return fmt.Errorf("line %d: %w", line, err)
}

// taken marks an error of fn.
type taken struct{ err error }

func (t *taken) Error() string { return t.err.Error() }

func (c *camt) start(t xml.StartElement) error {
	name := t.Name.Local
	switch {
	case len(c.path) >= maxCamtDepth:
		return errors.New("the elements are nested too deep")
	case name == "BkToCstmrAcctRpt" || name == "BkToCstmrDbtCdtNtfctn":
		return errors.New("this is no statement but a report or notification (camt.052 or camt.054): only statements say for good what was booked")
	case name == "BkToCstmrStmt":
		c.found = true
	}
	parent := ""
	if len(c.path) > 0 {
		parent = c.path[len(c.path)-1]
	}
	c.path = append(c.path, name)
	c.text.Reset()
	c.attr = ""
	for _, a := range t.Attr {
		if a.Name.Local == "Ccy" {
			c.attr = a.Value
		}
	}
	switch {
	case c.base == 0 && name == "Stmt" && parent == "BkToCstmrStmt":
		c.base, c.iban = len(c.path), ""
		c.sums.Statements++
	case c.base > 0 && len(c.path) == c.base+1 && name == "Ntry":
		if c.iban == "" {
			return errors.New("the statement names no account before its entries")
		}
		c.entry = &rawEntry{}
	case c.entry != nil:
		return c.entry.open(c.within())
	}
	return nil
}

// within is where the innermost element stands in the entry: "NtryDtls/TxDtls/Amt".
func (c *camt) within() string { return strings.Join(c.path[c.base+1:], "/") }

func (c *camt) end(t xml.EndElement) error {
	if len(c.path) == 0 || c.path[len(c.path)-1] != t.Name.Local {
		return fmt.Errorf("the element %.60s is closed but not open", t.Name.Local)
	}
	text := strings.Join(strings.Fields(c.text.String()), " ")
	c.text.Reset()
	defer func() { c.path = c.path[:len(c.path)-1] }()
	switch {
	case c.base == 0:
	case len(c.path) == c.base:
		c.base = 0
	case c.entry != nil && len(c.path) == c.base+1:
		done := c.entry
		c.entry = nil
		return c.take(done)
	case c.entry != nil:
		c.entry.set(c.within(), text, c.attr)
	case c.iban == "":
		switch strings.Join(c.path[c.base:], "/") {
		case "Acct/Id/IBAN", "Acct/Id/Othr/Id":
			c.iban = cut(strings.ToUpper(strings.ReplaceAll(text, " ", "")), 34)
		}
	}
	return nil
}

// take counts an entry and hands its credits on.
func (c *camt) take(e *rawEntry) error {
	switch {
	case e.status != "BOOK":
		c.sums.NotBooked++
		return nil
	case e.sign != "CRDT" && e.sign != "DBIT":
		return errors.New("an entry is neither CRDT nor DBIT")
	case e.sign == "DBIT" && !e.reversal:
		c.sums.Debits++
		return nil
	case e.sign == "CRDT":
		c.sums.Credits++
	default:
		c.sums.Debits++
	}
	for _, one := range e.credits(c.iban) {
		if one.Ref == "" {
			one.Ref = one.ByContent()
			c.seen[one.Ref]++
			if n := c.seen[one.Ref]; n > 1 {
				one.Ref = fmt.Sprintf("%s.%d", one.Ref, n)
			}
		}
		if err := c.fn(one); err != nil {
			return &taken{err}
		}
	}
	return nil
}
