package documents

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"billfold/models/money"
)

func sampleReceipt() Receipt {
	inv := sample("EUR", 2)
	eur := func(minor int64) money.Amount { return money.New(minor, "EUR") }
	return Receipt{Number: inv.Number, Issued: inv.Issued, Total: eur(1_447_287), Before: eur(0), Paid: eur(1_447_287), On: day(2026, 11, 3), How: "Visa ending 4242",
		Period: [2]time.Time{inv.PeriodStart, inv.PeriodEnd}, Order: inv.PurchaseOrder, Seller: inv.Seller, Buyer: inv.Buyer, AccountName: inv.AccountName, GroupName: inv.GroupName}
}

func receiptText(t *testing.T, r Receipt) string {
	t.Helper()
	pdf, err := ReceiptPDF(r)
	if err != nil {
		t.Fatal(err)
	}
	again, err := ReceiptPDF(r)
	if err != nil || !bytes.Equal(pdf, again) {
		t.Fatalf("the same receipt gives other bytes, %v", err)
	}
	if info := poppler(t, pdf, "pdfinfo", "-"); !strings.Contains(info, "Receipt for invoice BF-2026-000412") || !strings.Contains(info, "Northern Cloud Oy") {
		t.Error(info)
	}
	pages := pagesOf(t, pdf)
	if len(pages) != 1 {
		t.Errorf("%d pages", len(pages))
	}
	return flat(strings.Join(pages, " "))
}

func TestReceipt(t *testing.T) {
	text := receiptText(t, sampleReceipt())
	wantText(t, text, "RECEIPT", "Invoice BF-2026-000412", "Northern Cloud Oy", "Acme Cloud GmbH", "Lindenstraße 7", "Amount paid", "€14,472.87", "3 Nov 2026", "Visa ending 4242",
		"Total of invoice BF-2026-000412 of 1 Nov 2026 €14,472.87", "This payment of 3 Nov 2026 −€14,472.87", "Still due EUR €0.00", "1 Oct 2026 to 31 Oct 2026 (UTC)", "PO-4500017733", "It is no invoice", "Page 1 of 1")
	for _, absent := range []string{"before", "above", "Reference"} {
		if strings.Contains(text, absent) {
			t.Errorf("the receipt of all that is due says %q", absent)
		}
	}
}

func TestReceiptOfAPartAndOfTooMuch(t *testing.T) {
	r := sampleReceipt()
	r.Before, r.Paid, r.Ref, r.How = money.New(400_000, "EUR"), money.New(100_001, "EUR"), "E2E 17", "Bank transfer"
	wantText(t, receiptText(t, r), "Paid or credited before −€4,000.00", "This payment of 3 Nov 2026 −€1,000.01", "Still due EUR €9,472.86", "Reference E2E 17", "Bank transfer")
	r.Paid = money.New(1_047_288, "EUR")
	wantText(t, receiptText(t, r), "Paid above what was due, to be sent back €0.01", "Still due EUR €0.00")
}

func TestReceiptRefusesWhatIsNone(t *testing.T) {
	for name, change := range map[string]func(*Receipt){
		"nothing paid":      func(r *Receipt) { r.Paid = money.Zero("EUR") },
		"another currency":  func(r *Receipt) { r.Paid = money.New(1, "USD") },
		"no day":            func(r *Receipt) { r.On = time.Time{} },
		"no invoice number": func(r *Receipt) { r.Number = "" },
	} {
		r := sampleReceipt()
		change(&r)
		if _, err := ReceiptPDF(r); err == nil {
			t.Error(name)
		}
	}
}

func TestReceiptName(t *testing.T) {
	for place, want := range map[int]string{1: "receipt_BF-2026-000412.pdf", 2: "receipt_BF-2026-000412-2.pdf", 11: "receipt_BF-2026-000412-11.pdf"} {
		if got := ReceiptName("BF-2026-000412", place); got != want {
			t.Error(got)
		}
	}
}
