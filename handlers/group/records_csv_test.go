package group_test

import (
	"encoding/csv"
	"io"
	"net/http"
	"runtime"
	"strings"
	"testing"

	"billfold/models/access"
	"billfold/models/db"
	"billfold/models/invoice"
	"billfold/views"

	"github.com/shopspring/decimal"
)

func TestRecordsOfALineAsCSV(t *testing.T) {
	eachBooks(t, func(t *testing.T, b *books) {
		evil := b.used(`=HYPERLINK("https://evil.example")`, "api", "pg-evil", "pg", "startup-4", "2026-11-05T00:00:00Z", 1, "0.000000000000000001")
		evil.Unit = "@hours"
		b.ingest(evil)
		id := b.one(`SELECT id FROM invoice_lines WHERE service_name = 'pg-evil'`)
		rows := csvRows(t, b.vi.Get(views.LineRecordsCSVPath(b.production, "estimate-2026-11", id)).Want(t, 200).Body)
		if got := strings.Join(rows[1], "|"); got != "estimate-2026-11|"+id+`|'=HYPERLINK("https://evil.example")|2026-11-05T00:00:00Z|2026-11-06T00:00:00Z|2026-11-22T14:05:09Z|1|'@hours|0.000000000000000001|USD` {
			t.Errorf("the row is %s", got)
		}
		line := b.one(`SELECT l.id FROM invoice_lines l JOIN invoices i ON i.id = l.invoice_id WHERE i.number = ? AND l.service_name = 'pg-main'`, b.number)
		path := views.LineRecordsCSVPath(b.production, b.number, line)
		file := b.vi.Get(path).Want(t, 200)
		if got, want := file.Header.Get("Content-Disposition"), "attachment; filename=usage_"+b.number+"_"+line+".csv"; got != want {
			t.Errorf("saved as %s, want %s", got, want)
		}
		sum := decimal.Zero
		for _, r := range csvRows(t, file.Body)[1:] {
			sum = sum.Add(decimal.RequireFromString(r[8]))
		}
		p := b.vi.Get(views.LinePath(b.production, b.number, line)).Want(t, 200)
		if sum.String() != "17.0928" || exact(p.Find("#amount tbody data")[0]) != sum.String() || !p.Has("main a[href='"+path+"']") {
			t.Errorf("the file's sum is %s: %s", sum, p.Main())
		}
		says(t, p, "Times the exchange rate 1 USD = 0.9227646027 EUR, 30 Oct 2026, Test rates 0.9227646027", "Not rounded 15.77263080103056 EUR", "Amount of the line €15.77")
		b.eve.Get(path).Want(t, 404)
		for _, other := range []string{strings.Replace(path, b.production, b.research, 1), strings.Replace(path, b.number, "estimate-2026-11", 1), views.LineRecordsCSVPath(b.production, b.number, "x")} {
			b.ana.Get(other).Want(t, 404)
		}
		// A credit note's line has no records of its own: its page is the invoice's.
		done, err := b.invoices.CreditInvoice(ctx, access.OperatorActor(), b.number, invoice.CreditRequest{Line: line, Amount: "1", Reason: "Outage"})
		b.must(err)
		b.vi.Get(views.LinePath(b.production, *done.Note.Number, done.Rows[0].ID)).WantRedirect(t, views.LinePath(b.production, b.number, line))
		if rows := strings.Count(string(b.vi.Get(views.LineRecordsCSVPath(b.production, *done.Note.Number, done.Rows[0].ID)).Want(t, 200).Body), "\r\n"); rows != 1 {
			t.Errorf("%d rows, with the head", rows)
		}
	})
}

// meter passes a file on, and looks at the memory in use from time to time.
type meter struct {
	*io.PipeWriter
	header http.Header
	status int
	bytes  int
	next   int
	most   uint64
}

func (m *meter) Header() http.Header    { return m.header }
func (m *meter) WriteHeader(status int) { m.status = status }

func (m *meter) Write(p []byte) (int, error) {
	if m.bytes += len(p); m.bytes >= m.next {
		m.next, m.most = m.bytes+1<<20, max(m.most, heap())
	}
	return m.PipeWriter.Write(p)
}

func heap() uint64 {
	runtime.GC()
	var s runtime.MemStats
	runtime.ReadMemStats(&s)
	return s.HeapAlloc
}

// The records of a line with 100,000 of them are written while they are read: every one once, in order,
// with the exact sum of the line, in memory that does not grow with the file.
func TestManyRecordsAsCSVInConstantMemory(t *testing.T) {
	const many = 100_000
	eachBooks(t, func(t *testing.T, b *books) {
		id := "('00000000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid"
		if b.DB.Dialect() == db.SQLite {
			id = "printf('00000000-0000-7000-8000-%012x', n)"
		}
		b.exec(`WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < ?)
			INSERT INTO usage_records (id, account_id, record_id, content_hash, line_id, start_at, end_at, quantity, cost, received_at)
			SELECT `+id+`, r.account_id, 'bulk-' || n, r.content_hash, r.line_id, r.start_at, r.end_at, r.quantity, r.cost, r.received_at FROM s, usage_records r WHERE r.record_id = 'n2'`, many-1)
		line := b.one(`SELECT line_id FROM usage_records WHERE record_id = 'n2'`)
		r := b.vi.Request("GET", views.LineRecordsCSVPath(b.production, "estimate-2026-11", line), nil)
		r.Header.Del("Accept-Encoding")
		before := heap()
		in, out := io.Pipe()
		m := &meter{PipeWriter: out, header: http.Header{}}
		go func() {
			b.Handler.ServeHTTP(m, r)
			_ = out.Close()
		}()
		rows := csv.NewReader(in)
		if head, err := rows.Read(); err != nil || head[2] != "record_id" {
			t.Fatalf("%q, %v", head, err)
		}
		sum, n, last := decimal.Zero, 0, ""
		seen := make([]bool, many)
		for {
			row, err := rows.Read()
			if err == io.EOF {
				break
			}
			b.must(err)
			at := 0
			if row[2] != "n2" {
				at = int(decimal.RequireFromString(strings.TrimPrefix(row[2], "bulk-")).IntPart())
			}
			if seen[at] || row[3] < last {
				t.Fatalf("row %d, %s, again or out of order", n, row[2])
			}
			seen[at], last = true, row[3]
			sum = sum.Add(decimal.RequireFromString(row[8]))
			n++
		}
		if want := decimal.RequireFromString("12.33").Mul(decimal.NewFromInt(many)); n != many || !sum.Equal(want) || m.status != http.StatusOK {
			t.Errorf("%d records, %s, want %s; status %d", n, sum, want, m.status)
		}
		if m.bytes < 10<<20 || m.most > before+6<<20 {
			t.Errorf("%d MB were sent, and memory grew from %d to %d MB", m.bytes>>20, before>>20, m.most>>20)
		}
		t.Logf("%d MB sent, memory %d to %d MB", m.bytes>>20, before>>20, m.most>>20)
	})
}
