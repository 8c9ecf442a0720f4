package invoice_test

import (
	"io"
	"strings"
	"sync"
	"testing"

	"billfold/models"
	"billfold/models/account"
	"billfold/models/credit"
	"billfold/models/db"
	"billfold/models/db/dbtest"
	"billfold/models/invoice"
	"billfold/models/verify"
)

func newReader(s string) io.Reader { return strings.NewReader(s) }

// each runs a test on both databases and checks every invariant afterwards.
func each(t *testing.T, fn func(w *world)) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		fn(w)
		results, err := verify.Run(w.ctx, d, nil)
		w.must(err)
		for _, r := range results {
			for _, v := range r.Violations {
				t.Errorf("invariant %s: %s: %s", v.Invariant, v.Subject, v.Message)
			}
		}
	})
}

func TestClosingFreezesTheEstimate(t *testing.T) {
	each(t, func(w *world) {
		w.use(w.project, "2024-09-01T00:00:00Z", "100.004999")
		w.claim(w.group, 1_000, "EUR", func(*credit.NewCredit) {}, credit.Target{Scope: credit.ForGroup})
		w.use(w.project, "2024-09-30T23:59:59Z", "0.00000080000")
		before, _, known, err := w.invoices.Preview(w.ctx, w.scope(w.group), w.row(w.group, "2024-09"))
		w.must(err)
		w.want("tax known", known, true)
		o := w.close("2024-09")[w.group]
		row := w.row(w.group, "2024-09")
		w.want("result", o.Result, invoice.ResultIssued)
		w.want("number", *row.Number, "BF-2024-000001")
		w.want("exact", o.Exact, "100.0049998")
		w.want("subtotal", row.SubtotalMinor, 10_000)
		w.want("credits", row.CreditsMinor, 1_000)
		w.want("tax", row.TaxMinor, 2_295)
		w.want("total", row.TotalMinor, 11_295)
		w.want("estimate's total", before.Total.Minor(), row.TotalMinor)
		w.want("estimate's credits", before.Credits.Minor(), row.CreditsMinor)
		w.want("invoice date", row.InvoiceDate.UTC().Format("2006-01-02"), "2024-10-01")
		w.want("due date", row.DueDate.UTC().Format("2006-01-02"), "2024-10-15")
		w.want("tax date", row.TaxDate.UTC().Format("2006-01-02"), "2024-09-30")
		again := w.close("2024-09")
		w.want("groups of a second run", len(again), 0)
		w.want("number after a second run", *w.row(w.group, "2024-09").Number, "BF-2024-000001")
	})
}

func TestAnIssuedInvoiceCannotBeChanged(t *testing.T) {
	each(t, func(w *world) {
		w.use(w.project, "2024-09-01T00:00:00Z", "100")
		w.close("2024-09")
		row := w.row(w.group, "2024-09")
		for _, sql := range []string{
			`UPDATE invoices SET total_minor = total_minor + 1, tax_minor = tax_minor + 1 WHERE id = ?`,
			`UPDATE invoices SET number = 'BF-2024-000009' WHERE id = ?`,
			`UPDATE invoices SET snapshot = '{}' WHERE id = ?`,
			`UPDATE invoices SET frozen = false WHERE id = ?`,
			`DELETE FROM invoices WHERE id = ?`,
			`UPDATE invoice_lines SET amount_minor = 1 WHERE invoice_id = ?`,
			`DELETE FROM invoice_lines WHERE invoice_id = ?`,
			`DELETE FROM invoice_taxes WHERE invoice_id = ?`,
		} {
			if err := w.db.RunTx(w.ctx, rawly(sql, row.ID)); err == nil {
				w.Errorf("%s was allowed", sql)
			}
		}
	})
}

func TestLateUsageJoinsTheNextOpenMonth(t *testing.T) {
	each(t, func(w *world) {
		w.use(w.project, "2024-09-05T00:00:00Z", "10")
		w.close("2024-09")
		w.use(w.project, "2024-09-06T00:00:00Z", "5")
		w.use(w.project, "2024-10-01T01:00:00Z", "20")
		w.want("September", w.row(w.group, "2024-09").SubtotalMinor, 1_000)
		w.want("October", w.row(w.group, "2024-10").SubtotalMinor, 2_500)
		w.close("2024-10")
		full, err := w.invoices.Full(w.ctx, w.row(w.group, "2024-10").ID)
		w.must(err)
		months := map[string]bool{}
		for _, l := range full.Lines {
			months[l.ServiceMonth] = true
		}
		w.want("service months", len(months), 2)
		w.want("second number", *full.Number, "BF-2024-000002")
	})
}

func TestAMonthWithoutUsageClosesToo(t *testing.T) {
	each(t, func(w *world) {
		w.close("2024-09")
		w.use(w.project, "2024-09-06T00:00:00Z", "5")
		w.want("September has an estimate", w.row(w.group, "2024-09").ID, "")
		w.want("October", w.row(w.group, "2024-10").SubtotalMinor, 500)
	})
}

func TestGroupsThatCannotBeBilledAreParked(t *testing.T) {
	each(t, func(w *world) {
		other := w.newGroup("Research")
		w.bill(other, func(i *account.Information) { i.Company = "" })
		abroad := w.newGroup("Dollars")
		w.bill(abroad, func(i *account.Information) { i.Currency = "USD" })
		w.use(w.project, "2024-09-05T00:00:00Z", "10")
		w.use(w.newProject("lab", other), "2024-09-05T00:00:00Z", "10")
		w.use(w.newProject("us", abroad), "2024-09-05T00:00:00Z", "10")
		w.use(w.project, "2024-10-05T00:00:00Z", "10")
		got := w.close("2024-09")
		w.want("billed", got[w.group].Result, invoice.ResultIssued)
		w.want("without a company", got[other].Reason, "billing information is incomplete: company")
		if r := got[abroad].Reason; !strings.Contains(r, "no exchange rate from EUR to USD") {
			w.Errorf("without a rate: %q", r)
		}
		w.want("no number was burnt", *w.row(w.group, "2024-09").Number, "BF-2024-000001")
		w.use(w.newProject("lab2", other), "2024-10-05T00:00:00Z", "1")
		got = w.close("2024-10")
		w.want("a parked month holds the next", got[other].Reason, "September 2024 is not closed yet; a group's months close in order")
		w.bill(other, func(*account.Information) {})
		w.rates("date,base,currency,rate\n2024-09-27,EUR,USD,1.1\n2024-10-31,EUR,USD,1.2\n")
		got = w.close("2024-09")
		w.want("billed after all", got[other].Result, invoice.ResultIssued)
		w.want("its date is the run's first", w.row(other, "2024-09").InvoiceDate.UTC().Format("2006-01-02"), "2024-10-05")
		dollars := w.row(abroad, "2024-09")
		w.want("in dollars", dollars.SubtotalMinor, 1_100)
		w.want("tax in euro as well", dollars.TaxLocalCurrency, "EUR")
		w.want("then October", w.close("2024-10")[other].Result, invoice.ResultIssued)
	})
}

func TestNothingToBill(t *testing.T) {
	each(t, func(w *world) {
		w.use(w.project, "2024-09-05T00:00:00Z", "0")
		zero := w.close("2024-09")[w.group]
		w.want("all zero", zero.Result, invoice.ResultNothing)
		w.want("has no number", w.row(w.group, "2024-09").Number == nil, true)
		w.use(w.project, "2024-10-05T00:00:00Z", "-30")
		w.use(w.project, "2024-10-05T00:00:00Z", "10")
		w.want("below zero", w.close("2024-10")[w.group].Result, invoice.ResultMoved)
		w.want("moved on", w.row(w.group, "2024-11").SubtotalMinor, -2_000)
		w.use(w.project, "2024-11-05T00:00:00Z", "50")
		w.want("then billed", w.close("2024-11")[w.group].Result, invoice.ResultIssued)
		w.want("November", w.row(w.group, "2024-11").SubtotalMinor, 3_000)
	})
}

func TestChangeOfCurrencyRevaluesAtOnce(t *testing.T) {
	each(t, func(w *world) {
		w.rates("date,base,currency,rate\n2024-09-09,EUR,USD,1.1\n")
		w.use(w.project, "2024-09-05T00:00:00Z", "10.005")
		w.bill(w.group, func(i *account.Information) { i.Currency = "USD" })
		row := w.row(w.group, "2024-09")
		w.want("currency", row.Currency, "USD")
		w.want("subtotal", row.SubtotalMinor, 1_101)
		w.use(w.project, "2024-09-06T00:00:00Z", "1")
		w.want("a record at the same rate", w.row(w.group, "2024-09").SubtotalMinor, 1_211)
		w.now = utc("2024-09-20T00:00:00Z")
		w.rates("date,base,currency,rate\n2024-09-20,EUR,USD,2\n")
		w.want("after new rates", w.row(w.group, "2024-09").SubtotalMinor, 2_201)
	})
}

func TestTwoClosersGiveTheSameInvoices(t *testing.T) {
	each(t, func(w *world) {
		const groups = 12
		for i := range groups {
			g := w.newGroup("G" + string(rune('A'+i)))
			w.use(w.newProject("p"+string(rune('A'+i)), g), "2024-09-05T00:00:00Z", "10")
		}
		w.claim(w.group, 5_000, "EUR", func(*credit.NewCredit) {}, credit.Target{Scope: credit.ForAccount})
		w.now = utc("2024-10-01T06:00:00Z")
		var wait sync.WaitGroup
		issued := make([]int, 4)
		for n := range issued {
			wait.Go(func() {
				run, err := invoice.NewStore(w.db, w.clock).Close(w.ctx, "2024-09", invoice.CloseOptions{})
				if err != nil {
					w.Error(err)
				}
				for _, o := range run.Outcomes {
					if o.Result == invoice.ResultIssued {
						issued[n]++
					}
				}
			})
		}
		wait.Wait()
		w.want("issued by all together", issued[0]+issued[1]+issued[2]+issued[3], groups)
		var used int64
		w.must(w.db.Read(w.ctx).Raw(`SELECT COALESCE(SUM(amount_minor), 0) FROM credit_uses`).Scan(&used).Error)
		w.want("account credit used", used, 5_000)
	})
}

func TestMonthsAreNotClosedEarly(t *testing.T) {
	each(t, func(w *world) {
		w.now = utc("2024-09-30T23:59:59Z")
		_, err := w.invoices.Close(w.ctx, "2024-09", invoice.CloseOptions{})
		w.want("kind", models.KindOf(err), models.Invalid)
	})
}
