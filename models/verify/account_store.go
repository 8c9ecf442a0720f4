package verify

// checkAccounts says that nothing points into another account: what the composite foreign keys keep apart.
func checkAccounts(p *pass) error {
	if err := p.count(`SELECT COUNT(*) FROM accounts`); err != nil {
		return err
	}
	for _, c := range []struct{ invariant, message, query string }{
		{"G2", "the project is in a group of another account", `SELECT 'project ' || CAST(x.id AS TEXT), CAST(x.group_id AS TEXT) FROM projects x JOIN billing_groups o ON o.id = x.group_id WHERE o.account_id <> x.account_id`},
		{"G2", "the project is assigned to a group of another account", `SELECT 'project ' || CAST(x.project_id AS TEXT), CAST(x.group_id AS TEXT) FROM project_assignments x JOIN billing_groups o ON o.id = x.group_id WHERE o.account_id <> x.account_id`},
		{"T1", "the billing information is another account's", `SELECT 'group ' || CAST(x.group_id AS TEXT), x.company FROM billing_information x JOIN billing_groups o ON o.id = x.group_id WHERE o.account_id <> x.account_id`},
		{"T1", "the payment method is another account's", `SELECT 'group ' || CAST(x.id AS TEXT), CAST(o.id AS TEXT) FROM billing_groups x JOIN payment_methods o ON o.id = x.payment_method_id WHERE o.account_id <> x.account_id`},
		{"T1", "the invoice is of a group of another account", `SELECT ` + address + `, CAST(i.id AS TEXT) FROM invoices i JOIN billing_groups o ON o.id = i.group_id WHERE o.account_id <> i.account_id`},
		{"T1", "the line is on an invoice of another account", `SELECT 'line ' || CAST(x.id AS TEXT), ` + address + ` FROM invoice_lines x JOIN invoices i ON i.id = x.invoice_id WHERE i.account_id <> x.account_id`},
		{"T1", "the line is for a project of another account", `SELECT 'line ' || CAST(x.id AS TEXT), o.name FROM invoice_lines x JOIN projects o ON o.id = x.project_id WHERE o.account_id <> x.account_id`},
		{"T1", "the document is on an invoice of another account", `SELECT ` + address + `, x.kind FROM invoice_documents x JOIN invoices i ON i.id = x.invoice_id WHERE i.account_id <> x.account_id`},
		{"T1", "the tax is on an invoice of another account", `SELECT ` + address + `, CAST(x.position AS TEXT) FROM invoice_taxes x JOIN invoices i ON i.id = x.invoice_id WHERE i.account_id <> x.account_id`},
		{"T1", "the charge is for an invoice of another account", `SELECT ` + address + `, x.state FROM charges x JOIN invoices i ON i.id = x.invoice_id WHERE i.account_id <> x.account_id`},
		{"T1", "the payment is for an invoice of another account", `SELECT ` + address + `, x.reference FROM payments x JOIN invoices i ON i.id = x.invoice_id WHERE i.account_id <> x.account_id`},
		{"T1", "the credit is for a group of another account", `SELECT 'claim ' || CAST(x.id AS TEXT), o.name FROM credit_claims x JOIN billing_groups o ON o.id = x.group_id WHERE o.account_id <> x.account_id`},
		{"T1", "the credit is for a project of another account", `SELECT 'claim ' || CAST(x.id AS TEXT), o.name FROM credit_claims x JOIN projects o ON o.id = x.project_id WHERE o.account_id <> x.account_id`},
		{"T1", "the event is in the chain of another account", `SELECT 'event ' || CAST(x.seq AS TEXT), x.chain FROM events x WHERE x.chain <> COALESCE(CAST(x.account_id AS TEXT), 'installation')`},
		{"T1", "the event is listed in another account", `SELECT 'event ' || CAST(o.seq AS TEXT), x.kind FROM event_subjects x JOIN events o ON o.seq = x.event_seq WHERE o.account_id IS NULL OR o.account_id <> x.account_id`},
	} {
		if err := p.violations(c.invariant, c.message, c.query); err != nil {
			return err
		}
	}
	return nil
}
