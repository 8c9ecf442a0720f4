package documents

import (
	"strings"
	"testing"
	"time"

	"billfold/models/money"
)

// TestArticle226 finds every field of Directive 2006/112/EC art. 226 and of the product on the page.
func TestArticle226(t *testing.T) {
	inv := withCredits()
	inv.Text = "Cost centre 4711\nAttn: Frau Müller"
	inv.BuyerReference = "04011000-12345-34"
	inv.Seller.TaxRepresentative = "Tax Rep AB, Storgatan 1, Stockholm, SE556012345601"
	inv.Projects[1].Lines[0].Begin, inv.Projects[1].Lines[0].End = day(2026, 9, 12), day(2026, 9, 30)
	inv.SellerTax = &SellerTax{money.New(56623, "SEK"), Rate{"EUR", "SEK", dec("11.4822"), day(2026, 10, 30), "European Central Bank"}}
	text := textOf(t, inv)
	wantText(t, text,
		"INVOICE", "Invoice number BF-2026-000412", // (2)
		"Issued 1 Nov 2026",                                                  // (1)
		"VAT ID FI20774740",                                                  // (3)
		"VAT ID DE136695976",                                                 // (4)
		"Northern Cloud Oy", "Mannerheimintie 12 B, 00100 Helsinki, Finland", // (5)
		"Acme Cloud GmbH", "Lindenstraße 7", "10969 Berlin", "Germany", // (5)
		"orders-db pg business-16, google-europe-west1 744 hours", // (6)
		"Billing period 1 Oct 2026 to 31 Oct 2026 (UTC)",          // (7)
		"12 Sep 2026 to 29 Sep 2026",                              // (7) late usage
		"0.10805108 80.39", "Taxable amount "+column(inv.Taxable), // (8)
		"VAT, Finland 25.5% "+column(inv.Taxable)+" "+column(inv.TaxTotal),                  // (9) (10)
		"Tax in SEK: 566.23 SEK (1 EUR = 11.4822 SEK, European Central Bank, 30 Oct 2026).", // 230
		"Tax representative: Tax Rep AB, Storgatan 1, Stockholm, SE556012345601",            // (15)
		"IBAN FI21 1234 5600 0007 85", "BIC NDEAFIHH", "Bank Nordea Bank Abp", "Beneficiary Northern Cloud Oy", // (17)
		"Due 15 Nov 2026, 14 days net", "Reference RF18 5390 0754 7034", "Bank transfer by 15 Nov 2026",
		"Purchase order PO-4500017733", "Your reference 04011000-12345-34", "Cost centre 4711", "Attn: Frau Müller",
		"Account Acme Cloud", "Billing group Engineering production", "019a1c52-7d0e-7b3a-9c11-5f0e8a2b6d43", "Currency EUR",
		"Business ID 2077474-0, Trade Register, domicile Helsinki", "Billing questions: billing@northern.example",
		"1 USD = 0.9212345678 EUR, European Central Bank, 30 Oct 2026",
		inv.WebURL,
		"Subtotal "+column(inv.Subtotal),
		"Credit SNEAKY-CRAB (promotion), €150.00 left, expires −€250.00 31 Dec 2026",
		"Credit OUTAGE-17 (outage) for checkout, €0.00 left −€42.17",
		"Less prepaid credit PREPAID-2026, €9,000.00 left −€1,000.00",
		"Total EUR "+column(inv.Total), "Amount due EUR "+column(inv.AmountDue),
	)
	order := []string{"Subtotal €", "Credit SNEAKY-CRAB", "Taxable amount €", "VAT, Finland 25.5% €" + column(inv.TaxTotal)[3:], "Total EUR", "Less prepaid", "Amount due EUR"}
	at := 0
	for _, part := range order {
		next := strings.Index(text[at:], part)
		if next < 0 {
			t.Fatalf("%q does not come after the parts before it", part)
		}
		at += next
	}
}

func TestCreditNote(t *testing.T) {
	text := textOf(t, creditNote())
	wantText(t, text, "CREDIT NOTE", "Credit note number BF-CN-2026-000007", "Issued 20 Nov 2026",
		"Credits invoice BF-2026-000412 of 1 Nov 2026", "Reason: Hours after the service was deleted were billed.",
		"Total credited", "Total EUR €301.16", "VAT ID FI20774740", "VAT ID DE136695976")
	if strings.Contains(text, "Amount due") {
		t.Error("a credit note asks for money")
	}
}

func TestTaxCases(t *testing.T) {
	vat := func(c, where, percent, note string) Tax {
		return Tax{Category: c, Label: "VAT", Jurisdiction: where, Percent: dec(percent), Note: note}
	}
	for _, c := range []struct {
		name  string
		taxes []Tax
		notes []string
		want  []string
	}{
		{"domestic", []Tax{vat("S", "Finland", "25.5", "")}, nil, []string{"VAT, Finland 25.5% €239.97 €61.19", "Total EUR €301.16"}},
		{"reverse charge", []Tax{vat("AE", "", "0", NoteReverseCharge)}, nil, []string{
			"Reverse charge. VAT is to be accounted for by the recipient (Article 196, Directive 2006/112/EC).",
			"VAT, reverse charge 0% €239.97 €0.00", "Total EUR €239.97", "VAT ID DE136695976"}},
		{"reverse charge without a note", []Tax{vat("AE", "", "0", "")}, nil, []string{NoteReverseCharge}},
		{"foreign rate (OSS), id not confirmed", []Tax{vat("S", "Germany", "19", "")}, []string{NoteUnconfirmed}, []string{
			"VAT, Germany 19% €239.97 €45.59", "VAT ID not confirmed at the date of issue."}},
		{"outside the EU", []Tax{vat("O", "", "0", "")}, nil, []string{
			"Outside the scope of EU VAT (Article 44 or 58, Directive 2006/112/EC).", "Total EUR €239.97"}},
		{"two rates", []Tax{vat("S", "", "25.5", ""), vat("S", "", "14", "")}, nil, []string{
			"Taxable amount at 25.5% €200.00", "VAT 25.5% €51.00", "Taxable amount at 14% €39.97", "VAT 14% €5.60", "Total EUR €296.57"}},
		{"none", nil, nil, []string{"No tax is charged on this document.", "Total EUR €239.97"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			inv := sample("EUR", 2)
			inv.Notes = c.notes
			inv = reckon(inv, c.taxes...)
			if c.name == "two rates" {
				inv.Taxes[0].Taxable, inv.Taxes[0].Amount = eur(20000), eur(5100)
				inv.Taxes[1].Taxable, inv.Taxes[1].Amount = eur(3997), eur(560)
				inv.TaxTotal, inv.Total, inv.AmountDue = eur(5660), eur(29657), eur(29657)
			}
			wantText(t, textOf(t, inv), c.want...)
		})
	}
	text := textOf(t, american())
	wantText(t, text, "Sales tax, Washington 6.5% $2,225.72 $144.67", "Sales tax, Seattle 3.85% $2,225.72 $85.69", "EIN 12-3456789",
		"$2,456.08 USD", "Amount (USD)", "To be charged to Visa ending 4242 on 3 Nov 2026", "Seattle, WA 98101", "United States",
		"ACH routing number 021000021", "Remit to Northern Cloud, PO Box 77")
	if strings.Count(text, "Taxable amount $") != 1 {
		t.Error("one taxable amount for two jurisdictions")
	}
}

// TestNoCardNumber: a caller's mistake must not print a card number (EN 16931 BR-51).
func TestNoCardNumber(t *testing.T) {
	inv := american()
	inv.Payment.CardLast4 = "4242424242424242"
	if text := textOf(t, inv); strings.Contains(strings.ReplaceAll(text, " ", ""), "42424242") || !strings.Contains(text, "ending 4242") {
		t.Error("more of the card than four digits")
	}
}

func TestYenHasNoDecimals(t *testing.T) {
	inv := sample("JPY", 9, 3)
	wantText(t, textOf(t, inv), "¥776,998", "Total JPY ¥776,998", "Amount (JPY)", " 8,039 ")
}

// TestHostileText: no text hides, reorders, breaks out or stops the document.
func TestHostileText(t *testing.T) {
	for _, bad := range []string{
		"pay \u202eOK\u202c now", "a)\\(b Tj ET", "line\none\r\ntwo\ttab\x00\x01\x1b[31m", "bad \xff\xfe bytes \xe2\x82", "\U0001F600 party \U0001F468\u200d\U0001F469",
		"\ufeffzero\u200bwidth\u00ad", "漢字 العربية", "ﬁne ｆｕｌｌ", strings.Repeat("W", 300), strings.Repeat("e\u0301", 90), "\uffff\ufffe\U0010ffff", "",
	} {
		inv := withCredits()
		inv.Buyer.Company, inv.Buyer.Address.Lines, inv.Buyer.Address.City, inv.Buyer.VATID = bad, []string{bad, bad, bad}, bad, bad
		inv.Seller.Name, inv.Seller.Register, inv.Seller.Address.Lines = bad, bad, []string{bad}
		inv.Text, inv.Notes, inv.PurchaseOrder, inv.GroupName, inv.AccountName = bad, []string{bad}, bad, bad, bad
		inv.Payment.Beneficiary, inv.Payment.IBAN, inv.Allowances[0].Code, inv.Taxes[0].Jurisdiction = bad, bad, bad, bad
		for i := range inv.Projects {
			inv.Projects[i].Name = bad
			for j := range inv.Projects[i].Lines {
				l := &inv.Projects[i].Lines[j]
				l.Service, l.Plan, l.Cloud, l.Unit, l.Description = bad, bad, bad, bad, bad
			}
		}
		pages := pagesOf(t, mustPDF(t, inv))
		text := flat(strings.Join(pages, " "))
		wantText(t, text, "Total EUR "+column(inv.Total), "Amount due EUR "+column(inv.AmountDue), "80.39", "Page 1 of ")
		if i := strings.IndexAny(text, "\u202e\u202c\u200b\u200d\ufeff\x00\x1b\ufffd"); i >= 0 {
			t.Errorf("%q left %q in the text", bad, text[i:min(len(text), i+8)])
		}
	}
}

func TestClean(t *testing.T) {
	for in, want := range map[string]string{
		"plain": "plain", " two  spaces ": "two spaces", "a\u202eb": "ab", "e\u0301": "é", "\U0001F600": "□", "ﬁ": "fi", "Ω ω": "Ω ω",
		"a\nb\tc": "a b c", "x\xffy": "x□y", "Łódź": "Łódź", "Nguyễn": "Nguyễn", "漢": "□", "don\u2019t – €": "don\u2019t – €", "non\u2011breaking": "non-breaking",
	} {
		if got := clean(in); got != want {
			t.Errorf("clean(%q) = %q, want %q", in, got, want)
		}
	}
}

// FuzzClean: whatever comes in, the face can set what goes out.
func FuzzClean(f *testing.F) {
	for _, s := range []string{"", "abc", "\xff", "\u202e\U0001F600", "e\u0301", " \u00a0 "} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := clean(s)
		for _, r := range got {
			if _, ok := faces()[0][r]; !ok {
				t.Fatalf("clean(%q) has %U, which the face has not", s, r)
			}
		}
		if clean(got) != got && len([]rune(got)) <= maxText {
			t.Fatalf("clean(%q) = %q is not clean", s, got)
		}
	})
}

func TestUnitPrice(t *testing.T) {
	for in, want := range map[string]string{
		"2": "2.00", "0.5": "0.50", "-0.5": "−0.50", "1234.5": "1,234.50", "0.123456789": "0.12345679", "0.0000000160599": "0.0000000161",
		"0": "0.00", "12.345": "12.345",
	} {
		if got := unitPrice(dec(in)); got != want {
			t.Errorf("unitPrice(%s) = %q, want %q", in, got, want)
		}
	}
}

func TestFileName(t *testing.T) {
	inv := sample("EUR", 1)
	if got := FileName(inv, "pdf"); got != "invoice_BF-2026-000412_2026-10.pdf" {
		t.Error(got)
	}
	if got := FileName(creditNote(), "pdf"); got != "credit-note_BF-CN-2026-000007.pdf" {
		t.Error(got)
	}
	inv.Number, inv.PeriodStart = "../Ä\r\n\"x", time.Time{}
	if got := FileName(inv, "csv"); got != "invoice_x.csv" {
		t.Error(got)
	}
}
