package db_test

import (
	"database/sql"
	"fmt"
	"strings"
	"testing"
	"time"

	"billfold/models/db"
	"billfold/models/db/dbtest"
)

// TestForeignKeysByTriggers tries what keeps lines with their invoice and project, and what an event touches
// with the event: on PostgreSQL triggers that look once for many rows.
func TestForeignKeysByTriggers(t *testing.T) {
	for _, dialect := range []db.Dialect{db.SQLite, db.Postgres} {
		t.Run(string(dialect), func(t *testing.T) {
			p, err := dbtest.New(t, dialect).SQL()
			if err != nil {
				t.Fatal(err)
			}
			k := keys{t, p}
			k.world()
			fine := func(what string, err error) {
				t.Helper()
				if err != nil {
					t.Errorf("%s: %v", what, err)
				}
			}
			refused := func(what string, err error) {
				t.Helper()
				if err == nil || !strings.Contains(strings.ToLower(err.Error()), "foreign") && !strings.Contains(err.Error(), "refer") && !strings.Contains(err.Error(), "touched") {
					t.Errorf("%s: %v", what, err)
				}
			}
			fine("a line", k.lines(line{1, 1, 1, 1}))
			fine("lines without and with a project", k.lines(line{2, 1, 1, 0}, line{3, 2, 3, 2}))
			refused("no such invoice", k.lines(line{4, 1, 9, 1}))
			refused("an invoice of another account", k.lines(line{4, 1, 3, 1}))
			refused("no such project", k.lines(line{4, 1, 1, 9}))
			refused("a project of another account", k.lines(line{4, 1, 1, 2}))
			refused("a wrong line among right ones", k.lines(line{4, 1, 1, 1}, line{5, 1, 1, 2}, line{6, 2, 3, 2}))
			refused("the account of a line", k.do(`UPDATE invoice_lines SET account_id = $1 WHERE id = $2`, uid(2), uid(1)))
			refused("the invoice of a line", k.do(`UPDATE invoice_lines SET invoice_id = $1 WHERE id = $2`, uid(3), uid(1)))
			refused("the project of a line", k.do(`UPDATE invoice_lines SET project_id = $1 WHERE id = $2`, uid(2), uid(1)))
			fine("a line of another invoice", k.do(`UPDATE invoice_lines SET invoice_id = $1 WHERE id = $2`, uid(2), uid(1)))
			refused("an invoice with lines", k.do(`DELETE FROM invoices WHERE id = $1`, uid(2)))
			refused("the id of an invoice with lines", k.do(`UPDATE invoices SET id = $1 WHERE id = $2`, uid(8), uid(2)))
			refused("a project with lines", k.do(`DELETE FROM projects WHERE id = $1`, uid(1)))
			refused("the id of a project with lines", k.do(`UPDATE projects SET id = $1 WHERE id = $2`, uid(8), uid(2)))
			fine("an invoice without lines", k.do(`DELETE FROM invoices WHERE id = $1`, uid(4)))
			fine("an event's group", k.subject(1))
			refused("no such event", k.subject(2))
		})
	}
}

// keys writes rows whose ids are numbers.
type keys struct {
	*testing.T
	p *sql.DB
}

func uid(n int) string { return fmt.Sprintf("00000000-0000-0000-0000-%012d", n) }

func (k keys) do(statement string, args ...any) error {
	_, err := k.p.Exec(statement, args...)
	return err
}

// world has two accounts with a group and a project each, three invoices of the first and one of the
// second, the third, and an event.
func (k keys) world() {
	k.Helper()
	at := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	must := func(statement string, args ...any) {
		k.Helper()
		if err := k.do(statement, args...); err != nil {
			k.Fatalf("%s: %v", statement, err)
		}
	}
	for n := 1; n <= 2; n++ {
		must(`INSERT INTO accounts (id, name, name_key, bank_transfer_allowed, created_at) VALUES ($1, 'a', 'a', $2, $3)`, uid(n), false, at)
		must(`INSERT INTO billing_groups (id, account_id, name, name_key, is_primary, created_at) VALUES ($1, $2, 'g', 'g', $3, $4)`, uid(n), uid(n), true, at)
		must(`INSERT INTO projects (id, account_id, group_id, name, name_key, created_at) VALUES ($1, $2, $3, $4, $5, $6)`, uid(n), uid(n), uid(n), uid(n), uid(n), at)
	}
	for n, of := range map[int]int{1: 1, 2: 1, 3: 2, 4: 1} {
		must(`INSERT INTO invoices (id, account_id, group_id, kind, month, state, reason, currency, price_currency, rate, rate_source, subtotal_minor, credits_minor,
			taxable_minor, tax_minor, total_minor, prepaid_minor, paid_minor, credited_minor, due_minor, tax_local_minor, tax_local_currency, tax_note, snapshot, frozen, created_at, updated_at)
			VALUES ($1, $2, $3, 'invoice', $4, 'estimate', '', 'EUR', 'EUR', '1', '', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, '', '', '', $5, $6, $7)`,
			uid(n), uid(of), uid(of), fmt.Sprintf("2026-%02d", n), false, at, at)
	}
	must(`INSERT INTO events (seq, account_id, chain, position, occurred_at, actor_kind, actor_id, actor_name, type, category, sentence, before, after, request_id, ip, hash)
		VALUES (1, $1, 'c', 1, $2, 'system', '', '', 't', 'c', '', '', '', '', '', $3)`, uid(1), at, []byte{1})
}

// line is an invoice line by the numbers of what it refers to; project 0 is none.
type line struct{ id, account, invoice, project int }

// lines inserts lines with one statement.
func (k keys) lines(all ...line) error {
	at := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	var rows []string
	var args []any
	for _, l := range all {
		var project any
		if l.project > 0 {
			project = uid(l.project)
		}
		marks := make([]string, 8)
		for i := range marks {
			marks[i] = fmt.Sprintf("$%d", len(args)+i+1)
		}
		rows = append(rows, "("+strings.Join(marks, ", ")+", '', 's', '', '', '', 'service_charge', '', '', '{}', '2026-11', '1', '1', 0, 1, '', '0')")
		args = append(args, uid(l.id), uid(l.account), uid(l.invoice), []byte{byte(l.id)}, project, at, at.Add(time.Hour), false)
	}
	return k.do(`INSERT INTO invoice_lines (id, account_id, invoice_id, line_key, project_id, service_start, service_end, frozen, project_name, service_name, service_type,
		service_plan, cloud, line_type, unit, description, tags, service_month, quantity, cost, amount_minor, record_count, tax_category, tax_rate) VALUES `+strings.Join(rows, ", "), args...)
}

// subject says that an event touches the first group.
func (k keys) subject(seq int) error {
	return k.do(`INSERT INTO event_subjects (subject_id, event_seq, account_id, kind, category, actor_id, occurred_at) VALUES ($1, $2, $3, 'group', 'c', '', $4)`,
		uid(1), seq, uid(1), time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC))
}
