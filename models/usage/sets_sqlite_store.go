package usage

import (
	"database/sql"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm"

	"billfold/models"
	"billfold/models/invoice"
	"billfold/models/money"
)

// sqliteSets writes by prepared statements of many rows. Nothing is locked here: the transaction is
// immediate, so it is the only one that writes.
type sqliteSets struct{ tx *gorm.DB }

// sqliteKeys is how many keys one query asks for, sqliteRows how many rows one statement inserts.
const (
	sqliteKeys = 500
	sqliteRows = 50
)

func (s sqliteSets) lines(wanted []lineAt) ([]invoice.LineRow, error) {
	var found []invoice.LineRow
	for part := range slices.Chunk(wanted, sqliteKeys) {
		args := make([]any, 0, 2*len(part))
		for i := range part {
			args = append(args, part[i].estimate.ID, part[i].key[:])
		}
		rows, err := s.tx.Statement.ConnPool.QueryContext(s.tx.Statement.Context, `SELECT `+lineColumns+` FROM invoice_lines l
			WHERE (l.invoice_id, l.line_key) IN (VALUES (?, ?)`+strings.Repeat(", (?, ?)", len(part)-1)+`)`, args...)
		if err != nil {
			return nil, err
		}
		for rows.Next() {
			var l invoice.LineRow
			if err := scanLine(rows, &l); err != nil {
				_ = rows.Close()
				return nil, err
			}
			found = append(found, l)
		}
		if err := rows.Err(); err != nil {
			return nil, err
		}
	}
	return found, nil
}

func (s sqliteSets) insertLines(lines []*line) error {
	return s.insert(`invoice_lines (id, account_id, invoice_id, line_key, project_id, project_name, service_name, service_type,
		service_plan, cloud, line_type, unit, unit_price, description, tags, service_month, service_start, service_end, quantity,
		cost, amount_minor, record_count, tax_category, tax_rate, frozen)`, len(lines), 25, func(i int, args []any) []any {
		l := &lines[i].row
		return append(args, l.ID, l.AccountID, l.InvoiceID, l.LineKey, l.ProjectID, l.ProjectName, l.ServiceName, l.ServiceType,
			l.ServicePlan, l.Cloud, l.LineType, l.Unit, l.UnitPrice, l.Description, l.Tags, l.ServiceMonth, l.ServiceStart, l.ServiceEnd,
			money.Canonical(l.Quantity), money.Canonical(l.Cost), l.AmountMinor, l.RecordCount, "", "0", false)
	})
}

func (s sqliteSets) updateLines(lines []*line) error {
	if len(lines) == 0 {
		return nil
	}
	ctx := s.tx.Statement.Context
	update, err := s.tx.Statement.ConnPool.PrepareContext(ctx, `UPDATE invoice_lines SET quantity = ?, cost = ?, amount_minor = ?,
		record_count = ?, service_start = ?, service_end = ? WHERE id = ? AND record_count = ?`)
	if err != nil {
		return err
	}
	defer func() { _ = update.Close() }()
	for _, l := range lines {
		done, err := update.ExecContext(ctx, money.Canonical(l.row.Quantity), money.Canonical(l.row.Cost), l.row.AmountMinor,
			l.row.RecordCount, l.row.ServiceStart, l.row.ServiceEnd, l.row.ID, l.records)
		if err != nil {
			return err
		}
		if err := changedAll(done, 1); err != nil {
			return err
		}
	}
	return nil
}

func (s sqliteSets) insertRecords(accountID string, at time.Time, records []newRecord) error {
	return s.insert(`usage_records (id, account_id, record_id, content_hash, line_id, start_at, end_at, quantity, cost, received_at)`,
		len(records), 10, func(i int, args []any) []any {
			r := &records[i]
			return append(args, models.NewID(), accountID, r.ID, r.hash, r.line.row.ID, r.Start, r.End,
				money.Canonical(r.Quantity), money.Canonical(*r.Cost), at)
		})
}

// insert writes n rows, many with one statement; the last statement takes the rest. values appends a
// row's values.
func (s sqliteSets) insert(into string, n, columns int, values func(i int, args []any) []any) error {
	ctx := s.tx.Statement.Context
	row := "(?" + strings.Repeat(", ?", columns-1) + ")"
	prepare := func(rows int) (*sql.Stmt, error) {
		return s.tx.Statement.ConnPool.PrepareContext(ctx, "INSERT INTO "+into+" VALUES "+row+strings.Repeat(", "+row, rows-1))
	}
	var statement *sql.Stmt
	args := make([]any, 0, sqliteRows*columns)
	for from := 0; from < n; from += sqliteRows {
		rows := min(sqliteRows, n-from)
		if statement == nil || rows < sqliteRows {
			next, err := prepare(rows)
			if err != nil {
				return err
			}
			defer func() { _ = next.Close() }()
			statement = next
		}
		args = args[:0]
		for i := from; i < from+rows; i++ {
			args = values(i, args)
		}
		if _, err := statement.ExecContext(ctx, args...); err != nil {
			return err
		}
	}
	return nil
}
