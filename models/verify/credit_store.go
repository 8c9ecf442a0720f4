package verify

import (
	"database/sql"

	"billfold/models"
	"billfold/models/credit"
	"billfold/models/money"
)

// bound says that a use u of the claim c of the credit k was made with the claim as it is bound now:
// nobody has changed what the claim is for since.
const bound = `NOT EXISTS (SELECT 1 FROM events e WHERE e.chain = CAST(c.account_id AS TEXT) AND e.type = 'credit.rebound'
	AND e.occurred_at >= u.created_at AND e.after LIKE '%"code":"' || k.code || '"%')`

// checkCredits says what remains of every claim, that no code was claimed too often, and that none was
// used outside its time, in another currency or outside its scope.
func checkCredits(p *pass) error {
	if err := p.count(`SELECT COUNT(*) FROM credit_claims`); err != nil {
		return err
	}
	const uses = ` FROM credit_uses u JOIN credit_claims c ON c.id = u.claim_id JOIN credits k ON k.id = c.credit_id JOIN invoices i ON i.id = u.invoice_id `
	for _, c := range []struct{ invariant, message, query string }{
		{"C1", "what remains is not value less uses", `SELECT 'claim ' || CAST(c.id AS TEXT), CAST(c.remaining_minor AS TEXT) FROM credit_claims c
			WHERE c.remaining_minor < 0 OR c.remaining_minor <> c.value_minor - COALESCE((SELECT SUM(u.amount_minor) FROM credit_uses u WHERE u.claim_id = c.id), 0)`},
		{"C1", "the claim is worth something else than its code", `SELECT 'claim ' || CAST(c.id AS TEXT), k.code FROM credit_claims c JOIN credits k ON k.id = c.credit_id
			WHERE c.returned_by IS NULL AND c.value_minor <> k.value_minor`},
		{"C2", "the claims are not counted right", `SELECT k.code, CAST(k.claim_count AS TEXT) FROM credits k
			WHERE k.claim_count <> (SELECT COUNT(*) FROM credit_claims c WHERE c.credit_id = k.id AND c.returned_by IS NULL)`},
		{"C2", "was claimed more often than allowed", `SELECT k.code, CAST(k.claim_count AS TEXT) FROM credits k WHERE k.claim_count > k.claim_limit`},
		{"C2", "was claimed more than once by an account", `SELECT k.code, CAST(c.account_id AS TEXT) FROM credit_claims c JOIN credits k ON k.id = c.credit_id
			WHERE c.returned_by IS NULL GROUP BY k.code, c.credit_id, c.account_id HAVING COUNT(*) > 1`},
		{"C3", "was used on an invoice of another account", `SELECT ` + address + `, k.code` + uses + `WHERE i.account_id <> c.account_id`},
		{"C3", "was used on an invoice of another group than its own", `SELECT ` + address + `, k.code` + uses + `WHERE c.scope = 'group' AND c.group_id <> i.group_id AND ` + bound},
		{"C3", "credit for a project paid more than the project's lines", `SELECT ` + address + `, MIN(k.code)` + uses + `WHERE c.scope = 'project' AND ` + bound + `
			GROUP BY i.id, i.number, i.month, c.project_id HAVING SUM(u.amount_minor) > COALESCE((SELECT SUM(l.amount_minor) FROM invoice_lines l WHERE l.invoice_id = i.id AND l.project_id = c.project_id), 0)`},
		{"C3", "prepaid money lowered the taxable amount, or other credit paid after tax", `SELECT ` + address + `, k.code` + uses + `WHERE u.prepaid <> (k.type = 'purchase')`},
		{"M4", "was used on an invoice in another currency", `SELECT ` + address + `, k.code` + uses + `WHERE i.currency <> k.currency`},
	} {
		if err := p.violations(c.invariant, c.message, c.query); err != nil {
			return err
		}
	}
	return checkUseTimes(p)
}

// checkUseTimes asks the rule of closing again whether each use was in the claim's time.
func checkUseTimes(p *pass) error {
	return p.each(func(rows *sql.Rows) error {
		var number, code, month string
		claim := credit.Claim{Remaining: money.New(1, "EUR")} // what was left is not asked here
		var expires sql.NullTime
		if err := rows.Scan(&number, &code, &month, &claim.ClaimedAt, &claim.Starts, &expires); err != nil {
			return err
		}
		if expires.Valid {
			claim.Expires = expires.Time
		}
		if !claim.Usable(models.Month(month).End()) {
			p.violated("C5", number, "used %s, which was not claimed, not started or expired at the end of %s", code, month)
		}
		return nil
	}, `SELECT `+address+`, k.code, i.month, c.claimed_at, k.starts_at, c.expires_at FROM credit_uses u JOIN credit_claims c ON c.id = u.claim_id
		JOIN credits k ON k.id = c.credit_id JOIN invoices i ON i.id = u.invoice_id`)
}
