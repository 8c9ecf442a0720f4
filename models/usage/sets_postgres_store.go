package usage

import (
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgtype"
	"gorm.io/gorm"

	"billfold/models/db"
	"billfold/models/invoice"
	"billfold/models/money"
)

// postgresSets writes new rows by COPY and changed ones by one UPDATE over unnest. Its queries go
// past GORM, which would expand arrays into lists of parameters.
type postgresSets struct {
	tx       *gorm.DB
	copyFrom db.CopyFrom
}

// lines looks each line up by its key. LATERAL with a LIMIT leaves the planner no other way: a join might
// read the whole table.
func (s postgresSets) lines(wanted []lineAt) ([]invoice.LineRow, error) {
	estimates, keys := make([]pgtype.UUID, len(wanted)), make([][]byte, len(wanted))
	for i := range wanted {
		estimates[i], keys[i] = id(wanted[i].estimate.ID), wanted[i].key[:]
	}
	rows, err := s.tx.Statement.ConnPool.QueryContext(s.tx.Statement.Context, `SELECT l.* FROM unnest($1::uuid[], $2::bytea[]) AS u (estimate, key),
		LATERAL (SELECT `+lineColumns+` FROM invoice_lines l WHERE l.invoice_id = u.estimate AND l.line_key = u.key LIMIT 1) l`, estimates, keys)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	var found []invoice.LineRow
	for rows.Next() {
		var l invoice.LineRow
		if err := scanLine(rows, &l); err != nil {
			return nil, err
		}
		found = append(found, l)
	}
	return found, rows.Err()
}

func (s postgresSets) insertLines(lines []*line) error {
	if len(lines) == 0 {
		return nil
	}
	columns := []string{"id", "account_id", "invoice_id", "line_key", "project_id", "project_name", "service_name", "service_type",
		"service_plan", "cloud", "line_type", "unit", "unit_price", "description", "tags", "service_month", "service_start",
		"service_end", "quantity", "cost", "amount_minor", "record_count", "tax_category", "tax_rate", "frozen"}
	return s.copyFrom("invoice_lines", columns, len(lines), func(i int, to *db.CopyRow) {
		l := &lines[i].row
		to.ID(l.ID)
		to.ID(l.AccountID)
		to.ID(l.InvoiceID)
		to.Bytes(l.LineKey)
		if l.ProjectID != nil {
			to.ID(*l.ProjectID)
		} else {
			to.Null()
		}
		for _, text := range [...]string{l.ProjectName, l.ServiceName, l.ServiceType, l.ServicePlan, l.Cloud, l.LineType, l.Unit} {
			to.Text(text)
		}
		if l.UnitPrice != nil {
			to.Numeric(*l.UnitPrice)
		} else {
			to.Null()
		}
		to.Text(l.Description)
		to.Text(l.Tags)
		to.Text(l.ServiceMonth)
		to.Time(l.ServiceStart)
		to.Time(l.ServiceEnd)
		to.Numeric(l.Quantity)
		to.Numeric(l.Cost)
		to.Int(l.AmountMinor)
		to.Int(l.RecordCount)
		to.Text("")
		to.Numeric(l.TaxRate)
		to.Bool(false)
	})
}

func (s postgresSets) updateLines(lines []*line) error {
	if len(lines) == 0 {
		return nil
	}
	n := len(lines)
	ids, quantities, costs := make([]pgtype.UUID, n), make([]string, n), make([]string, n)
	amounts, counts, before := make([]int64, n), make([]int64, n), make([]int64, n)
	starts, ends := make([]time.Time, n), make([]time.Time, n)
	for i, l := range lines {
		ids[i], quantities[i], costs[i] = id(l.row.ID), money.Canonical(l.row.Quantity), money.Canonical(l.row.Cost)
		amounts[i], counts[i], before[i] = l.row.AmountMinor, l.row.RecordCount, l.records
		starts[i], ends[i] = l.row.ServiceStart, l.row.ServiceEnd
	}
	done, err := s.tx.Statement.ConnPool.ExecContext(s.tx.Statement.Context, `UPDATE invoice_lines AS l
		SET quantity = u.quantity::numeric, cost = u.cost::numeric, amount_minor = u.amount, record_count = u.count,
			service_start = u.start_at, service_end = u.end_at
		FROM unnest($1::uuid[], $2::text[], $3::text[], $4::bigint[], $5::bigint[], $6::timestamptz[], $7::timestamptz[], $8::bigint[])
			AS u (id, quantity, cost, amount, count, start_at, end_at, before)
		WHERE l.id = u.id AND l.record_count = u.before`, ids, quantities, costs, amounts, counts, starts, ends, before)
	if err != nil {
		return err
	}
	return changedAll(done, n)
}

func (s postgresSets) insertRecords(accountID string, at time.Time, records []newRecord) error {
	columns := []string{"id", "account_id", "record_id", "content_hash", "line_id", "start_at", "end_at", "quantity", "cost", "received_at"}
	in := uuid.MustParse(accountID)
	var last *line
	var of uuid.UUID
	return s.copyFrom("usage_records", columns, len(records), func(i int, to *db.CopyRow) {
		r := &records[i]
		if r.line != last {
			last, of = r.line, uuid.MustParse(r.line.row.ID)
		}
		to.UUID(uuid.Must(uuid.NewV7()))
		to.UUID(in)
		to.Text(r.ID)
		to.Bytes(r.hash)
		to.UUID(of)
		to.Time(r.Start)
		to.Time(r.End)
		to.Numeric(r.Quantity)
		to.Numeric(*r.Cost)
		to.Time(at)
	})
}

// id hands an id to PostgreSQL as the 16 bytes that it is.
func id(s string) pgtype.UUID { return pgtype.UUID{Bytes: uuid.MustParse(s), Valid: true} }
