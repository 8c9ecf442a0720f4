package verify

// checkPayments says that what is paid is the sum of the payments, that nothing was charged twice, and
// that the state follows from what is due.
func checkPayments(p *pass) error {
	if err := p.count(`SELECT COUNT(*) FROM payments`); err != nil {
		return err
	}
	for _, c := range []struct{ invariant, message, query string }{
		{"M1", "the paid amount is not the sum of the payments", `SELECT i.number, CAST(i.paid_minor AS TEXT) FROM invoices i
			WHERE i.number IS NOT NULL AND i.paid_minor <> COALESCE((SELECT SUM(CASE WHEN p.kind = 'payment' THEN p.amount_minor ELSE -p.amount_minor END) FROM payments p WHERE p.invoice_id = i.id), 0)`},
		{"M4", "a payment is in another currency", `SELECT ` + address + `, p.reference FROM payments p JOIN invoices i ON i.id = p.invoice_id WHERE p.currency <> i.currency`},
		{"P1", "was charged more than once", `SELECT ` + address + `, CAST(SUM(CASE p.kind WHEN 'payment' THEN 1 ELSE -1 END) AS TEXT) FROM payments p JOIN invoices i ON i.id = p.invoice_id
			WHERE p.kind IN ('payment', 'reversal') AND p.method <> 'bank_transfer' GROUP BY i.id, i.number, i.month HAVING SUM(CASE p.kind WHEN 'payment' THEN 1 ELSE -1 END) > 1`},
		{"I4", "the state does not follow from what is due", `SELECT i.number, i.state FROM invoices i
			WHERE i.kind = 'invoice' AND i.number IS NOT NULL AND ((i.state IN ('paid', 'credited') AND i.due_minor <> 0) OR (i.state IN ('issued', 'payment_failed') AND i.due_minor = 0))`},
	} {
		if err := p.violations(c.invariant, c.message, c.query); err != nil {
			return err
		}
	}
	return nil
}
