package invoice

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/shopspring/decimal"
	"gorm.io/gorm"
)

// exportColumns are read in PostgreSQL's own form: ids of 16 bytes, times in microseconds, texts as they
// are. Taking values through database/sql costs three times as much.
const exportColumns = `SELECT id, project_name, service_name, service_type, service_plan, cloud, line_type, description, tags, service_start, service_end, amount_minor`

// exportTexts is how many columns from the first on are texts of a line.
const exportTexts = 9

// readPostgres reads the part of the lines behind a place.
func (r *exportReader) readPostgres(tx *gorm.DB, after *exportKey) error {
	pool, err := tx.DB()
	if err != nil {
		return err
	}
	ctx := tx.Statement.Context
	conn, err := pool.Conn(ctx)
	if err != nil {
		return translated(tx, err)
	}
	defer func() { _ = conn.Close() }()
	query, args := exportColumns, []any{pgx.QueryResultFormats{pgx.BinaryFormatCode}, r.accountID, r.inv.ID}
	if !r.usd.rate.IsZero() {
		query += ", cost::text"
	}
	query += " FROM invoice_lines WHERE account_id = $1 AND invoice_id = $2"
	if after != nil {
		query += " AND project_name >= $3 AND (project_name, service_name, id) > ($3, $4, $5::uuid)"
		args = append(args, after.ProjectName, after.ServiceName, after.ID)
	}
	query += fmt.Sprintf(" ORDER BY %s LIMIT %d", documentOrder, exportRead)
	return translated(tx, conn.Raw(func(driver any) error {
		rows, err := driver.(*stdlib.Conn).Conn().Query(ctx, query, args...)
		if err != nil {
			return err
		}
		defer rows.Close()
		return r.take(rows)
	}))
}

func translated(tx *gorm.DB, err error) error {
	if err != nil {
		if t, ok := tx.Dialector.(gorm.ErrorTranslator); ok {
			return t.Translate(err)
		}
	}
	return err
}

// epoch is when PostgreSQL's times begin.
var epoch = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC).UnixMicro()

// take reads rows. The texts of all of them are collected and made one string at the end, of which each
// line has its parts.
func (r *exportReader) take(rows pgx.Rows) error {
	r.lines, r.text, r.ends = r.lines[:0], r.text[:0], r.ends[:0]
	for rows.Next() {
		v := rows.RawValues()
		if len(v[0]) != 16 || len(v[9]) != 8 || len(v[10]) != 8 || len(v[11]) != 8 {
			return fmt.Errorf("a line of an export has values of other sizes than expected")
		}
		var id [36]byte
		hex.Encode(id[:], v[0][:4])
		hex.Encode(id[9:], v[0][4:6])
		hex.Encode(id[14:], v[0][6:8])
		hex.Encode(id[19:], v[0][8:10])
		hex.Encode(id[24:], v[0][10:])
		id[8], id[13], id[18], id[23] = '-', '-', '-', '-'
		r.text = append(r.text, id[:]...)
		r.ends = append(r.ends, len(r.text))
		for _, text := range v[1:exportTexts] {
			r.text = append(r.text, text...)
			r.ends = append(r.ends, len(r.text))
		}
		line := ExportLine{Start: micros(v[9]), End: micros(v[10])}
		var cost decimal.Decimal
		if len(v) > 12 {
			var err error
			if cost, err = decimal.NewFromString(string(v[12])); err != nil {
				return err
			}
		}
		if err := r.amounts(&line, int64(binary.BigEndian.Uint64(v[11])), cost); err != nil {
			return err
		}
		r.lines = append(r.lines, line)
	}
	all, from, n := string(r.text), 0, 0
	next := func() string {
		part := all[from:r.ends[n]]
		from, n = r.ends[n], n+1
		return part
	}
	for i := range r.lines {
		l := &r.lines[i]
		l.ID, l.Project, l.Service, l.Type, l.Plan, l.Cloud, l.LineType, l.Description, l.Tags = next(), next(), next(), next(), next(), next(), next(), next(), next()
	}
	return rows.Err()
}

func micros(raw []byte) time.Time {
	return time.UnixMicro(epoch + int64(binary.BigEndian.Uint64(raw))).UTC()
}
