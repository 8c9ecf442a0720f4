package invoice_test

import (
	"strings"
	"testing"

	"billfold/models"
	"billfold/models/account"
	"billfold/models/invoice"
	"billfold/models/seller"
	"billfold/models/tax"
)

func (w *world) sellFrom(country string) {
	w.Helper()
	store := seller.NewStore(w.db, w.clock)
	s, _, err := store.Get(w.ctx)
	w.must(err)
	s.Country, s.VATID, s.Region = country, "", "TX"
	w.must(store.Set(w.ctx, operator, s))
}

// The tax of an invoice goes by the state of the VAT id: only a confirmed one of the customer's country shifts
// it; another id is another one and has to be confirmed again.
func TestTheStateOfTheVATIDDecides(t *testing.T) {
	each(t, func(w *world) {
		german := func(id string) {
			w.bill(w.group, func(i *account.Information) { i.Country, i.VATID = "DE", id })
		}
		closed := func(start string, month models.Month) (invoice.Row, []invoice.TaxRow) {
			w.use(w.project, start, "100")
			w.close(month)
			full, err := w.invoices.Full(w.ctx, w.row(w.group, month).ID)
			w.must(err)
			return full.Row, full.Taxes
		}
		german("DE136695976")
		row, taxes := closed("2024-09-05T00:00:00Z", "2024-09")
		w.want("not confirmed", row.TaxMinor, 1_900)
		w.want("note", taxes[0].Note, tax.NoteUnconfirmed)
		_, err := w.accounts.ConfirmVAT(w.ctx, operator, w.group, "VIES 4711")
		w.must(err)
		row, taxes = closed("2024-10-05T00:00:00Z", "2024-10")
		w.want("confirmed", row.TaxMinor, 0)
		w.want("category", taxes[0].Category, "AE")
		w.want("note", taxes[0].Note, tax.NoteReverse)
		german("DE129273398")
		row, _ = closed("2024-11-05T00:00:00Z", "2024-11")
		w.want("another id", row.TaxMinor, 1_900)
		w.want("the issued one stays", w.row(w.group, "2024-10").TaxMinor, 0)
	})
}

// Sales tax by country and region of a seller outside the EU, at the dates of its rates.
func TestSalesTaxByRegion(t *testing.T) {
	each(t, func(w *world) {
		w.sellFrom("US")
		_, err := tax.NewStore(w.db, w.clock).Import(w.ctx, operator, strings.NewReader("country,region,valid_from,rate,name\nUS,CA,2024-01-01,7.25%,California sales tax\nUS,CA,2024-10-01,7.5%,California sales tax\n"))
		w.must(err)
		texas := w.newGroup("Texas")
		lab := w.newProject("lab", texas)
		w.bill(w.group, func(i *account.Information) { i.Country, i.Region = "US", "California" })
		w.bill(texas, func(i *account.Information) { i.Country, i.Region = "US", "TX" })
		w.use(w.project, "2024-09-05T00:00:00Z", "100")
		w.use(lab, "2024-09-05T00:00:00Z", "100")
		w.close("2024-09")
		w.use(w.project, "2024-09-05T00:00:00Z", "100") // late, at its own month's rate
		w.use(w.project, "2024-10-05T00:00:00Z", "100")
		w.close("2024-10")
		w.want("September", w.row(w.group, "2024-09").TaxMinor, 725)
		w.want("October", w.row(w.group, "2024-10").TaxMinor, 725+750)
		w.want("Texas", w.row(texas, "2024-09").TaxMinor, 0)
		w.want("which says so", w.row(texas, "2024-09").TaxNote, tax.NoteNoSalesTax)
	})
}
