package main

import (
	"context"
	"log/slog"
	"os"
	"strings"
	"testing"
	"time"

	"billfold/models"
	"billfold/models/db"
	"billfold/models/invoice"
)

func TestServeClosesTheMonthThatEnded(t *testing.T) {
	l := newLine(t)
	l.customer()
	l.ok("", "usage", "import", l.file("focus.csv", focus), "--create-projects")
	l.ok("", "seller", "set", "--name", "Seller Inc", "--address-line1", "1 Main Street", "--city", "Austin", "--region", "TX", "--postal-code", "78701", "--country", "US")
	l.ok("", "billing-information", "set", "--group", "Acme/Default", "--company", "Acme Oy", "--address-line1", "Tie 1", "--city", "Espoo", "--postal-code", "02100", "--country", "FI")
	d, err := db.Open(context.Background(), os.Getenv("BILLFOLD_DATABASE_URL"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = d.Close() }()
	issuedAt := func(now string, wait time.Duration) int {
		ctx, cancel := context.WithCancel(context.Background())
		defer cancel()
		clock := models.Clock(func() time.Time { at, _ := time.Parse(time.RFC3339, now); return at })
		invoices := invoice.NewStore(d, clock)
		done := make(chan struct{})
		go func() {
			closeByItself(ctx, invoices, clock, 6*time.Hour, slog.New(slog.DiscardHandler))
			close(done)
		}()
		defer func() { cancel(); <-done }()
		for deadline := time.Now().Add(wait); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
			open, err := invoices.Unpaid(context.Background())
			if err != nil {
				t.Fatal(err)
			}
			if len(open) > 0 {
				return len(open)
			}
		}
		return 0
	}
	if n := issuedAt("2024-10-01T05:59:59Z", time.Second); n != 0 {
		t.Errorf("%d invoices before the time", n)
	}
	if n := issuedAt("2024-10-01T06:00:00Z", 30*time.Second); n != 1 {
		t.Errorf("%d invoices after it", n)
	}
	if out := l.ok("", "invoices", "close", "--month", "2024-09", "--json"); !strings.Contains(out, `"issued":0`) {
		t.Errorf("closed by hand again: %s", out)
	}
}
