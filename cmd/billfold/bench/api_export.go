package bench

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"billfold/models/db"
	"billfold/models/db/scratch"
	"billfold/models/rate"
	"billfold/models/usage"
)

// exportMonths is how many months the lines are spread over.
const exportMonths = 4

// apiExportAim is how fast an export must be beside COPY TO.
const apiExportAim = 0.4

// exportColumns are those of which an export is made.
const exportColumns = `l.id, l.project_name, l.service_name, l.service_type, l.service_plan, l.cloud, l.line_type, l.description, l.tags,
	l.service_start, l.service_end, l.cost, l.amount_minor, i.month, i.state, i.currency`

// measureAPIExport reads all lines of a group in each form, and the same rows by COPY TO.
func measureAPIExport(ctx context.Context, e *Env) ([]Row, error) {
	prepared, w, err := exportWorld(ctx, e)
	if err != nil {
		return nil, err
	}
	var all []Row
	err = e.In(ctx, prepared, func(d *db.DB) error {
		server, err := newAPIServer(ctx, d, Clock)
		if err != nil {
			return err
		}
		defer server.Close()
		b, err := newBare(ctx, d)
		if err != nil {
			return err
		}
		x := &exportBench{e: e, server: server, bare: b, group: w.accounts[0].groups[0].id}
		for _, kind := range []string{"text/csv", "application/x-ndjson", "application/json"} {
			row, err := x.measure(ctx, kind)
			if err != nil {
				return fmt.Errorf("%s: %w", kind, err)
			}
			all = append(all, row)
		}
		return nil
	})
	return all, errors.Join(err, prepared.Drop())
}

type exportBench struct {
	e      *Env
	server *apiServer
	bare   *bare
	group  string
}

func (x *exportBench) measure(ctx context.Context, kind string) (Row, error) {
	e := x.e
	var speeds, limits, ratios, growth []float64
	row := Row{Name: "api-export " + kind, Database: string(e.Dialect), Unit: "lines/s", Rounds: e.Rounds, Memory: &Memory{},
		Sizes: []Size{{"lines", e.Records}, {"months", exportMonths}}}
	bar := e.Progress("api-export " + kind)
	for round := range e.Rounds {
		watch := Watch()
		took, bytes, heaps, err := x.product(ctx, kind, watch)
		*row.Memory = row.Memory.with(watch.Stop())
		if err != nil {
			return row, err
		}
		limit, err := x.limit(ctx)
		if err != nil {
			return row, fmt.Errorf("the limit: %w", err)
		}
		for _, h := range heaps {
			*row.Memory = row.Memory.with(h)
		}
		row.Note = fmt.Sprintf("%.0f bytes a line; the product orders the lines, writes US dollars and goes through HTTP", float64(bytes)/float64(e.Records))
		speeds, limits = append(speeds, perSecond(e.Records, took)), append(limits, perSecond(e.Records, limit))
		ratios, growth = append(ratios, limit.Seconds()/took.Seconds()), append(growth, rise(heapsOf(heaps)))
		bar(round+1, e.Rounds)
	}
	speed, limit := StatsOf(speeds), StatsOf(limits)
	row.Median, row.Min, row.Max = speed.Median, speed.Min, speed.Max
	row.Limit = &Limit{What: "bare SELECT of the same rows", Median: limit.Median, Min: limit.Min, Max: limit.Max}
	row.Ratio = StatsOf(ratios).Median
	if e.Dialect == db.Postgres {
		row.Limit.What = "COPY TO of the same rows"
		row.Aims = []Aim{AtLeast("of the limit's speed", row.Ratio, apiExportAim)}
	}
	row.Aims = append(row.Aims, AtMost("heap, second half to first", StatsOf(growth).Median, flat))
	return row, nil
}

func heapsOf(laps []Memory) []float64 {
	list := make([]float64, len(laps))
	for i, m := range laps {
		list[i] = float64(m.Heap)
	}
	return list
}

// product reads all lines, and notes the memory ten times on the way.
func (x *exportBench) product(ctx context.Context, kind string, watch *Watcher) (took time.Duration, bytes int64, heaps []Memory, err error) {
	begun := time.Now()
	answer, err := x.server.ask(ctx, http.MethodGet, "/v1/billing-group/"+x.group+"/lines", kind, nil)
	if err != nil {
		return 0, 0, nil, err
	}
	lines, buf := 0, make([]byte, 256<<10)
	for err == nil {
		var n int
		n, err = answer.Body.Read(buf)
		bytes += int64(n)
		for _, c := range buf[:n] {
			if c == '\n' {
				lines++
			}
		}
		if lines >= (len(heaps)+1)*x.e.Records/10 {
			heaps = append(heaps, watch.Lap())
		}
	}
	took = time.Since(begun)
	if errors.Is(err, io.EOF) {
		err = nil
	}
	if kind != "application/x-ndjson" {
		lines-- // the head of CSV, the end of JSON
	}
	if err == nil && lines != x.e.Records {
		err = fmt.Errorf("%d lines came, want %d", lines, x.e.Records)
	}
	return took, bytes, heaps, errors.Join(err, answer.Body.Close())
}

// limit reads the same rows: by COPY TO, or by a bare SELECT.
func (x *exportBench) limit(ctx context.Context) (time.Duration, error) {
	from := ` FROM invoice_lines l JOIN invoices i ON i.id = l.invoice_id WHERE i.group_id = '` + x.group + `'`
	begun := time.Now()
	if x.e.Dialect == db.SQLite {
		rows, err := x.bare.pool.QueryContext(ctx, "SELECT "+exportColumns+from)
		if err != nil {
			return 0, err
		}
		defer func() { _ = rows.Close() }()
		values, places := make([]any, 16), make([]any, 16)
		for i := range values {
			places[i] = &values[i]
		}
		for rows.Next() {
			if err := rows.Scan(places...); err != nil {
				return 0, err
			}
		}
		return time.Since(begun), rows.Err()
	}
	conn, err := x.bare.pool.Conn(ctx)
	if err != nil {
		return 0, err
	}
	defer func() { _ = conn.Close() }()
	err = scratch.CopyTo(ctx, conn, io.Discard, "SELECT "+exportColumns+from)
	return time.Since(begun), err
}

// exportWorld prepares a database with a group that has a line for each record, over some months.
func exportWorld(ctx context.Context, e *Env) (*scratch.Database, *world, error) {
	prepared, err := e.NewDatabase(ctx)
	if err != nil {
		return nil, nil, err
	}
	d, err := e.Open(ctx, prepared)
	if err != nil {
		return nil, nil, err
	}
	defer func() { _ = d.Close() }()
	if err := found(ctx, d); err != nil {
		return nil, nil, err
	}
	w := &world{}
	if err := w.add(ctx, d, 1, 1, min(e.Projects, 1000)); err != nil {
		return nil, nil, err
	}
	rates := "date,base,currency,rate\n"
	for day := founded; day.Before(now); day = day.AddDate(0, 0, 1) {
		rates += day.Format(time.DateOnly) + ",EUR,USD,1.1196\n"
	}
	if _, err := rate.NewStore(d, Clock).Import(ctx, operator, "bench", strings.NewReader(rates)); err != nil {
		return nil, nil, err
	}
	store, m, bar := usage.NewStore(d, Clock), newMaker(w, shapes[0]), e.Progress("Making lines")
	const batch = usage.MaxBatch
	for from := 0; from < e.Records; from += batch {
		records := m.batch(from, min(batch, e.Records-from))
		for i := range records {
			back := -((from + i) * exportMonths / e.Records)
			records[i].Start, records[i].End = records[i].Start.AddDate(0, back, 0), records[i].End.AddDate(0, back, 0)
			records[i].Description = "Kafka " + records[i].ServiceName
		}
		if _, err := store.Ingest(ctx, operator, records, usage.Options{}); err != nil {
			return nil, nil, err
		}
		bar(from+len(records), e.Records)
	}
	return prepared, w, e.tidy(ctx, d)
}
