package verify

// checkCredits says what remains of every claim, that no code was claimed too often, and that none was
// used after its end, in another currency or outside its scope.
func checkCredits(p *pass) error {
	var n int64
	if err := p.db.Read(p.ctx).Raw(`SELECT COUNT(*) FROM credit_claims`).Scan(&n).Error; err != nil {
		return err
	}
	p.result.Checked = int(n)
	for _, c := range []struct{ invariant, message, query string }{
		{"C1", "what remains is not value less uses", `SELECT CAST(c.id AS TEXT), CAST(c.remaining_minor AS TEXT) FROM credit_claims c
			WHERE c.remaining_minor <> c.value_minor - COALESCE((SELECT SUM(u.amount_minor) FROM credit_uses u WHERE u.claim_id = c.id), 0)`},
		{"C2", "the claims are not counted right", `SELECT k.code, CAST(k.claim_count AS TEXT) FROM credits k
			WHERE k.claim_count <> (SELECT COUNT(*) FROM credit_claims c WHERE c.credit_id = k.id AND c.returned_by IS NULL)`},
		{"C2", "was claimed more often than allowed", `SELECT k.code, CAST(k.claim_count AS TEXT) FROM credits k WHERE k.claim_count > k.claim_limit`},
		{"C3", "was used on an invoice of another group", `SELECT i.number, CAST(c.id AS TEXT) FROM credit_uses u JOIN credit_claims c ON c.id = u.claim_id JOIN invoices i ON i.id = u.invoice_id
			WHERE i.account_id <> c.account_id`},
		{"M4", "was used on an invoice in another currency", `SELECT i.number, k.code FROM credit_uses u JOIN credit_claims c ON c.id = u.claim_id JOIN credits k ON k.id = c.credit_id
			JOIN invoices i ON i.id = u.invoice_id WHERE i.currency <> k.currency`},
		{"C5", "was used after it had expired", `SELECT i.number, k.code FROM credit_uses u JOIN credit_claims c ON c.id = u.claim_id JOIN credits k ON k.id = c.credit_id
			JOIN invoices i ON i.id = u.invoice_id WHERE c.expires_at <= i.tax_date`},
	} {
		if err := violations(p, c.invariant, c.message, c.query); err != nil {
			return err
		}
	}
	return nil
}
