package verify

// checkPayments says that what is paid is the sum of the payments, that nothing was charged twice, that
// charges and payments tell the same, and that the state follows from what is due.
func checkPayments(p *pass) error {
	for _, table := range []string{"payments", "charges"} {
		if err := p.count(`SELECT COUNT(*) FROM ` + table); err != nil {
			return err
		}
	}
	for _, c := range []struct{ invariant, message, query string }{
		{"M1", "the paid amount is not the sum of the payments", `SELECT i.number, CAST(i.paid_minor AS TEXT) FROM invoices i
			WHERE i.number IS NOT NULL AND i.paid_minor <> COALESCE((SELECT SUM(CASE WHEN p.kind = 'payment' THEN p.amount_minor ELSE -p.amount_minor END) FROM payments p WHERE p.invoice_id = i.id), 0)`},
		{"M4", "a payment is in another currency", `SELECT ` + address + `, p.reference FROM payments p JOIN invoices i ON i.id = p.invoice_id WHERE p.currency <> i.currency`},
		{"P1", "was charged more than once", `SELECT ` + address + `, CAST(SUM(CASE p.kind WHEN 'payment' THEN 1 ELSE -1 END) AS TEXT) FROM payments p JOIN invoices i ON i.id = p.invoice_id
			WHERE p.kind IN ('payment', 'reversal') AND p.method <> 'bank_transfer' GROUP BY i.id, i.number, i.month HAVING SUM(CASE p.kind WHEN 'payment' THEN 1 ELSE -1 END) > 1`},
		{"P1", "more than one charge has succeeded", `SELECT ` + address + `, CAST(COUNT(*) AS TEXT) FROM charges c JOIN invoices i ON i.id = c.invoice_id
			WHERE c.state = 'succeeded' GROUP BY i.id, i.number, i.month HAVING COUNT(*) > 1`},
		{"P1", "a charge and its payments do not agree", `SELECT ` + address + `, c.state FROM charges c JOIN invoices i ON i.id = c.invoice_id
			JOIN (SELECT c.id, COUNT(CASE WHEN p.kind = 'payment' THEN 1 END) AS paid, COUNT(CASE WHEN p.kind = 'reversal' THEN 1 END) AS reversed
				FROM charges c LEFT JOIN payments p ON p.charge_id = c.id GROUP BY c.id) x ON x.id = c.id
			WHERE NOT (c.state = 'succeeded' AND x.paid = 1 AND x.reversed = 0 OR c.state = 'reversed' AND x.paid = x.reversed AND x.paid <= 1
				OR c.state NOT IN ('succeeded', 'reversed') AND x.paid = 0 AND x.reversed = 0)`},
		{"P1", "a payment is not what was charged", `SELECT ` + address + `, p.reference FROM payments p JOIN invoices i ON i.id = p.invoice_id JOIN charges c ON c.id = p.charge_id
			WHERE p.amount_minor <> c.amount_minor OR p.currency <> c.currency OR p.invoice_id <> c.invoice_id OR p.method <> 'card' OR p.kind = 'refund'`},
		{"P1", "a card paid and no charge is named", `SELECT ` + address + `, p.reference FROM payments p JOIN invoices i ON i.id = p.invoice_id WHERE p.method = 'card' AND p.charge_id IS NULL`},
		{"P1", "money was taken and cannot be sent back", `SELECT ` + address + `, c.state FROM charges c JOIN invoices i ON i.id = c.invoice_id
			WHERE c.state IN ('succeeded', 'surplus', 'refunded', 'reversed') AND c.charge_ref = ''`},
		{"P1", "a charge is in another currency", `SELECT ` + address + `, c.currency FROM charges c JOIN invoices i ON i.id = c.invoice_id WHERE c.currency <> i.currency`},
		{"P1", "the failures that are counted are not those of charges", `SELECT ` + address + `, CAST(k.failures AS TEXT) FROM collections k JOIN invoices i ON i.id = k.invoice_id
			WHERE (k.failures = 0) <> (k.first_failed_at IS NULL) OR k.failures > (SELECT COUNT(*) FROM charges c WHERE c.invoice_id = i.id AND c.kind = 'automatic' AND c.state IN ('failed', 'cancelled', 'action_required'))`},
		{"I4", "the state does not follow from what is due", `SELECT i.number, i.state FROM invoices i
			WHERE i.kind = 'invoice' AND i.number IS NOT NULL AND ((i.state IN ('paid', 'credited') AND i.due_minor <> 0) OR (i.state IN ('issued', 'payment_failed') AND i.due_minor = 0))`},
	} {
		if err := p.violations(c.invariant, c.message, c.query); err != nil {
			return err
		}
	}
	return nil
}
