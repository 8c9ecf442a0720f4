package verify

import (
	"github.com/shopspring/decimal"
)

// checkRecords adds up the records of every line: each record is on exactly one line by its key, and a
// line's cost and quantity are the exact sums of its records. Both are read in the order of lines, so
// memory stays constant.
func checkRecords(p *pass) error {
	rows, err := p.db.Read(p.ctx).Raw(`SELECT l.id, l.account_id, l.cost, l.quantity, l.record_count, r.cost, r.quantity, r.account_id
		FROM invoice_lines l LEFT JOIN usage_records r ON r.line_id = l.id
		WHERE l.original_line_id IS NULL ORDER BY l.id`).Rows()
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	var line struct {
		id, account       string
		cost, quantity    decimal.Decimal
		sum, sumQuantity  decimal.Decimal
		count, wantsCount int64
	}
	settle := func() {
		if line.id == "" {
			return
		}
		if !line.sum.Equal(line.cost) {
			p.violated("U2", "line "+line.id, "its cost is %s, its records cost %s", line.cost, line.sum)
		}
		if !line.sumQuantity.Equal(line.quantity) {
			p.violated("U2", "line "+line.id, "its quantity is %s, its records have %s", line.quantity, line.sumQuantity)
		}
		if line.count != line.wantsCount {
			p.violated("U1", "line "+line.id, "counts %d records, has %d", line.wantsCount, line.count)
		}
	}
	for rows.Next() {
		var id, account string
		var cost, quantity decimal.Decimal
		var count int64
		var recordCost, recordQuantity decimal.NullDecimal
		var recordAccount *string
		if err := rows.Scan(&id, &account, &cost, &quantity, &count, &recordCost, &recordQuantity, &recordAccount); err != nil {
			return err
		}
		if id != line.id {
			settle()
			line.id, line.account, line.cost, line.quantity, line.wantsCount = id, account, cost, quantity, count
			line.sum, line.sumQuantity, line.count = decimal.Zero, decimal.Zero, 0
		}
		if recordAccount == nil {
			continue
		}
		p.result.Checked++
		line.count++
		line.sum, line.sumQuantity = line.sum.Add(recordCost.Decimal), line.sumQuantity.Add(recordQuantity.Decimal)
		if *recordAccount != account {
			p.violated("T1", "line "+id, "holds a record of another account")
		}
	}
	settle()
	return rows.Err()
}

// checkEstimates compares the sums that pages show with the lines they are sums of.
func checkEstimates(p *pass) error {
	var n int64
	if err := p.db.Read(p.ctx).Raw(`SELECT COUNT(*) FROM invoices WHERE NOT frozen`).Scan(&n).Error; err != nil {
		return err
	}
	p.result.Checked = int(n)
	err := violations(p, "U2", "the subtotal is not the sum of the lines", `SELECT i.id, CAST(i.subtotal_minor AS TEXT)
		FROM invoices i WHERE i.kind = 'invoice' AND i.subtotal_minor <> COALESCE((SELECT SUM(l.amount_minor) FROM invoice_lines l WHERE l.invoice_id = i.id), 0)`)
	if err != nil {
		return err
	}
	return violations(p, "U2", "the amount of a project is not the sum of its lines", `SELECT CAST(i.id AS TEXT), CAST(e.project_id AS TEXT)
		FROM estimate_projects e JOIN invoices i ON i.id = e.invoice_id WHERE NOT i.frozen AND e.amount_minor <> COALESCE((
			SELECT SUM(l.amount_minor) FROM invoice_lines l WHERE l.invoice_id = e.invoice_id
			AND COALESCE(CAST(l.project_id AS TEXT), '00000000-0000-0000-0000-000000000000') = CAST(e.project_id AS TEXT)), 0)`)
}

// checkMonths says that a group's months close in order and once, and that nothing is open in a closed one.
func checkMonths(p *pass) error {
	var n int64
	if err := p.db.Read(p.ctx).Raw(`SELECT COUNT(*) FROM group_months`).Scan(&n).Error; err != nil {
		return err
	}
	p.result.Checked = int(n)
	err := violations(p, "U3", "an estimate is open in a closed month", `SELECT CAST(i.id AS TEXT), i.month FROM invoices i
		WHERE i.state = 'estimate' AND NOT i.frozen AND EXISTS (SELECT 1 FROM group_months m WHERE m.group_id = i.group_id AND m.state = 'closed' AND m.month >= i.month)`)
	if err != nil {
		return err
	}
	err = violations(p, "U3", "an invoice was issued for a month that is not closed", `SELECT i.number, i.month FROM invoices i
		WHERE i.kind = 'invoice' AND i.number IS NOT NULL AND NOT EXISTS (SELECT 1 FROM group_months m WHERE m.group_id = i.group_id AND m.month = i.month AND m.state = 'closed' AND m.invoice_id = i.id)`)
	if err != nil {
		return err
	}
	return violations(p, "U3", "a record of a later month is on the invoice", `SELECT CAST(i.id AS TEXT), l.service_month FROM invoices i
		JOIN invoice_lines l ON l.invoice_id = i.id WHERE l.service_month > i.month`)
}
