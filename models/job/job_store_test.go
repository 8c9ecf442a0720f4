package job_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"billfold/models"
	"billfold/models/db"
	"billfold/models/db/dbtest"
	"billfold/models/job"

	"gorm.io/gorm"
)

// wall is a real time that tests move.
type wall struct{ ahead atomic.Int64 }

func (w *wall) clock() models.Clock {
	return func() time.Time { return time.Now().Add(time.Duration(w.ahead.Load())) }
}
func (w *wall) advance(d time.Duration) { w.ahead.Add(int64(d)) }

type pdf struct{ Invoice string }

func enqueue(t *testing.T, d *db.DB, kind string, keys ...string) {
	t.Helper()
	err := d.RunTx(t.Context(), func(tx *gorm.DB) error {
		for _, key := range keys {
			if err := job.Enqueue(tx, kind, key, pdf{Invoice: key}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

type stored struct {
	State, LastError string
	Attempts         int
}

func find(t *testing.T, d *db.DB, key string) (s stored) {
	t.Helper()
	if err := d.Read(t.Context()).Raw(`SELECT state, last_error, attempts FROM jobs WHERE unique_key = ?`, key).Scan(&s).Error; err != nil {
		t.Fatal(err)
	}
	return s
}

func work(t *testing.T, q *job.Queue, want int) {
	t.Helper()
	if n, err := q.Work(t.Context()); err != nil || n != want {
		t.Fatalf("%d jobs, want %d: %v", n, want, err)
	}
}

func TestJobsAreDoneOnceAfterTheCommit(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		var got []string
		q := job.Worker(d, nil, map[string]job.Func{"pdf": func(_ context.Context, payload []byte) error {
			got = append(got, string(payload))
			return nil
		}})
		enqueue(t, d, "pdf", "a", "b", "a")
		enqueue(t, d, "mail", "c") // nobody does mails here
		err := d.RunTx(t.Context(), func(tx *gorm.DB) error {
			return errors.Join(job.Enqueue(tx, "pdf", "never", nil), errors.New("the change fails"))
		})
		if err == nil {
			t.Fatal("the change was to fail")
		}
		work(t, q, 2)
		if want := `{"Invoice":"a"} {"Invoice":"b"}`; strings.Join(got, " ") != want {
			t.Fatalf("%s, want %s", strings.Join(got, " "), want)
		}
		enqueue(t, d, "pdf", "a")
		work(t, q, 0)
		if s := find(t, d, "a"); s != (stored{State: "done", Attempts: 1}) {
			t.Fatalf("%+v", s)
		}
		if s := find(t, d, "c"); s.State != "queued" {
			t.Fatalf("%+v", s)
		}
	})
}

func TestTwoWorkersNeverRunOneJobTwice(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		const jobs = 60
		var runs sync.Map
		var total atomic.Int32
		q := job.Worker(d, nil, map[string]job.Func{"pdf": func(_ context.Context, payload []byte) error {
			n, _ := runs.LoadOrStore(string(payload), &atomic.Int32{})
			n.(*atomic.Int32).Add(1)
			total.Add(1)
			time.Sleep(time.Millisecond)
			return nil
		}})
		for i := range jobs {
			enqueue(t, d, "pdf", fmt.Sprint("invoice-", i))
		}
		gate := make(chan struct{})
		var wg sync.WaitGroup
		for range 6 {
			wg.Go(func() {
				<-gate
				if _, err := q.Work(t.Context()); err != nil {
					t.Error(err)
				}
			})
		}
		close(gate)
		wg.Wait()
		runs.Range(func(key, n any) bool {
			if n.(*atomic.Int32).Load() != 1 {
				t.Errorf("%s ran %d times", key, n.(*atomic.Int32).Load())
			}
			return true
		})
		if total.Load() != jobs {
			t.Fatalf("%d runs of %d jobs", total.Load(), jobs)
		}
	})
}

func TestAJobOfADeadWorkerIsPickedUpAfterItsLease(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := &wall{}
		enqueue(t, d, "pdf", "a")
		began, die := make(chan struct{}), make(chan struct{})
		dead := job.Worker(d, nil, map[string]job.Func{"pdf": func(context.Context, []byte) error {
			close(began)
			<-die
			return nil
		}}).OnWallClock(w.clock())
		var wg sync.WaitGroup
		var late error
		wg.Go(func() { _, late = dead.Work(context.Background()) })
		<-began
		ran := 0
		q := job.Worker(d, nil, map[string]job.Func{"pdf": func(context.Context, []byte) error {
			ran++
			return errors.New("no font")
		}}).OnWallClock(w.clock())
		work(t, q, 0)
		w.advance(4 * time.Minute)
		work(t, q, 0)
		w.advance(61 * time.Second)
		work(t, q, 1)
		if s := find(t, d, "a"); ran != 1 || s != (stored{State: "queued", LastError: "no font", Attempts: 2}) {
			t.Fatalf("ran %d times: %+v", ran, s)
		}
		// The first worker was only slow: it must not write over what the other one found.
		close(die)
		wg.Wait()
		if s := find(t, d, "a"); late == nil || s.State != "queued" || s.LastError != "no font" {
			t.Fatalf("%v: %+v", late, s)
		}
	})
}

func TestFailuresAreKeptAndTriedAgain(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := &wall{}
		broken := errors.New("no font")
		q := job.Worker(d, nil, map[string]job.Func{"pdf": func(context.Context, []byte) error {
			if broken == nil {
				panic("now for something else")
			}
			return broken
		}}).OnWallClock(w.clock())
		enqueue(t, d, "pdf", "a")
		work(t, q, 1)
		if s := find(t, d, "a"); s != (stored{State: "queued", LastError: "no font", Attempts: 1}) {
			t.Fatalf("%+v", s)
		}
		work(t, q, 0) // not at once
		wait := 10 * time.Second
		for attempt := 2; attempt <= 8; attempt++ {
			w.advance(wait - 3*time.Second)
			work(t, q, 0)
			w.advance(4 * time.Second)
			work(t, q, 1)
			if s := find(t, d, "a"); s.Attempts != attempt {
				t.Fatalf("attempt %d: %+v", attempt, s)
			}
			wait *= 2
		}
		if s := find(t, d, "a"); s != (stored{State: "failed", LastError: "no font", Attempts: 8}) {
			t.Fatalf("%+v", s)
		}
		w.advance(24 * time.Hour)
		work(t, q, 0)

		broken = nil
		err := q.Drain(t.Context(), nil)
		if err == nil || !strings.Contains(err.Error(), "1 of 1 jobs failed: a: panic: now for something else") {
			t.Fatalf("%v", err)
		}
		if s := find(t, d, "a"); s.State != "queued" || s.Attempts != 1 || !strings.HasPrefix(s.LastError, "panic: now") {
			t.Fatalf("%+v", s)
		}
	})
}

func TestAJobPutOffKeepsItsTries(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := &wall{}
		q := job.Worker(d, nil, map[string]job.Func{"mail": func(context.Context, []byte) error {
			return fmt.Errorf("mail: %w", &job.Later{After: time.Minute, Reason: "the receipt is not there yet"})
		}}).OnWallClock(w.clock())
		enqueue(t, d, "mail", "a")
		for range 20 {
			work(t, q, 1)
			if s := find(t, d, "a"); s != (stored{State: "queued", LastError: "the receipt is not there yet"}) {
				t.Fatalf("%+v", s)
			}
			w.advance(58 * time.Second)
			work(t, q, 0)
			w.advance(3 * time.Second)
		}
		if err := q.Drain(t.Context(), nil); err == nil || !strings.Contains(err.Error(), "1 of 1 jobs failed: a: mail: the receipt") {
			t.Fatalf("%v: who asks for it is told", err)
		}
	})
}

func TestDeadWorkersAtEachAttempt(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ran := map[string]int{}
		q := job.Worker(d, nil, map[string]job.Func{"pdf": func(_ context.Context, payload []byte) error {
			ran[string(payload)]++
			return nil
		}})
		enqueue(t, d, "pdf", "a", "b")
		err := d.RunTx(t.Context(), func(tx *gorm.DB) error {
			return tx.Exec(`UPDATE jobs SET state = 'running', attempts = 8, locked_until = ? WHERE unique_key = 'a'`, time.Now().UTC().Add(-time.Second)).Error
		})
		if err != nil {
			t.Fatal(err)
		}
		work(t, q, 1)
		if s := find(t, d, "a"); s.State != "failed" || !strings.Contains(s.LastError, "the process stopped") || len(ran) != 1 {
			t.Fatalf("%+v, %v", s, ran)
		}
	})
}

func TestDrain(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := &wall{}
		bad := true
		q := job.Worker(d, nil, map[string]job.Func{
			"pdf": func(_ context.Context, payload []byte) error {
				if bad && strings.Contains(string(payload), "b") {
					return errors.New("no font")
				}
				return nil
			},
			"mail": func(context.Context, []byte) error { return errors.New("no mail in this drain") },
		}).OnWallClock(w.clock())
		enqueue(t, d, "pdf", "a", "b", "c")
		enqueue(t, d, "mail", "m")
		var steps []string
		report := func(done, total int) { steps = append(steps, fmt.Sprintf("%d/%d", done, total)) }
		err := q.Drain(t.Context(), report, "pdf")
		if err == nil || err.Error() != "1 of 3 jobs failed: b: no font" {
			t.Fatalf("%v", err)
		}
		if got := strings.Join(steps, " "); got != "1/3 2/3 3/3" {
			t.Fatal(got)
		}
		bad, steps = false, nil
		if err := q.Drain(t.Context(), report, "pdf"); err != nil || strings.Join(steps, " ") != "1/1" {
			t.Fatalf("%v, %v: the one that failed is tried again at once", err, steps)
		}
		if s := find(t, d, "m"); s.State != "queued" || s.Attempts != 0 {
			t.Fatalf("%+v", s)
		}
		if err := q.Drain(t.Context(), nil, "fax"); err == nil {
			t.Fatal("a kind without a worker drains")
		}
	})
}

func TestDrainWaitsForOtherWorkers(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		enqueue(t, d, "pdf", "a")
		began, goOn := make(chan struct{}), make(chan struct{})
		other := job.Worker(d, nil, map[string]job.Func{"pdf": func(context.Context, []byte) error {
			close(began)
			<-goOn
			return nil
		}})
		var wg sync.WaitGroup
		wg.Go(func() {
			if _, err := other.Work(t.Context()); err != nil {
				t.Error(err)
			}
		})
		<-began
		drained := make(chan error)
		q := job.Worker(d, nil, map[string]job.Func{"pdf": func(context.Context, []byte) error {
			return errors.New("this one is not ours to do")
		}})
		go func() { drained <- q.Drain(t.Context(), nil, "pdf") }()
		select {
		case err := <-drained:
			t.Fatalf("drained while somebody was still at it: %v", err)
		case <-time.After(200 * time.Millisecond):
		}
		close(goOn)
		if err := <-drained; err != nil {
			t.Fatal(err)
		}
		wg.Wait()
	})
}

func TestRunStops(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		enqueue(t, d, "pdf", "a")
		began := make(chan struct{})
		ctx, stop := context.WithCancel(t.Context())
		q := job.Worker(d, nil, map[string]job.Func{"pdf": func(ctx context.Context, _ []byte) error {
			close(began)
			<-ctx.Done()
			return ctx.Err()
		}})
		ended := make(chan struct{})
		go func() { q.Run(ctx); close(ended) }()
		<-began
		stop()
		select {
		case <-ended:
		case <-time.After(5 * time.Second):
			t.Fatal("the workers do not stop")
		}
		if s := find(t, d, "a"); s != (stored{State: "queued"}) {
			t.Fatalf("the job in hand: %+v, want it given back untried", s)
		}
	})
}
