package invoice

import (
	"errors"
	"testing"
	"time"

	"billfold/models"
	"billfold/models/credit"
	"billfold/models/money"
	"billfold/models/seller"
	"billfold/models/tax"

	"github.com/shopspring/decimal"
	"pgregory.net/rapid"
)

var finland = seller.Seller{Name: "S", Country: "FI", VATID: "FI20774740"}

func treatment(t testing.TB, c tax.Customer, rows ...tax.Rate) tax.Treatment {
	t.Helper()
	return tax.NewTreatment(tax.Decide(finland, c), rows, time.Date(2024, 9, 30, 0, 0, 0, 0, time.UTC))
}

// fiRates is the change of the Finnish standard rate on 1 September 2024.
var fiRates = []tax.Rate{
	{Country: "FI", ValidFrom: time.Date(2013, 1, 1, 0, 0, 0, 0, time.UTC), Rate: decimal.RequireFromString("0.24"), Name: "VAT"},
	{Country: "FI", ValidFrom: time.Date(2024, 9, 1, 0, 0, 0, 0, time.UTC), Rate: decimal.RequireFromString("0.255"), Name: "VAT"},
}

func claim(kind credit.Type, scope credit.Scope, project string, remaining int64) credit.Claim {
	return credit.Claim{ID: models.NewID(), Code: "C", Type: kind, Scope: scope, ProjectID: project, Value: money.New(remaining, "EUR"), Remaining: money.New(remaining, "EUR")}
}

func TestComputeOrderOfArithmetic(t *testing.T) {
	domestic := treatment(t, tax.Customer{Country: "FI", VATStatus: "none"}, fiRates...)
	for name, c := range map[string]struct {
		draft                                             Draft
		subtotal, credits, taxable, tax, total, paid, due int64
	}{
		"one line": {Draft{Currency: "EUR", Charges: []Charge{{"p", "2024-09", 10_000}}, Tax: domestic}, 10_000, 0, 10_000, 2_550, 12_550, 0, 12_550},
		"late usage goes by the rate of its own month": {Draft{Currency: "EUR", Charges: []Charge{{"p", "2024-09", 10_000}, {"p", "2024-08", 10_000}}, Tax: domestic},
			20_000, 0, 20_000, 2_550 + 2_400, 24_950, 0, 24_950},
		"a credit is split over the rates": {Draft{Currency: "EUR", Charges: []Charge{{"p", "2024-09", 10_000}, {"p", "2024-08", 5_000}}, Tax: domestic,
			Credits: []credit.Claim{claim("promotion", credit.ForGroup, "", 100)}}, 15_000, 100, 14_900, 2_533 + 1_192, 18_625, 0, 18_625},
		"a credit never goes below zero": {Draft{Currency: "EUR", Charges: []Charge{{"p", "2024-09", 10_000}}, Tax: domestic,
			Credits: []credit.Claim{claim("promotion", credit.ForGroup, "", 99_999)}}, 10_000, 10_000, 0, 0, 0, 0, 0},
		"a project's credit stays within its lines": {Draft{Currency: "EUR", Charges: []Charge{{"p", "2024-09", 1_000}, {"q", "2024-09", 9_000}}, Tax: domestic,
			Credits: []credit.Claim{claim("promotion", credit.ForProject, "p", 5_000)}}, 10_000, 1_000, 9_000, 2_295, 11_295, 0, 11_295},
		"prepaid credit pays after tax": {Draft{Currency: "EUR", Charges: []Charge{{"p", "2024-09", 10_000}}, Tax: domestic,
			Prepaid: []credit.Claim{claim(credit.Purchase, credit.ForGroup, "", 12_000)}}, 10_000, 0, 10_000, 2_550, 12_550, 12_000, 550},
		"reverse charge": {Draft{Currency: "EUR", Charges: []Charge{{"p", "2024-09", 10_000}}, Tax: treatment(t, tax.Customer{Country: "DE", VATID: "DE136695976", VATStatus: "confirmed"})},
			10_000, 0, 10_000, 0, 10_000, 0, 10_000},
		"a negative line lowers its rate's sum": {Draft{Currency: "EUR", Charges: []Charge{{"p", "2024-09", 10_000}, {"p", "2024-08", -1_000}}, Tax: domestic,
			Credits: []credit.Claim{claim("promotion", credit.ForGroup, "", 900)}}, 9_000, 900, 8_100, 2_321 - 240, 10_181, 0, 10_181},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := Compute(c.draft)
			if err != nil {
				t.Fatal(err)
			}
			want := []int64{c.subtotal, c.credits, c.taxable, c.tax, c.total, c.paid, c.due}
			for i, a := range []money.Amount{got.Subtotal, got.Credits, got.Taxable, got.Tax, got.Total, got.Prepaid, got.Due} {
				if a.Minor() != want[i] {
					t.Errorf("amount %d is %d, want %d (%+v)", i, a.Minor(), want[i], got)
				}
			}
		})
	}
}

func TestComputeWithoutRateIsMissing(t *testing.T) {
	_, err := Compute(Draft{Currency: "EUR", Charges: []Charge{{"p", "2024-09", 1}}, Tax: treatment(t, tax.Customer{Country: "FI"})})
	var missing *tax.MissingRate
	if !errors.As(err, &missing) {
		t.Fatalf("got %v", err)
	}
}

func TestComputeHoldsItsSums(t *testing.T) {
	domestic := treatment(t, tax.Customer{Country: "FI"}, fiRates...)
	rapid.Check(t, func(t *rapid.T) {
		d := Draft{Currency: "EUR", Tax: domestic}
		for range rapid.IntRange(1, 8).Draw(t, "lines") {
			d.Charges = append(d.Charges, Charge{rapid.SampledFrom([]string{"", "p", "q"}).Draw(t, "project"),
				rapid.SampledFrom([]models.Month{"2024-08", "2024-09"}).Draw(t, "month"), rapid.Int64Range(-5_000, 50_000).Draw(t, "minor")})
		}
		for range rapid.IntRange(0, 3).Draw(t, "credits") {
			d.Credits = append(d.Credits, claim("promotion", credit.ForGroup, "", rapid.Int64Range(1, 60_000).Draw(t, "value")))
		}
		d.Prepaid = []credit.Claim{claim(credit.Purchase, credit.ForGroup, "", rapid.Int64Range(1, 60_000).Draw(t, "prepaid"))}
		got, err := Compute(d)
		if err != nil {
			t.Fatal(err)
		}
		var lines, allowance, taxable, taxes int64
		for _, s := range got.Shares {
			lines, allowance, taxable, taxes = lines+s.Lines, allowance+s.Allowance, taxable+s.Taxable, taxes+s.Tax
		}
		switch {
		case lines != got.Subtotal.Minor(), allowance != got.Credits.Minor(), taxable != got.Taxable.Minor(), taxes != got.Tax.Minor():
			t.Fatalf("shares do not add up: %+v", got)
		case got.Credits.Sign() > 0 && got.Taxable.Sign() < 0:
			t.Fatalf("credits below zero: %+v", got)
		case got.Total.Minor() != taxable+taxes, got.Due.Minor() < 0, got.Due.Minor() > max(0, got.Total.Minor()):
			t.Fatalf("total: %+v", got)
		}
	})
}

func TestOpenMonth(t *testing.T) {
	for _, c := range []struct{ wanted, closed, open models.Month }{
		{"2024-02", "", "2024-02"}, {"2024-02", "2024-01", "2024-02"}, {"2024-02", "2024-02", "2024-03"}, {"2024-02", "2024-12", "2025-01"},
	} {
		if got := OpenMonth(c.wanted, c.closed); got != c.open {
			t.Errorf("OpenMonth(%s, %s) = %s, want %s", c.wanted, c.closed, got, c.open)
		}
	}
}

func TestTransitions(t *testing.T) {
	all := []State{Estimate, Issued, Paid, PaymentFailed, Waived, Uncollectible, Credited}
	allowed := map[[2]State]bool{{Estimate, Issued}: true, {Issued, Paid}: true, {Issued, PaymentFailed}: true, {Issued, Waived}: true, {Issued, Uncollectible}: true,
		{Issued, Credited}: true, {PaymentFailed, Paid}: true, {PaymentFailed, Waived}: true, {PaymentFailed, Uncollectible}: true, {PaymentFailed, Credited}: true,
		{Uncollectible, Paid}: true, {Paid, PaymentFailed}: true}
	for _, a := range all {
		for _, b := range all {
			if a.CanBecome(b) != allowed[[2]State{a, b}] {
				t.Errorf("%s -> %s: %v", a, b, a.CanBecome(b))
			}
		}
	}
}

// Two rates with equal sums and an odd credit: the cent goes to the same rate whatever the order of the
// lines, else the invoice would differ from the estimate that was shown.
func TestComputeDoesNotGoByTheOrderOfLines(t *testing.T) {
	draft := Draft{Currency: "EUR", Charges: []Charge{{"p", "2024-09", 1_000}, {"p", "2024-08", 1_000}}, Tax: treatment(t, tax.Customer{Country: "FI"}, fiRates...)}
	for credits := int64(1); credits < 100; credits += 2 {
		draft.Credits = []credit.Claim{claim("promotion", credit.ForGroup, "", credits)}
		one, err := Compute(draft)
		if err != nil {
			t.Fatal(err)
		}
		other := draft
		other.Charges = []Charge{draft.Charges[1], draft.Charges[0]}
		two, err := Compute(other)
		if err != nil {
			t.Fatal(err)
		}
		if one.Total != two.Total || one.Shares[0] != two.Shares[0] || one.Shares[1] != two.Shares[1] {
			t.Fatalf("credit of %d: %+v and %+v", credits, one.Shares, two.Shares)
		}
	}
}

// A rate that has another name from some month on is still one rate (EN 16931 BG-23): one row, one sum.
func TestComputeTaxesARenamedRateOnce(t *testing.T) {
	rows := []tax.Rate{fiRates[1], fiRates[1]}
	rows[1].ValidFrom, rows[1].Name = time.Date(2024, 10, 1, 0, 0, 0, 0, time.UTC), "Finnish VAT"
	got, err := Compute(Draft{Currency: "EUR", Charges: []Charge{{"p", "2024-10", 1}, {"p", "2024-09", 1}}, Tax: treatment(t, tax.Customer{Country: "FI"}, rows...)})
	if err != nil || len(got.Shares) != 1 || got.Shares[0].Name != "Finnish VAT" || got.Tax.Minor() != 1 {
		t.Fatalf("%+v %v", got, err)
	}
}
