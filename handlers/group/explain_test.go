package group_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"billfold/handlers/handlertest"
	"billfold/models/access"
	"billfold/models/credit"
	"billfold/models/invoice"
	"billfold/models/money"
	"billfold/views"

	"golang.org/x/net/html"
)

// leads are the addresses of a page's links by their words, within a part of it.
func leads(p *handlertest.Page, within string) map[string]string {
	all := map[string]string{}
	for _, n := range p.Find(within + " a") {
		words := ""
		for c := range n.Descendants() {
			if c.Type == html.TextNode {
				words += c.Data
			}
		}
		for _, a := range n.Attr {
			if a.Key == "href" {
				all[strings.Join(strings.Fields(words), " ")] = a.Val
			}
		}
	}
	return all
}

// says fails the test when a page leaves something out.
func says(t *testing.T, p *handlertest.Page, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(p.Main(), part) {
			t.Errorf("%s does not say %q: %s", p.Text("h1"), part, p.Main())
		}
	}
}

// Every credit, tax and subtotal of an estimate, an invoice and its credit note is one click from a page
// whose amount is that of the row.
func TestEveryRowLeadsToHowItCameAbout(t *testing.T) {
	eachBooks(t, func(t *testing.T, b *books) {
		done, err := b.invoices.CreditInvoice(ctx, access.OperatorActor(), b.number, invoice.CreditRequest{Line: "1", Amount: "7.01", Reason: "Outage"})
		b.must(err)
		for _, address := range []string{b.number, "estimate-2026-11", *done.Note.Number} {
			p := b.vi.Get(views.InvoicePath(b.production, address)).Want(t, 200)
			rows := 0
			for _, table := range []string{"#credits", "#taxes"} {
				amounts := p.Texts(table + " tbody data")
				links := leads(p, table+" tbody")
				names := p.Texts(table + " tbody th")
				for i, name := range names {
					rows++
					amount := amounts[(i+1)*len(amounts)/len(names)-1] // the last of its row
					e := b.vi.Get(links[name]).Want(t, 200)
					if got := e.Text("#amount tfoot data"); got != strings.TrimPrefix(amount, views.Minus) {
						t.Errorf("%s of %s is %s, and explained as %s", name, address, amount, got)
					}
				}
			}
			if rows != 2 { // the estimate has what the note gives back
				t.Errorf("%s has %d rows", address, rows)
			}
			subtotal := b.vi.Get(leads(p, "#totals")["Subtotal"]).Want(t, 200)
			if got := exact(subtotal.Find("#amount tfoot data")[0]); got != exact(p.Find("#totals tbody data")[0]) {
				t.Errorf("the subtotal of %s is explained as %s", address, got)
			}
		}
	})
}

func TestPageOfACreditsUse(t *testing.T) {
	b := newBooks(t)
	p := b.ana.Get(views.InvoicePath(b.production, b.number)).Want(t, 200)
	path := leads(p, "#credits")["SNEAKY-CRAB"]
	e := b.ana.Get(path).Want(t, 200)
	says(t, e, "Promotion, lowers the amount that is taxed", "This billing group (as set now)", "31 Dec 2026", "Subtotal of all lines 74.54", "Left of the credit before 40.00",
		"Amount used 40.00", "Everything that was left of the credit", "Nothing was left of it afterwards.", "SNEAKY-CRAB (this one)", "Finnish VAT 25.5% 74.54 40.00 Nothing to round 40.00",
		"All lines have the same tax", "The credit has been used on no other invoice.")
	if e.Title() != "Credit SNEAKY-CRAB – Production – Billfold" || e.Text("h1") != "Credit SNEAKY-CRAB" {
		t.Errorf("title %q, h1 %q", e.Title(), e.Text("h1"))
	}
	if crumbs := e.Texts("nav.crumbs a"); !slices.Equal(crumbs[len(crumbs)-2:], []string{"Invoices", "Invoice " + b.number}) {
		t.Errorf("crumbs %q", crumbs)
	}
	if part := b.ana.Partial(path, "main").Want(t, 200); !part.IsWhole() || part.Header.Get("HX-Retarget") != "body" {
		t.Error("a request for a part is not answered with the whole page")
	}
	if list := b.ana.Get(views.CreditsPath(b.production)).Want(t, 200); leads(list, "#credits")["How it came about on "+b.number] != path {
		t.Errorf("the Credits tab leads to %v", leads(list, "#credits"))
	}
	// Two more, and a project's: the order of use and its reasons.
	credits := credit.NewStore(b.DB, b.Clock)
	for _, c := range []struct {
		code   string
		value  int64
		ends   time.Time
		target credit.Target
	}{{"FOR-ALL", 9000, time.Time{}, credit.Target{Scope: credit.ForAccount}}, {"ENDS-SOON", 1000, time.Date(2026, 12, 5, 0, 0, 0, 0, time.UTC), credit.Target{Scope: credit.ForGroup, GroupID: b.production}},
		{"ENDS-LATER", 1000, time.Date(2027, 12, 5, 0, 0, 0, 0, time.UTC), credit.Target{Scope: credit.ForGroup, GroupID: b.production}},
		{"FOR-API", 2000, time.Time{}, credit.Target{Scope: credit.ForProject, ProjectID: b.api}}} {
		_, err := credits.Issue(ctx, access.OperatorActor(), credit.NewCredit{Code: c.code, Type: "promotion", Value: money.New(c.value, "EUR"), ExpiresOn: c.ends})
		b.must(err)
		_, err = credits.Claim(ctx, b.anaScope, c.code, c.target)
		b.must(err)
	}
	estimate := leads(b.ana.Get(views.InvoicePath(b.production, "estimate-2026-11")).Want(t, 200), "#credits")
	says(t, b.ana.Get(estimate["FOR-API"]).Want(t, 200), "Lines of api A project's credit pays for its lines alone 11.30", "Left of the credit before 20.00", "Amount that will be used 11.30", "As much as the lines of the project came to", "€8.70 will be left of it afterwards.")
	says(t, b.ana.Get(estimate["FOR-ALL"]).Want(t, 200), "Less credits used before this one −31.30", "Still to be paid by credits 58.33", "As much as there was to pay",
		"Wider use than the one before 10.00 ENDS-LATER", "Ends later than the one before 10.00 FOR-ALL", "Wider use than the one before 58.33", "Estimate. It is computed as closing the month would now")
	for _, who := range []*handlertest.Client{b.vi, b.bo, b.ana} {
		who.Get(estimate["FOR-ALL"]).Want(t, 200)
	}
	b.eve.Get(path).Want(t, 404)
	b.ana.Get(strings.Replace(path, b.production, b.research, 1)).Want(t, 404)
	b.ana.Get(strings.Replace(path, b.number, "estimate-2026-11", 1)).Want(t, 404)
	b.ana.Get(strings.Replace(path, b.number, b.foreignNumber, 1)).Want(t, 404)
}

func TestPageOfATax(t *testing.T) {
	b := newBooks(t)
	path := views.InvoiceTaxPath(b.production, b.number, 1)
	e := b.vi.Get(path).Want(t, 200)
	says(t, e, "Seller and customer are in the same country: its rate applies.", "Articles 44, 45 and 96, Directive 2006/112/EC", "Seller Finland, in the EU", "VAT ID of the customer Not given",
		"S, taxed", "Tax date 31 Oct 2026", "Sum of the lines with this tax 74.54", "Less its part of the credits −40.00", "Taxable amount 34.54", "Times the rate 25.5%", "Not rounded 8.8077", "Tax 8.81",
		"October 2026 Since 1 Sep 2024", "Billing information as it was when the invoice was issued")
	if e.Title() != "Finnish VAT 25.5% – Production – Billfold" {
		t.Errorf("title %q", e.Title())
	}
	says(t, b.vi.Get(views.InvoiceTaxPath(b.production, "estimate-2026-11", 1)).Want(t, 200), "Billing information as it is now", "Sum of the lines with this tax 89.63", "Not rounded 22.85565", "Tax 22.86")
	done, err := b.invoices.CreditInvoice(ctx, access.OperatorActor(), b.number, invoice.CreditRequest{Line: "1", Amount: "7.01", Reason: "Outage"})
	b.must(err)
	note := b.vi.Get(views.InvoiceTaxPath(b.production, *done.Note.Number, 1)).Want(t, 200)
	says(t, note, "Lines credited with this tax 7.01", "Credits 40.00 3.76 3.76173866… not rounded 0.00 3.76", "Tax 8.81 0.83 0.82875 not rounded 0.00 0.83")
	if part := b.vi.Partial(path, "main").Want(t, 200); !part.IsWhole() {
		t.Error("a request for a part is not answered with the whole page")
	}
	b.eve.Get(path).Want(t, 404)
	b.ana.Get(strings.Replace(path, b.production, b.research, 1)).Want(t, 404)
	for _, place := range []string{"/2", "/0", "/x", "/"} {
		if status := b.ana.Get(strings.TrimSuffix(path, "/1") + place).Status; status != http.StatusNotFound {
			t.Errorf("tax %s: %d", place, status)
		}
	}
}

func TestPageOfASubtotal(t *testing.T) {
	b := newBooks(t)
	path := views.SubtotalPath(b.production, b.number)
	e := b.vi.Get(path).Want(t, 200)
	// 48 x 0.3561 + 24 x 0.8904 + 100 x 0.12330000001 + 29.99 USD at 1/1.0837.
	says(t, e, "Exact cost of all lines Sum of all usage records, nothing rounded 80.782400001 USD", "Times the exchange rate 0.9227646027", "Subtotal €74.54", "Exchange rate 1 USD = 0.9227646027 EUR",
		"Published for 30 Oct 2026", "By Test rates", "The last day with a rate up to 7 days before the tax date, 31 Oct 2026", "1 divided by the rate 1 EUR = 1.0837 USD, rounded to 10 digits")
	if p := b.vi.Get(views.InvoicePath(b.production, b.number)).Want(t, 200); leads(p, "dl")["1 USD = 0.9227646027 EUR, 30 Oct 2026, Test rates"] != path {
		t.Errorf("the exchange rate does not lead to how it came about: %v", leads(p, "dl"))
	}
	says(t, b.vi.Get(views.SubtotalPath(b.production, "estimate-2026-11")).Want(t, 200), "The invoice uses that of 30 Nov 2026, its tax date", "Subtotal €89.63")
	done, err := b.invoices.CreditInvoice(ctx, access.OperatorActor(), b.number, invoice.CreditRequest{Line: "1", Amount: "7.01", Reason: "Outage"})
	b.must(err)
	says(t, b.vi.Get(views.SubtotalPath(b.production, *done.Note.Number)).Want(t, 200), "Credits invoice "+b.number, "It is the rate of the invoice that is credited", "Subtotal €7.01")
	b.eve.Get(path).Want(t, 404)
	b.ana.Get(strings.Replace(path, b.production, b.research, 1)).Want(t, 404)
	b.ana.Get(views.SubtotalPath(b.production, "estimate-2020-01")).Want(t, 404)
}
