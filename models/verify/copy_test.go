package verify_test

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"billfold/models/db"
	"billfold/models/db/dbtest"
)

// origin is a finished world that is copied for every test that breaks something in it. Nothing keeps
// anybody from that: it has no triggers, checks, foreign keys, nor the unique indexes that a case breaks.
type origin struct {
	dialect db.Dialect
	address string
	names   map[string]string // what tests call the rows of the world
	n       int
}

func open(t testing.TB, address string) *db.DB {
	t.Helper()
	d, err := db.Open(context.Background(), address)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func newOrigin(t testing.TB, dialect db.Dialect) *origin {
	t.Helper()
	o := &origin{dialect: dialect, address: dbtest.URL(t, dialect), names: map[string]string{}}
	d := open(t, o.address)
	w := newWorld(t, d, "2024-08-01 00:00")
	live(w)
	for name, query := range names {
		var value string
		w.must(d.Read(ctx).Raw(query).Scan(&value).Error)
		if value == "" {
			t.Fatalf("the world has no %s", name)
		}
		o.names[name] = value
	}
	for _, statement := range loosen(t, d) {
		o.exec(t, d, statement)
	}
	w.must(d.Close())
	return o
}

// copy is a copy of the world.
func (o *origin) copy(t testing.TB) *db.DB {
	t.Helper()
	var address string
	if o.dialect == db.SQLite {
		content, err := os.ReadFile(strings.TrimPrefix(o.address, "sqlite:"))
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(t.TempDir(), "copy.db")
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		address = "sqlite:" + path
	} else {
		address = o.clone(t)
	}
	d := open(t, address)
	t.Cleanup(func() { _ = d.Close() })
	if o.dialect == db.SQLite { // they hold for a connection
		o.exec(t, d, `PRAGMA foreign_keys = 0`)
		o.exec(t, d, `PRAGMA ignore_check_constraints = 1`)
	}
	return d
}

func (o *origin) clone(t testing.TB) string {
	t.Helper()
	address, err := url.Parse(o.address)
	if err != nil {
		t.Fatal(err)
	}
	from := strings.TrimPrefix(address.Path, "/")
	o.n++
	name := fmt.Sprintf("%s_copy_%d", from, o.n)
	address.Path = "/postgres"
	admin, err := sql.Open("pgx", address.String())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := admin.Exec("CREATE DATABASE " + name + " TEMPLATE " + from); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if _, err := admin.Exec("DROP DATABASE " + name + " WITH (FORCE)"); err != nil {
			t.Error(err)
		}
		_ = admin.Close()
	})
	address.Path = "/" + name
	return address.String()
}

// loosen lists the statements that take the guards of the schema away.
func loosen(t testing.TB, d *db.DB) (statements []string) {
	t.Helper()
	queries := []string{`SELECT format('DROP TRIGGER %I ON %s', tgname, tgrelid::regclass) FROM pg_trigger WHERE NOT tgisinternal`,
		`SELECT format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname) FROM pg_constraint WHERE contype = 'c' AND connamespace = current_schema()::regnamespace`,
		`SELECT format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname) FROM pg_constraint WHERE contype = 'f' AND connamespace = current_schema()::regnamespace`,
		`SELECT format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname) FROM pg_constraint WHERE contype = 'u' AND conrelid = 'usage_records'::regclass`,
		`SELECT format('DROP INDEX %I', indexname) FROM pg_indexes WHERE schemaname = current_schema() AND indexdef LIKE 'CREATE UNIQUE%WHERE%'`}
	if d.Dialect() == db.SQLite {
		queries = []string{`SELECT 'PRAGMA foreign_keys = 0'`, `SELECT 'DROP TRIGGER ' || name FROM sqlite_master WHERE type = 'trigger'`,
			`SELECT 'DROP INDEX ' || name FROM sqlite_master WHERE type = 'index' AND sql LIKE 'CREATE UNIQUE%'`,
			`SELECT 'ALTER TABLE usage_records RENAME TO strict_records'`,
			`SELECT replace(sql, 'UNIQUE (account_id, record_id),', '') FROM sqlite_master WHERE name = 'usage_records'`,
			`SELECT 'INSERT INTO usage_records SELECT * FROM strict_records'`, `SELECT 'DROP TABLE strict_records'`}
	}
	for _, query := range queries {
		var found []string
		if err := d.Read(ctx).Raw(query).Scan(&found).Error; err != nil {
			t.Fatal(err)
		}
		if len(found) == 0 {
			t.Fatalf("nothing to take away: %s", query)
		}
		statements = append(statements, found...)
	}
	return statements
}

// exec runs a statement in which {name} stands for a row of the world.
func (o *origin) exec(t testing.TB, d *db.DB, statement string) {
	t.Helper()
	pool, err := d.SQL()
	if err != nil {
		t.Fatal(err)
	}
	done, err := pool.Exec(o.fill(statement, "'"))
	if err != nil {
		t.Fatalf("%s: %v", o.fill(statement, "'"), err)
	}
	if n, err := done.RowsAffected(); err == nil && n == 0 && !strings.HasPrefix(statement, "ALTER") &&
		(strings.HasPrefix(statement, "UPDATE") || strings.HasPrefix(statement, "DELETE")) {
		t.Fatalf("changes nothing: %s", o.fill(statement, "'"))
	}
}

func (o *origin) fill(text, quote string) string {
	for name, value := range o.names {
		text = strings.ReplaceAll(text, "{"+name+"}", quote+value+quote)
	}
	bytes := `x'00ff'`
	if o.dialect == db.Postgres {
		bytes = `'\x00ff'`
	}
	return strings.ReplaceAll(text, "{bytes}", bytes)
}
