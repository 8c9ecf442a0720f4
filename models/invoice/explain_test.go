package invoice_test

import (
	"fmt"
	"testing"
	"time"

	"billfold/models"
	"billfold/models/account"
	"billfold/models/credit"
	"billfold/models/invoice"
	"billfold/models/money"
	"billfold/models/seller"
)

// explainedWorld has an invoice of August and an estimate of September with late usage at the older rate,
// so with two taxes, and credits of every kind.
func explainedWorld(w *world) {
	w.Helper()
	w.now = utc("2024-08-10T12:00:00Z")
	w.use(w.project, "2024-08-05T00:00:00Z", "10")
	w.close("2024-08")
	api := w.newProject("api", w.group)
	w.now = utc("2024-09-10T12:00:00Z")
	none := func(*credit.NewCredit) {}
	w.claim(w.group, 50_00, "EUR", none, credit.Target{Scope: credit.ForAccount})
	w.claim(w.group, 33_33, "EUR", func(n *credit.NewCredit) { n.ExpiresOn = time.Date(2024, 12, 31, 0, 0, 0, 0, time.UTC) }, credit.Target{Scope: credit.ForGroup})
	w.claim(w.group, 70_00, "EUR", none, credit.Target{Scope: credit.ForProject, ProjectID: api})
	w.claim(w.group, 5_00, "EUR", none, credit.Target{Scope: credit.ForProject, ProjectID: api})
	w.prepaid(10_00)
	w.use(w.project, "2024-09-05T00:00:00Z", "100.005")
	w.use(w.project, "2024-08-06T00:00:00Z", "33.333")
	w.use(api, "2024-09-06T00:00:00Z", "60.01")
	w.use(api, "2024-08-07T00:00:00Z", "7.77")
}

func (w *world) sheet(address string) invoice.Sheet {
	w.Helper()
	sheet, err := w.invoices.Sheet(w.ctx, w.scope(w.group), address, invoice.ByProject)
	w.must(err)
	return sheet
}

// explainsAll checks that every credit and tax of a page leads to a working that ends in its amount.
func (w *world) explainsAll(address string) {
	w.Helper()
	scope, sheet := w.scope(w.group), w.sheet(address)
	currency := money.Currency(sheet.Row.Currency)
	claims, err := w.invoices.ClaimsOf(w.ctx, scope, sheet)
	w.must(err)
	w.want(address+": claims", len(claims), len(sheet.Snapshot.Credits))
	seen := map[string]bool{}
	for i, c := range sheet.Snapshot.Credits {
		name := fmt.Sprintf("%s, %s %s", address, c.Type, money.New(c.Minor, currency))
		if seen[claims[i]] {
			w.Errorf("%s: two credits lead to one page", name)
		}
		seen[claims[i]] = true
		e, err := w.invoices.ExplainCredit(w.ctx, scope, address, claims[i])
		w.must(err)
		w.want(name+": code", e.Claim.Code, c.Code)
		if e.Return != nil {
			w.explainsReturn(name, e, c)
			continue
		}
		w.want(name+": used", e.Working.Used.Minor(), c.Minor)
		w.want(name+": left", e.Working.After.Minor(), c.Remaining)
		w.want(name+": holds", e.Working.Holds(), true)
		w.want(name+": project", e.Claim.ProjectName, c.Project)
		var sum int64
		for k, s := range e.Shares {
			w.want(fmt.Sprint(name, ": share ", k), s.Part, sheet.Taxes[k].AllowanceMinor)
			sum += s.Part
		}
		if !c.Prepaid {
			w.want(name+": all shares", sum, sheet.CreditsMinor)
		}
	}
	for i, row := range sheet.Taxes {
		w.explainsTax(address, fmt.Sprint(i+1), row)
	}
	e, err := w.invoices.ExplainSubtotal(w.ctx, scope, address)
	w.must(err)
	w.want(address+": subtotal", e.Subtotal.Minor(), sheet.SubtotalMinor)
	w.want(address+": product and rounding", e.Product.Add(e.Rounding).StringFixed(2), e.Subtotal.Decimal())
}

func (w *world) explainsReturn(name string, e invoice.CreditExplained, c invoice.AppliedCredit) {
	w.Helper()
	r := e.Return
	w.want(name+": given back", r.Back.Amount.Minor(), c.Minor)
	var sum int64
	for _, s := range r.Shares {
		w.want(name+": share of "+s.Claim.Code, s.Part, s.Back.Minor())
		sum += s.Back.Minor()
	}
	w.want(name+": all shares", sum, r.Total.Minor())
	w.want(name+": this share", r.Shares[r.Place].Back, r.Back.Amount)
}

func (w *world) explainsTax(address, place string, row invoice.TaxRow) {
	w.Helper()
	name := address + ", tax " + place
	e, err := w.invoices.ExplainTax(w.ctx, w.scope(w.group), address, place)
	w.must(err)
	w.want(name+": the row", fmt.Sprint(e.Tax.LinesMinor, e.Tax.AllowanceMinor, e.Tax.TaxableMinor, e.Tax.TaxMinor), fmt.Sprint(row.LinesMinor, row.AllowanceMinor, row.TaxableMinor, row.TaxMinor))
	w.want(name+": a rule", e.Known && e.Reason.Rule != "", true)
	var lines int64
	for _, m := range e.Months {
		lines += m.Sum.Minor()
		if m.Rate == nil || !m.Rate.Rate.Equal(row.Rate) {
			w.Errorf("%s: the rate of %s is %+v", name, m.Month, m.Rate)
		}
	}
	w.want(name+": lines", lines, row.LinesMinor)
	if n := e.Noted; n != nil {
		w.want(name+": allowance with all notes", n.Allowance.Part, n.With.AllowanceMinor)
		w.want(name+": tax with all notes", n.Product.StringFixed(2), money.New(n.With.TaxMinor, "EUR").Decimal())
		w.want(name+": this note", n.With.TaxMinor-n.Before.TaxMinor, row.TaxMinor)
		return
	}
	w.want(name+": share", e.Share.Part, row.AllowanceMinor)
	w.want(name+": product", e.Product.StringFixed(2), money.New(row.TaxMinor, "EUR").Decimal())
}

// What an estimate, its invoice and its credit notes say of their credits and taxes has a working that ends
// in the very amount.
func TestEveryAmountIsExplained(t *testing.T) {
	each(t, func(w *world) {
		explainedWorld(w)
		w.explainsAll("estimate-2024-09")
		estimate := w.sheet("estimate-2024-09")
		if len(estimate.Taxes) != 2 || len(estimate.Snapshot.Credits) != 4 {
			t.Fatalf("%d taxes, %d credits", len(estimate.Taxes), len(estimate.Snapshot.Credits))
		}
		w.close("2024-09")
		number := *w.row(w.group, "2024-09").Number
		w.explainsAll(number)
		issued := w.sheet(number)
		w.want("the invoice has the estimate's credits", fmt.Sprint(amounts(issued)), fmt.Sprint(amounts(estimate)))
		w.must(w.pay(number, "")) // so that credit notes give money back
		w.now = utc("2024-10-20T12:00:00Z")
		var notes []string
		for _, r := range [][2]string{{"1", "10.01"}, {"2", "1.11"}, {"1", "5"}, {"", ""}} {
			notes = append(notes, *w.note(number, r[0], r[1]).Note.Number)
		}
		for _, note := range notes {
			w.explainsAll(note) // whatever notes came after it
		}
		w.explainsAll(number) // as before, with what was given back
		e := w.explained(number, 1)
		if len(e.GivenBack) < 2 {
			t.Errorf("%d credit notes gave back of %s", len(e.GivenBack), e.Claim.Code)
		}
		back, err := w.invoices.ExplainCredit(w.ctx, w.scope(w.group), e.GivenBack[0].Number, e.GivenBack[0].Claim.ID)
		w.must(err)
		w.want("the claim that came of it", back.Return.Back.Claim.ReturnedBy, back.Row.ID)
	})
}

func amounts(s invoice.Sheet) (all []string) {
	for _, c := range s.Snapshot.Credits {
		all = append(all, fmt.Sprint(c.Code, " ", c.Minor, " ", c.Remaining))
	}
	return all
}

// explained is the i-th credit of a page.
func (w *world) explained(address string, i int) invoice.CreditExplained {
	w.Helper()
	claims, err := w.invoices.ClaimsOf(w.ctx, w.scope(w.group), w.sheet(address))
	w.must(err)
	e, err := w.invoices.ExplainCredit(w.ctx, w.scope(w.group), address, claims[i])
	w.must(err)
	return e
}

// An issued invoice is explained from what it froze: another use of the credit, other billing information
// and a new name of the project change nothing of it, and what cannot be known is said not to be.
func TestAnIssuedInvoiceIsExplainedFromWhatItFroze(t *testing.T) {
	each(t, func(w *world) {
		explainedWorld(w)
		w.close("2024-09")
		number := *w.row(w.group, "2024-09").Number
		was, wasTax := w.explained(number, 0), w.taxOf(number, "1")
		w.want("the project's credit is used", fmt.Sprint(was.Claim.Scope, was.Working.Lines), fmt.Sprint(credit.ForProject, was.Working.Lines))
		other := w.newGroup("other")
		_, err := w.credits.Rebind(w.ctx, w.scope(w.group), was.Claim.ID, credit.Target{Scope: credit.ForGroup, GroupID: other})
		w.must(err)
		_, err = w.accounts.RenameProject(w.ctx, w.scope(w.group), was.Claim.ProjectID, "renamed")
		w.must(err)
		w.bill(w.group, func(i *account.Information) { i.Country, i.VATID = "DE", "" })
		is, isTax := w.explained(number, 0), w.taxOf(number, "1")
		w.want("scope", is.Claim.Scope, was.Claim.Scope)
		w.want("project", is.Claim.ProjectName, was.Claim.ProjectName)
		w.want("working", fmt.Sprintf("%+v %s", is.Working.Used, is.Working.Lines), fmt.Sprintf("%+v %s", was.Working.Used, was.Working.Lines))
		w.want("rule", isTax.Reason.Rule, wasTax.Reason.Rule)
		w.explainsAll(number)
	})
}

func (w *world) taxOf(address, place string) invoice.TaxExplained {
	w.Helper()
	e, err := w.invoices.ExplainTax(w.ctx, w.scope(w.group), address, place)
	w.must(err)
	return e
}

// A credit whose use was given to a project after the invoice is not shown as a project's.
func TestAUseThatIsNotKnownAnyMore(t *testing.T) {
	each(t, func(w *world) {
		claim := w.claim(w.group, 500_00, "EUR", func(*credit.NewCredit) {}, credit.Target{Scope: credit.ForGroup})
		w.use(w.project, "2024-09-05T00:00:00Z", "100")
		w.close("2024-09")
		_, err := w.credits.Rebind(w.ctx, w.scope(w.group), claim.ID, credit.Target{Scope: credit.ForProject, GroupID: w.group, ProjectID: w.project})
		w.must(err)
		e := w.explained(*w.row(w.group, "2024-09").Number, 0)
		w.want("scope", e.Claim.Scope, "")
		w.want("holds", e.Working.Holds(), true)
	})
}

// The tax in the seller's currency is explained on invoices and on their credit notes.
func TestTheTaxInTheSellersCurrencyIsExplained(t *testing.T) {
	each(t, func(w *world) {
		store := seller.NewStore(w.db, w.clock)
		s, _, err := store.Get(w.ctx)
		w.must(err)
		s.Country, s.VATID = "SE", "SE556036079301"
		w.must(store.Set(w.ctx, operator, s))
		w.rates("date,base,currency,rate\n2024-09-27,EUR,SEK,11.2963\n")
		w.use(w.project, "2024-09-05T00:00:00Z", "100.01")
		w.close("2024-09")
		row := w.row(w.group, "2024-09")
		check := func(address string, minor, all, earlier int64) {
			w.Helper()
			l := w.taxOf(address, "1").Local
			if l == nil {
				t.Fatalf("%s: no tax in SEK", address)
			}
			w.want(address+": the tax", l.Tax.Minor(), all)
			w.want(address+": earlier notes", l.Earlier.Minor(), earlier)
			product, err := money.RoundMinor(l.Product, "SEK")
			w.must(err)
			w.want(address+": amount", l.Amount.Minor(), minor)
			w.want(address+": working", product-l.Earlier.Minor(), minor)
			w.want(address+": rate", l.Rate, "11.2963")
			w.want(address+": source", l.Source, "Test")
		}
		check(*row.Number, row.TaxLocalMinor, row.TaxMinor, 0)
		var notes []invoice.Row
		for _, part := range []string{"33.33", "33.33", ""} {
			notes = append(notes, w.note(*row.Number, "1", part).Note)
		}
		var all, earlier int64
		for _, note := range notes {
			all += note.TaxMinor
			check(*note.Number, note.TaxLocalMinor, all, earlier)
			earlier += note.TaxLocalMinor
		}
		w.want("all notes state the invoice's", earlier, row.TaxLocalMinor)
	})
}

func TestOnlyWhatIsThereIsExplained(t *testing.T) {
	each(t, func(w *world) {
		explainedWorld(w)
		used := w.explained("estimate-2024-09", 0).Claim.ID
		w.close("2024-09")
		number, august := *w.row(w.group, "2024-09").Number, *w.row(w.group, "2024-08").Number
		for _, c := range [][2]string{{number, "x"}, {number, models.NewID()}, {august, used}, {"BF-2024-999999", used}, {"estimate-2024-09", used}} {
			if _, err := w.invoices.ExplainCredit(w.ctx, w.scope(w.group), c[0], c[1]); models.KindOf(err) != models.NotFound {
				t.Errorf("credit %s of %s: %v", c[1], c[0], err)
			}
		}
		for _, place := range []string{"0", "3", "-1", "01", "x", "", "99999999999999999999"} {
			if _, err := w.invoices.ExplainTax(w.ctx, w.scope(w.group), number, place); models.KindOf(err) != models.NotFound {
				t.Errorf("tax %q: %v", place, err)
			}
		}
		if _, err := w.invoices.ExplainSubtotal(w.ctx, w.scope(w.newGroup("other")), number); models.KindOf(err) != models.NotFound {
			t.Errorf("the subtotal in another group: %v", err)
		}
	})
}
