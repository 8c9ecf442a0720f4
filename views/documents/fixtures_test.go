package documents

import (
	"fmt"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"billfold/models/money"
)

func day(y int, m time.Month, d int) time.Time { return time.Date(y, m, d, 0, 0, 0, 0, time.UTC) }

func dec(s string) decimal.Decimal { return decimal.RequireFromString(s) }

func eur(minor int64) money.Amount { return money.New(minor, "EUR") }

// sample is an invoice of one currency with the given numbers of lines for each project, domestic VAT,
// bank transfer, and figures that add up.
func sample(c money.Currency, lines ...int) Invoice {
	inv := Invoice{
		Kind: KindInvoice, Number: "BF-2026-000412", Currency: c,
		Issued: day(2026, 11, 1), Due: day(2026, 11, 15), TermDays: 14,
		PeriodStart: day(2026, 10, 1), PeriodEnd: day(2026, 11, 1),
		Seller: Seller{
			Name:    "Northern Cloud Oy",
			Address: Address{Lines: []string{"Mannerheimintie 12 B"}, City: "Helsinki", PostalCode: "00100", Country: "FI"},
			VATID:   "FI20774740", Register: "Business ID 2077474-0, Trade Register, domicile Helsinki",
			Contact: "billing@northern.example",
		},
		Buyer: Buyer{
			Company: "Acme Cloud GmbH",
			Address: Address{Lines: []string{"Accounts payable", "Lindenstraße 7"}, City: "Berlin", PostalCode: "10969", Country: "DE"},
			VATID:   "DE136695976",
		},
		AccountName: "Acme Cloud", GroupName: "Engineering production", GroupID: "019a1c52-7d0e-7b3a-9c11-5f0e8a2b6d43",
		PurchaseOrder: "PO-4500017733",
		Payment: Payment{Method: PayByTransfer, Beneficiary: "Northern Cloud Oy", Bank: "Nordea Bank Abp",
			IBAN: "FI2112345600000785", BIC: "NDEAFIHH", Reference: "RF18 5390 0754 7034"},
		FX:     &Rate{"USD", c, dec("0.9212345678"), day(2026, 10, 30), "European Central Bank"},
		WebURL: "https://billing.northern.example/billing-groups/019a1c52-7d0e-7b3a-9c11-5f0e8a2b6d43/invoices/BF-2026-000412",
	}
	names := []string{"data-platform", "checkout", "search-indexing", "internal-tools", "ml-features"}
	services := [][5]string{
		{"orders-db", "pg", "business-16", "google-europe-west1", "hours"}, {"events", "kafka", "premium-6x-8", "aws-eu-central-1", "hours"},
		{"session-cache", "valkey", "startup-4", "aws-eu-central-1", "hours"}, {"logs", "opensearch", "business-32", "azure-westeurope", "hours"},
		{"exports", "object-storage", "standard", "aws-eu-north-1", "GiB months"}, {"metrics", "thanos", "business-8", "upcloud-fi-hel", "hours"},
	}
	n := int64(0)
	for i, count := range lines {
		name := names[i%len(names)]
		if i >= len(names) {
			name = fmt.Sprintf("%s-%d", name, i/len(names)+1)
		}
		p := Project{Name: name}
		for j := range count {
			s := services[(i+j)%len(services)]
			n++
			minor := 120 + (n*7919)%98765
			p.Lines = append(p.Lines, Line{
				Type: "service_charge", Service: s[0], ServiceType: s[1], Plan: s[2], Cloud: s[3], Unit: s[4],
				Begin: day(2026, 10, 1), End: day(2026, 11, 1), Quantity: dec("744"),
				UnitPrice: decimal.NewNullDecimal(decimal.New(minor, -c.Decimals()).DivRound(dec("744"), 8)),
				Amount:    money.New(minor, c),
			})
			if count > 6 {
				p.Lines[j].Service += fmt.Sprintf("-%d", j/len(services)+1)
			}
		}
		inv.Projects = append(inv.Projects, p)
	}
	return reckon(inv, Tax{Category: CategoryStandard, Label: "VAT", Jurisdiction: "Finland", Percent: dec("25.5")})
}

// reckon fills every sum from the lines, credits and tax rates, in the order of the arithmetic.
func reckon(inv Invoice, taxes ...Tax) Invoice {
	c := inv.Currency
	inv.Subtotal = money.Zero(c)
	for i := range inv.Projects {
		p := &inv.Projects[i]
		p.Subtotal = money.Zero(c)
		for _, l := range p.Lines {
			p.Subtotal = must(p.Subtotal.Add(l.Amount))
		}
		inv.Subtotal = must(inv.Subtotal.Add(p.Subtotal))
	}
	inv.Taxable = inv.Subtotal
	for _, a := range inv.Allowances {
		inv.Taxable = must(inv.Taxable.Sub(a.Amount))
	}
	inv.Taxes, inv.TaxTotal = nil, money.Zero(c)
	for _, t := range taxes {
		t.Taxable = inv.Taxable
		minor := must(money.RoundMinor(decimal.New(inv.Taxable.Minor(), -c.Decimals()).Mul(t.Percent).Shift(-2), c))
		t.Amount = money.New(minor, c)
		inv.Taxes = append(inv.Taxes, t)
		inv.TaxTotal = must(inv.TaxTotal.Add(t.Amount))
	}
	inv.Total = must(inv.Taxable.Add(inv.TaxTotal))
	inv.AmountDue = must(inv.Total.Sub(inv.paid()))
	for _, a := range inv.Prepaid {
		inv.AmountDue = must(inv.AmountDue.Sub(a.Amount))
	}
	return inv
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// withCredits is an invoice with two reducing credits and one prepaid.
func withCredits() Invoice {
	inv := sample("EUR", 4, 3)
	inv.Allowances = []Credit{
		{Code: "SNEAKY-CRAB", Type: "promotion", Left: eur(15000), Expires: day(2027, 1, 1), Amount: eur(25000)},
		{Code: "OUTAGE-17", Type: "outage", Project: "checkout", Left: eur(0), Amount: eur(4217)},
	}
	inv.Prepaid = []Credit{{Code: "PREPAID-2026", Type: "purchase", Left: eur(900000), Amount: eur(100000)}}
	return reckon(inv, Tax{Category: CategoryStandard, Label: "VAT", Jurisdiction: "Finland", Percent: dec("25.5")})
}

func creditNote() Invoice {
	inv := sample("EUR", 2)
	inv.Kind, inv.Number, inv.Due = KindCreditNote, "BF-CN-2026-000007", time.Time{}
	inv.Corrects = &Correction{Number: "BF-2026-000412", Issued: day(2026, 11, 1), Reason: "Hours after the service was deleted were billed."}
	inv.Issued = day(2026, 11, 20)
	return inv
}

func reverseCharge(lines ...int) Invoice {
	return reckon(sample("EUR", lines...), Tax{Category: CategoryReverseCharge, Label: "VAT", Percent: dec("0"), Note: NoteReverseCharge})
}

// american is a US customer's invoice: Letter, card, sales tax of two jurisdictions.
func american() Invoice {
	inv := sample("USD", 5, 2)
	inv.FX, inv.TermDays, inv.Due = nil, 0, inv.Issued
	inv.Buyer = Buyer{Company: "Acme Cloud Inc.", Address: Address{Lines: []string{"400 Pine St", "Suite 900"}, City: "Seattle", Region: "WA", PostalCode: "98101", Country: "US"}}
	inv.Seller.TaxNumber = "EIN 12-3456789"
	inv.Payment = Payment{Method: PayByCard, CardBrand: "Visa", CardLast4: "4242", ChargeOn: day(2026, 11, 3),
		Beneficiary: "Northern Cloud Oy", ACHRouting: "021000021", ACHAccount: "000123456789", RemitTo: "Northern Cloud, PO Box 77, New York, NY 10001"}
	return reckon(inv, Tax{Category: CategoryStandard, Label: "Sales tax", Jurisdiction: "Washington", Percent: dec("6.5")},
		Tax{Category: CategoryStandard, Label: "Sales tax", Jurisdiction: "Seattle", Percent: dec("3.85")})
}

func mustPDF(t testing.TB, inv Invoice) []byte {
	t.Helper()
	pdf, err := PDF(inv)
	if err != nil {
		t.Fatal(err)
	}
	return pdf
}

// split spreads n lines over 5 projects.
func split(n int) []int {
	out := make([]int, 5)
	for i := range n {
		out[i%5]++
	}
	return out
}
