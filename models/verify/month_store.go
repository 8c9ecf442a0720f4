package verify

// checkMonths says that a group's months close in order and once, and that nothing is open in a closed one.
func checkMonths(p *pass) error {
	if err := p.count(`SELECT COUNT(*) FROM group_months`); err != nil {
		return err
	}
	for _, c := range []struct{ message, query string }{
		{"an estimate is open in a closed month", `SELECT 'estimate ' || CAST(i.id AS TEXT), i.month FROM invoices i
			WHERE i.state = 'estimate' AND NOT i.frozen AND EXISTS (SELECT 1 FROM group_months m WHERE m.group_id = i.group_id AND m.state = 'closed' AND m.month >= i.month)`},
		{"a month has its invoice and is not closed with it", `SELECT ` + address + `, i.month FROM invoices i
			WHERE i.kind = 'invoice' AND i.frozen AND NOT EXISTS (SELECT 1 FROM group_months m WHERE m.group_id = i.group_id AND m.month = i.month AND m.state = 'closed' AND m.invoice_id = i.id)`},
		{"a month is closed with the invoice of another, or with one that is open", `SELECT 'group ' || CAST(m.group_id AS TEXT), m.month FROM group_months m
			WHERE m.invoice_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM invoices i WHERE i.id = m.invoice_id AND i.group_id = m.group_id AND i.month = m.month AND i.frozen)`},
		{"a record of a later month is on the invoice", `SELECT ` + address + `, l.service_month FROM invoices i
			JOIN invoice_lines l ON l.invoice_id = i.id WHERE l.service_month > i.month`},
	} {
		if err := p.violations("U3", c.message, c.query); err != nil {
			return err
		}
	}
	return nil
}
