package verify_test

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"sync/atomic"
	"testing"
	"time"

	"billfold/models"
	"billfold/models/db"
	"billfold/models/db/dbtest"
	"billfold/models/usage"

	"github.com/shopspring/decimal"
)

// fill takes in n records, ten a line.
func (w *world) fill(project string, n int) {
	w.Helper()
	batch := make([]usage.Record, n)
	cost := decimal.RequireFromString("0.000016059901234567")
	for i := range batch {
		start := day("2024-08-01 00:00").Add(time.Duration(i%10) * time.Hour)
		w.n++
		batch[i] = usage.Record{ID: fmt.Sprint("bulk-", w.n), Project: project, ServiceName: fmt.Sprint("service-", w.n/10), Start: start, End: start.Add(time.Hour),
			Cost: &cost, Quantity: decimal.New(1, 0), Unit: "hour"}
	}
	_, err := w.usage.Import(ctx, operator, batch, usage.Options{})
	w.must(err)
}

// peak is the most memory in use, in bytes, while verify runs.
func peak(t *testing.T, d *db.DB) uint64 {
	t.Helper()
	defer debug.SetGCPercent(debug.SetGCPercent(10))
	var most atomic.Uint64
	stop, stopped := make(chan struct{}), make(chan struct{})
	runtime.GC()
	go func() {
		defer close(stopped)
		for {
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			most.Store(max(most.Load(), m.HeapAlloc))
			select {
			case <-stop:
				return
			case <-time.After(2 * time.Millisecond):
			}
		}
	}()
	results, found := run(t, d)
	close(stop)
	<-stopped
	if len(found) > 0 {
		t.Fatalf("%+v", found)
	}
	t.Logf("%s: %d records, at most %d kB", d.Dialect(), results[3].Checked, most.Load()/1024)
	return most.Load()
}

// Twenty times the records take no more memory; kept in memory, 40,000 would take tens of megabytes.
func TestMemoryDoesNotGrow(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, "2024-08-20 00:00")
		acme := w.account("Acme")
		w.project(acme, "web", "")
		w.fill("web", 2_000)
		peak(t, d) // what is made once for all
		small := peak(t, d)
		w.fill("web", 38_000)
		if large := peak(t, d); large > small+4<<20 {
			t.Errorf("%d kB with 2,000 records, %d kB with 40,000", small/1024, large/1024)
		}
	})
}

// What others write while verify runs is no violation: usage comes in and months close meanwhile. Without
// snapshots it is: the head of a chain and its events are read one after the other.
func TestNothingIsNamedWhileOthersWrite(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, "2024-08-01 00:00")
		live(w)
		var done atomic.Bool
		finished := make(chan struct{})
		defer func() { <-finished }()
		go func() {
			defer close(finished)
			defer done.Store(true)
			for i := range 150 {
				w.use("web", fmt.Sprint("pg-", i%7), w.now.Add(-time.Hour).Format("2006-01-02 15:04"), "0.017")
				if i%25 == 24 { // the next month is over
					w.now = w.now.AddDate(0, 1, 0)
					w.rates(fmt.Sprintf("%s,USD,EUR,0.88", w.now.AddDate(0, 0, -w.now.Day()).Format("2006-01-02")))
					w.close(models.MonthOf(w.now).Prev())
				}
			}
		}()
		runs := 0
		for last := false; !last; runs++ {
			last = done.Load()
			if _, found := run(t, d); len(found) > 0 {
				t.Fatalf("run %d: %+v", runs, found)
			}
		}
		t.Logf("%d runs", runs)
	})
}
