package documents

import (
	"strings"
	"testing"
	"time"

	"billfold/models/account"
	"billfold/models/invoice"
	"billfold/models/seller"
)

// frozenNote is a credit note of 40.00 before credits, as the store keeps it.
func frozenNote() invoice.Full {
	number, project := "BF-CN-2026-000007", "0198c0de-0000-7000-8000-000000000001"
	issued, last := day(2026, 11, 20), day(2027, 1, 19)
	f := invoice.Full{Row: invoice.Row{Kind: invoice.KindCreditNote, State: invoice.Issued, Number: &number, Month: "2026-10", Currency: "EUR", PriceCurrency: "EUR",
		Rate: dec("1"), SubtotalMinor: 4_000, CreditsMinor: 1_000, TaxableMinor: 3_000, TaxMinor: 765, TotalMinor: 3_765, InvoiceDate: &issued}}
	f.Snapshot = invoice.Snapshot{Seller: seller.Seller{Name: "Northern Cloud Oy", IBAN: "FI2112345600000785", VATID: "FI20774740"}, Customer: account.Information{Company: "Acme Oy"},
		Payment: invoice.PaymentTerms{Days: 14},
		Credits: []invoice.AppliedCredit{{Code: "SNEAKY-CRAB", Type: "promotion", Minor: 1_000, Remaining: 1_000, Expires: &last},
			{Code: "PREPAID", Type: "purchase", Minor: 2_000, Remaining: 2_000, Prepaid: true}},
		Corrects: &invoice.Corrects{Number: "BF-2026-000412", Date: day(2026, 11, 1), Reason: "Billed after deletion", Returned: 2_000, Refund: 1_765}}
	f.Lines = []invoice.LineRow{{LineType: "service_charge", ProjectID: &project, ProjectName: "web", ServiceName: "orders-db", ServiceType: "pg", Quantity: dec("1"), AmountMinor: 4_000,
		ServiceStart: day(2026, 10, 1), ServiceEnd: day(2026, 10, 2), TaxCategory: "S", TaxRate: dec("0.255")}}
	f.Taxes = []invoice.TaxRow{{Category: "S", Rate: dec("0.255"), Name: "Finnish VAT", LinesMinor: 4_000, AllowanceMinor: 1_000, TaxableMinor: 3_000, TaxMinor: 765}}
	return f
}

func TestFrozenCreditNote(t *testing.T) {
	doc := FromFrozen(frozenNote())
	text := textOf(t, doc)
	wantText(t, text, "CREDIT NOTE", "Credit note number BF-CN-2026-000007", "Credits invoice BF-2026-000412 of 1 Nov 2026", "Reason: Billed after deletion",
		"Total EUR €37.65", "Total credited", "€20.00 is prepaid credit again, €17.65 will be refunded", "Credit SNEAKY-CRAB (promotion) −€10.00",
		"€10.00 of the credit SNEAKY-CRAB can be used again, until 19 Jan 2027.")
	for _, never := range []string{"Amount due", "IBAN", "Less prepaid credit", "14 days", "Bank transfer"} {
		if strings.Contains(text, never) {
			t.Errorf("a credit note says %q", never)
		}
	}
	var csv strings.Builder
	if err := CSV(&csv, doc); err != nil {
		t.Fatal(err)
	}
	wantText(t, csv.String(), "BF-CN-2026-000007,service_charge,web", "credit_consumption", ",-10.00,EUR,")
	unpaid := frozenNote()
	unpaid.Snapshot.Corrects.Returned, unpaid.Snapshot.Corrects.Refund, unpaid.Snapshot.Corrects.Due = 0, 0, 5_020
	wantText(t, textOf(t, FromFrozen(unpaid)), "€50.20 remains to be paid of BF-2026-000412")
	if name := FileName(FromFrozen(invoice.Full{Row: frozenNote().Row}), "pdf"); name != "credit-note_BF-CN-2026-000007.pdf" {
		t.Error(name)
	}
	if !doc.Due.Equal(time.Time{}) || doc.Kind != KindCreditNote {
		t.Errorf("%+v", doc)
	}
}
