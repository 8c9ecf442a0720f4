package verify_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"billfold/models/db"
	"billfold/models/db/dbtest"
	"billfold/models/verify"
)

// run gives every violation as "INVARIANT subject" and its message.
func run(t testing.TB, d *db.DB) (results []verify.Result, found []verify.Violation) {
	t.Helper()
	results, err := verify.Run(context.Background(), d, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range results {
		found = append(found, r.Violations...)
	}
	return results, found
}

func TestSoundWorldHasNoViolation(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, "2024-08-01 00:00")
		live(w)
		results, found := run(t, d)
		for _, v := range found {
			t.Errorf("%+v", v)
		}
		for _, r := range results {
			if r.Checked == 0 {
				t.Errorf("%s looked at nothing", r.Name)
			}
		}
		// The world holds what it was made for; without it the checks would have nothing to look at.
		for what, query := range map[string]string{
			"an invoice with two tax rates":       `SELECT COUNT(*) FROM (SELECT invoice_id FROM invoice_taxes GROUP BY invoice_id HAVING COUNT(*) = 2) x`,
			"a reverse charge":                    `SELECT COUNT(*) FROM invoice_taxes WHERE category = 'AE'`,
			"prepaid credit used":                 `SELECT COUNT(*) FROM credit_uses WHERE prepaid`,
			"project credit used":                 `SELECT COUNT(*) FROM credit_uses u JOIN credit_claims c ON c.id = u.claim_id WHERE c.scope = 'project'`,
			"a use before a claim was bound anew": `SELECT COUNT(*) FROM credit_uses u JOIN credit_claims c ON c.id = u.claim_id JOIN invoices i ON i.id = u.invoice_id WHERE c.group_id <> i.group_id`,
			"a month without charge":              `SELECT COUNT(*) FROM invoices WHERE frozen AND number IS NULL`,
			"lines that moved on":                 `SELECT COUNT(*) FROM invoice_lines l JOIN invoices i ON i.id = l.invoice_id WHERE l.service_month < i.month AND l.cost LIKE '-%'`,
			"a parked month":                      `SELECT COUNT(*) FROM group_months WHERE state = 'parked'`,
			"a paid invoice":                      `SELECT COUNT(*) FROM invoices WHERE state = 'paid'`,
			"a credited invoice":                  `SELECT COUNT(*) FROM invoices WHERE state = 'credited'`,
			"prepaid credit given back":           `SELECT COUNT(*) FROM credit_returns r JOIN credit_uses u ON u.id = r.use_id WHERE u.prepaid`,
			"a waived invoice":                    `SELECT COUNT(*) FROM invoices WHERE state = 'waived'`,
			"a project with a history":            `SELECT COUNT(*) FROM (SELECT project_id FROM project_assignments GROUP BY project_id HAVING COUNT(*) = 3) x`,
			"running estimates":                   `SELECT COUNT(*) FROM invoices WHERE NOT frozen AND month = '2024-10'`,
		} {
			var n int
			if d.Dialect() == db.Postgres {
				query = strings.ReplaceAll(query, "l.cost LIKE '-%'", "l.cost < 0")
			}
			w.must(d.Read(ctx).Raw(query).Scan(&n).Error)
			if n == 0 {
				t.Errorf("the world lacks %s", what)
			}
		}
	})
}

func TestEmptyDatabaseHasNoViolation(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		calls := []string{}
		results, err := verify.Run(context.Background(), d, func(done, total int) { calls = append(calls, fmt.Sprint(done, "/", total)) })
		if err != nil || verify.Violated(results) != 0 {
			t.Fatalf("%v %+v", err, results)
		}
		if n := len(results); len(calls) != n || calls[n-1] != fmt.Sprint(n, "/", n) {
			t.Errorf("progress %v of %d checks", calls, n)
		}
	})
}
