package invoice_test

import (
	"strings"
	"testing"
	"time"

	"billfold/models"
	"billfold/models/account"
	"billfold/models/invoice"
	"billfold/models/money"
	"billfold/models/rate"
	"billfold/models/usage"
)

func (w *world) billedIn(group string, currency money.Currency) {
	w.Helper()
	w.bill(group, func(i *account.Information) { i.Currency = currency })
}

// A change of the currency without a stored rate shows the estimate in the price currency; with one, in the
// new currency at once. New rates revalue every open estimate, and usage that comes later joins at them.
func TestTheCurrencyOfAnEstimate(t *testing.T) {
	each(t, func(w *world) {
		w.use(w.project, "2024-09-05T00:00:00Z", "10.005")
		w.billedIn(w.group, "USD")
		row := w.row(w.group, "2024-09")
		w.want("without a rate", row.Currency, "EUR")
		w.want("subtotal", row.SubtotalMinor, 1_001)
		w.rates("date,base,currency,rate\n2024-09-01,EUR,USD,1.05\n")
		w.want("a rate of more than 7 days ago", w.row(w.group, "2024-09").Currency, "EUR")
		w.rates("date,base,currency,rate\n2024-09-03,EUR,USD,1.1\n")
		row = w.row(w.group, "2024-09")
		w.want("a rate of 7 days ago", row.Currency, "USD")
		w.want("subtotal in dollars", row.SubtotalMinor, 1_101) // 11.0055
		w.want("of the day", row.RateDate.UTC().Format(time.DateOnly), "2024-09-03")
		w.rates("date,base,currency,rate\n2024-09-10,EUR,USD,2\n2024-09-10,EUR,JPY,160\n")
		w.must(w.take(w.project, "2024-09-05T03:00:00Z", "1.005", func(r *usage.Record) { r.ServiceName = "later" }))
		w.want("usage after it joins at the new rate", w.row(w.group, "2024-09").SubtotalMinor, 2_001+201)
		w.billedIn(w.group, "JPY")
		w.want("yen have no decimals", w.row(w.group, "2024-09").SubtotalMinor, 1_601+161) // 1600.8 and 160.8
		w.billedIn(w.group, "EUR")
		row = w.row(w.group, "2024-09")
		w.want("back again, nothing is lost", row.SubtotalMinor, 1_001+101)
		w.want("no rate", row.RateDate, "<nil>")
	})
}

// The rate of an invoice is that of the tax date, the month's last day, or the last one up to 7 days before,
// however late the month is closed; without one the group is parked.
func TestTheRateOfTheTaxDate(t *testing.T) {
	for _, c := range []struct {
		rates, date string
		subtotal    int64
	}{
		{"2024-09-30,EUR,USD,1.5\n2024-10-01,EUR,USD,3\n", "2024-09-30", 1_500},
		{"2024-09-27,EUR,USD,1.4\n2024-10-01,EUR,USD,3\n", "2024-09-27", 1_400},
		{"2024-09-23,EUR,USD,1.2\n2024-09-22,EUR,USD,9\n2024-10-01,EUR,USD,3\n", "2024-09-23", 1_200},
		{"2024-09-22,EUR,USD,1.1\n2024-10-01,EUR,USD,3\n", "", 0},
	} {
		each(t, func(w *world) {
			w.billedIn(w.group, "USD")
			w.use(w.project, "2024-09-05T00:00:00Z", "10")
			w.now = utc("2024-10-20T06:00:00Z")
			w.rates("date,base,currency,rate\n" + c.rates)
			got := w.close("2024-09")[w.group]
			row := w.row(w.group, "2024-09")
			if c.date == "" {
				w.want("without a rate", got.Reason, "no exchange rate from EUR to USD is stored for 30 Sep 2024 or the 7 days before")
				w.want("it stays an estimate in the price currency", row.Currency, "EUR")
				return
			}
			w.want("result", got.Result, invoice.ResultIssued)
			w.want("rate date", row.RateDate.UTC().Format(time.DateOnly), c.date)
			w.want("subtotal", row.SubtotalMinor, c.subtotal)
			w.want("tax in the seller's currency", row.TaxLocalCurrency, "EUR")
			w.want("at the same date", row.TaxLocalRateDate.UTC().Format(time.DateOnly), c.date)
			w.want("which is", row.TaxLocalMinor, 255)
			w.want("the rate is printed with its source", row.RateSource, "Test")
		})
	}
}

// An estimate of a month that has ended keeps the rates of its tax date, whatever is imported for later days.
func TestEndedMonthsAreRevaluedAtTheirTaxDate(t *testing.T) {
	each(t, func(w *world) {
		w.billedIn(w.group, "USD")
		w.use(w.project, "2024-09-05T00:00:00Z", "10")
		w.use(w.project, "2024-10-02T00:00:00Z", "10")
		w.now = utc("2024-10-05T00:00:00Z")
		w.rates("date,base,currency,rate\n2024-09-30,EUR,USD,1.5\n2024-10-04,EUR,USD,3\n")
		w.want("September", w.row(w.group, "2024-09").SubtotalMinor, 1_500)
		w.want("October", w.row(w.group, "2024-10").SubtotalMinor, 3_000)
		w.must(w.take(w.project, "2024-09-06T00:00:00Z", "1", func(*usage.Record) {}))
		w.want("late in September", w.row(w.group, "2024-09").SubtotalMinor, 1_650)
		w.close("2024-09")
		w.must(w.take(w.project, "2024-09-07T00:00:00Z", "1", func(*usage.Record) {}))
		w.want("too late for it", w.row(w.group, "2024-10").SubtotalMinor, 3_300)
		w.want("the invoice stays", w.row(w.group, "2024-09").SubtotalMinor, 1_650)
	})
}

// Another value for a stored rate is refused, and nothing of its file is taken in.
func TestStoredRatesStay(t *testing.T) {
	each(t, func(w *world) {
		w.billedIn(w.group, "USD")
		w.use(w.project, "2024-09-05T00:00:00Z", "10")
		w.rates("date,base,currency,rate\n2024-09-09,EUR,USD,1.5\n")
		_, err := rate.NewStore(w.db, w.clock).Import(w.ctx, operator, "Test", strings.NewReader("date,base,currency,rate\n2024-09-09,EUR,USD,1.6\n2024-09-10,EUR,USD,1.7\n"))
		w.want("kind", models.KindOf(err), models.Conflict)
		_, err = w.invoices.RevalueOpen(w.ctx, nil)
		w.must(err)
		w.want("the estimate", w.row(w.group, "2024-09").SubtotalMinor, 1_500)
	})
}
