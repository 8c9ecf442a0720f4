package verify

import (
	"billfold/models/invoice"
)

// batch is how many rows are read at once.
const batch = 500

// eachInvoice calls fn for every invoice that matches, in the order of ids, a batch at a time.
func eachInvoice(p *pass, where string, fn func(invoice.Row) error) error {
	after := ""
	for {
		q := p.db.Read(p.ctx).Where(where)
		if after != "" {
			q = q.Where("id > ?", after)
		}
		var rows []invoice.Row
		if err := q.Order("id").Limit(batch).Find(&rows).Error; err != nil {
			return err
		}
		for _, row := range rows {
			p.result.Checked++
			if err := fn(row); err != nil {
				return err
			}
		}
		if len(rows) < batch {
			return nil
		}
		after = rows[len(rows)-1].ID
	}
}

// violations runs a query whose every row (subject, detail) is a violation.
func violations(p *pass, invariant, message, query string, args ...any) error {
	rows, err := p.db.Read(p.ctx).Raw(query, args...).Rows()
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var subject, detail string
		if err := rows.Scan(&subject, &detail); err != nil {
			return err
		}
		p.violated(invariant, subject, "%s: %s", message, detail)
	}
	return rows.Err()
}
