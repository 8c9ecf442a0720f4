package bench

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"sync"
	"time"

	"billfold/models/db"
	"billfold/models/money"
	"billfold/models/usage"
)

// apiBatches are the sizes of batches that come over HTTP.
var apiBatches = []int{100, 1_000}

// apiSenders is how many senders send at once.
const apiSenders = 8

// apiIngestAim is in records a second, on PostgreSQL.
const apiIngestAim = 40_000

// measureAPIIngest sends the records in batches of each size, and lets COPY write the same rows after each
// tenth of them.
func measureAPIIngest(ctx context.Context, e *Env) ([]Row, error) {
	prepared, w, err := ingestWorld(ctx, e)
	if err != nil {
		return nil, err
	}
	s := shapes[1]
	var all []Row
	for _, size := range apiBatches {
		var ran []*ingestRound
		for round := range e.Rounds {
			err := e.In(ctx, prepared, func(d *db.DB) error {
				server, err := newAPIServer(ctx, d, Clock)
				if err != nil {
					return err
				}
				defer server.Close()
				r, err := newIngestRound(ctx, e, d, w, s, size)
				if err != nil {
					return err
				}
				ran = append(ran, r)
				return r.over(ctx, server, e.Progress(fmt.Sprintf("api-ingest, batches of %d, round %d", size, round+1)))
			})
			if err != nil {
				return nil, err
			}
		}
		row := ingestRow(e, w, s, size, ran)
		row.Name, row.Note = "api-ingest", fmt.Sprintf("NDJSON over HTTP from %d senders in the same process; %s", apiSenders, s.about)
		row.Sizes = append(row.Sizes, Size{"senders", apiSenders})
		flat := row.Aims[len(row.Aims)-1]
		if row.Aims = nil; e.Dialect == db.Postgres {
			row.Aims = append(row.Aims, AtLeast("records/s", row.Median, apiIngestAim))
		}
		row.Aims = append(row.Aims, flat)
		all = append(all, row)
	}
	return all, prepared.Drop()
}

// over sends all records, a tenth at a time; the bodies of each are made before.
func (r *ingestRound) over(ctx context.Context, server *apiServer, progress func(done, total int)) error {
	tenth := (r.total + 9) / 10
	tenth += (r.size - tenth%r.size) % r.size
	for from := 0; from < r.total; from += tenth {
		to := min(from+tenth, r.total)
		var bodies [][]byte
		for at := from; at < to; at += r.size {
			bodies = append(bodies, ndjson(r.maker.batch(at, min(r.size, to-at))))
		}
		watch := Watch()
		begun := time.Now()
		accepted, err := send(ctx, server, bodies)
		r.took += time.Since(begun)
		memory := watch.Stop()
		if err == nil && accepted != to-from {
			err = fmt.Errorf("%d of %d records were taken in", accepted, to-from)
		}
		if err != nil {
			return err
		}
		r.memory = r.memory.with(memory)
		r.heaps = append(r.heaps, float64(memory.Heap))
		if err := r.same(ctx, from, to); err != nil {
			return fmt.Errorf("the limit: %w", err)
		}
		progress(to, r.total)
	}
	return r.limit.check(ctx, r.total)
}

// send sends the bodies, as many at once as there are senders.
func send(ctx context.Context, server *apiServer, bodies [][]byte) (accepted int, err error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	next := make(chan []byte)
	var all sync.WaitGroup
	var mu sync.Mutex
	for range apiSenders {
		all.Go(func() {
			for body := range next {
				n, err := post(ctx, server, body)
				if err != nil {
					cancel(err)
				}
				mu.Lock()
				accepted += n
				mu.Unlock()
			}
		})
	}
	for _, body := range bodies {
		next <- body
	}
	close(next)
	all.Wait()
	return accepted, context.Cause(ctx)
}

func post(ctx context.Context, server *apiServer, body []byte) (int, error) {
	answer, err := server.ask(ctx, http.MethodPost, "/v1/usage", "application/x-ndjson", bytes.NewReader(body))
	if err != nil {
		return 0, err
	}
	defer func() { _ = answer.Body.Close() }()
	var got struct{ Accepted int }
	err = json.NewDecoder(answer.Body).Decode(&got)
	return got.Accepted, err
}

// ndjson writes records as a producer does.
func ndjson(batch []usage.Record) []byte {
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	for _, r := range batch {
		_ = enc.Encode(map[string]any{"record_id": r.ID, "project_id": r.ProjectID, "service_name": r.ServiceName, "service_type": r.ServiceType, "service_plan": r.ServicePlan,
			"cloud": r.Cloud, "start": r.Start, "end": r.End, "quantity": money.Canonical(r.Quantity), "unit": r.Unit, "cost": money.Canonical(*r.Cost), "line_type": r.LineType, "tags": r.Tags})
	}
	return out.Bytes()
}
