package invoice_test

import (
	"errors"
	"testing"

	"billfold/models"
	"billfold/models/credit"
	"billfold/models/invoice"
	"billfold/models/money"
	"billfold/models/rate"
	"billfold/models/usage"

	"github.com/shopspring/decimal"
)

// 1,001 at 24% less 1,000 at 25.5%: one euro of subtotal, and 13.76 owed to the customer.
func TestATotalBelowZeroIsNoInvoice(t *testing.T) {
	each(t, func(w *world) {
		w.use(w.project, "2024-08-05T00:00:00Z", "10")
		w.close("2024-08")
		w.claim(w.group, 50, "EUR", func(*credit.NewCredit) {}, credit.Target{Scope: credit.ForGroup})
		w.use(w.project, "2024-08-05T00:00:00Z", "1001")
		w.use(w.project, "2024-09-05T00:00:00Z", "-1000")
		got := w.close("2024-09")[w.group]
		w.want("result", got.Result, invoice.ResultMoved)
		w.want("number", got.Number, "")
		w.use(w.project, "2024-10-05T00:00:00Z", "100")
		w.want("then", w.close("2024-10")[w.group].Result, invoice.ResultIssued)
		row := w.row(w.group, "2024-10")
		w.want("subtotal", row.SubtotalMinor, 10_100)
		w.want("credits", row.CreditsMinor, 50)
		w.want("number", *row.Number, "BF-2024-000002")
	})
}

func TestAmountsThatAreTooLarge(t *testing.T) {
	each(t, func(w *world) {
		big, small := w.newProject("big", w.newGroup("Big")), w.project
		bigGroup := w.groupOf(big)
		w.rates("date,base,currency,rate\n2024-09-09,EUR,USD,1\n")
		w.use(small, "2024-09-05T00:00:00Z", "10")
		w.use(big, "2024-09-05T00:00:00Z", "20000000000000000")
		before := w.row(bigGroup, "2024-09")

		cost := decimal.RequireFromString("9000000000000000")
		_, err := w.usage.Ingest(w.ctx, operator, []usage.Record{{ID: "more", ProjectID: big, ServiceName: "another", Start: utc("2024-09-06T00:00:00Z"),
			End: utc("2024-09-06T01:00:00Z"), Unit: "hours", Cost: &cost}}, usage.Options{})
		w.want("one record too many", models.KindOf(err), models.Invalid)

		info, err := w.accounts.BillingInformation(w.ctx, w.scope(bigGroup), bigGroup)
		w.must(err)
		info.Currency = "USD"
		w.must(w.invoices.SetInformation(w.ctx, w.scope(bigGroup), bigGroup, info))
		w.now = utc("2024-09-30T18:00:00Z")
		_, err = rate.NewStore(w.db, w.clock).Import(w.ctx, operator, "Test", newReader("date,base,currency,rate\n2024-09-30,EUR,USD,3\n2024-09-30,EUR,JPY,160\n"))
		w.must(err)
		if _, err = w.invoices.RevalueOpen(w.ctx, nil); !errors.Is(err, money.ErrOverflow) {
			w.Errorf("revaluing: %v", err)
		}
		w.want("the estimate", w.row(bigGroup, "2024-09").SubtotalMinor, before.SubtotalMinor)
		info.Version, info.Currency = info.Version+1, "JPY"
		w.want("in yen", models.KindOf(w.invoices.SetInformation(w.ctx, w.scope(bigGroup), bigGroup, info)), models.Invalid)
		got := w.close("2024-09")
		w.want("the others", got[w.group].Result, invoice.ResultIssued)
		w.want("the large one", got[bigGroup].Reason, "its amounts are too large for an invoice")
		w.want("its estimate", w.row(bigGroup, "2024-09").SubtotalMinor, before.SubtotalMinor)
	})
}

func (w *world) groupOf(project string) (id string) {
	w.must(w.db.Read(w.ctx).Raw(`SELECT group_id FROM projects WHERE id = ?`, project).Scan(&id).Error)
	return id
}
