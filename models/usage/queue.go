package usage

import (
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"

	"billfold/models"
	"billfold/models/access"
)

// queue joins batches that come at the same time into one transaction: what a transaction costs beside its
// records, small batches share. Each is answered after the commit that has it, is all or nothing by itself,
// and gets its own event. While transactions run, the batches that come wait for the next one; nobody waits
// for others to come.
type queue struct {
	mu      sync.Mutex
	waiting map[string][]*joined // by the account that they are limited to, in their order
	running map[string]int
}

const (
	// maxJoined is the most records of a batch that is joined with others.
	maxJoined = MaxBatch / 2
	// maxRunning is how many transactions run at once for an account, or for batches of any account: one
	// works while the other looks up what it needs, and batches of different accounts do not wait for each other.
	maxRunning = 2
)

func newQueue() *queue {
	return &queue{waiting: map[string][]*joined{}, running: map[string]int{}}
}

// joined is a batch that waits or is being taken in.
type joined struct {
	ctx      context.Context
	actor    access.Actor
	batch    []Record
	done     chan struct{} // closed when the rest is there
	result   Result
	err      error
	panicked any
}

// taker takes batches in; it is the Store but in tests.
type taker interface {
	take(ctx context.Context, actor access.Actor, batch []Record, opt Options) (Result, error)
	takeParts(ctx context.Context, parts []part, batch []Record, opt Options) (bad []int, err error)
}

// take waits until the batch is taken in or refused. When ctx ends before, the batch may be taken in all the
// same, as when an answer is lost.
func (q *queue) take(ctx context.Context, s taker, actor access.Actor, batch []Record, accountID string) (Result, error) {
	j := &joined{ctx: ctx, actor: actor, batch: batch, done: make(chan struct{})}
	q.mu.Lock()
	q.waiting[accountID] = append(q.waiting[accountID], j)
	if q.running[accountID] < maxRunning {
		q.running[accountID]++
		go q.run(s, accountID)
	}
	q.mu.Unlock()
	select {
	case <-j.done:
	case <-ctx.Done():
		return Result{}, ctx.Err()
	}
	if j.panicked != nil {
		panic(j.panicked)
	}
	return j.result, j.err
}

// run takes in what waits until nothing does.
func (q *queue) run(s taker, accountID string) {
	for {
		together := q.next(accountID)
		if together == nil {
			return
		}
		takeTogether(s, together, Options{AccountID: accountID})
	}
}

// next gives the batches of the next transaction, nil when none waits and the run is over.
func (q *queue) next(accountID string) []*joined {
	q.mu.Lock()
	defer q.mu.Unlock()
	var together []*joined
	waiting, records := q.waiting[accountID], 0
	for len(waiting) > 0 && (len(together) == 0 || records+len(waiting[0].batch) <= MaxBatch) {
		if j := waiting[0]; j.ctx.Err() == nil { // else nobody waits for it any more
			together = append(together, j)
			records += len(j.batch)
		}
		waiting = waiting[1:]
	}
	if q.waiting[accountID] = waiting; len(waiting) == 0 {
		delete(q.waiting, accountID)
	}
	if together == nil {
		if q.running[accountID]--; q.running[accountID] == 0 {
			delete(q.running, accountID)
		}
	}
	return together
}

// takeTogether takes batches in and tells each what became of it. When one of them is refused, nothing of
// the transaction stays: the refused are tried alone, for their own answer, after the others, as if they had
// come one after the other.
func takeTogether(s taker, together []*joined, opt Options) {
	defer func() {
		failed := recover()
		for _, j := range together {
			select {
			case <-j.done:
			default:
				if j.panicked = failed; failed == nil {
					j.err = errors.New("the batch was not taken in") // nothing else closes it
				}
				close(j.done)
			}
		}
	}()
	ctx, cancel := whileAnyWaits(together)
	defer cancel()
	var refused []*joined
	for len(together) > 1 {
		bad, answered := takeJointly(ctx, s, together, opt)
		if answered {
			together = nil
			break
		}
		if len(bad) == 0 {
			break // whose fault it is cannot be told
		}
		var others []*joined
		for i, j := range together {
			if slices.Contains(bad, i) {
				refused = append(refused, j)
			} else {
				others = append(others, j)
			}
		}
		together = others
	}
	for _, j := range append(together, refused...) {
		j.result, j.err = s.take(j.ctx, j.actor, j.batch, opt)
		close(j.done)
	}
}

// takeJointly takes batches in by one transaction. Unless they are answered, bad are those that are refused.
func takeJointly(ctx context.Context, s taker, together []*joined, opt Options) (bad []int, answered bool) {
	var batch []Record
	parts := make([]part, len(together))
	for i, j := range together {
		parts[i] = part{actor: j.actor, from: len(batch), to: len(batch) + len(j.batch)}
		batch = append(batch, j.batch...)
	}
	bad, err := s.takeParts(ctx, parts, batch, opt)
	if err == nil || models.KindOf(err) == models.Unavailable || ctx.Err() != nil {
		answered = true
		for i, j := range together {
			j.result, j.err = parts[i].result, err
			close(j.done)
		}
	}
	return bad, answered
}

// whileAnyWaits is a context that ends when those of all batches have.
func whileAnyWaits(together []*joined) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(context.WithoutCancel(together[0].ctx))
	left := atomic.Int64{}
	left.Store(int64(len(together)))
	var stops []func() bool
	for _, j := range together {
		stops = append(stops, context.AfterFunc(j.ctx, func() {
			if left.Add(-1) == 0 {
				cancel()
			}
		}))
	}
	return ctx, func() {
		for _, stop := range stops {
			stop()
		}
		cancel()
	}
}
