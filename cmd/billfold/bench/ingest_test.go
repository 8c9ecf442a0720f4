package bench

import (
	"strings"
	"testing"

	"billfold/models/db"
)

// TestShapes counts how many records fall on a line.
func TestShapes(t *testing.T) {
	w := &world{accounts: []customer{{groups: []group{{projects: []string{"a", "b", "c", "d"}}, {projects: []string{"e", "f", "g"}}}}}}
	for _, s := range shapes {
		lines, projects := map[string]int{}, map[string]bool{}
		for _, r := range newMaker(w, s).batch(0, 1000) {
			lines[r.ProjectID+r.ServiceName]++
			projects[r.ProjectID] = true
		}
		if len(lines) != 1000/s.perLine {
			t.Errorf("%s: 1,000 records are on %d lines, want %d a line", s.name, len(lines), s.perLine)
		}
		if len(projects) < 4 {
			t.Errorf("%s: the records are of %d projects only", s.name, len(projects))
		}
	}
}

// TestIngestLimitIsChecked breaks the limit and sees that the measurement says so.
func TestIngestLimitIsChecked(t *testing.T) {
	each(t, func(t *testing.T, _ db.Dialect, o Options) {
		e, err := newEnv(t.Context(), o)
		if err != nil {
			t.Fatal(err)
		}
		defer func() {
			if err := e.close(); err != nil {
				t.Error(err)
			}
		}()
		prepared, w, err := ingestWorld(t.Context(), e)
		if err != nil {
			t.Fatal(err)
		}
		err = e.In(t.Context(), prepared, func(d *db.DB) error {
			r, err := newIngestRound(t.Context(), e, d, w, shapes[0], 50)
			if err != nil {
				return err
			}
			if err := r.run(t.Context(), e.Progress("")); err != nil {
				return err
			}
			for _, broken := range []string{`UPDATE limit_records SET cost = '7' WHERE record_id = '` + recordID(3) + `'`,
				`DELETE FROM limit_records WHERE record_id = '` + recordID(3) + `'`} {
				if _, err := r.limit.pool.ExecContext(t.Context(), broken); err != nil {
					return err
				}
				if err := r.limit.check(t.Context(), o.Records); err == nil || !strings.Contains(err.Error(), "differ") {
					t.Errorf("after %s: %v, want an error", broken, err)
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

// TestTwinHasTheSameKeys compares the limit's table with the product's: as many indexes, and as unique.
func TestTwinHasTheSameKeys(t *testing.T) {
	each(t, func(t *testing.T, dialect db.Dialect, o Options) {
		e, err := newEnv(t.Context(), o)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = e.close() }()
		prepared, w, err := ingestWorld(t.Context(), e)
		if err != nil {
			t.Fatal(err)
		}
		err = e.In(t.Context(), prepared, func(d *db.DB) error {
			if _, err := newIngestLimit(t.Context(), d, w); err != nil {
				return err
			}
			keys := `SELECT count(*) || ' indexes, ' || sum(CASE WHEN indexdef LIKE '% UNIQUE %' THEN 1 ELSE 0 END) || ' unique, ' ||
				(SELECT count(*) FROM pg_constraint WHERE conrelid = CAST(? AS regclass) AND contype IN ('f', 'c')) FROM pg_indexes WHERE tablename = ?`
			if dialect == db.SQLite {
				keys = `SELECT count(*) || ' indexes, ' || sum("unique") || ' unique, ' || (SELECT count(*) FROM pragma_foreign_key_list(?)) FROM pragma_index_list(?)`
			}
			var found [2]string
			for i, name := range []string{"usage_records", twin} {
				if err := d.Read(t.Context()).Raw(keys, name, name).Scan(&found[i]).Error; err != nil {
					return err
				}
			}
			if found[0] != found[1] || !strings.Contains(found[0], "3 indexes, 2 unique") {
				t.Errorf("usage_records has %s, the twin %s", found[0], found[1])
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}
