package db_test

import (
	"database/sql"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var (
	checkWord = regexp.MustCompile(`(?i)\bCHECK\s*\(`)
	// numbers finds how a decimal, kept as TEXT on SQLite, is compared there.
	numbers     = regexp.MustCompile(`(?i)CAST\((\w+) AS REAL\)`)
	liteTrigger = regexp.MustCompile(`(?is)^CREATE TRIGGER (\w+) (BEFORE|AFTER|INSTEAD OF) (INSERT|UPDATE|DELETE)( OF [\w, ]+)? ON (\w+)`)
)

// liteTypes are the declared types that SQLite tables may use, with the types that stand for them on
// PostgreSQL. Decimals are TEXT on SQLite because it has no exact ones; ids because it has no UUID.
var liteTypes = map[string][]string{
	"TEXT":     {"text", "uuid", "numeric(38,18)"},
	"INTEGER":  {"bigint"},
	"BOOLEAN":  {"boolean"},
	"DATETIME": {"timestamp with time zone"},
	"BLOB":     {"bytea"},
}

// The goose_db_version table belongs to the migration tool, and differs between the databases.
const (
	liteTables = `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name <> 'goose_db_version'`
	notGoose   = `relname <> 'goose_db_version'`
)

// lines runs a query of text columns; each row becomes one line.
func lines(t *testing.T, p *sql.DB, query string, args ...any) []string {
	t.Helper()
	rows, err := p.Query(query, args...)
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	defer func() { _ = rows.Close() }()
	columns, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for rows.Next() {
		cells, into := make([]sql.NullString, len(columns)), make([]any, len(columns))
		for i := range cells {
			into[i] = &cells[i]
		}
		if err := rows.Scan(into...); err != nil {
			t.Fatal(err)
		}
		words := make([]string, len(cells))
		for i, cell := range cells {
			words[i] = cell.String
		}
		all = append(all, strings.Join(words, " "))
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}

// liteColumns takes primary keys as not null. SQLite itself would let a text key be null; Go never
// writes one, its keys being strings and byte slices that are made before the row.
func liteColumns(t *testing.T, p *sql.DB) []string {
	return lines(t, p, `SELECT m.name || '.' || c.name, c.type, CASE WHEN c."notnull" OR c.type = 'INTEGER' AND c.pk > 0 THEN 'not null' ELSE 'null' END,
		CASE WHEN c.dflt_value IS NOT NULL THEN 'default ' || c.dflt_value WHEN m.sql LIKE '%AUTOINCREMENT%' AND c.pk > 0 THEN 'numbered' ELSE '' END
		FROM (`+strings.Replace(liteTables, "SELECT name", "SELECT name, sql", 1)+`) m, pragma_table_xinfo(m.name) c`)
}

// postColumns says SQLite's type where the two stand for each other, and its own where they do not.
func postColumns(t *testing.T, p *sql.DB) []string {
	found := lines(t, p, `SELECT c.relname || '.' || a.attname, replace(format_type(a.atttypid, a.atttypmod), ' ', '_'),
		CASE WHEN a.attnotnull THEN 'not null' ELSE 'null' END,
		CASE WHEN d.adbin IS NOT NULL THEN 'default ' || regexp_replace(pg_get_expr(d.adbin, d.adrelid), '::(uuid|text)', '') WHEN a.attidentity <> '' THEN 'numbered' ELSE '' END
		FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
		WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped AND c.`+notGoose)
	for i, line := range found {
		words := strings.SplitN(line, " ", 3)
		for lite, post := range liteTypes {
			if slices.Contains(post, strings.ReplaceAll(words[1], "_", " ")) {
				words[1] = lite
			}
		}
		found[i] = strings.Join(words, " ")
	}
	return found
}

// liteKeys are primary keys and UNIQUE clauses; unique indexes are compared as indexes.
func liteKeys(t *testing.T, p *sql.DB) []string {
	primary := lines(t, p, `SELECT name, 'primary', (SELECT group_concat(name) FROM (SELECT c.name FROM pragma_table_info(m.name) c WHERE c.pk > 0 ORDER BY c.pk))
		FROM (`+liteTables+`) m`)
	return append(primary, lines(t, p, `SELECT m.name, 'unique', (SELECT group_concat(name) FROM (SELECT i.name FROM pragma_index_info(l.name) i ORDER BY i.seqno))
		FROM (`+liteTables+`) m, pragma_index_list(m.name) l WHERE l.origin = 'u'`)...)
}

func postKeys(t *testing.T, p *sql.DB) []string {
	return lines(t, p, `SELECT c.relname, CASE k.contype WHEN 'p' THEN 'primary' ELSE 'unique' END,
		(SELECT string_agg(a.attname, ',' ORDER BY u.n) FROM unnest(k.conkey) WITH ORDINALITY u(attnum, n) JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = u.attnum)
		FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
		WHERE k.contype IN ('p', 'u') AND k.connamespace = 'public'::regnamespace AND c.`+notGoose)
}

func liteForeignKeys(t *testing.T, p *sql.DB) []string {
	return lines(t, p, `SELECT name, group_concat("from"), '->', "table", group_concat("to"), on_update, on_delete FROM (
		SELECT m.name, f.id, f."from", f."table", f."to", f.on_update, f.on_delete FROM (`+liteTables+`) m, pragma_foreign_key_list(m.name) f ORDER BY m.name, f.id, f.seq
		) GROUP BY name, id`)
}

func postForeignKeys(t *testing.T, p *sql.DB) []string {
	const columns = `(SELECT string_agg(a.attname, ',' ORDER BY u.n) FROM unnest(k.%s) WITH ORDINALITY u(attnum, n) JOIN pg_attribute a ON a.attrelid = k.%s AND a.attnum = u.attnum)`
	const action = `CASE k.%s WHEN 'a' THEN 'NO ACTION' WHEN 'r' THEN 'RESTRICT' WHEN 'c' THEN 'CASCADE' WHEN 'n' THEN 'SET NULL' ELSE 'SET DEFAULT' END`
	return lines(t, p, `SELECT k.conrelid::regclass::text, `+fmt.Sprintf(columns, "conkey", "conrelid")+`, '->', k.confrelid::regclass::text, `+
		fmt.Sprintf(columns, "confkey", "confrelid")+`, `+fmt.Sprintf(action, "confupdtype")+`, `+fmt.Sprintf(action, "confdeltype")+`
		FROM pg_constraint k WHERE k.contype = 'f' AND k.connamespace = 'public'::regnamespace
		UNION ALL SELECT split_part(x.says, ' ', 1), split_part(x.says, ' ', 2), split_part(x.says, ' ', 3), split_part(x.says, ' ', 4), split_part(x.says, ' ', 5),
			'NO ACTION', 'NO ACTION' FROM (SELECT substr(d.description, length('`+keptByTrigger+`') + 1) AS says FROM pg_description d
			WHERE d.classoid = 'pg_trigger'::regclass AND d.description LIKE '`+keptByTrigger+`% -> %') x`)
}

// keptByTrigger begins the comment of a trigger that keeps a foreign key on PostgreSQL. TestForeignKeysByTriggers
// tries that they do.
const keptByTrigger = "foreign key: "

func liteTriggers(t *testing.T, p *sql.DB) []string {
	var found []string
	for name, definition := range liteDefinitions(t, p, "trigger") {
		part := liteTrigger.FindStringSubmatch(definition)
		if part == nil {
			t.Errorf("trigger %s is written in a way this test cannot read: %s", name, definition)
			continue
		}
		found = append(found, strings.Join([]string{name, part[2], part[3], part[5]}, " "))
	}
	return found
}

func postTriggers(t *testing.T, p *sql.DB) []string {
	return lines(t, p, `SELECT trigger_name, action_timing, event_manipulation, event_object_table FROM information_schema.triggers v WHERE trigger_schema = 'public'
		AND NOT EXISTS (SELECT FROM pg_trigger g JOIN pg_description d ON d.objoid = g.oid AND d.classoid = 'pg_trigger'::regclass AND d.description LIKE '`+keptByTrigger+`%'
			WHERE g.tgname = v.trigger_name AND g.tgrelid = v.event_object_table::regclass)`)
}

// liteDefinitions are the CREATE statements of one kind, by name.
func liteDefinitions(t *testing.T, p *sql.DB, kind string) map[string]string {
	t.Helper()
	rows, err := p.Query(`SELECT name, sql FROM sqlite_master WHERE type = ? AND sql IS NOT NULL AND name NOT LIKE 'sqlite_%' AND tbl_name <> 'goose_db_version'`, kind)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	found := map[string]string{}
	for rows.Next() {
		var name, definition string
		if err := rows.Scan(&name, &definition); err != nil {
			t.Fatal(err)
		}
		found[name] = definition
	}
	return found
}

// postChecks are the check constraints of a schema as PostgreSQL prints them.
func postChecks(t *testing.T, p *sql.DB, schema string) []string {
	return lines(t, p, `SELECT c.relname, pg_get_constraintdef(k.oid) FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
		WHERE k.contype = 'c' AND k.connamespace = $1::regnamespace AND c.`+notGoose, schema)
}

// postIndexes are the indexes of a schema that no key made.
func postIndexes(t *testing.T, p *sql.DB, schema string) []string {
	found := lines(t, p, `SELECT i.indexdef FROM pg_indexes i WHERE i.schemaname = $1 AND i.tablename <> 'goose_db_version'
		AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = format('%I.%I', i.schemaname, i.indexname)::regclass AND k.contype IN ('p', 'u'))`, schema)
	for i := range found {
		found[i] = strings.Replace(found[i], " ON "+schema+".", " ON ", 1)
	}
	return found
}
