package crash

import (
	"encoding/json"
	"fmt"
	"testing"

	"billfold/models/db"
)

// TestCrash kills the product while it does each of the things that move money. Its long form takes the
// database and the disk away too.
func TestCrash(t *testing.T) {
	eachDatabase(t, func(t *testing.T, dialect db.Dialect) {
		w := newWorld(t, newDatabase(t, dialect))
		t.Run("world", w.complete)
		t.Run("usage", func(t *testing.T) { usageTrial(w).run(t, 2) })
		t.Run("close", func(t *testing.T) { closeTrial(w).run(t, 2) })
		t.Run("documents", func(t *testing.T) { documentsTrial(w).run(t, 1) })
		t.Run("credit", func(t *testing.T) { creditTrial(w).run(t, 1) })
		t.Run("serve", func(t *testing.T) { w.serveTrial(t, 2) })
		t.Run("ingest", func(t *testing.T) { w.ingestTrial(t, 1) })
		t.Run("month", func(t *testing.T) { w.monthTrial(t, 1) })
	})
	if _, long := rounds(t, 0); long {
		t.Run("outages", outages)
	}
}

// usageTrial takes the month's files in. A file is taken in as a whole or not at all.
func usageTrial(w *world) *trial {
	tr := &trial{from: w.setUp, kills: 3}
	for i, file := range w.files {
		tr.steps = append(tr.steps, step{clock: ended, args: []string{"usage", "import", file, "--json"}, check: func(t testing.TB, out string) {
			t.Helper()
			var got struct{ Accepted, Duplicates int }
			check(t, json.Unmarshal([]byte(out), &got))
			sentTwice := 0
			if i > 0 {
				sentTwice = 20
			}
			if all := w.records[i]; got.Accepted+got.Duplicates != all || got.Accepted != all-sentTwice && got.Accepted != 0 {
				t.Errorf("file %d of %d records: %d accepted, %d duplicates", i, all, got.Accepted, got.Duplicates)
			}
		}})
	}
	return tr
}

// closeTrial closes the month and makes its documents.
func closeTrial(w *world) *trial {
	return &trial{from: w.metered, kills: 4, steps: []step{{clock: dayAfter, args: closeMonth}}, halfWay: func(t testing.TB, d *database) bool {
		n := d.count(t, `SELECT count(*) FROM group_months WHERE state = 'closed'`)
		documents := d.count(t, `SELECT count(*) FROM invoice_documents`)
		return n > 0 && documents < d.count(t, `SELECT count(*) FROM invoices WHERE number IS NOT NULL`)
	}}
}

// documentsTrial makes the documents of a month that is closed.
func documentsTrial(w *world) *trial {
	return &trial{from: w.closed, kills: 4, steps: []step{{clock: dayAfter, args: closeMonth}}, halfWay: func(t testing.TB, d *database) bool {
		n := d.count(t, `SELECT count(*) FROM invoice_documents`)
		return n > 0 && n < d.count(t, `SELECT count(*) FROM invoices WHERE number IS NOT NULL`)
	}}
}

// creditTrial credits invoices. A credit note has no key of its own: after a kill the operator looks
// whether it is there, and here so does the test.
func creditTrial(w *world) *trial {
	tr := &trial{from: w.done, kills: 3}
	for i, c := range [][]string{
		{"BF-2024-000001", "--line", "1", "--amount", "1.00"},
		{"BF-2024-000002"},
		{"BF-2024-000001", "--line", "1", "--amount", "0.33"},
		{"BF-2024-000003", "--line", "2"},
		{"BF-2024-000001"},
	} {
		reason := fmt.Sprintf("reason %d", i)
		tr.steps = append(tr.steps, step{clock: dayAfter, args: append([]string{"invoices", "credit", "--reason", reason, "--json"}, c...),
			done: func(t testing.TB, d *database) bool {
				return d.count(t, `SELECT count(*) FROM invoices WHERE kind = 'credit_note' AND reason = ?`, reason) == 1
			}})
	}
	// A note whose command was killed after it was issued gets its document by the next run of any.
	tr.steps = append(tr.steps, step{clock: dayAfter, args: closeMonth})
	return tr
}
