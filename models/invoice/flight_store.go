package invoice

import (
	"context"
	"errors"
	"time"

	"billfold/models"

	"gorm.io/gorm"
)

// flight is the transaction that closes one batch, under way. While one is numbered and committed the
// next one is already read, computed and written up to its numbers; then it waits for its turn, so that
// numbers and events go in the order of the batches. On SQLite, where one transaction writes at a time, the
// next one begins when the one before has ended.
type flight struct {
	batch    []openGroup
	waits    chan struct{} // closed when it waits for its turn
	turn     chan bool     // true: go on; false: roll back
	ended    chan struct{} // closed when the transaction is over
	outcomes []Outcome
	err      error
}

// errAlone says that a batch must be closed again, with no other one under way: two of them could wait for
// each other, one in the database and one here.
var errAlone = errors.New("the batch is to be closed by itself")

// runway runs the flights of one run.
type runway struct {
	*Store
	ctx         context.Context
	month       models.Month
	invoiceDate time.Time
	landed      func(batch []openGroup, outcomes []Outcome)
}

// closeGroups closes the run's month for all open groups.
func (s *Store) closeGroups(ctx context.Context, run *Run, opt CloseOptions) error {
	todo, err := s.newOpenGroups(ctx, run.Month, opt.Accounts)
	if err != nil {
		return err
	}
	done := 0
	r := &runway{Store: s, ctx: ctx, month: run.Month, invoiceDate: run.InvoiceDate, landed: func(batch []openGroup, outcomes []Outcome) {
		if opt.Report != nil {
			opt.Report(outcomes)
		} else {
			run.Outcomes = append(run.Outcomes, outcomes...)
		}
		if done += len(batch); opt.Progress != nil {
			opt.Progress(done, max(done, todo.total))
		}
	}}
	var ahead *flight
	for {
		if ahead != nil && ahead.failed() {
			if err := r.land(ahead, nil); err != nil {
				return err
			}
			ahead = nil
		}
		batch, err := todo.next(groupsPerTransaction)
		if err == nil {
			err = ctx.Err()
		}
		if err != nil || len(batch) == 0 {
			return errors.Join(err, r.land(ahead, nil))
		}
		next := r.start(batch)
		if err := r.land(ahead, next); err != nil {
			next.end()
			return err
		}
		next.turn <- true
		ahead = next
	}
}

// start begins to close a batch and comes back when the transaction waits for its turn or has ended.
func (r *runway) start(batch []openGroup) *flight {
	f := &flight{batch: batch, waits: make(chan struct{}), turn: make(chan bool, 2), ended: make(chan struct{})}
	go func() {
		defer close(f.ended)
		tries := 0
		f.err = r.db.RunTx(r.ctx, func(tx *gorm.DB) (err error) {
			if tries++; tries > 1 {
				return errAlone
			}
			f.outcomes, err = closeBatchTx(tx, r.clock, r.month, r.invoiceDate, batch, f.wait(r.ctx))
			return err
		})
	}()
	select {
	case <-f.waits:
	case <-f.ended:
	}
	return f
}

func (f *flight) wait(ctx context.Context) func() error {
	return func() error {
		close(f.waits)
		if !<-f.turn {
			return errAlone
		}
		return ctx.Err()
	}
}

// failed says whether the transaction is over without having changed anything.
func (f *flight) failed() bool {
	select {
	case <-f.ended:
		return f.err != nil
	default:
		return false
	}
}

// end rolls a flight back that waits for its turn.
func (f *flight) end() {
	f.turn <- false
	<-f.ended
}

// land waits until a batch is closed, by itself when it lost to another transaction; then the one behind
// it is rolled back first, to be closed when its turn comes.
func (r *runway) land(f, behind *flight) error {
	if f == nil {
		return nil
	}
	<-f.ended
	if errors.Is(f.err, errAlone) {
		if behind != nil {
			behind.end()
		}
		f.err = r.db.RunTx(r.ctx, func(tx *gorm.DB) (err error) {
			f.outcomes, err = closeBatchTx(tx, r.clock, r.month, r.invoiceDate, f.batch, r.ctx.Err)
			return err
		})
	}
	if f.err == nil {
		r.landed(f.batch, f.outcomes)
	}
	return f.err
}
