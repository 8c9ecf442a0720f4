package bench

import (
	"context"
	"fmt"
	"time"

	"billfold/models/db"
	"billfold/models/db/scratch"
	"billfold/models/invoice"
)

// The aims of closing (issue "The invoice engine"): of the limit's time, in invoices/s on PostgreSQL, and how
// much longer an invoice may take among ten times as many groups.
const (
	closingTimes  = 1.5
	closingSpeed  = 5_000
	closingLinear = 1.2
)

func closingMeasurements() []Measurement {
	return []Measurement{{Name: "closing", About: "Closing a month, credits and tax included, PDFs not", Run: measureClosing}}
}

// measureClosing closes the month of so many groups, and then of ten times as many.
func measureClosing(ctx context.Context, e *Env) ([]Row, error) {
	few, err := closeGroups(ctx, e, e.Groups)
	if err != nil {
		return nil, err
	}
	many, err := closeGroups(ctx, e, 10*e.Groups)
	if err != nil {
		return nil, err
	}
	many.Aims = append(many.Aims,
		AtMost("time an invoice, to a tenth of groups", few.Median/many.Median, closingLinear),
		AtMost("heap, to a tenth of groups", float64(many.Memory.Heap)/float64(few.Memory.Heap), flat))
	return []Row{few, many}, nil
}

// closeGroups closes the month of so many groups in each round on a fresh copy of one prepared database, and
// on another has the limit write what came out.
func closeGroups(ctx context.Context, e *Env, groups int) (Row, error) {
	prepared, err := closingWorld(ctx, e, groups)
	if err != nil {
		return Row{}, err
	}
	var ran []closingRound
	for n := range e.Rounds {
		r := closingRound{groups: groups}
		err := e.In(ctx, prepared, func(closed *db.DB) error {
			if err := r.product(ctx, closed, e.Progress(fmt.Sprintf("closing %d groups, round %d", groups, n+1))); err != nil {
				return err
			}
			return e.In(ctx, prepared, func(open *db.DB) error {
				return r.limit(ctx, closed, open, e.Progress(fmt.Sprintf("the limit of it, round %d", n+1)))
			})
		})
		if err != nil {
			return Row{}, err
		}
		ran = append(ran, r)
	}
	return closingRow(e, groups, ran), prepared.Drop()
}

// closingRound is one closing by the product and one by the limit.
type closingRound struct {
	groups int
	took   time.Duration // of the product
	bare   time.Duration // of the limit
	memory Memory
	heaps  []float64 // peak of each tenth
}

// product closes the month. Every group must get an invoice, or it would be another measurement.
func (r *closingRound) product(ctx context.Context, d *db.DB, progress func(done, total int)) error {
	issued, lap := 0, 1
	opt := invoice.CloseOptions{
		Report: func(outcomes []invoice.Outcome) {
			for _, o := range outcomes {
				if o.Result == invoice.ResultIssued {
					issued++
				}
			}
		},
	}
	watch := Watch()
	note := func(m Memory) {
		r.memory = r.memory.with(m)
		r.heaps = append(r.heaps, float64(m.Heap))
	}
	opt.Progress = func(done, total int) {
		progress(done, total)
		if lap < 10 && done*10 >= lap*total {
			note(watch.Lap())
			lap = done*10/total + 1
		}
	}
	begun := time.Now()
	_, err := invoice.NewStore(d, Clock).Close(ctx, Month, opt)
	r.took = time.Since(begun)
	note(watch.Stop())
	if err == nil && issued != r.groups {
		err = fmt.Errorf("%d of %d groups got an invoice", issued, r.groups)
	}
	return err
}

// limit writes what closing wrote into a database where the month is still open.
func (r *closingRound) limit(ctx context.Context, closed, open *db.DB, progress func(done, total int)) error {
	l, err := newClosingLimit(ctx, closed, open)
	if err != nil {
		return err
	}
	r.bare, err = l.run(ctx, r.groups, progress)
	if err != nil {
		return fmt.Errorf("the limit: %w", err)
	}
	return nil
}

func closingRow(e *Env, groups int, ran []closingRound) Row {
	var speeds, bares, times, growth []float64
	row := Row{Name: "closing", Database: string(e.Dialect), Unit: "invoices/s", Rounds: len(ran), Memory: &Memory{},
		Sizes: []Size{{"groups", groups}, {"lines each", e.Lines}}, Note: "most groups with credits, tax of three kinds; documents are made later"}
	for _, r := range ran {
		speeds = append(speeds, perSecond(groups, r.took))
		bares = append(bares, perSecond(groups, r.bare))
		times = append(times, r.took.Seconds()/r.bare.Seconds())
		growth = append(growth, rise(r.heaps))
		*row.Memory = row.Memory.with(r.memory)
	}
	speed, bare := StatsOf(speeds), StatsOf(bares)
	row.Median, row.Min, row.Max = speed.Median, speed.Min, speed.Max
	row.Limit = &Limit{What: "bare SQL of the same rows", Median: bare.Median, Min: bare.Min, Max: bare.Max}
	row.Ratio = StatsOf(times).Median
	row.Aims = []Aim{AtMost("times the limit's time", row.Ratio, closingTimes)}
	if e.Dialect == db.Postgres {
		row.Aims = append(row.Aims, AtLeast("invoices/s", row.Median, closingSpeed))
	}
	row.Aims = append(row.Aims, AtMost("heap, second half to first", StatsOf(growth).Median, flat))
	return row
}

// closingWorld prepares a database in which the month waits to be closed.
func closingWorld(ctx context.Context, e *Env, groups int) (*scratch.Database, error) {
	prepared, err := e.NewDatabase(ctx)
	if err != nil {
		return nil, err
	}
	d, err := e.Open(ctx, prepared)
	if err != nil {
		return nil, err
	}
	defer func() { _ = d.Close() }()
	if err := fillClosing(ctx, d, groups, e.Lines, e.Progress(fmt.Sprintf("preparing %d groups", groups))); err != nil {
		return nil, err
	}
	return prepared, e.tidy(ctx, d)
}
