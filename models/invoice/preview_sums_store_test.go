package invoice_test

import (
	"fmt"
	"testing"

	"billfold/models/credit"
	"billfold/models/db"
	"billfold/models/db/dbtest"
	"billfold/models/invoice"
)

// TestPreviewFromKeptSums has an estimate of lines of three months at two tax rates, of projects with and
// without credit and of none: what it shows, from sums that are kept, is what closing makes of the lines.
func TestPreviewFromKeptSums(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		other := w.newProject("api", w.group)
		w.use(w.project, "2024-07-03T10:00:00Z", "10.00")
		w.close("2024-07")
		w.use(w.project, "2024-08-03T10:00:00Z", "10.00")
		w.close("2024-08")
		w.use(w.project, "2024-09-12T10:00:00Z", "33.333")
		w.use(other, "2024-09-12T11:00:00Z", "12.345")
		w.use(w.project, "2024-08-20T10:00:00Z", "7.77") // late, at the old rate
		w.use(other, "2024-07-20T10:00:00Z", "5.55")
		w.use(other, "2024-08-21T10:00:00Z", "-1.11")
		w.claim(w.group, 1000, "EUR", func(*credit.NewCredit) {}, credit.Target{Scope: credit.ForProject, ProjectID: w.project})
		w.claim(w.group, 700, "EUR", func(*credit.NewCredit) {}, credit.Target{Scope: credit.ForProject, ProjectID: other})
		w.claim(w.group, 555, "EUR", func(*credit.NewCredit) {}, credit.Target{Scope: credit.ForGroup})

		row := w.row(w.group, "2024-09")
		seen, _, known, err := w.invoices.Preview(w.ctx, w.scope(w.group), row)
		w.must(err)
		w.want("tax known", known, true)
		w.want("rates", len(seen.Shares), 2)
		w.want("uses of credit", len(seen.Uses), 3)
		w.close("2024-09")
		got := w.row(w.group, "2024-09")
		w.want("totals of the estimate", fmt.Sprint(seen.Subtotal.Minor(), seen.Credits.Minor(), seen.Taxable.Minor(), seen.Tax.Minor(), seen.Total.Minor(), seen.Due.Minor()),
			fmt.Sprint(got.SubtotalMinor, got.CreditsMinor, got.TaxableMinor, got.TaxMinor, got.TotalMinor, got.DueMinor))
		var taxes []invoice.TaxRow
		w.must(d.Read(w.ctx).Where("invoice_id = ?", got.ID).Order("position").Find(&taxes).Error)
		for i, s := range seen.Shares {
			if i >= len(taxes) {
				t.Fatalf("%d taxes, want %d", len(taxes), len(seen.Shares))
			}
			w.want("share", fmt.Sprint(s.Lines, s.Allowance, s.Taxable, s.Tax), fmt.Sprint(taxes[i].LinesMinor, taxes[i].AllowanceMinor, taxes[i].TaxableMinor, taxes[i].TaxMinor))
		}
	})
}
