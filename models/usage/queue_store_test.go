package usage_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"gorm.io/gorm"

	"billfold/models"
	"billfold/models/access"
	"billfold/models/account"
	"billfold/models/db"
	"billfold/models/db/dbtest"
	"billfold/models/usage"
)

// answer is what a sender was told.
type answer struct {
	got usage.Result
	err error
}

// together sends batches at once, in their order: all of them come while somebody else holds the account, so
// that those after the first two wait for one transaction. Each has an actor of its own.
func (w *world) together(batches ...[]usage.Record) []answer {
	w.t.Helper()
	locked, release := make(chan struct{}), make(chan struct{})
	var holding, all sync.WaitGroup
	holding.Go(func() {
		err := w.db.RunTx(context.Background(), func(tx *gorm.DB) error {
			err := account.Lock(tx, w.account)
			close(locked)
			<-release
			return err
		})
		if err != nil {
			w.t.Error(err)
		}
	})
	<-locked
	answers := make([]answer, len(batches))
	for i, batch := range batches {
		all.Go(func() {
			actor := operator
			actor.RequestID = fmt.Sprintf("r%02d", i)
			answers[i].got, answers[i].err = w.store.Ingest(context.Background(), actor, batch, usage.Options{})
		})
		time.Sleep(20 * time.Millisecond) // one after the other
	}
	close(release)
	holding.Wait()
	all.Wait()
	return answers
}

// Batches that share a transaction are answered as if each had come alone: those that are refused harm no
// other, and each has its own event.
func TestBatchesThatShareATransaction(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorldAt(t, d, nil)
		w.newProject(w.account, "api", "")
		other, _ := w.newAccount("Borealis")
		w.newProject(other, "theirs", "")
		of := func(project string, r usage.Record) usage.Record {
			r.Project = project
			return r
		}
		const day = "2026-11-01T00:00:00Z"
		got := w.together(
			[]usage.Record{rec("first", day, "1")},
			[]usage.Record{rec("second", day, "1")},
			[]usage.Record{rec("a1", day, "1"), rec("a2", day, "2"), rec("a2", day, "2")},
			[]usage.Record{rec("b1", day, "1"), of("nowhere", rec("b2", day, "1"))},        // refused: no such project
			[]usage.Record{rec("a1", day, "1"), rec("c1", day, "1")},                       // one is there, by a batch of the same transaction
			[]usage.Record{rec("d1", day, "1"), rec("a1", day, "7")},                       // refused: other content than in such a batch
			[]usage.Record{rec("b1", day, "5")},                                            // free, since the batch that had it was refused
			[]usage.Record{of("theirs", rec("x1", day, "3")), rec("e1", day, "0.001")},     // of two accounts
			[]usage.Record{rec("first", day, "1")},                                         // nothing new
			[]usage.Record{rec("f1", day, "90000000000000000000"), rec("f2", day, "9e19")}, // refused: too large a line
			nil,
		)
		want := []string{"1/0", "1/0", "2/1", "nowhere", "1/1", "other content came in an earlier batch", "1/0", "2/0", "0/1", "too large", "0/0"}
		for i, a := range got {
			switch {
			case a.err == nil && fmt.Sprintf("%d/%d", a.got.Accepted, a.got.Duplicates) != want[i]:
				t.Errorf("batch %d: %+v, want %s", i, a.got, want[i])
			case a.err != nil && !strings.Contains(a.err.Error(), want[i]):
				t.Errorf("batch %d: %v, want %s", i, a.err, want[i])
			case a.err != nil && (models.KindOf(a.err) == models.Conflict) != (i == 5):
				t.Errorf("batch %d is refused as %v", i, models.KindOf(a.err))
			}
			var bad *usage.Problems
			if errors.As(a.err, &bad) && i != 9 && (bad.Total != 1 || bad.List[0].Index != 1) {
				t.Errorf("batch %d: %+v", i, bad.List)
			}
		}
		if ids := w.strings(`SELECT record_id FROM usage_records ORDER BY record_id`); fmt.Sprint(ids) != "[a1 a2 b1 c1 e1 first second x1]" {
			t.Errorf("records %v", ids)
		}
		if n := w.count(`SELECT COUNT(DISTINCT received_at) FROM usage_records`); n > 5 {
			t.Errorf("%d transactions: nothing was shared", n)
		}
		events := w.strings(`SELECT e.request_id || ' ' || a.name || ' ' || e.after FROM events e JOIN accounts a ON a.id = e.account_id WHERE e.type = 'usage.ingested' ORDER BY e.request_id, a.name`)
		for i, want := range []string{"r00 Acme", "r01 Acme", `r02 Acme {"accepted":2,"cost":"3","currency":"USD","duplicates":1}`, `r04 Acme {"accepted":1,"cost":"1","currency":"USD","duplicates":1}`,
			"r06 Acme", `r07 Acme {"accepted":1,"cost":"0.001"`, `r07 Borealis {"accepted":1,"cost":"3"`} {
			if len(events) != 7 || !strings.HasPrefix(events[i], want) {
				t.Fatalf("events %q, want %s", events, want)
			}
		}
		w.sound()
	})
}

// Whoever does not wait any more harms nobody, and what nobody waits for does not go on.
func TestABatchThatNobodyWaitsFor(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorldAt(t, d, nil)
		w.newProject(w.account, "api", "")
		gone, cancel := context.WithCancel(context.Background())
		cancel()
		if got, err := w.store.Ingest(gone, operator, []usage.Record{rec("gone", "2026-11-01T00:00:00Z", "1")}, usage.Options{}); !errors.Is(err, context.Canceled) {
			t.Errorf("%+v, %v", got, err)
		}
		w.accept(rec("here", "2026-11-01T00:00:00Z", "1"))
		w.sound()
	})
}

// TestManySendersAtOnce sends many small batches, some of them bad, of several accounts.
func TestManySendersAtOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorldAt(t, d, nil)
		w.newProject(w.account, "api", "")
		other, _ := w.newAccount("Borealis")
		w.newProject(other, "theirs", "")
		parallel(t, 12, func(i int) error {
			for n := range 10 {
				batch := []usage.Record{rec(fmt.Sprintf("s%d-%d", i, n), "2026-11-01T00:00:00Z", "0.01"), rec(fmt.Sprintf("t%d", n), "2026-11-01T00:00:00Z", "0.01")}
				if i%3 == 0 {
					batch[0].Project = "theirs"
				}
				if i == 5 {
					batch[1].Project = "nowhere"
				}
				got, err := w.store.Ingest(context.Background(), access.OperatorActor(), batch, usage.Options{})
				if i == 5 && models.KindOf(err) == models.Invalid {
					continue
				}
				if err != nil || got.Accepted+got.Duplicates != 2 || got.Accepted < 1 || i == 5 {
					return fmt.Errorf("sender %d: %+v, %w", i, got, err)
				}
			}
			return nil
		})
		if n := w.count(`SELECT COUNT(*) FROM usage_records`); n != 11*10+10 {
			t.Errorf("%d records", n)
		}
		if n := w.count(`SELECT COUNT(*) FROM events WHERE type = 'usage.ingested'`); n < 11*10 {
			t.Errorf("%d events of 110 batches", n)
		}
		w.sound()
	})
}
