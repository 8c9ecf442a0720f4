package main

import (
	"context"
	"encoding/json"
	"log/slog"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"billfold/models"
	"billfold/models/db"
	"billfold/models/invoice"
)

func TestWhichMonthIsDue(t *testing.T) {
	for _, c := range []struct {
		now   string
		after time.Duration
		want  models.Month
	}{
		{"2024-10-01T05:59:59.999999Z", 6 * time.Hour, "2024-08"}, {"2024-10-01T06:00:00Z", 6 * time.Hour, "2024-09"},
		{"2024-10-31T23:59:59Z", 6 * time.Hour, "2024-09"}, {"2024-10-01T00:00:00Z", 0, "2024-09"}, {"2024-09-30T23:59:59.999999Z", 0, "2024-08"},
		{"2025-01-01T06:00:00Z", 6 * time.Hour, "2024-12"}, {"2024-03-01T06:00:00Z", 6 * time.Hour, "2024-02"}, {"2024-03-01T05:00:00Z", 6 * time.Hour, "2024-01"},
		{"2024-10-01T08:00:00+02:00", 6 * time.Hour, "2024-09"}, {"2024-10-01T07:59:59+02:00", 6 * time.Hour, "2024-08"},
		{"2024-10-05T00:00:00Z", 40 * 24 * time.Hour, "2024-07"}, // longer than a month
	} {
		now, err := time.Parse(time.RFC3339, c.now)
		if err != nil {
			t.Fatal(err)
		}
		if got := lastDue(now, c.after); got != c.want {
			t.Errorf("at %s with %s: %s, want %s", c.now, c.after, got, c.want)
		}
	}
}

func TestCloseAfterOnTheCommandLine(t *testing.T) {
	l := newLine(t)
	l.refused("--close-after must not be negative", "serve", "--listen", "127.0.0.1:0", "--close-after=-1h")
	l.refused("--close-after", "serve", "--listen", "127.0.0.1:0", "--close-after", "soon")
}

// outage is a database with usage of three months, of which nobody has closed any; the group of the second
// project cannot be billed.
func outage(t *testing.T) (*line, *db.DB) {
	l := newLine(t)
	l.customer()
	t.Setenv("BILLFOLD_CLOCK", "2024-11-20T08:00:00Z")
	head, rows, _ := strings.Cut(focus, "\n")
	all := head + "\n"
	for month, id := range map[string]string{"2024-09": "9", "2024-10": "10", "2024-11": "11"} {
		all += strings.NewReplacer("2024-09-1", month+"-1", ",NULL,1,", `,NULL,"a`+id+`",`, ",NULL,2,", `,NULL,"b`+id+`",`).Replace(rows)
	}
	l.ok("", "usage", "import", l.file("focus.csv", all), "--create-projects")
	l.ok("", "seller", "set", "--name", "Seller Inc", "--address-line1", "1 Main Street", "--city", "Austin", "--region", "TX", "--postal-code", "78701", "--country", "US")
	d, err := db.Open(context.Background(), os.Getenv("BILLFOLD_DATABASE_URL"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() })
	return l, d
}

func (l *line) billable() {
	l.ok("", "billing-information", "set", "--group", "Acme/Default", "--company", "Acme Oy", "--address-line1", "Tie 1", "--city", "Espoo", "--postal-code", "02100", "--country", "FI")
}

// servers lets some servers close by themselves at a time until the log of each says what is awaited.
func servers(t *testing.T, d *db.DB, n int, now string, awaited string) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	at, _ := time.Parse(time.RFC3339, now)
	clock := models.Clock(func() time.Time { return at })
	var wait sync.WaitGroup
	for range n {
		own, stop := context.WithCancel(ctx)
		log := &awaiting{words: awaited, stop: stop}
		wait.Go(func() {
			closeByItself(own, invoice.NewStore(d, clock), clock, 6*time.Hour, slog.New(slog.NewTextHandler(log, nil)))
		})
	}
	wait.Wait()
	if ctx.Err() != nil {
		t.Errorf("at %s nobody has said %q", now, awaited)
	}
}

type awaiting struct {
	words string
	stop  func()
}

func (a *awaiting) Write(p []byte) (int, error) {
	if strings.Contains(string(p), a.words) {
		a.stop()
	}
	return len(p), nil
}

func numbers(t *testing.T, d *db.DB) (words string) {
	var rows []invoice.Row
	if err := d.Read(context.Background()).Where("number IS NOT NULL").Order("series_number").Find(&rows).Error; err != nil {
		t.Fatal(err)
	}
	for _, r := range rows {
		words += r.Month + " " + *r.Number + " of " + r.InvoiceDate.UTC().Format(time.DateOnly) + ";"
	}
	return words
}

const threeMonths = "2024-09 BF-2024-000001 of 2024-12-03;2024-10 BF-2024-000002 of 2024-12-03;2024-11 BF-2024-000003 of 2024-12-03;"

// Nobody served for two months: every ended month is closed, the oldest first, by however many servers.
func TestMonthsOfAnOutageAreClosedInOrder(t *testing.T) {
	l, d := outage(t)
	l.billable()
	servers(t, d, 3, "2024-12-03T09:00:00Z", `"the month is closed" month=2024-11`)
	if got := numbers(t, d); got != threeMonths {
		t.Error(got)
	}
	l.ok("", "verify")
}

// A parked month is tried again, and what waited for it comes after it.
func TestParkedMonthsAreTriedAgain(t *testing.T) {
	l, d := outage(t)
	servers(t, d, 1, "2024-12-03T09:00:00Z", `"the month is closed" month=2024-11 issued=0 parked=1`)
	if got := numbers(t, d); got != "" {
		t.Errorf("issued: %s", got)
	}
	l.billable()
	servers(t, d, 2, "2024-12-09T09:00:00Z", `"the month is closed" month=2024-11`) // it was started again
	if got := numbers(t, d); got != threeMonths {
		t.Error(got)
	}
	l.ok("", "verify")
}

// The report of `invoices close` names what was parked, and why, and the exact sums beside the rounded; it
// exits 0: the month was looked at, and the others are closed.
func TestTheReportOfAClosing(t *testing.T) {
	l, _ := outage(t)
	t.Setenv("BILLFOLD_CLOCK", "2024-12-03T09:00:00Z")
	var r closeReport
	if err := json.Unmarshal([]byte(l.ok("", "invoices", "close", "--month", "2024-09", "--json")), &r); err != nil {
		t.Fatal(err)
	}
	if r.Parked != 1 || r.Issued != 0 || len(r.Groups) != 1 || r.Groups[0].Reason != "billing information is incomplete: company, address line 1, city, country, currency" || len(r.RoundedSums) != 0 {
		t.Errorf("%+v", r)
	}
	if out := l.ok("", "invoices", "close", "--month", "2024-10"); !strings.Contains(out, "0 invoices issued, 1 groups parked") || !strings.Contains(out, "parked  Acme / Default (") || !strings.Contains(out, "September 2024 is not closed yet; a group's months close in order") {
		t.Error(out)
	}
	l.refused("ends on 31 Dec 2024", "invoices", "close", "--month", "2024-12")
	l.refused(`There is no account "Nobody"`, "invoices", "close", "--month", "2024-09", "--account", "Nobody")
	l.refused("date: Write the day as YYYY-MM-DD", "invoices", "close", "--month", "2024-09", "--date", "3.12.2024")
	l.billable()
	out := l.ok("", "invoices", "close", "--month", "2024-09")
	for _, want := range []string{"September 2024 closed, invoice date 2024-12-03: 1 invoices issued, 0 groups parked.", "BF-2024-000001  Acme / Default: exact 12.34500080001, rounded 12.35, with tax 12.35 USD",
		"Sum of issued invoices before credits and tax: exact 12.34500080001, rounded 12.35 USD"} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in %s", want, out)
		}
	}
	l.refused("keeps it", "invoices", "close", "--month", "2024-09", "--date", "2024-12-02")
}
