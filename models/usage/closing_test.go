package usage_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"billfold/models/account"
	"billfold/models/db"
	"billfold/models/db/dbtest"
	"billfold/models/invoice"
	"billfold/models/seller"
	"billfold/models/usage"
)

// billable lets invoices be issued: a seller in Germany, and Acme in Switzerland.
func (w *world) billable(groups ...string) {
	w.t.Helper()
	ctx := context.Background()
	w.must(seller.NewStore(w.db, w.clock).Set(ctx, operator, seller.Seller{Name: "Cloud GmbH", AddressLine1: "Hauptstr. 1", City: "Berlin", Country: "DE"}))
	for _, g := range groups {
		w.must(invoice.NewStore(w.db, w.clock).SetInformation(ctx, w.scope(w.account), g, account.Information{
			Company: "Acme AG", AddressLine1: "Bahnhofstr. 1", City: "Zürich", Country: "CH", Currency: "USD"}))
	}
}

// issued is the sealed content of all issued invoices, to see whether anything changes it.
func (w *world) issued() string {
	return strings.Join(w.strings(`SELECT i.number || ' ' || i.subtotal_minor || ' ' || i.due_minor || ' ' || (SELECT COUNT(*) FROM invoice_lines l WHERE l.invoice_id = i.id)
		|| ' ' || (SELECT SUM(l.record_count) FROM invoice_lines l WHERE l.invoice_id = i.id) FROM invoices i WHERE i.state <> 'estimate' ORDER BY i.number`), ", ")
}

// October closes twice, from two sides, while its usage comes in: one invoice a group, each record on it
// or in November, and nothing lost between.
func TestOctoberClosesWhileItsUsageComesIn(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		at := now.AddDate(0, -2, 0)
		w := newWorldAt(t, d, func() time.Time { return at })
		w.newProject(w.account, "api", "42")
		w.move(w.research, w.newProject(w.account, "web", "43"))
		at = now
		w.billable(w.primary, w.research)
		first := func(i int, project string) usage.Record {
			r := rec(fmt.Sprintf("%s-%d", project, i), "2026-10-01T00:00:00Z", "0.0123")
			r.Start = r.Start.Add(time.Duration(rand.IntN(31*24)) * time.Hour)
			r.End = r.Start.Add(time.Hour)
			r.Project, r.ServiceName = project, fmt.Sprint("s", i%5)
			return r
		}
		w.accept(first(-1, "api"), first(-1, "web"))
		var accepted atomic.Int64
		parallel(t, 14, func(i int) error {
			if i < 2 {
				time.Sleep(20 * time.Millisecond)
				_, err := invoice.NewStore(d, w.clock).Close(context.Background(), "2026-10", invoice.CloseOptions{})
				return err
			}
			for round := range 10 {
				var batch []usage.Record
				for n := range 20 {
					batch = append(batch, first((i*10+round)*20+n, []string{"api", "web"}[n%2]))
				}
				got, err := w.ingest(batch...)
				accepted.Add(int64(got.Accepted))
				if err != nil {
					return err
				}
			}
			return nil
		})
		if n := w.count(`SELECT COUNT(*) FROM usage_records`); n != 12*10*20+2 || accepted.Load() != 12*10*20 {
			t.Errorf("%d records, %d accepted", n, accepted.Load())
		}
		w.sound()
		before := w.issued()
		if strings.Count(before, "BF-2026-") != 2 {
			t.Errorf("issued: %s", before)
		}
		late := first(1_000_000, "api")
		late.Description = "late"
		w.accept(late)
		if after := w.issued(); after != before {
			t.Errorf("late usage changed what was issued from %s to %s", before, after)
		}
		if got := w.strings(`SELECT i.month || ' ' || l.service_month FROM invoice_lines l JOIN invoices i ON i.id = l.invoice_id WHERE l.description = 'late'`); len(got) != 1 || got[0] != "2026-11 2026-10" {
			t.Errorf("late usage went to %v", got)
		}
		w.sound()
	})
}
