package invoice_test

import (
	"strings"
	"testing"

	"billfold/models/account"
	"billfold/models/credit"
)

// Without a rate of tax the estimate still says what its credits will take off.
func TestPreviewWithoutATaxRate(t *testing.T) {
	each(t, func(w *world) {
		w.bill(w.group, func(*account.Information) {})
		w.use(w.project, "2024-09-05T00:00:00Z", "10")
		w.claim(w.group, 300, "EUR", func(*credit.NewCredit) {}, credit.Target{Scope: credit.ForGroup})
		w.must(w.db.RunTx(w.ctx, rawly(`DELETE FROM tax_rates`)))
		totals, words, known, err := w.invoices.Preview(w.ctx, w.scope(w.group), w.row(w.group, "2024-09"))
		w.must(err)
		w.want("tax known", known, false)
		w.want("total", totals.Total, "7.00 EUR")
		w.want("credits", totals.Credits, "3.00 EUR")
		if !strings.Contains(words, "no tax rate of Finland") {
			w.Error(words)
		}
	})
}
