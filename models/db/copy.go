package db

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"math"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/shopspring/decimal"
)

// CopyFrom streams so many rows into a table by PostgreSQL's COPY, inside the transaction that handed it
// out; row writes the i-th one, a value for each column. It is called while PostgreSQL takes rows in, in order.
type CopyFrom func(table string, columns []string, rows int, row func(i int, to *CopyRow)) error

// copyRows sends rows in the binary format of COPY with one statement, which pgx's own CopyFrom prepares
// another for; and it makes each value by what its kind is found to be at run time, at several times the cost.
func copyRows(ctx context.Context, conn *pgconn.PgConn, table string, columns []string, rows int, row func(i int, to *CopyRow)) error {
	s := &copyStream{rows: rows, row: row, columns: len(columns)}
	s.to.buf = append(s.to.buf, "PGCOPY\n\xff\r\n\x00\x00\x00\x00\x00\x00\x00\x00\x00"...)
	done, err := conn.CopyFrom(ctx, s, `COPY `+table+` ("`+strings.Join(columns, `", "`)+`") FROM STDIN (FORMAT binary)`)
	if err == nil && done.RowsAffected() != int64(rows) {
		err = errors.New("COPY wrote fewer rows than it was given")
	}
	return err
}

// copyStream reads as the bytes of the rows.
type copyStream struct {
	rows, next, columns int
	row                 func(i int, to *CopyRow)
	to                  CopyRow
	sent                int // of to.buf
	ended               bool
}

// copyChunk is about how many bytes are made at a time.
const copyChunk = 64 << 10

func (s *copyStream) Read(p []byte) (int, error) {
	if s.sent == len(s.to.buf) {
		if s.ended {
			return 0, io.EOF
		}
		s.to.buf, s.sent = s.to.buf[:0], 0
	}
	for len(s.to.buf) < copyChunk && !s.ended {
		if s.next == s.rows {
			s.to.buf, s.ended = append(s.to.buf, 0xff, 0xff), true
			break
		}
		s.to.buf = binary.BigEndian.AppendUint16(s.to.buf, uint16(s.columns))
		s.row(s.next, &s.to)
		s.next++
	}
	n := copy(p, s.to.buf[s.sent:])
	s.sent += n
	return n, nil
}

// CopyRow takes the values of a row, in the order of the columns and each as the type of its column.
type CopyRow struct{ buf []byte }

func (r *CopyRow) size(n int) { r.buf = binary.BigEndian.AppendUint32(r.buf, uint32(n)) }

// Null is a missing value of any type.
func (r *CopyRow) Null() { r.buf = append(r.buf, 0xff, 0xff, 0xff, 0xff) }

// UUID is a value of type uuid.
func (r *CopyRow) UUID(id uuid.UUID) {
	r.size(len(id))
	r.buf = append(r.buf, id[:]...)
}

// ID is a value of type uuid, which must be one.
func (r *CopyRow) ID(id string) { r.UUID(uuid.MustParse(id)) }

// Text is a value of type text.
func (r *CopyRow) Text(s string) {
	r.size(len(s))
	r.buf = append(r.buf, s...)
}

// Bytes is a value of type bytea.
func (r *CopyRow) Bytes(b []byte) {
	r.size(len(b))
	r.buf = append(r.buf, b...)
}

// Int is a value of type bigint.
func (r *CopyRow) Int(n int64) {
	r.size(8)
	r.buf = binary.BigEndian.AppendUint64(r.buf, uint64(n))
}

// Bool is a value of type boolean.
func (r *CopyRow) Bool(b bool) {
	r.size(1)
	if b {
		r.buf = append(r.buf, 1)
	} else {
		r.buf = append(r.buf, 0)
	}
}

// copyEpoch is the microsecond from which PostgreSQL counts.
var copyEpoch = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC).UnixMicro()

// Time is a value of type timestamptz, to the microsecond.
func (r *CopyRow) Time(t time.Time) { r.Int(t.UnixMicro() - copyEpoch) }

// Numeric is a value of type numeric, exactly: four decimal digits make a digit of PostgreSQL's.
func (r *CopyRow) Numeric(d decimal.Decimal) {
	var short [24]byte
	var digits []byte
	negative := d.Sign() < 0
	if d.NumDigits() <= 18 {
		n, at := d.CoefficientInt64(), len(short)
		for n = max(n, -n); n > 0; n /= 10 {
			at--
			short[at] = byte('0' + n%10)
		}
		digits = short[at:]
	} else {
		digits = []byte(strings.TrimPrefix(d.Coefficient().String(), "-"))
	}
	places := -int(d.Exponent())
	for ; places < 0; places++ {
		digits = append(digits, '0')
	}
	whole := len(digits) - places // of them stand before the point; below zero, zeros follow it
	groups := int(math.Floor(float64(whole+3) / 4))
	from := len(r.buf)
	r.buf = append(r.buf, make([]byte, 12)...) // size, digits, weight, sign, places
	written := 0
	for at := whole - 4*groups; at < len(digits); at += 4 { // at: where the group begins, also before the first
		group := uint16(0)
		for i := at; i < at+4; i++ {
			group *= 10
			if i >= 0 && i < len(digits) {
				group += uint16(digits[i] - '0')
			}
		}
		if written == 0 && group == 0 {
			groups--
			continue
		}
		r.buf = binary.BigEndian.AppendUint16(r.buf, group)
		written++
	}
	for written > 0 && r.buf[len(r.buf)-1] == 0 && r.buf[len(r.buf)-2] == 0 {
		r.buf = r.buf[:len(r.buf)-2]
		written--
	}
	sign := uint16(0)
	if negative {
		sign = 0x4000
	}
	if written == 0 {
		groups = 1
	}
	head := r.buf[from:]
	binary.BigEndian.PutUint32(head, uint32(8+2*written))
	binary.BigEndian.PutUint16(head[4:], uint16(written))
	binary.BigEndian.PutUint16(head[6:], uint16(int16(groups-1)))
	binary.BigEndian.PutUint16(head[8:], sign)
	binary.BigEndian.PutUint16(head[10:], uint16(places))
}
