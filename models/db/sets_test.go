package db_test

import (
	"context"
	"database/sql"
	"fmt"
	"testing"
	"time"

	"billfold/models"
	"billfold/models/db"
	"billfold/models/db/dbtest"

	"gorm.io/gorm"
)

// Sets of rows are the same on both databases: nulls, times, conflicts, sums and conditions, in more rows than
// one statement of SQLite takes.
func TestSetsOfRows(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		const n = 120
		at := time.Date(2026, 11, 22, 14, 0, 0, 123456000, time.UTC)
		ids := db.Each(n, func(int) string { return models.NewID() })
		names := db.Each(n, func(i int) string { return fmt.Sprintf(`a "quoted", {name} %d`, i) })
		gone := db.Each(n, func(i int) *time.Time {
			if i%2 == 0 {
				return nil
			}
			return &at
		})
		insert := func(tx *gorm.DB) (int64, error) {
			return db.InsertRows(tx, "accounts", []db.Column{db.Col("id", "uuid", ids), db.Col("name", "text", names), db.Col("name_key", "text", names),
				db.Col("bank_transfer_allowed", "boolean", make([]bool, n)), db.Col("created_at", "timestamptz", db.Each(n, func(int) time.Time { return at })),
				db.Col("deleted_at", "timestamptz", gone)}, "ON CONFLICT DO NOTHING")
		}
		sets := func(tx *gorm.DB) error {
			for _, want := range []int64{n, 0} {
				if written, err := insert(tx); err != nil || written != want {
					t.Errorf("%d rows written, not %d: %v", written, want, err)
				}
			}
			seen := map[string]bool{}
			err := db.QueryIn(tx, `SELECT id, name, created_at, deleted_at FROM accounts WHERE name <> ? AND id IN (?)`, ids[:110], []any{names[3]}, func(rows *sql.Rows) error {
				var id, name string
				var created time.Time
				var deleted *time.Time
				err := rows.Scan(&id, &name, &created, &deleted)
				for i := range ids {
					if ids[i] == id {
						seen[id] = name == names[i] && created.Equal(at) && (deleted == nil) == (i%2 == 0)
					}
				}
				return err
			})
			if err != nil || len(seen) != 109 || !seen[ids[0]] || !seen[ids[109]] || seen[ids[3]] {
				t.Errorf("%d rows read: %v", len(seen), err)
			}
			keys, lengths := []string{"a", "b", "c"}, []int64{1, 2, 3}
			if _, err := db.InsertRows(tx, "event_chains", []db.Column{db.Col("chain", "text", keys), db.Col("last_hash", "bytea", [][]byte{{1}, {2}, {}}), db.Col("length", "bigint", lengths)}, ""); err != nil {
				return err
			}
			changed, err := db.UpdateRows(tx, "event_chains", db.Col("chain", "text", keys), []db.Column{db.Col("+length", "bigint", []int64{10, 20, 30}), db.Given("bigint", []int64{1, 99, 3})}, "length = {2} AND {1} < 30")
			if err != nil || changed != 1 {
				t.Errorf("%d rows changed, not 1: %v", changed, err)
			}
			sum := int64(0)
			return db.QueryInTexts(tx, `SELECT length FROM event_chains WHERE chain IN (?)`, keys, nil, func(rows *sql.Rows) error {
				var one int64
				err := rows.Scan(&one)
				if sum += one; sum > 16 {
					t.Errorf("the sum is %d", sum)
				}
				return err
			})
		}
		if err := d.RunTx(context.Background(), sets); err != nil {
			t.Fatal(err)
		}
		if err := d.RunTx(context.Background(), func(tx *gorm.DB) error {
			changed, err := db.ExecIn(tx, `UPDATE accounts SET name = ? WHERE id IN (?)`, ids[:115], "same")
			if changed != 115 {
				t.Errorf("%d rows changed, not 115", changed)
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
	})
}
