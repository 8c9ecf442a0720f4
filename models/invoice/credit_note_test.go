package invoice

import (
	"fmt"
	"testing"
	"time"

	"billfold/models"
	"billfold/models/credit"
	"billfold/models/money"
	"billfold/models/tax"

	"github.com/shopspring/decimal"
	"pgregory.net/rapid"
)

var noteTime = time.Date(2024, 11, 20, 14, 0, 0, 0, time.UTC)

// issued makes an original of what closing computes of a draft.
func issued(t testing.TB, d Draft) Original {
	t.Helper()
	totals, err := Compute(d)
	if err != nil {
		t.Fatal(err)
	}
	o := Original{Currency: d.Currency, Total: totals.Total.Minor(), UsedAfter: totals.Prepaid.Minor(), Taxes: taxRows(Row{}, totals.Shares)}
	for i, c := range d.Charges {
		line, err := d.Tax.For(c.Month)
		if err != nil {
			t.Fatal(err)
		}
		o.Lines = append(o.Lines, OriginalLine{ID: fmt.Sprint("line-", i), Minor: c.Minor, Category: string(line.Category), Rate: line.Rate})
	}
	used := func(uses []credit.Use) (all []credit.Used) {
		for _, u := range uses {
			all = append(all, credit.Used{UseID: u.Claim.ID, Claim: u.Claim, Amount: u.Amount, Returned: money.Zero(d.Currency), Prepaid: u.Prepaid})
		}
		return all
	}
	o.Reducing, o.Prepaid = used(totals.Uses), used(totals.Pays)
	return o
}

// apply brings an original up to date with a note, as the store does.
func (o *Original) apply(n CreditNote) {
	for _, l := range n.Lines {
		o.Lines[l.Index].Credited += l.Minor
	}
	o.Credited += n.Total.Minor()
	o.Paid -= n.Returned.Minor()
	for _, list := range []struct {
		used    []credit.Used
		returns []credit.Return
	}{{o.Reducing, n.Returns}, {o.Prepaid, n.Prepaid}} {
		for _, r := range list.returns {
			for i := range list.used {
				if u := &list.used[i]; u.UseID == r.UseID {
					u.Returned = money.New(u.Returned.Minor()+r.Back.Minor(), u.Returned.Currency())
				}
			}
		}
	}
}

func TestCreditNoteArithmetic(t *testing.T) {
	domestic := treatment(t, tax.Customer{Country: "FI", VATStatus: "none"}, fiRates...)
	two := []Charge{{"p", "2024-09", 10_000}, {"q", "2024-08", 5_000}} // at 25.5 and 24 per cent
	group := claim("promotion", credit.ForGroup, "", 3_000)
	type amounts struct{ subtotal, credits, tax, total, returned, refund, due int64 }
	for name, c := range map[string]struct {
		draft   Draft
		paid    int64
		request CreditRequest
		want    amounts
	}{
		"all of it, unpaid": {Draft{Currency: "EUR", Charges: two, Tax: domestic}, 0, CreditRequest{}, amounts{15_000, 0, 3_750, 18_750, 0, 0, 0}},
		"a line, unpaid":    {Draft{Currency: "EUR", Charges: two, Tax: domestic}, 0, CreditRequest{Line: "2"}, amounts{5_000, 0, 1_200, 6_200, 0, 0, 12_550}},
		"a line by its id":  {Draft{Currency: "EUR", Charges: two, Tax: domestic}, 0, CreditRequest{Line: "line-1"}, amounts{5_000, 0, 1_200, 6_200, 0, 0, 12_550}},
		"a part of a line":  {Draft{Currency: "EUR", Charges: two, Tax: domestic}, 0, CreditRequest{Line: "1", Amount: "0.10"}, amounts{10, 0, 3, 13, 0, 0, 18_737}},
		// of 30.00 of credit 20.00 fell on the first line, so half of the line takes 10.00 with it
		"credits in proportion": {Draft{Currency: "EUR", Charges: two, Tax: domestic, Credits: []credit.Claim{group}}, 0, CreditRequest{Line: "1", Amount: "50"},
			amounts{5_000, 1_000, 1_020, 5_020, 0, 0, 2_040 + 4_000 + 8_000 + 960 - 5_020}},
		"what was paid is refunded": {Draft{Currency: "EUR", Charges: two, Tax: domestic}, 18_750, CreditRequest{Line: "2"}, amounts{5_000, 0, 1_200, 6_200, 0, 6_200, 0}},
		"paid in part":              {Draft{Currency: "EUR", Charges: two, Tax: domestic}, 15_000, CreditRequest{Line: "2"}, amounts{5_000, 0, 1_200, 6_200, 0, 2_450, 0}},
		"prepaid credit comes back before money": {Draft{Currency: "EUR", Charges: two, Tax: domestic, Prepaid: []credit.Claim{claim(credit.Purchase, credit.ForGroup, "", 8_750)}},
			10_000, CreditRequest{Line: "1"}, amounts{10_000, 0, 2_550, 12_550, 8_750, 3_800, 0}},
		"all by prepaid credit": {Draft{Currency: "EUR", Charges: two, Tax: domestic, Prepaid: []credit.Claim{claim(credit.Purchase, credit.ForGroup, "", 99_000)}},
			0, CreditRequest{Line: "2"}, amounts{5_000, 0, 1_200, 6_200, 6_200, 0, 0}},
		"paid too much before": {Draft{Currency: "EUR", Charges: two, Tax: domestic}, 20_000, CreditRequest{Line: "2"}, amounts{5_000, 0, 1_200, 6_200, 0, 6_200, 0}},
		"all by reducing credit": {Draft{Currency: "EUR", Charges: two, Tax: domestic, Credits: []credit.Claim{claim("trial", credit.ForGroup, "", 99_000)}},
			0, CreditRequest{}, amounts{15_000, 15_000, 0, 0, 0, 0, 0}},
		"a deduction goes with the whole": {Draft{Currency: "EUR", Charges: append([]Charge{{"p", "2024-09", -2_000}}, two...), Tax: domestic}, 0, CreditRequest{},
			amounts{13_000, 0, 2_040 + 1_200, 16_240, 0, 0, 0}},
	} {
		t.Run(name, func(t *testing.T) {
			o := issued(t, c.draft)
			o.Paid = c.paid
			n, err := NewCreditNote(o, c.request, noteTime)
			if err != nil {
				t.Fatal(err)
			}
			got := amounts{n.Subtotal.Minor(), n.Credits.Minor(), n.Tax.Minor(), n.Total.Minor(), n.Returned.Minor(), n.Refund.Minor(), n.Due.Minor()}
			if got != c.want {
				t.Errorf("got %+v, want %+v", got, c.want)
			}
		})
	}
}

func TestCreditNoteRefusals(t *testing.T) {
	domestic := treatment(t, tax.Customer{Country: "FI", VATStatus: "none"}, fiRates...)
	o := issued(t, Draft{Currency: "EUR", Charges: []Charge{{"p", "2024-09", 1_000}, {"p", "2024-09", -400}, {"q", "2024-09", 0}}, Tax: domestic})
	for _, c := range []struct {
		request CreditRequest
		kind    models.Kind
	}{
		{CreditRequest{Amount: "1"}, models.Invalid}, {CreditRequest{Line: "0"}, models.Invalid}, {CreditRequest{Line: "4"}, models.Invalid},
		{CreditRequest{Line: "x"}, models.Invalid}, {CreditRequest{Line: "1", Amount: "x"}, models.Invalid}, {CreditRequest{Line: "1", Amount: "0"}, models.Invalid},
		{CreditRequest{Line: "1", Amount: "-1"}, models.Invalid}, {CreditRequest{Line: "1", Amount: "10.01"}, models.Invalid}, {CreditRequest{Line: "1", Amount: "1.001"}, models.Invalid},
		{CreditRequest{Line: "1", Amount: "6.01"}, models.Invalid}, // the invoice is for 6.00
		{CreditRequest{Line: "2"}, models.Invalid}, {CreditRequest{Line: "3"}, models.Invalid},
	} {
		if _, err := NewCreditNote(o, c.request, noteTime); models.KindOf(err) != c.kind {
			t.Errorf("%+v: %v", c.request, err)
		}
	}
	n, err := NewCreditNote(o, CreditRequest{Line: "1", Amount: "6"}, noteTime)
	if err != nil {
		t.Fatal(err)
	}
	o.apply(n)
	if n, err = NewCreditNote(o, CreditRequest{}, noteTime); err != nil || !n.Total.IsZero() || len(n.Lines) != 2 {
		t.Fatalf("the rest of two lines that cancel out: %+v %v", n, err)
	}
	o.apply(n)
	if _, err := NewCreditNote(o, CreditRequest{}, noteTime); models.KindOf(err) != models.Conflict {
		t.Errorf("all is credited: %v", err)
	}
	if _, err := NewCreditNote(o, CreditRequest{Line: "1"}, noteTime); models.KindOf(err) != models.Conflict {
		t.Errorf("the line is credited: %v", err)
	}
}

// TestCreditNotesAddUp credits random invoices in random parts until nothing is left: the notes never
// exceed the invoice in anything, and equal it in everything at the end.
func TestCreditNotesAddUp(t *testing.T) {
	local := decimal.RequireFromString("11.4822")
	domestic := treatment(t, tax.Customer{Country: "FI"}, fiRates...)
	rapid.Check(t, func(r *rapid.T) {
		d := Draft{Currency: "EUR", Tax: domestic}
		for range rapid.IntRange(1, 6).Draw(r, "lines") {
			d.Charges = append(d.Charges, Charge{"p", rapid.SampledFrom([]models.Month{"2024-08", "2024-09"}).Draw(r, "month"), rapid.Int64Range(-300, 3_000).Draw(r, "minor")})
		}
		d.Charges = append(d.Charges, Charge{"p", "2024-09", 2_000})
		for range rapid.IntRange(0, 3).Draw(r, "credits") {
			d.Credits = append(d.Credits, claim("promotion", credit.ForGroup, "", rapid.Int64Range(1, 4_000).Draw(r, "value")))
		}
		for range rapid.IntRange(0, 2).Draw(r, "prepaid") {
			d.Prepaid = append(d.Prepaid, claim(credit.Purchase, credit.ForGroup, "", rapid.Int64Range(1, 4_000).Draw(r, "value")))
		}
		o := issued(t, d)
		o.LocalRate, o.Local = &local, "SEK"
		o.Paid = rapid.Int64Range(0, max(0, o.Total-o.UsedAfter)).Draw(r, "paid")
		whole, err := o.creditedSoFar(minors(o.Lines))
		if err != nil {
			r.Fatal(err)
		}
		var sum soFar
		var refunds int64
		paid := o.Paid
		for step := 0; ; step++ {
			request := CreditRequest{}
			if step < 12 && rapid.IntRange(0, 5).Draw(r, "part") > 0 {
				i := rapid.IntRange(0, len(o.Lines)-1).Draw(r, "line")
				request.Line = fmt.Sprint(i + 1)
				if rest := o.Lines[i].Minor - o.Lines[i].Credited; rest > 0 {
					request.Amount = money.New(rapid.Int64Range(1, rest).Draw(r, "amount"), "EUR").Decimal()
				}
			}
			n, err := NewCreditNote(o, request, noteTime)
			if request.Line != "" && (models.KindOf(err) == models.Invalid || models.KindOf(err) == models.Conflict) {
				continue
			}
			if models.KindOf(err) == models.Conflict { // the parts were all of it
				break
			}
			if err != nil {
				r.Fatal(err)
			}
			checkNote(r, o, n)
			sum.lines, sum.allowance, sum.taxable = sum.lines+n.Subtotal.Minor(), sum.allowance+n.Credits.Minor(), sum.taxable+n.Taxable.Minor()
			sum.tax, sum.total, sum.local = sum.tax+n.Tax.Minor(), sum.total+n.Total.Minor(), sum.local+n.Local.Minor()
			refunds += n.Refund.Minor()
			o.apply(n)
			if sum.total > whole.total || sum.taxable > whole.taxable || sum.lines > whole.lines {
				r.Fatalf("more is credited than the invoice is for: %+v of %+v", sum, whole)
			}
			if request.Line == "" {
				break
			}
		}
		if whole.shares = nil; fmt.Sprint(sum) != fmt.Sprint(whole) {
			r.Fatalf("the notes add up to %+v, the invoice is %+v", sum, whole)
		}
		for _, u := range append(append([]credit.Used{}, o.Reducing...), o.Prepaid...) {
			if u.Amount != u.Returned {
				r.Fatalf("%s of %s came back", u.Returned, u.Amount)
			}
		}
		if refunds != paid {
			r.Fatalf("%d is to be refunded of %d that was paid", refunds, paid)
		}
	})
}

func minors(lines []OriginalLine) (all []int64) {
	for _, l := range lines {
		all = append(all, l.Minor)
	}
	return all
}

// checkNote says that a note adds up in itself.
func checkNote(r *rapid.T, o Original, n CreditNote) {
	var lines, taxLines, allowance, taxable, taxed, back int64
	for _, l := range n.Lines {
		lines += l.Minor
		if x := o.Lines[l.Index]; x.Minor > 0 && (l.Minor <= 0 || x.Credited+l.Minor > x.Minor) {
			r.Fatalf("line %d is %d, %d was credited, now %d", l.Index, x.Minor, x.Credited, l.Minor)
		}
	}
	for _, t := range n.Taxes {
		taxLines, allowance, taxable, taxed = taxLines+t.LinesMinor, allowance+t.AllowanceMinor, taxable+t.TaxableMinor, taxed+t.TaxMinor
		exact := decimal.NewFromInt(t.TaxableMinor).Mul(t.Rate)
		if decimal.NewFromInt(t.TaxMinor).Sub(exact).Abs().GreaterThan(decimal.NewFromInt(1)) {
			r.Fatalf("tax of %d at %s is %d", t.TaxableMinor, t.Rate, t.TaxMinor)
		}
		if t.AllowanceMinor < 0 || t.TaxableMinor != t.LinesMinor-t.AllowanceMinor {
			r.Fatalf("%+v", t)
		}
	}
	for _, x := range n.Returns {
		back += x.Back.Minor()
		if x.Back.Minor()+x.Returned.Minor() > x.Amount.Minor() {
			r.Fatalf("more comes back than was used: %+v", x)
		}
	}
	if lines != n.Subtotal.Minor() || taxLines != lines || allowance != n.Credits.Minor() || back != allowance || taxable != n.Taxable.Minor() ||
		taxed != n.Tax.Minor() || n.Total.Minor() != taxable+taxed || n.Total.Sign() < 0 || n.Due.Sign() < 0 || n.Refund.Sign() < 0 || n.Returned.Sign() < 0 {
		r.Fatalf("does not add up: %+v", n)
	}
}
