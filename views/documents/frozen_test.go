package documents

import (
	"testing"
	"time"

	"billfold/models"
	"billfold/models/invoice"
	"billfold/models/money"

	"github.com/shopspring/decimal"
)

// The lines of two projects come mixed: each project still stands once, with its own sum.
func TestFromFrozenKeepsAProjectTogether(t *testing.T) {
	a, b := models.NewID(), models.NewID()
	line := func(project *string, name string, minor int64) invoice.LineRow {
		return invoice.LineRow{ProjectID: project, ProjectName: name, ServiceName: "db", LineType: "service_charge", ServiceMonth: "2024-09", AmountMinor: minor}
	}
	f := invoice.Full{Row: invoice.Row{Month: "2024-09", Currency: "EUR", PriceCurrency: "EUR"},
		Lines: []invoice.LineRow{line(nil, "", 5), line(&a, "web", 10), line(&b, "web", 200), line(&a, "web", 1), line(nil, "", -7), line(&b, "web", 30)}}
	got := FromFrozen(f).Projects
	if len(got) != 3 {
		t.Fatalf("%d projects, want 3: %+v", len(got), got)
	}
	for i, want := range []struct {
		name  string
		minor int64
	}{{WithoutProject, -2}, {"web", 11}, {"web", 230}} {
		if got[i].Name != want.name || got[i].Subtotal != money.New(want.minor, "EUR") || len(got[i].Lines) != 2 {
			t.Errorf("%+v, want %+v", got[i], want)
		}
	}
}

// The rate of the tax in the seller's currency names its own source, not that of the prices' rate, which
// an invoice in the price currency does not even have.
func TestFromFrozenNamesTheSourceOfTheSellersRate(t *testing.T) {
	rate, day := decimal.RequireFromString("0.9"), time.Date(2024, 9, 30, 0, 0, 0, 0, time.UTC)
	f := invoice.Full{Row: invoice.Row{Month: "2024-09", Currency: "USD", PriceCurrency: "USD", TaxLocalCurrency: "EUR", TaxLocalMinor: 90, TaxLocalRate: &rate, TaxLocalRateDate: &day},
		Snapshot: invoice.Snapshot{TaxLocalSource: "European Central Bank"}}
	if got := FromFrozen(f).SellerTax; got == nil || got.Rate.Source != "European Central Bank" {
		t.Errorf("%+v", got)
	}
}

// The document says which card is charged, or that a transfer is expected, as it was frozen at issue.
func TestFromFrozenSaysHowItIsPaid(t *testing.T) {
	day := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	of := func(terms invoice.PaymentTerms) Payment {
		return FromFrozen(invoice.Full{Row: invoice.Row{Month: "2026-10", Currency: "EUR", PriceCurrency: "EUR", InvoiceDate: &day}, Snapshot: invoice.Snapshot{Payment: terms}}).Payment
	}
	if got := of(invoice.PaymentTerms{Kind: "card", Brand: "Visa", Last4: "4242"}); got.Method != PayByCard || got.CardBrand != "Visa" || got.CardLast4 != "4242" || !got.ChargeOn.Equal(day) {
		t.Errorf("%+v", got)
	}
	for _, terms := range []invoice.PaymentTerms{{}, {Kind: "bank_transfer", Days: 30}} {
		if got := of(terms); got.Method != PayByTransfer || got.CardLast4 != "" || !got.ChargeOn.IsZero() {
			t.Errorf("%+v", got)
		}
	}
}
