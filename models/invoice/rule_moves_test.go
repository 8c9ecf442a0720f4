package invoice_test

import (
	"testing"
	"time"

	"billfold/models"
	"billfold/models/invoice"
	"billfold/models/usage"
)

// Records with start < t bill to the old group, start >= t to the new, whenever they arrive; lines stay where
// they are; undo is a move of its own instant; the second move of one instant replaces the first.
func TestMovesAttributeByTheStartOfARecord(t *testing.T) {
	each(t, func(w *world) {
		a, b, c := w.group, w.newGroup("B"), w.newGroup("C")
		stays := func(g string) int64 { return w.row(g, "2024-09").SubtotalMinor }
		take := func(at time.Time, cost string) {
			w.must(w.take(w.project, at.Format(time.RFC3339Nano), cost, func(*usage.Record) {}))
		}
		w.now = utc("2024-09-10T12:00:00.123456Z")
		first := w.now
		take(first.Add(-time.Microsecond), "1")
		move, err := w.accounts.MoveProjects(w.ctx, w.scope(""), []string{w.project}, b)
		w.must(err)
		w.want("what was there stays", stays(a), 100)
		_, err = w.accounts.MoveProjects(w.ctx, w.scope(""), []string{w.project}, c)
		w.must(err)
		take(first, "10")
		take(first.Add(-time.Microsecond), "2")
		w.want("before the instant", stays(a), 300)
		w.want("replaced at the same instant", stays(b), 0)
		w.want("from the instant on", stays(c), 1_000)
		w.want("moves", len(move.Moved), 1)

		w.now = w.now.Add(time.Hour)
		back := w.now
		last, err := w.accounts.MoveProjects(w.ctx, w.scope(""), []string{w.project}, b)
		w.must(err)
		w.now = w.now.Add(time.Second)
		undone := w.now
		_, err = w.accounts.UndoMove(w.ctx, w.scope(""), last)
		w.must(err)
		take(back.Add(-time.Microsecond), "100")
		take(back, "1000")
		take(undone.Add(-time.Microsecond), "2000")
		take(undone, "10000")
		w.want("A", stays(a), 300)
		w.want("B, for a second", stays(b), 300_000)
		w.want("C, before it and since", stays(c), 1_000+10_000+1_000_000)
	})
}

// Usage that starts after the deletion of its project is refused, earlier usage is taken whenever it
// arrives, by the group that held the project then.
func TestUsageOfADeletedProject(t *testing.T) {
	each(t, func(w *world) {
		b := w.newGroup("B")
		p := w.newProject("lab", w.group)
		w.now = utc("2024-09-15T00:00:00Z")
		_, err := w.accounts.MoveProjects(w.ctx, w.scope(""), []string{p}, b)
		w.must(err)
		w.now = utc("2024-09-20T00:00:00Z")
		_, err = w.accounts.DeleteProject(w.ctx, w.scope(""), p)
		w.must(err)
		w.now = utc("2024-10-05T00:00:00Z")
		for start, kind := range map[string]models.Kind{"2024-09-20T00:00:00Z": models.Invalid, "2024-09-25T00:00:00Z": models.Invalid} {
			err := w.take(p, start, "1", func(*usage.Record) {})
			w.want("from "+start, models.KindOf(err), kind)
		}
		w.must(w.take(p, "2024-09-19T23:59:59.999999Z", "1", func(*usage.Record) {}))
		w.must(w.take(p, "2024-09-01T00:00:00Z", "2", func(*usage.Record) {}))
		w.want("the last holder", w.row(b, "2024-09").SubtotalMinor, 100)
		w.want("the holder before", w.row(w.group, "2024-09").SubtotalMinor, 200)
		w.want("the group can be deleted", w.invoices.DeleteGroup(w.ctx, w.scope(b), false), "<nil>")
		w.want("and bills", w.close("2024-09")[b].Result, invoice.ResultIssued)
	})
}

// Charges without project, of any type, are lines of the group; no project's credit or move touches them.
func TestChargesWithoutAProject(t *testing.T) {
	each(t, func(w *world) {
		w.charge(w.group, "2024-09-05T00:00:00Z", "3")
		w.must(w.take("", "2024-09-06T00:00:00Z", "4", func(r *usage.Record) {
			r.BillingGroupID, r.LineType, r.ServiceName, r.Description = w.group, usage.ExtraCharge, "", "Set-up"
		}))
		w.close("2024-09")
		types := map[string]bool{}
		for _, l := range w.lines(w.group, "2024-09") {
			types[l.LineType] = l.ProjectID == nil && l.ProjectName == ""
		}
		w.want("lines", types, map[string]bool{"support_charge": true, "extra_charge": true})
		w.want("subtotal", w.row(w.group, "2024-09").SubtotalMinor, 700)
	})
}
