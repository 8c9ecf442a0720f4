package usage

import (
	"math/big"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/shopspring/decimal"
	"gorm.io/gorm"

	"billfold/models"
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

func (s postgresSets) known(accountID string, recordIDs []string) (map[string][]byte, error) {
	rows, err := s.tx.Statement.ConnPool.QueryContext(s.tx.Statement.Context,
		`SELECT record_id, content_hash FROM usage_records WHERE account_id = $1 AND record_id = ANY($2::text[])`, accountID, recordIDs)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	found := map[string][]byte{}
	for rows.Next() {
		var id string
		var hash []byte
		if err := rows.Scan(&id, &hash); err != nil {
			return nil, err
		}
		found[id] = hash
	}
	return found, rows.Err()
}

func (s postgresSets) lines(estimateID string, keys [][]byte) ([]invoice.LineRow, error) {
	rows, err := s.tx.Statement.ConnPool.QueryContext(s.tx.Statement.Context,
		`SELECT `+lineColumns+` FROM invoice_lines WHERE invoice_id = $1 AND line_key = ANY($2::bytea[]) ORDER BY line_key FOR NO KEY UPDATE`,
		estimateID, keys)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	var found []invoice.LineRow
	for rows.Next() {
		var l invoice.LineRow
		if err := rows.Scan(&l.ID, &l.InvoiceID, &l.LineKey, &l.ProjectID, &l.ServiceStart, &l.ServiceEnd,
			&l.Quantity, &l.Cost, &l.AmountMinor, &l.RecordCount); err != nil {
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
	return s.copyFrom("invoice_lines", columns, pgx.CopyFromSlice(len(lines), func(i int) ([]any, error) {
		l := &lines[i].row
		var project, price any
		if l.ProjectID != nil {
			project = uuid.MustParse(*l.ProjectID)
		}
		if l.UnitPrice != nil {
			price = numeric(*l.UnitPrice)
		}
		return []any{uuid.MustParse(l.ID), uuid.MustParse(l.AccountID), uuid.MustParse(l.InvoiceID), l.LineKey, project, l.ProjectName,
			l.ServiceName, l.ServiceType, l.ServicePlan, l.Cloud, l.LineType, l.Unit, price, l.Description, l.Tags, l.ServiceMonth,
			l.ServiceStart, l.ServiceEnd, numeric(l.Quantity), numeric(l.Cost), l.AmountMinor, l.RecordCount, "", numeric(l.TaxRate), false}, nil
	}))
}

func (s postgresSets) updateLines(lines []*line) error {
	if len(lines) == 0 {
		return nil
	}
	n := len(lines)
	ids, quantities, costs := make([]string, n), make([]string, n), make([]string, n)
	amounts, counts := make([]int64, n), make([]int64, n)
	starts, ends := make([]time.Time, n), make([]time.Time, n)
	for i, l := range lines {
		ids[i], quantities[i], costs[i] = l.row.ID, money.Canonical(l.row.Quantity), money.Canonical(l.row.Cost)
		amounts[i], counts[i], starts[i], ends[i] = l.row.AmountMinor, l.row.RecordCount, l.row.ServiceStart, l.row.ServiceEnd
	}
	_, err := s.tx.Statement.ConnPool.ExecContext(s.tx.Statement.Context, `UPDATE invoice_lines AS l
		SET quantity = u.quantity::numeric, cost = u.cost::numeric, amount_minor = u.amount, record_count = u.count,
			service_start = u.start_at, service_end = u.end_at
		FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::bigint[], $6::timestamptz[], $7::timestamptz[])
			AS u (id, quantity, cost, amount, count, start_at, end_at)
		WHERE l.id = u.id::uuid`, ids, quantities, costs, amounts, counts, starts, ends)
	return err
}

func (s postgresSets) insertRecords(accountID string, at time.Time, records []newRecord) error {
	columns := []string{"id", "account_id", "record_id", "content_hash", "line_id", "start_at", "end_at", "quantity", "cost", "received_at"}
	in := uuid.MustParse(accountID)
	lines := map[*line]uuid.UUID{}
	return s.copyFrom("usage_records", columns, pgx.CopyFromSlice(len(records), func(i int) ([]any, error) {
		r := &records[i]
		id, ok := lines[r.line]
		if !ok {
			id = uuid.MustParse(r.line.row.ID)
			lines[r.line] = id
		}
		return []any{uuid.MustParse(models.NewID()), in, r.ID, r.hash, id, r.Start, r.End, numeric(r.Quantity), numeric(*r.Cost), at}, nil
	}))
}

// numeric hands a decimal to COPY without a detour over text.
func numeric(d decimal.Decimal) pgtype.Numeric {
	return pgtype.Numeric{Int: new(big.Int).Set(d.Coefficient()), Exp: d.Exponent(), Valid: true}
}
