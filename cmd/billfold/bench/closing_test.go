package bench

import (
	"context"
	"crypto/sha256"
	"fmt"
	"maps"
	"slices"
	"testing"

	"billfold/models/db"
	"billfold/models/verify"
)

// TestClosingLimitWritesTheSameRows compares two databases, table by table: one closed by the product and one
// by the limit. Were the limit to leave something out, it would be no limit.
func TestClosingLimitWritesTheSameRows(t *testing.T) {
	each(t, func(t *testing.T, _ db.Dialect, o Options) {
		const groups = 123 // two transactions, and an account that is not full
		ctx := t.Context()
		e, err := newEnv(ctx, o)
		if err != nil {
			t.Fatal(err)
		}
		defer func() {
			if err := e.close(); err != nil {
				t.Error(err)
			}
		}()
		prepared, err := closingWorld(ctx, e, groups)
		if err != nil {
			t.Fatal(err)
		}
		r := closingRound{groups: groups}
		err = e.In(ctx, prepared, func(closed *db.DB) error {
			if err := r.product(ctx, closed, e.Progress("")); err != nil {
				return err
			}
			return e.In(ctx, prepared, func(open *db.DB) error {
				before := digests(t, open)
				if err := r.limit(ctx, closed, open, e.Progress("")); err != nil {
					return err
				}
				after, want := digests(t, open), digests(t, closed)
				changed := 0
				for table := range want {
					if after[table] != want[table] {
						t.Errorf("%s: the limit left %s, closing %s", table, after[table], want[table])
					}
					if after[table] != before[table] {
						changed++
					}
				}
				if changed < 12 {
					t.Errorf("closing changed %d tables: %v", changed, slices.Sorted(maps.Keys(want)))
				}
				results, err := verify.Run(ctx, open, nil)
				if n := verify.Violated(results); n != 0 {
					t.Errorf("%d invariants are violated: %+v", n, results)
				}
				return err
			})
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

// TestClosingWorldHasCreditsAndTax sees that what is measured is what the name says.
func TestClosingWorldHasCreditsAndTax(t *testing.T) {
	o := tiny(t, db.SQLite)
	e, err := newEnv(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = e.close() }()
	prepared, err := closingWorld(t.Context(), e, 20)
	if err != nil {
		t.Fatal(err)
	}
	r := closingRound{groups: 20}
	err = e.In(t.Context(), prepared, func(d *db.DB) error {
		if err := r.product(t.Context(), d, e.Progress("")); err != nil {
			return err
		}
		for query, want := range map[string]string{
			`SELECT count(*) || ' ' || count(number) FROM invoices`:                                                                                 "20 20",
			`SELECT count(*) || ' ' || sum(frozen) FROM invoice_lines`:                                                                              "60 60",
			`SELECT group_concat(k, ' ') FROM (SELECT DISTINCT category AS k FROM invoice_taxes ORDER BY 1)`:                                        "AE O S",
			`SELECT group_concat(k, ' ') FROM (SELECT DISTINCT scope AS k FROM credit_claims c WHERE c.remaining_minor < c.value_minor ORDER BY 1)`: "account group project",
			`SELECT count(*) FROM credit_uses WHERE prepaid`:                                                                                        "2",
			`SELECT count(*) FROM jobs WHERE state = 'queued'`:                                                                                      "20",
		} {
			var got string
			if err := d.Read(t.Context()).Raw(query).Scan(&got).Error; err != nil {
				return err
			}
			if got != want {
				t.Errorf("%s is %s, want %s", query, got, want)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// digests gives the count of rows and a hash of all their values, for every table.
func digests(t *testing.T, d *db.DB) map[string]string {
	t.Helper()
	list := `SELECT tablename FROM pg_tables WHERE schemaname = 'public'`
	if d.Dialect() == db.SQLite {
		list = `SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%'`
	}
	ctx, read := context.Background(), d.Read(context.Background())
	var tables []string
	if err := read.Raw(list).Scan(&tables).Error; err != nil {
		t.Fatal(err)
	}
	b, err := newBare(ctx, d)
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]string{}
	for _, name := range tables {
		if name == "goose_db_version" {
			continue
		}
		all, err := b.read(ctx, name, "SELECT * FROM "+name)
		if err != nil {
			t.Fatal(err)
		}
		rows := make([]string, len(all.rows))
		for i, r := range all.rows {
			rows[i] = fmt.Sprint(r...)
		}
		slices.Sort(rows)
		found[name] = fmt.Sprintf("%d rows, %x", len(rows), sha256.Sum256(fmt.Append(nil, rows)))[:24]
	}
	return found
}
