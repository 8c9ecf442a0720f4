package job

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"slices"
	"sync"
	"time"

	"billfold/models"
	"billfold/models/db"
)

// Queue works off the jobs of the kinds it has functions for.
type Queue struct {
	db    *db.DB
	log   *slog.Logger
	funcs map[string]Func
	wall  models.Clock
	poll  time.Duration
}

// Worker makes a Queue over the functions of the kinds of jobs; jobs of other kinds are left alone.
func Worker(d *db.DB, log *slog.Logger, funcs map[string]Func) *Queue {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	return &Queue{db: d, log: log, funcs: funcs, poll: 500 * time.Millisecond}
}

// OnWallClock gives a Queue whose real time is told by another clock, for tests of leases and waits.
func (q *Queue) OnWallClock(wall models.Clock) *Queue {
	other := *q
	other.wall = wall
	return &other
}

// Run works until ctx ends, on two jobs at a time. The end of ctx ends the work in hand too; a job that
// was not finished by then is given back and counts as not tried.
func (q *Queue) Run(ctx context.Context) {
	kinds := q.kinds()
	var wg sync.WaitGroup
	for range 2 {
		wg.Go(func() {
			for ctx.Err() == nil {
				found, err := q.runNext(ctx, kinds)
				if err != nil && ctx.Err() == nil {
					q.log.ErrorContext(ctx, "job queue", "error", err)
				}
				if found && err == nil {
					continue
				}
				select {
				case <-ctx.Done():
				case <-time.After(q.poll):
				}
			}
		})
	}
	wg.Wait()
}

// Work does everything that is due now and returns how many jobs that were, for tests.
func (q *Queue) Work(ctx context.Context) (n int, err error) {
	for {
		found, err := q.runNext(ctx, q.kinds())
		if err != nil || !found {
			return n, err
		}
		n++
	}
}

func (q *Queue) kinds() []string {
	var kinds []string
	for kind := range q.funcs {
		kinds = append(kinds, kind)
	}
	slices.Sort(kinds)
	return kinds
}

func (q *Queue) runNext(ctx context.Context, kinds []string) (found bool, err error) {
	r, ok, err := q.next(ctx, kinds)
	if err != nil || !ok {
		return false, err
	}
	_, err = q.run(ctx, r)
	return true, err
}

// run does one job whose lease is taken. failure is the job's own, err that of the queue.
func (q *Queue) run(ctx context.Context, r row) (failure, err error) {
	work, cancel := context.WithTimeout(ctx, lease-margin)
	defer cancel()
	start := time.Now()
	failure = call(work, q.funcs[r.Kind], []byte(r.Payload))
	var later *Later
	// How it ended is written even while the process is being stopped.
	after, cancelAfter := context.WithTimeout(context.WithoutCancel(ctx), margin)
	defer cancelAfter()
	switch {
	case failure == nil:
		err = q.succeed(after, r)
	case ctx.Err() != nil:
		err = q.giveBack(after, r)
	case errors.As(failure, &later):
		q.log.InfoContext(ctx, "job put off", "kind", r.Kind, "job", r.ID, "key", r.UniqueKey, "reason", later.Reason, "for", later.After)
		err = q.putOff(after, r, *later)
	default:
		q.log.WarnContext(ctx, "job failed", "kind", r.Kind, "job", r.ID, "key", r.UniqueKey, "attempt", r.Attempts,
			"error", failure, "ms", time.Since(start).Milliseconds())
		err = q.fail(after, r, failure)
	}
	return failure, err
}

// call makes an error out of a panic: one bad job does not stop the others.
func call(ctx context.Context, fn Func, payload []byte) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	return fn(ctx, payload)
}

// Drain does all jobs of the kinds now, each once: those that wait after a failure or were given up
// are tried again, and those that another process is at are waited for. No kinds means all. progress is
// told after each job how many are done of how many; nil for no report. The failures are returned as
// one error; those jobs stay in the queue.
func (q *Queue) Drain(ctx context.Context, progress func(done, total int), kinds ...string) error {
	if len(kinds) == 0 {
		kinds = q.kinds()
	}
	for _, kind := range kinds {
		if q.funcs[kind] == nil {
			return fmt.Errorf("there is no worker for jobs of the kind %q", kind)
		}
	}
	tried, finished := map[string]bool{}, 0
	var failures []error
	for {
		ids, err := q.open(ctx, kinds)
		if err != nil {
			return err
		}
		ids = slices.DeleteFunc(ids, func(id string) bool { return tried[id] })
		if len(ids) == 0 {
			break
		}
		total := len(tried) + len(ids)
		for _, id := range ids {
			tried[id] = true
			key, failure, err := q.drainOne(ctx, id)
			if err != nil {
				return err
			}
			if failure != nil {
				failures = append(failures, fmt.Errorf("%s: %w", key, failure))
			}
			finished++
			if progress != nil {
				progress(finished, total)
			}
		}
	}
	if len(failures) > 0 {
		return fmt.Errorf("%d of %d jobs failed: %w", len(failures), finished, errors.Join(failures...))
	}
	return nil
}

// drainOne does one job or waits for who does it.
func (q *Queue) drainOne(ctx context.Context, id string) (key string, failure, err error) {
	for told := false; ; {
		r, ok, err := q.claim(ctx, id)
		if err != nil {
			return "", nil, err
		}
		if ok {
			failure, err := q.run(ctx, r)
			if ctx.Err() != nil {
				return r.UniqueKey, failure, ctx.Err()
			}
			return r.UniqueKey, failure, err
		}
		if r, err = q.stateOf(ctx, id); err != nil {
			return "", nil, err
		}
		if r.State == done {
			return r.UniqueKey, nil, nil
		}
		if !told && r.LockedUntil != nil { // a process that was killed is waited for too, and that may take minutes
			told = true
			q.log.InfoContext(ctx, "waiting for another process that is at this job or was stopped in it", "key", r.UniqueKey, "at most until", r.LockedUntil.UTC())
		}
		select {
		case <-ctx.Done():
			return r.UniqueKey, nil, ctx.Err()
		case <-time.After(q.poll):
		}
	}
}
