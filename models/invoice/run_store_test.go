package invoice_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"billfold/models"
	"billfold/models/account"
	"billfold/models/credit"
	"billfold/models/invoice"
	"billfold/models/money"
	"billfold/models/usage"

	"github.com/shopspring/decimal"
)

func TestTheInvoiceDateOfARun(t *testing.T) {
	each(t, func(w *world) {
		w.use(w.project, "2024-09-05T00:00:00Z", "10")
		w.now = utc("2024-10-03T09:00:00Z")
		run := func(date string) error {
			_, err := w.invoices.Close(w.ctx, "2024-09", invoice.CloseOptions{Date: utc(date + "T00:00:00Z")})
			return err
		}
		w.want("within the month", models.KindOf(run("2024-09-30")), models.Invalid)
		w.want("in the future", models.KindOf(run("2024-10-04")), models.Invalid)
		w.must(run("2024-10-01"))
		w.want("date", w.row(w.group, "2024-09").InvoiceDate.UTC().Format(time.DateOnly), "2024-10-01")
		w.want("another date when it is resumed", models.KindOf(run("2024-10-02")), models.Conflict)
		w.must(run("2024-10-01"))
	})
}

// December closes in January: the series is that of the year of the invoice date.
func TestNumbersStartAnewWithTheYear(t *testing.T) {
	each(t, func(w *world) {
		w.use(w.project, "2024-11-05T00:00:00Z", "10")
		w.close("2024-11")
		other := w.newGroup("Parked")
		w.bill(other, func(i *account.Information) { i.Company = "" })
		w.use(w.newProject("p", other), "2024-12-05T00:00:00Z", "10")
		w.use(w.project, "2024-12-05T00:00:00Z", "10")
		w.now = utc("2025-01-01T06:00:00Z")
		w.close("2024-12")
		w.want("November", *w.row(w.group, "2024-11").Number, "BF-2024-000001")
		w.want("December", *w.row(w.group, "2024-12").Number, "BF-2025-000001")
		w.bill(other, func(*account.Information) {})
		w.now = utc("2026-02-01T06:00:00Z")
		w.close("2024-12")
		w.want("resumed a year later", *w.row(other, "2024-12").Number, "BF-2025-000002")
	})
}

// Closing and usage, moves and claims from all sides: nothing is lost, and every record is billed once.
func TestClosingAmidEverything(t *testing.T) {
	each(t, func(w *world) {
		other := w.newGroup("Other")
		projects := []string{w.project, w.newProject("b", other), w.newProject("c", w.group)}
		w.now = utc("2024-10-02T08:00:00Z")
		const writers, rounds = 3, 12
		done := make(chan error, writers+3)
		for n := range writers {
			go func() {
				var err error
				for i := range rounds {
					cost := decimal.RequireFromString("0.000000000000000001").Add(decimal.NewFromInt(1))
					start := utc("2024-09-30T23:00:00Z").Add(time.Duration(i%4) * 30 * time.Minute)
					_, e := w.usage.Ingest(w.ctx, operator, []usage.Record{{ID: strings.Repeat("r", n+1) + string(rune('a'+i)), ProjectID: projects[(n+i)%3], ServiceName: "s",
						Start: start, End: start.Add(time.Minute), Unit: "h", Cost: &cost}}, usage.Options{})
					err = errors.Join(err, e)
				}
				done <- err
			}()
		}
		go func() {
			var err error
			for i := range rounds {
				_, e := w.accounts.MoveProjects(w.ctx, w.scope(""), projects[:1], []string{other, w.group}[i%2])
				err = errors.Join(err, e)
			}
			done <- err
		}()
		go func() {
			var err error
			for range rounds {
				made, e := w.credits.Issue(w.ctx, operator, credit.NewCredit{Type: "promotion", Value: money.New(10, "EUR"), Starts: utc("2024-09-01T00:00:00Z")})
				_, e2 := w.credits.Claim(w.ctx, w.scope(w.group), made.Code, credit.Target{Scope: credit.ForAccount, GroupID: w.group})
				err = errors.Join(err, e, e2)
			}
			done <- err
		}()
		go func() {
			var err error
			for range 3 {
				_, e := invoice.NewStore(w.db, w.clock).Close(context.Background(), "2024-09", invoice.CloseOptions{})
				err = errors.Join(err, e)
			}
			done <- err
		}()
		for range writers + 3 {
			w.must(<-done)
		}
		w.close("2024-09")
		w.now = utc("2024-11-02T08:00:00Z")
		w.close("2024-10")
		var costs []decimal.Decimal
		w.must(w.db.Read(w.ctx).Raw(`SELECT l.cost FROM invoice_lines l JOIN invoices i ON i.id = l.invoice_id WHERE i.number IS NOT NULL`).Scan(&costs).Error)
		sum := decimal.Zero
		for _, c := range costs {
			sum = sum.Add(c)
		}
		w.want("billed", sum, "36.000000000000000036")
	})
}
