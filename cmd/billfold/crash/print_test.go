package crash

import (
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"billfold/models/db"
)

// unlike are tables that two runs of the same inputs need not have in common: what sessions, forms and
// sign-ins leave behind, and answers that were never acted on.
var unlike = []string{"sessions", "attempts", "form_keys", "recent_projects", "drafts", "goose_db_version"}

// masked are columns that differ between two runs although nothing that counts does. "verify" checks the
// hashes and seals among them.
var masked = map[string][]string{
	"events":            {"seq", "position", "hash", "request_id"},
	"event_chains":      {"last_hash"},
	"invoices":          {"seal", "updated_at"}, // when the row was written, in real time
	"invoice_documents": {"content"},            // its hash is compared
	"jobs":              {"id", "attempts", "run_at", "locked_until", "created_at", "finished_at", "last_error"},
}

// labels give the ids of things names that are the same in every run, in an order in which each query
// uses only names that are known.
var labels = []string{
	`SELECT id, 'account ' || name FROM accounts`,
	`SELECT id, 'user ' || email FROM users`,
	`SELECT id, account_id || ' method ' || kind FROM payment_methods`,
	`SELECT id, account_id || ' group ' || name FROM billing_groups`,
	`SELECT id, account_id || ' project ' || name FROM projects`,
	`SELECT id, group_id || ' ' || kind || ' ' || month || ' ' || coalesce(number, 'estimate') FROM invoices`,
	`SELECT id, invoice_id || ' line ' || %s FROM invoice_lines WHERE original_line_id IS NULL`,
	`SELECT id, invoice_id || ' line of ' || original_line_id FROM invoice_lines WHERE original_line_id IS NOT NULL`,
	`SELECT id, account_id || ' record ' || record_id FROM usage_records`,
	`SELECT id, 'credit ' || code FROM credits`,
	`SELECT id, account_id || ' claim of ' || credit_id || coalesce(' returned by ' || returned_by, '') FROM credit_claims`,
	`SELECT id, claim_id || ' used on ' || invoice_id FROM credit_uses`,
}

var anID = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`)

// printer makes text of a database.
type printer struct {
	t     testing.TB
	ctx   context.Context
	db    *db.DB
	names map[string]string // of ids
}

// print is all that the database holds, a line for each row: times of the business clock, amounts, texts
// and hashes as they are, ids by what they stand for. It fails when a document is not what its hash says.
func (d *database) print(t testing.TB) []string {
	t.Helper()
	var lines []string
	d.look(t, func(ctx context.Context, d *db.DB) {
		p := &printer{t, ctx, d, map[string]string{}}
		for _, query := range labels {
			if strings.Contains(query, "%s") {
				key := map[db.Dialect]string{db.SQLite: "lower(hex(line_key))", db.Postgres: "encode(line_key, 'hex')"}[d.Dialect()]
				query = fmt.Sprintf(query, key)
			}
			p.learn(query)
		}
		for _, table := range p.tables() {
			lines = append(lines, p.rows(table)...)
		}
	})
	slices.Sort(lines)
	return lines
}

// learn notes the names of the ids that a query gives, of which a name never has two.
func (p *printer) learn(query string) {
	p.t.Helper()
	taken := map[string]bool{}
	p.each(query, func(_ []string, values []any) {
		name := p.text(values[1])
		if taken[name] {
			p.t.Errorf("twice in the database: %s", name)
		}
		taken[name] = true
		p.names[p.raw(values[0])] = "<" + name + ">"
	})
}

func (p *printer) tables() (names []string) {
	query := `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'`
	if p.db.Dialect() == db.Postgres {
		query = `SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'`
	}
	p.each(query, func(_ []string, values []any) {
		if name := p.raw(values[0]); !slices.Contains(unlike, name) {
			names = append(names, name)
		}
	})
	if len(names) < 20 {
		p.t.Fatalf("only %d tables: %v", len(names), names)
	}
	return names
}

func (p *printer) rows(table string) (lines []string) {
	query := "SELECT * FROM " + table
	if table == "event_subjects" { // an event by what it says, not by its place
		query = `SELECT s.subject_id, s.kind, s.category, s.account_id, s.actor_id, s.occurred_at, e.type, e.sentence
			FROM event_subjects s JOIN events e ON e.seq = s.event_seq`
	}
	p.each(query, func(columns []string, values []any) {
		var b strings.Builder
		b.WriteString(table)
		for i, column := range columns {
			if !slices.Contains(masked[table], column) {
				fmt.Fprintf(&b, " %s=%s", column, p.text(values[i]))
			}
		}
		lines = append(lines, b.String())
		if table == "invoice_documents" {
			p.document(columns, values)
		}
	})
	return lines
}

// document holds the bytes of a stored document against their hash and size.
func (p *printer) document(columns []string, values []any) {
	p.t.Helper()
	row := map[string]any{}
	for i, column := range columns {
		row[column] = values[i]
	}
	content, _ := row["content"].([]byte)
	hash, _ := row["sha256"].([]byte)
	sum := sha256.Sum256(content)
	if !bytes.Equal(sum[:], hash) || fmt.Sprint(row["size"]) != fmt.Sprint(len(content)) || !bytes.HasPrefix(content, []byte("%PDF-")) {
		p.t.Errorf("the %v of %s is not what its hash and size say", row["kind"], p.text(row["invoice_id"]))
	}
}

// each hands every row of a query to fn.
func (p *printer) each(query string, fn func(columns []string, values []any)) {
	p.t.Helper()
	rows, err := p.db.Read(p.ctx).Raw(query).Rows()
	if err != nil {
		p.t.Fatalf("%s: %v", query, err)
	}
	defer func() { _ = rows.Close() }()
	columns, err := rows.Columns()
	if err != nil {
		p.t.Fatal(err)
	}
	for rows.Next() {
		values, into := make([]any, len(columns)), make([]any, len(columns))
		for i := range values {
			into[i] = &values[i]
		}
		if err := rows.Scan(into...); err != nil {
			p.t.Fatal(err)
		}
		fn(columns, values)
	}
	if err := rows.Err(); err != nil && err != sql.ErrNoRows {
		p.t.Fatal(err)
	}
}

func (p *printer) raw(value any) string {
	switch v := value.(type) {
	case nil:
		return "NULL"
	case []byte:
		return hex.EncodeToString(v)
	case time.Time:
		return v.UTC().Format(time.RFC3339Nano)
	}
	return fmt.Sprint(value)
}

func (p *printer) text(value any) string { return p.name(p.raw(value)) }

// name puts names in the place of ids; one that nobody named is any id.
func (p *printer) name(s string) string {
	return anID.ReplaceAllStringFunc(s, func(id string) string {
		if name, ok := p.names[id]; ok {
			return name
		}
		return "<id>"
	})
}

// same fails the test when two databases do not hold the same.
func same(t testing.TB, want, got []string) {
	t.Helper()
	count := map[string]int{}
	for _, line := range want {
		count[line]++
	}
	for _, line := range got {
		count[line]--
	}
	var wrong []string
	for line, n := range count {
		if n > 0 {
			wrong = append(wrong, fmt.Sprintf("missing %d times: %.1500s", n, line))
		} else if n < 0 {
			wrong = append(wrong, fmt.Sprintf("there %d times more: %.1500s", -n, line))
		}
	}
	if len(wrong) == 0 {
		return
	}
	slices.Sort(wrong)
	const most = 12
	t.Errorf("%d rows differ from the undisturbed run:\n%s", len(wrong), strings.Join(wrong[:min(len(wrong), most)], "\n"))
}
