package bench

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"time"

	"billfold/models"
	"billfold/models/db"
	"billfold/models/db/scratch"
)

// apiInvoices is how many invoices the list has, the running estimate among them.
const apiInvoices = 50

// apiListAim is how many times longer the list may take than the bare handler.
const apiListAim = 1.5

// measureAPIInvoices asks for the list again and again, in turn with a bare handler that runs the same
// statements and writes the same bytes.
func measureAPIInvoices(ctx context.Context, e *Env) (rows []Row, err error) {
	made, err := e.NewDatabase(ctx)
	if err != nil {
		return nil, err
	}
	d, err := e.Open(ctx, made)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, d.Close(), made.Drop()) }()
	w, err := buildPages(ctx, d, pageSize{projects: 10, groups: 1, months: apiInvoices - 1, days: 5, events: 100}, e.Progress("Making invoices"))
	if err != nil {
		return nil, err
	}
	if err := e.settle(ctx, d); err != nil {
		return nil, err
	}
	server, err := newAPIServer(ctx, d, models.Clock(func() time.Time { return pageEnd }))
	if err != nil {
		return nil, err
	}
	defer server.Close()
	path := "/v1/billing-group/" + w.group + "/invoice"
	bare, err := newBareList(ctx, d, server, path)
	if err != nil {
		return nil, err
	}
	defer bare.Close()
	row, err := e.compareLists(ctx, server, bare, path)
	return []Row{row}, err
}

func (e *Env) compareLists(ctx context.Context, server *apiServer, bare *bareList, path string) (Row, error) {
	const requests = 300
	watch := Watch()
	var halves, lates, bareHalves, ratios, lateRatios []float64
	for round := range e.Rounds + 1 {
		var mine, limit []float64
		for range requests {
			body, took, err := server.read(ctx, path)
			if err == nil && len(body) != len(bare.body) {
				err = fmt.Errorf("the list is %d bytes long, was %d", len(body), len(bare.body))
			}
			if err != nil {
				return Row{}, err
			}
			mine = append(mine, float64(took.Microseconds())/1000)
			body, took, err = bare.read(ctx, path)
			if err == nil && !bytes.Equal(body, bare.body) {
				err = errors.New("the bare handler wrote something else")
			}
			if err != nil {
				return Row{}, err
			}
			limit = append(limit, float64(took.Microseconds())/1000)
		}
		if round == 0 {
			continue // what is read the first time is not in memory yet
		}
		half, late := Percentile(mine, 0.5), Percentile(mine, 0.99)
		halves, lates, bareHalves = append(halves, half), append(lates, late), append(bareHalves, Percentile(limit, 0.5))
		ratios, lateRatios = append(ratios, half/Percentile(limit, 0.5)), append(lateRatios, late/Percentile(limit, 0.99))
	}
	memory := watch.Stop()
	half, limit := StatsOf(halves), StatsOf(bareHalves)
	row := Row{Name: "api-invoices", Database: string(e.Dialect), Unit: "ms", Rounds: e.Rounds, Median: half.Median, Min: half.Min, Max: half.Max,
		Sizes:  []Size{{"invoices", apiInvoices}, {"requests", requests}, {"bytes", len(bare.body)}},
		Limit:  &Limit{What: "the same statements and bytes, bare", Median: limit.Median, Min: limit.Min, Max: limit.Max},
		Memory: &memory, Ratio: StatsOf(ratios).Median,
		Note: fmt.Sprintf("p99 %.2f ms; the bare handler runs the %d statements of a request and writes its bytes", StatsOf(lates).Median, len(bare.statements))}
	row.Aims = []Aim{AtMost("of the bare handler's time, p50", row.Ratio, apiListAim), AtMost("of the bare handler's time, p99", StatsOf(lateRatios).Median, apiListAim)}
	return row, nil
}

// bareList is a handler that does nothing but run statements and write bytes.
type bareList struct {
	*apiServer
	pool       *sql.DB
	statements []scratch.Statement
	body       []byte
}

// newBareList notes the statements and the bytes of one request.
func newBareList(ctx context.Context, d *db.DB, server *apiServer, path string) (*bareList, error) {
	b := &bareList{}
	var err error
	if b.pool, err = d.Read(ctx).DB(); err != nil {
		return nil, err
	}
	if _, _, err := server.read(ctx, path); err != nil { // statements of the first request alone are not noted
		return nil, err
	}
	b.statements, err = scratch.Queries(ctx, d, func() error {
		b.body, _, err = server.read(ctx, path)
		return err
	})
	if err != nil {
		return nil, err
	}
	b.apiServer = &apiServer{httptest.NewServer(b), server.client, ""}
	return b, nil
}

// ServeHTTP runs the statements and writes the bytes.
func (b *bareList) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	for _, s := range b.statements {
		if err := b.run(r.Context(), s); err != nil {
			http.Error(w, s.Text+": "+err.Error(), http.StatusInternalServerError)
			return
		}
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(b.body)
}

func (b *bareList) run(ctx context.Context, s scratch.Statement) error {
	rows, err := b.pool.QueryContext(ctx, s.Text, s.Args...)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	columns, err := rows.Columns()
	if err != nil {
		return err
	}
	values, places := make([]any, len(columns)), make([]any, len(columns))
	for i := range values {
		places[i] = &values[i]
	}
	for rows.Next() {
		if err := rows.Scan(places...); err != nil {
			return err
		}
	}
	return rows.Err()
}
