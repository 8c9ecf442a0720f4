package invoice_test

import (
	"flag"
	"fmt"
	"testing"

	"billfold/models"
	"billfold/models/account"
	"billfold/models/credit"
	"billfold/models/db"
	"billfold/models/db/dbtest"
	"billfold/models/invoice"
	"billfold/models/money"

	"github.com/shopspring/decimal"
	"pgregory.net/rapid"
)

// The estimate a customer sees before closing equals the invoice they get, given the same rate and day,
// whatever credits the groups share. Random groups, currencies, customers, credits and two months; the page of
// every estimate is read, then both months close.
func TestTheEstimateEqualsTheInvoice(t *testing.T) {
	checks := flag.Lookup("rapid.checks").Value.String()
	defer func() { _ = flag.Set("rapid.checks", checks) }()
	_ = flag.Set("rapid.checks", "8")
	dbtest.Each(t, func(t *testing.T, first *db.DB) {
		unused, compared := first, 0
		rapid.Check(t, func(r *rapid.T) {
			d := unused
			if unused = nil; d == nil {
				d = dbtest.New(t, first.Dialect())
			}
			w := newWorld(t, d)
			groups := w.randomMonths(r)
			months := []models.Month{"2024-09", "2024-10"}
			w.now = utc("2024-11-01T06:00:00Z")
			_, err := w.invoices.RevalueOpen(w.ctx, nil)
			w.must(err)
			seen := map[string]invoice.Sheet{}
			for _, m := range months {
				for _, g := range groups {
					if w.row(g, m).ID != "" {
						sheet, err := w.invoices.Sheet(w.ctx, w.scope(g), "estimate-"+string(m), invoice.ByProject)
						w.must(err)
						seen[g+string(m)] = sheet
					}
				}
			}
			for _, m := range months {
				moved := false
				for g, o := range w.close(m) {
					moved = moved || o.Result == invoice.ResultMoved
					if o.Result == invoice.ResultIssued {
						compared++
						w.sameAs(r, seen[g+string(m)], *w.row(g, m).Number, g)
					}
				}
				if moved { // its lines are on the next estimate now, which is another one than was seen
					return
				}
			}
		})
		if compared < 16 {
			t.Errorf("only %d invoices were compared", compared)
		}
	})
}

// Credit of the account that another group takes in September leaves a group to pay September with its own
// prepaid credit, of which October's estimate then shows less, although the account's credit has expired by then.
func TestWhatOthersTakeCountsAfterItHasExpired(t *testing.T) {
	each(t, func(w *world) {
		w.prepaid(1)
		second := w.newGroup("Second")
		web, lab := w.project, w.newProject("lab", second)
		for _, day := range []string{"2024-09-11T00:00:00Z", "2024-10-11T00:00:00Z"} {
			w.use(web, day, "40")
			w.use(lab, day, "60")
		}
		w.now = utc("2024-09-20T00:00:00Z")
		w.claim(w.group, 4_000, "EUR", func(n *credit.NewCredit) { n.ExpiresOn = utc("2024-09-30T00:00:00Z") }, credit.Target{Scope: credit.ForAccount})
		w.claim(second, 8_000, "EUR", func(n *credit.NewCredit) { n.Type = credit.Purchase }, credit.Target{Scope: credit.ForGroup})
		w.now = utc("2024-11-01T06:00:00Z")
		was, err := w.invoices.Sheet(w.ctx, w.scope(second), "estimate-2024-10", invoice.ByProject)
		w.must(err)
		w.close("2024-09")
		w.close("2024-10")
		is := w.row(second, "2024-10")
		w.want("prepaid credit of October", was.PrepaidMinor, is.PrepaidMinor)
		if is.PrepaidMinor == 0 || is.DueMinor == 0 {
			t.Errorf("October is paid by %d of prepaid credit, %d is due", is.PrepaidMinor, is.DueMinor)
		}
	})
}

// randomMonths fills September and October 2024 of a few groups, some of them with late usage of August, which
// has another rate of tax.
func (w *world) randomMonths(r *rapid.T) (groups []string) {
	even := &model{T: r} // rapid by itself prefers nothing and little
	draw := even.between
	w.rates("date,base,currency,rate\n2024-09-09,EUR,USD,1.1\n2024-09-09,EUR,JPY,160\n2024-09-30,EUR,USD,1.12\n2024-09-30,EUR,JPY,159.5\n2024-10-31,EUR,USD,1.09\n2024-10-31,EUR,JPY,166.2\n")
	groups = []string{w.group}
	for i := range draw(1, 3, "more groups") {
		groups = append(groups, w.newGroup(fmt.Sprint("G", i)))
	}
	w.prepaid(1) // the seller takes prepaid credit
	for _, g := range groups {
		w.charge(g, "2024-08-05T00:00:00Z", "0") // August is closed, with nothing to pay
	}
	w.close("2024-08")
	w.now = utc("2024-09-10T12:00:00Z")
	var projects []string
	for i, g := range groups {
		currency := money.Currency(pick(even, []string{"EUR", "EUR", "EUR", "USD", "JPY"}, "currency"))
		w.bill(g, func(info *account.Information) {
			info.Currency = currency
			switch draw(0, 5, "customer") {
			case 0:
				info.Country, info.VATID = "DE", "DE136695976"
			case 1:
				info.Country = "DE"
			case 2:
				info.Country, info.Region = "US", "CA"
			case 3:
				info.Company = []string{"", "Acme"}[draw(0, 1, "incomplete")]
			}
		})
		if info, err := w.accounts.BillingInformation(w.ctx, w.scope(g), g); err == nil && info.VATID != "" {
			_, err = w.accounts.ConfirmVAT(w.ctx, operator, g, "seen")
			w.must(err)
		}
		project := w.newProject(fmt.Sprint("p", i), g)
		projects = append(projects, project)
		for range draw(2, 6, "records") {
			start := pick(even, []string{"2024-08-31T23:59:59Z", "2024-08-05T00:00:00Z", "2024-09-01T00:00:00Z", "2024-09-05T00:00:00Z", "2024-10-01T00:00:00Z", "2024-10-20T00:00:00Z"}, "start")
			cost := decimal.New(int64(draw(-2_000, 90_000, "cost")), -3).String()
			if draw(0, 3, "owner") == 0 {
				w.charge(g, start, cost)
			} else {
				w.use(project, start, cost)
			}
		}
		w.now = utc("2024-09-10T12:00:00Z")
		for range draw(0, 3, "credits") {
			target := credit.Target{Scope: pick(even, []credit.Scope{credit.ForAccount, credit.ForAccount, credit.ForGroup, credit.ForProject}, "scope")}
			kind := credit.Type("promotion")
			if target.Scope == credit.ForProject {
				target.ProjectID = project
			} else if draw(0, 2, "kind") == 0 {
				kind = credit.Purchase
			}
			w.claim(g, int64(draw(1, 9_000, "value")), currency, func(n *credit.NewCredit) {
				n.Type = kind
				if draw(0, 3, "expires") == 0 {
					n.ExpiresOn = utc("2024-09-30T00:00:00Z")
				}
			}, target)
		}
	}
	for i, p := range projects { // its credit follows a project
		if to := pick(even, groups, "moves to"); to != groups[i] && draw(0, 1, "moves") == 0 {
			_, err := w.accounts.MoveProjects(w.ctx, w.scope(""), []string{p}, to)
			w.must(err)
		}
	}
	return groups
}

// sameAs holds an invoice against the page of its estimate.
func (w *world) sameAs(r *rapid.T, was invoice.Sheet, number, group string) {
	is, err := w.invoices.Sheet(w.ctx, w.scope(group), number, invoice.ByProject)
	w.must(err)
	amounts := func(s invoice.Sheet) string {
		words := fmt.Sprint(s.Row.Currency, s.SubtotalMinor, s.CreditsMinor, s.TaxableMinor, s.TaxMinor, s.TotalMinor, s.PrepaidMinor, s.DueMinor, s.Rate, s.Groups)
		for _, t := range s.Taxes {
			words += fmt.Sprint("; ", t.Category, t.Rate, t.Name, t.LinesMinor, t.AllowanceMinor, t.TaxableMinor, t.TaxMinor, t.Note)
		}
		for _, c := range s.Snapshot.Credits {
			words += fmt.Sprint("; ", c.Code, c.Minor, c.Remaining, c.Prepaid)
		}
		return words
	}
	if amounts(was) != amounts(is) {
		r.Fatalf("%s\nestimate %s\ninvoice  %s", number, amounts(was), amounts(is))
	}
}
