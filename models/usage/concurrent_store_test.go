package usage_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"gorm.io/gorm"

	"billfold/models"
	"billfold/models/account"
	"billfold/models/db"
	"billfold/models/db/dbtest"
	"billfold/models/usage"
)

// parallel runs fn n times at once and fails the test with the first error.
func parallel(t *testing.T, n int, fn func(i int) error) {
	t.Helper()
	errs := make(chan error, n)
	var all sync.WaitGroup
	start := make(chan struct{})
	for i := range n {
		all.Go(func() {
			<-start
			errs <- fn(i)
		})
	}
	close(start)
	all.Wait()
	close(errs)
	for err := range errs {
		if err != nil {
			t.Fatal(err)
		}
	}
}

// Projects move while their usage comes in. Every record must be with the group that held its project
// at its start, by the history as it is in the end.
func TestNoRecordInTheWrongGroupWhileProjectsMove(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorldAt(t, d, nil)
		groups := []string{w.research, w.newGroup(w.account, "Third"), w.primary}
		var projects []string
		for i := range 4 {
			projects = append(projects, w.newProject(w.account, fmt.Sprint("p", i), ""))
		}
		scope := w.scope(w.account)
		// Every line is there already, so that nothing but the account lock makes the writers wait.
		for _, group := range groups {
			w.move(group, projects...)
			for i, p := range projects {
				start := time.Now()
				w.accept(usage.Record{ID: fmt.Sprint(group, i), ProjectID: p, ServiceName: "s", Start: start, End: start.Add(time.Second), Cost: num("0.01")})
			}
		}
		const records = 60
		var moves atomic.Int32
		parallel(t, 50, func(i int) error {
			for round := range 3 {
				if i%5 == 0 {
					// Where all are in the target group already, nothing is to be moved.
					_, err := w.accounts.MoveProjects(context.Background(), scope, projects, groups[rand.IntN(len(groups))])
					if err != nil && models.KindOf(err) != models.Conflict {
						return err
					}
					if err == nil {
						moves.Add(1)
					}
					continue
				}
				var batch []usage.Record
				for n := range records {
					start := time.Now()
					batch = append(batch, usage.Record{ID: fmt.Sprintf("%d-%d-%d", i, round, n), ProjectID: projects[rand.IntN(len(projects))], ServiceName: "s",
						Start: start, End: start.Add(time.Second), Quantity: decimal.New(1, 0), Cost: num("0.01")})
				}
				if got, err := w.store.Ingest(context.Background(), operator, batch, usage.Options{}); err != nil || got.Accepted != records {
					return fmt.Errorf("%+v: %w", got, err)
				}
			}
			return nil
		})
		var rows []struct {
			ProjectID, GroupID string
			StartAt            time.Time
		}
		w.must(d.Read(context.Background()).Raw(`SELECT l.project_id, i.group_id, r.start_at FROM usage_records r
			JOIN invoice_lines l ON l.id = r.line_id JOIN invoices i ON i.id = l.invoice_id`).Scan(&rows).Error)
		var history account.History
		w.must(d.RunTx(context.Background(), func(tx *gorm.DB) (err error) {
			history, err = account.LoadHistory(tx, w.account, projects)
			return err
		}))
		wrong := 0
		for _, r := range rows {
			if group, _ := history.HolderAt(r.ProjectID, r.StartAt); group != r.GroupID {
				wrong++
			}
		}
		if moves.Load() < 5 {
			t.Errorf("only %d moves", moves.Load())
		}
		if wrong > 0 || len(rows) != 40*3*records+len(groups)*len(projects) {
			t.Errorf("%d of %d records are in the wrong group", wrong, len(rows))
		}
		w.sound()
	})
}

// meanwhile ingests a record while another transaction has the account's lock and has made changes that
// it commits only after a while; it gives ingest's error.
func (w *world) meanwhile(r usage.Record, changes func(tx *gorm.DB) error) error {
	w.t.Helper()
	done := make(chan error, 1)
	w.must(w.db.RunTx(context.Background(), func(tx *gorm.DB) error {
		if err := account.Lock(tx, w.account); err != nil {
			return err
		}
		if err := changes(tx); err != nil {
			return err
		}
		go func() {
			_, err := w.ingest(r)
			done <- err
		}()
		select {
		case err := <-done:
			return fmt.Errorf("ingest did not wait: %v", err)
		case <-time.After(300 * time.Millisecond):
			return nil
		}
	}))
	return <-done
}

// A move that has read its instant and not yet committed: usage that starts after it must wait for it and
// join the new group. It fails, every time, when ingest takes no account lock or reads the history before it.
func TestIngestWaitsForAMove(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		api := w.newProject(w.account, "api", "42")
		r := rec("r1", "2026-11-22T13:30:00Z", "1")
		moved := r.Start.Add(-time.Minute)
		err := w.meanwhile(r, func(tx *gorm.DB) error {
			return errors.Join(
				tx.Exec(`UPDATE project_assignments SET valid_to = ? WHERE project_id = ?`, moved, api).Error,
				tx.Exec(`INSERT INTO project_assignments (id, account_id, project_id, group_id, valid_from, created_at) VALUES (?, ?, ?, ?, ?, ?)`,
					models.NewID(), w.account, api, w.research, moved, moved).Error,
				tx.Exec(`UPDATE projects SET group_id = ? WHERE id = ?`, w.research, api).Error)
		})
		if got := w.shape(); err != nil || got != "Research 2026-11: api/pg-main of 2026-11 x1 q1 1 = 100 of 100\n" {
			t.Error(err, got)
		}
	})
}

// The same for a deletion: usage that starts after it is refused, also when the project was looked up before.
func TestIngestWaitsForADeletion(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		api := w.newProject(w.account, "api", "42")
		r := rec("r1", "2026-11-22T13:30:00Z", "1")
		err := w.meanwhile(r, func(tx *gorm.DB) error {
			return tx.Exec(`UPDATE projects SET deleted_at = ? WHERE id = ?`, r.Start, api).Error
		})
		if models.KindOf(err) != models.Invalid || w.shape() != "" {
			t.Error(err, w.shape())
		}
	})
}

// A month that closes while its usage comes in: the record joins the next month.
func TestIngestWaitsForClosing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		w.newProject(w.account, "api", "42")
		err := w.meanwhile(rec("r1", "2026-10-22T13:30:00Z", "1"), func(tx *gorm.DB) error {
			return tx.Exec(`INSERT INTO group_months (account_id, group_id, month, state, reason, updated_at) VALUES (?, ?, '2026-10', 'closed', '', ?)`,
				w.account, w.primary, now).Error
		})
		if got := w.shape(); err != nil || got != "Default 2026-11: api/pg-main of 2026-10 x1 q1 1 = 100 of 100\n" {
			t.Error(err, got)
		}
	})
}

// The same records from many sides at once: each is taken in by exactly one of them.
func TestParallelBatchesOfTheSameRecords(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		w.newProject(w.account, "api", "42")
		borealis, _ := w.newAccount("Borealis")
		w.newProject(borealis, "web", "42")
		var batch []usage.Record
		for i := range 100 {
			r := rec(fmt.Sprint("r", i), "2026-11-01T00:00:00Z", "0.015")
			r.Project = []string{"api", "web"}[i%2]
			r.ServiceName = fmt.Sprint("s", i%7)
			batch = append(batch, r)
		}
		var mu sync.Mutex
		var sum usage.Result
		parallel(t, 12, func(i int) error {
			mine := append([]usage.Record(nil), batch...) // checking writes into a batch
			rand.Shuffle(len(mine), func(a, b int) { mine[a], mine[b] = mine[b], mine[a] })
			got, err := w.ingest(mine...)
			mu.Lock()
			defer mu.Unlock()
			sum.Accepted += got.Accepted
			sum.Duplicates += got.Duplicates
			return err
		})
		if sum != (usage.Result{Accepted: 100, Duplicates: 1100}) {
			t.Errorf("%+v", sum)
		}
		if n := w.count(`SELECT COUNT(*) FROM events WHERE type = 'usage.ingested'`); n != 2 {
			t.Errorf("%d events", n)
		}
		w.sound()
	})
}
