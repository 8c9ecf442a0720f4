package crash

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"billfold/models/db"

	"github.com/shopspring/decimal"
)

// The load of the trial of POST /v1/usage: so many records a batch, a batch so often, for so long.
const (
	loadBatch   = 50
	loadPause   = 20 * time.Millisecond // 2,500 records a second
	loadLasts   = 5 * time.Second
	loadSenders = 8
)

// ingestTrial sends usage at a constant rate, whatever happens to the server, which is killed and started
// again meanwhile. A batch without an answer is sent again until it has one. What was acknowledged is there
// after each kill, all of a batch or nothing is, and at the end each record is there once.
func (w *world) ingestTrial(t *testing.T, short int) {
	t.Helper()
	start := w.setUp.clone(t)
	token, _ := start.ok(t, early, "", "tokens", "create", "--operator", "--name", "meter", "--scope", "usage:write")
	kills, batches, repeated, half := 0, 0, 0, 0
	eachRound(t, short, func(t *testing.T, roll *rand.Rand) {
		d, listen := start.clone(t), freeAddress(t)
		server := d.serve(t, ended, listen)
		m := &meter{url: "http://" + listen + "/v1/usage", token: strings.TrimSpace(token), acknowledged: map[int]bool{}}
		finished := make(chan error, 1)
		go func() { finished <- m.run(t.Context()) }()
		for began := time.Now(); time.Since(began) < loadLasts-time.Second; {
			moment := time.Duration(roll.Int64N(int64(1200 * time.Millisecond)))
			if !server.killAfter(time.Since(server.began) + moment) {
				t.Fatalf("the server ended by itself\n%s", server.stderr.String())
			}
			kills++
			half += m.check(t, d)
			d.verify(t)
			server = d.serve(t, ended, listen)
		}
		if err := <-finished; err != nil {
			t.Fatalf("%v\n%s", err, server.stderr.String())
		}
		// Once more: all of it is known.
		for n := range m.sent {
			if accepted, err := m.post(t.Context(), n); err != nil || accepted != 0 {
				t.Errorf("batch %d, sent again: %d accepted, %v", n, accepted, err)
			}
		}
		server.terminate()
		d.verify(t)
		if m.check(t, d); len(m.acknowledged) != m.sent {
			t.Errorf("%d of %d batches were acknowledged", len(m.acknowledged), m.sent)
		}
		m.checkSums(t, d)
		batches, repeated = batches+m.sent, repeated+m.repeated
	})
	t.Logf("%d kills; %d batches of %d records were acknowledged, %d were sent again, of which %d had been taken in", kills, batches, loadBatch, repeated, half)
	if repeated == 0 {
		t.Error("no batch was lost: the kills meet nothing")
	}
}

// meter is a program that sends usage.
type meter struct {
	url, token string

	mu             sync.Mutex
	acknowledged   map[int]bool
	sent, repeated int
}

// run sends the batches at their times; those that nobody answered wait until somebody does.
func (m *meter) run(ctx context.Context) error {
	due := make(chan int, int(loadLasts/loadPause)+1)
	failures := make(chan error, loadSenders)
	var all sync.WaitGroup
	for range loadSenders {
		all.Go(func() {
			for n := range due {
				if err := m.deliver(ctx, n); err != nil {
					failures <- err
					return
				}
			}
		})
	}
	for began := time.Now(); m.sent < int(loadLasts/loadPause); m.sent++ {
		time.Sleep(time.Until(began.Add(time.Duration(m.sent) * loadPause)))
		due <- m.sent
	}
	close(due)
	all.Wait()
	close(failures)
	return <-failures // nil when there is none
}

// deliver sends a batch until it is acknowledged.
func (m *meter) deliver(ctx context.Context, n int) error {
	for began := time.Now(); ; time.Sleep(10 * time.Millisecond) {
		_, err := m.post(ctx, n)
		if err == nil {
			m.mu.Lock()
			m.acknowledged[n] = true
			m.mu.Unlock()
			return nil
		}
		if _, fatal := err.(refused); fatal || time.Since(began) > patience || ctx.Err() != nil {
			return fmt.Errorf("batch %d: %w", n, err)
		}
		m.mu.Lock()
		m.repeated++
		m.mu.Unlock()
	}
}

// refused is an answer that sending again does not change.
type refused string

func (r refused) Error() string { return string(r) }

func (m *meter) post(ctx context.Context, n int) (accepted int, err error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, m.url, bytes.NewReader(loadBody(n)))
	if err != nil {
		return 0, err
	}
	r.Header.Set("Authorization", "Bearer "+m.token)
	r.Header.Set("Content-Type", "application/x-ndjson")
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return 0, err
	}
	defer func() { _ = answer.Body.Close() }()
	body, err := io.ReadAll(answer.Body)
	switch {
	case err != nil:
		return 0, err
	case answer.StatusCode == http.StatusServiceUnavailable, answer.StatusCode == http.StatusTooManyRequests:
		return 0, fmt.Errorf("status %d", answer.StatusCode)
	case answer.StatusCode != http.StatusOK:
		return 0, refused(fmt.Sprintf("status %d: %s", answer.StatusCode, body))
	}
	var got struct{ Accepted, Duplicates int }
	if err := json.Unmarshal(body, &got); err != nil {
		return 0, err
	}
	if got.Accepted+got.Duplicates != loadBatch || got.Accepted != 0 && got.Duplicates != 0 {
		return 0, refused("a batch was taken in by halves: " + string(body))
	}
	return got.Accepted, nil
}

// loadCost is the cost of a record of a batch, far below a cent.
func loadCost(n, i int) decimal.Decimal { return decimal.New(int64(1+n*loadBatch+i), -11) }

func loadBody(n int) []byte {
	var out bytes.Buffer
	for i := range loadBatch {
		fmt.Fprintf(&out, `{"record_id":"load-%06d-%02d","project":"%s-%d","service_name":"db-%d","service_type":"pg","start":"2024-09-%02dT10:00:00Z","end":"2024-09-%02dT11:00:00Z","cost":"%s"}`+"\n",
			n, i, people[(n+i)%len(people)], 1+i%6, n%7, 1+n%30, 1+n%30, loadCost(n, i))
	}
	return out.Bytes()
}

// check sees that every acknowledged batch is there and every other one whole or not at all. It gives how
// many are there that nobody has been told of.
func (m *meter) check(t testing.TB, d *database) (unknown int) {
	t.Helper()
	d.look(t, func(ctx context.Context, d *db.DB) {
		m.mu.Lock()
		acknowledged := len(m.acknowledged)
		told := make(map[int]bool, acknowledged)
		for n := range m.acknowledged {
			told[n] = true
		}
		m.mu.Unlock()
		var rows []struct{ Batch, Records int }
		check(t, d.Read(ctx).Raw(`SELECT CAST(substr(record_id, 6, 6) AS integer) AS batch, count(*) AS records FROM usage_records WHERE record_id LIKE 'load-%' GROUP BY 1`).Scan(&rows).Error)
		for _, r := range rows {
			if r.Records != loadBatch {
				t.Errorf("%d of %d records of batch %d are there", r.Records, loadBatch, r.Batch)
			}
			if !told[r.Batch] {
				unknown++
			}
			delete(told, r.Batch)
		}
		if len(told) > 0 {
			t.Errorf("%d of %d acknowledged batches are lost: %v", len(told), acknowledged, told)
		}
	})
	return unknown
}

// checkSums sees that records, lines and events say the same as what was sent.
func (m *meter) checkSums(t testing.TB, d *database) {
	t.Helper()
	want := decimal.Zero
	for n := range m.sent {
		for i := range loadBatch {
			want = want.Add(loadCost(n, i))
		}
	}
	d.look(t, func(ctx context.Context, d *db.DB) {
		for what, query := range map[string]string{"records": `SELECT cost, 1 AS records FROM usage_records`, "lines": `SELECT cost, record_count AS records FROM invoice_lines`} {
			var rows []struct {
				Cost    decimal.Decimal
				Records int
			}
			check(t, d.Read(ctx).Raw(query).Scan(&rows).Error)
			sum, records := decimal.Zero, 0
			for _, r := range rows {
				sum, records = sum.Add(r.Cost), records+r.Records
			}
			if !sum.Equal(want) || records != m.sent*loadBatch {
				t.Errorf("%s: %d of %s, want %d of %s", what, records, sum, m.sent*loadBatch, want)
			}
		}
		var events []string
		check(t, d.Read(ctx).Raw(`SELECT after FROM events WHERE type = 'usage.ingested' AND actor_kind = 'token'`).Scan(&events).Error)
		told := 0
		for _, e := range events {
			var after struct{ Accepted int }
			check(t, json.Unmarshal([]byte(e), &after))
			told += after.Accepted
		}
		if told != m.sent*loadBatch {
			t.Errorf("events tell of %d records, want %d", told, m.sent*loadBatch)
		}
	})
}
