package verify_test

import (
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"billfold/models/db"
)

// dump is a whole database as text, one row after the other.
type dump struct {
	rows []string
	ids  map[string]bool // every id in it
	raw  map[string]bool // every value of bytes in it: hashes and keys
}

var uuids = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`)

// read reads every table but that of attempts, which counts tries by the real clock, and that of the
// migrations. On PostgreSQL it takes one statement.
func read(t testing.TB, d *db.DB) dump {
	t.Helper()
	query := `SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace`
	if d.Dialect() == db.SQLite {
		query = `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'`
	}
	var tables, one []string
	if err := d.Read(ctx).Raw(query).Scan(&tables).Error; err != nil {
		t.Fatal(err)
	}
	out := dump{ids: map[string]bool{}, raw: map[string]bool{}}
	for _, table := range tables {
		if table == "goose_db_version" || table == "attempts" {
			continue
		}
		one = append(one, `SELECT '`+table+` ' || row_to_json(x)::text FROM `+table+` x`)
		if d.Dialect() == db.SQLite {
			out.table(t, d, table)
		}
	}
	if d.Dialect() == db.Postgres {
		if err := d.Read(ctx).Raw(strings.Join(one, " UNION ALL ")).Scan(&out.rows).Error; err != nil {
			t.Fatal(err)
		}
	}
	return out
}

// origin is a dump that others are compared with.
func (u dump) origin() dump {
	for _, row := range u.rows {
		for _, id := range uuids.FindAllString(row, -1) {
			u.ids[id] = true
		}
		for _, raw := range rawValue.FindAllString(row, -1) {
			u.raw[raw] = true
		}
	}
	return u
}

func (u *dump) table(t testing.TB, d *db.DB, table string) {
	t.Helper()
	rows, err := d.Read(ctx).Raw(`SELECT * FROM ` + table).Rows()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	names, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	values, into := make([]any, len(names)), make([]any, len(names))
	for i := range values {
		into[i] = &values[i]
	}
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			t.Fatal(err)
		}
		text := table
		for i, v := range values {
			text += " " + names[i] + "=" + cell(v)
		}
		u.rows = append(u.rows, text)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
}

func cell(v any) string {
	switch v := v.(type) {
	case nil:
		return "NULL"
	case []byte:
		return "\\x" + hex.EncodeToString(v)
	case sql.RawBytes:
		panic("bytes that do not last")
	case time.Time:
		return v.UTC().Format(time.RFC3339Nano)
	}
	return fmt.Sprint(v)
}

var (
	rawValue = regexp.MustCompile(`\\x[0-9a-f]+`)
	realTime = regexp.MustCompile(`20(2[5-9]|[3-9]\d)-\d\d-\d\dT[0-9:.]+(Z|\+00:00)`) // the world's clock stands in 2024
	sequence = regexp.MustCompile(`\b(event_)?seq"?[=:]\d+`)                          // PostgreSQL leaves gaps where a transaction failed
)

// since says what differs from the origin in a way that makes two databases comparable which went from it
// on separate ways: what is new differs in ids, in what is hashed from ids, in times of the real clock, and
// in the numbers of events. An id becomes a name made of all the rows it is in, so that what belongs
// together still must.
func (u dump) since(origin dump) []string {
	var rows, gone []string
	old := map[string]int{}
	for _, row := range origin.rows {
		old[row]++
	}
	for _, row := range u.rows {
		if old[row] > 0 {
			old[row]--
			continue
		}
		row = rawValue.ReplaceAllStringFunc(row, func(s string) string {
			if origin.raw[s] {
				return s
			}
			return "new-bytes"
		})
		rows = append(rows, sequence.ReplaceAllString(realTime.ReplaceAllString(row, "now"), "seq"))
	}
	for row, n := range old {
		for range n {
			gone = append(gone, "gone: "+row)
		}
	}
	names := map[string]string{}
	for _, row := range rows {
		for _, id := range uuids.FindAllString(row, -1) {
			if !origin.ids[id] {
				names[id] = "new"
			}
		}
	}
	for range 3 {
		in := map[string][]string{}
		for _, row := range rows {
			for _, id := range uuids.FindAllString(row, -1) {
				if names[id] != "" {
					in[id] = append(in[id], rename(strings.ReplaceAll(row, id, "self"), names))
				}
			}
		}
		next := maps.Clone(names)
		for id, rows := range in {
			slices.Sort(rows)
			sum := sha256.Sum256([]byte(strings.Join(rows, "\n")))
			next[id] = "new-" + hex.EncodeToString(sum[:4])
		}
		names = next
	}
	for i := range rows {
		rows[i] = rename(rows[i], names)
	}
	rows = append(rows, gone...)
	slices.Sort(rows)
	return rows
}

func rename(row string, names map[string]string) string {
	return uuids.ReplaceAllStringFunc(row, func(id string) string {
		if name := names[id]; name != "" {
			return name
		}
		return id
	})
}

// difference shows what one has and the other has not, "" of the same.
func difference(got, want []string) string {
	var out []string
	count := map[string]int{}
	for _, row := range got {
		count[row]++
	}
	for _, row := range want {
		count[row]--
	}
	for _, row := range slices.Sorted(maps.Keys(count)) {
		switch n := count[row]; {
		case n > 0:
			out = append(out, fmt.Sprintf("too many (%d): %s", n, row))
		case n < 0:
			out = append(out, fmt.Sprintf("missing (%d): %s", -n, row))
		}
	}
	if len(out) > 12 {
		out = append(out[:12], fmt.Sprintf("and %d more", len(out)-12))
	}
	return strings.Join(out, "\n")
}
