package bench

import (
	"context"
	"fmt"
	"time"

	"billfold/models/db"
	"billfold/models/db/scratch"
	"billfold/models/usage"
)

// groupProjects is how many projects a billing group of the ingest has.
const groupProjects = 100

// ingestBatches are the sizes of batches that are measured.
var ingestBatches = []int{1_000, 10_000}

func ingestMeasurements() []Measurement {
	var all []Measurement
	for _, s := range shapes {
		all = append(all, Measurement{Name: "ingest-" + s.name, About: "taking in usage records: " + s.about,
			Run: func(ctx context.Context, e *Env) ([]Row, error) { return measureIngest(ctx, e, s) }})
	}
	return all
}

// measureIngest takes the records in, in batches of each size. Right after each batch the same rows go
// into a table like that of the records by bare SQL, so that both see the same machine.
func measureIngest(ctx context.Context, e *Env, s shape) ([]Row, error) {
	prepared, w, err := ingestWorld(ctx, e)
	if err != nil {
		return nil, err
	}
	var all []Row
	for _, size := range ingestBatches {
		var ran []*ingestRound
		for round := range e.Rounds {
			err := e.In(ctx, prepared, func(d *db.DB) error {
				r, err := newIngestRound(ctx, e, d, w, s, size)
				if err != nil {
					return err
				}
				words := fmt.Sprintf("ingest-%s, batches of %d, round %d", s.name, size, round+1)
				ran = append(ran, r)
				return r.run(ctx, e.Progress(words))
			})
			if err != nil {
				return nil, err
			}
		}
		all = append(all, ingestRow(e, w, s, size, ran))
	}
	return all, prepared.Drop()
}

// ingestWorld prepares a database with the projects and no usage.
func ingestWorld(ctx context.Context, e *Env) (*scratch.Database, *world, error) {
	prepared, err := e.NewDatabase(ctx)
	if err != nil {
		return nil, nil, err
	}
	d, err := e.Open(ctx, prepared)
	if err != nil {
		return nil, nil, err
	}
	defer func() { _ = d.Close() }()
	each := max(1, e.Projects/e.Accounts)
	groups := max(1, each/groupProjects)
	if err := found(ctx, d); err != nil {
		return nil, nil, err
	}
	w := &world{}
	if err := w.add(ctx, d, e.Accounts, groups, each/groups); err != nil {
		return nil, nil, err
	}
	return prepared, w, e.tidy(ctx, d)
}

// ingestRound is one run over all records: the product and its limit, batch by batch.
type ingestRound struct {
	store  *usage.Store
	limit  *ingestLimit
	maker  *maker
	size   int
	total  int
	took   time.Duration // of the product
	bare   time.Duration // of the limit
	memory Memory
	heaps  []float64 // peak of each tenth
}

func newIngestRound(ctx context.Context, e *Env, d *db.DB, w *world, s shape, size int) (*ingestRound, error) {
	limit, err := newIngestLimit(ctx, d, w)
	return &ingestRound{store: usage.NewStore(d, Clock), limit: limit, maker: newMaker(w, s), size: size, total: e.Records}, err
}

// run goes in tenths: one by the product, and the same rows by the limit. So the memory can be seen as the
// work grows, and what the limit reads is not collected at the product's expense.
func (r *ingestRound) run(ctx context.Context, progress func(done, total int)) error {
	tenth := (r.total + 9) / 10
	tenth += (r.size - tenth%r.size) % r.size
	for from := 0; from < r.total; from += tenth {
		to := min(from+tenth, r.total)
		watch := Watch()
		err := r.product(ctx, from, to, progress)
		memory := watch.Stop()
		if err != nil {
			return err
		}
		r.memory = r.memory.with(memory)
		r.heaps = append(r.heaps, float64(memory.Heap))
		if err := r.same(ctx, from, to); err != nil {
			return fmt.Errorf("the limit: %w", err)
		}
	}
	return r.limit.check(ctx, r.total)
}

// product takes in the records of the numbers from (inclusive) to (exclusive), batch by batch.
func (r *ingestRound) product(ctx context.Context, from, to int, progress func(done, total int)) error {
	for ; from < to; from += r.size {
		batch := r.maker.batch(from, min(r.size, to-from))
		begun := time.Now()
		result, err := r.store.Ingest(ctx, operator, batch, usage.Options{})
		r.took += time.Since(begun)
		if err != nil {
			return err
		}
		if result.Accepted != len(batch) {
			return fmt.Errorf("%d of %d records were taken in", result.Accepted, len(batch))
		}
		progress(from+len(batch), r.total)
	}
	return nil
}

// same writes the rows of these records by the limit, in the same batches.
func (r *ingestRound) same(ctx context.Context, from, to int) error {
	for ; from < to; from += r.size {
		n := min(r.size, to-from)
		took, err := r.limit.write(ctx, recordID(from), recordID(from+n-1), n)
		if err != nil {
			return err
		}
		r.bare += took
	}
	return nil
}

// ingestRow makes one result of several rounds.
func ingestRow(e *Env, w *world, s shape, size int, ran []*ingestRound) Row {
	var speeds, bares, ratios []float64
	row := Row{Name: "ingest-" + s.name, Database: string(e.Dialect), Unit: "records/s", Rounds: len(ran),
		Sizes:  []Size{{"records", e.Records}, {"projects", len(ran[0].maker.projects)}, {"accounts", len(w.accounts)}, {"records a line", s.perLine}, {"a batch", size}},
		Memory: &Memory{}, Note: s.about}
	var growth []float64
	for _, r := range ran {
		speeds = append(speeds, perSecond(r.total, r.took))
		bares = append(bares, perSecond(r.total, r.bare))
		ratios = append(ratios, r.bare.Seconds()/r.took.Seconds())
		*row.Memory = row.Memory.with(r.memory)
		growth = append(growth, rise(r.heaps))
	}
	speed, bare := StatsOf(speeds), StatsOf(bares)
	row.Median, row.Min, row.Max = speed.Median, speed.Min, speed.Max
	row.Limit = &Limit{What: "bare INSERT of the records", Median: bare.Median, Min: bare.Min, Max: bare.Max}
	row.Ratio = StatsOf(ratios).Median
	if e.Dialect == db.Postgres {
		row.Limit.What = "COPY of the records"
		row.Aims = []Aim{AtLeast("of the limit's speed", row.Ratio, s.aimRatio), AtLeast("records/s", row.Median, s.aimSpeed)}
	}
	row.Aims = append(row.Aims, AtMost("heap, second half to first", StatsOf(growth).Median, flat))
	return row
}
