package group_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"billfold/models"
	"billfold/models/access"
	"billfold/models/invoice"
	"billfold/models/rate"
	"billfold/views"
)

func TestInvoicesTab(t *testing.T) {
	eachBooks(t, func(t *testing.T, b *books) {
		p := b.ana.Get(views.InvoicesPath(b.production)).Want(t, 200)
		if p.Title() != "Invoices – Production – Billfold" || p.Text("h2[data-focus]") != "Invoices" || p.Text("#result-count") != "1 invoice and 1 estimate" {
			t.Errorf("title %q, h2 %q, count %q", p.Title(), p.Text("h2[data-focus]"), p.Text("#result-count"))
		}
		// The invoice is of 1 November, due 14 days later, and today is the 22nd. The estimate's tax: 25.5% of 89.63.
		want := []string{"Running estimate November 2026 At month end Not billed Estimate approximate 112.49 CSV of the estimate for November 2026",
			b.number + " October 2026 1 Nov 2026 15 Nov 2026 Overdue since 15 Nov 2026 43.35 PDF, 20 KB of invoice " + b.number + " CSV of invoice " + b.number}
		if rows := p.Texts("#invoices tbody tr"); strings.Join(rows, "\n") != strings.Join(want, "\n") {
			t.Errorf("rows\n%s\nwant\n%s", strings.Join(rows, "\n"), strings.Join(want, "\n"))
		}
		if head := p.Texts("#invoices thead th"); head[5] != "Total (EUR)" {
			t.Errorf("head %q", head)
		}
		for query, count := range map[string]string{"?status=overdue": "1 invoice", "?status=paid": "No invoices match", "?status=estimate": "1 estimate", "?year=2026": "1 invoice and 1 estimate",
			"?year=2025": "No invoices match", "?year=%27%3B--": "No invoices match", "?status=nonsense": "No invoices match", "?after=x&before=y&size=9": "1 invoice and 1 estimate"} {
			part := b.ana.Partial(views.InvoicesPath(b.production)+query, "div#invoice-list").Want(t, 200)
			if part.IsWhole() || part.Text("#result-count") != count {
				t.Errorf("%s: whole page %v, %q", query, part.IsWhole(), part.Text("#result-count"))
			}
		}
		none := b.ana.Get(views.InvoicesPath(b.production)+"?status=paid&year=2026").Want(t, 200)
		if !strings.Contains(none.Main(), "No invoices match these filters. Clear filters") || none.Attr(".no-match a", "href") != views.InvoicesPath(b.production) || len(none.Texts("#invoices thead th")) == 0 ||
			none.Text("select[name='status'] [selected]") != "Paid" {
			t.Errorf("%s", none.Main())
		}
		empty := b.ana.Get(views.InvoicesPath(b.research)).Want(t, 200)
		if !strings.Contains(empty.Main(), "No invoices yet. The first invoice is issued on 1 Dec 2026 for November") || empty.Has(".filters") {
			t.Errorf("%s", empty.Main())
		}
	})
}

// issued writes n paid invoices, one a month back from September 2026, as rows: this is about reading.
func (b *books) issued(groupID string, n int) {
	b.t.Helper()
	month := models.Month("2026-09")
	for i := range n {
		date := month.End()
		b.exec(`INSERT INTO invoices (id, account_id, group_id, kind, month, state, series, series_number, number, reason, currency, price_currency, rate, rate_source,
			subtotal_minor, credits_minor, taxable_minor, tax_minor, total_minor, prepaid_minor, paid_minor, credited_minor, due_minor, tax_local_minor, tax_local_currency, tax_note,
			invoice_date, due_date, issued_at, snapshot, frozen, created_at, updated_at)
			VALUES (?, ?, ?, 'invoice', ?, 'paid', 'OLD', ?, ?, '', ?, 'USD', '1', '', 100, 0, 100, 0, 100, 0, 100, 0, 0, 0, '', '', ?, ?, ?, '{}', ?, ?, ?)`,
			models.NewID(), b.acme, groupID, string(month), i+1, fmt.Sprintf("OLD-%06d", i+1), map[bool]string{true: "EUR", false: "USD"}[i%2 == 0], date, date, date, true, date, date)
		month = month.Prev()
	}
}

func TestInvoicesPageByPage(t *testing.T) {
	eachBooks(t, func(t *testing.T, b *books) {
		b.issued(b.production, 58)
		path, seen, pages := views.InvoicesPath(b.production), map[string]bool{}, 0
		var last, before string
		for path != "" {
			p := b.ana.Get(path).Want(t, 200)
			for _, n := range p.Texts("#invoices tbody th") {
				if seen[n] {
					t.Errorf("%s stands twice", n)
				}
				seen[n] = true
			}
			if head := p.Texts("#invoices thead th"); head[5] != "Currency" || head[6] != "Total" {
				t.Errorf("rows of two currencies under %q", head)
			}
			pages, last = pages+1, path
			path, before = p.Attr("a[rel='next']", "href"), p.Attr("a[rel='prev']", "href")
		}
		if len(seen) != 60 || pages != 3 || last == "" {
			t.Errorf("%d invoices on %d pages", len(seen), pages)
		}
		middle := b.ana.Get(before).Want(t, 200)
		first := b.ana.Get(middle.Attr("a[rel='prev']", "href")).Want(t, 200)
		if first.Has("a[rel='prev']") || first.Texts("#invoices tbody th")[0] != "Running estimate" {
			t.Errorf("the way back ends with %q", first.Texts("#invoices tbody th")[0])
		}
		if n := len(b.ana.Get(views.InvoicesPath(b.production) + "?size=100").Texts("#invoices tbody th")); n != 60 {
			t.Errorf("a page of 100 has %d rows", n)
		}
		if years := b.ana.Get(views.InvoicesPath(b.production)).Texts("select[name='year'] option"); strings.Join(years, " ") != "All years 2026 2025 2024 2023 2022 2021" {
			t.Errorf("years %q", years)
		}
		p := b.ana.Get(views.InvoicesPath(b.production)+"?year=2025&status=paid").Want(t, 200)
		if n := len(p.Texts("#invoices tbody th")); n != 12 || p.Text("#result-count") != "12 invoices" {
			t.Errorf("2025 has %d", n)
		}
	})
}

// A month that has ended and is not closed stands as Closing; why it is held back stands on its page.
func TestAMonthThatCannotBeClosed(t *testing.T) {
	eachBooks(t, func(t *testing.T, b *books) {
		info, err := b.accounts.BillingInformation(ctx, b.anaScope, b.production)
		b.must(err)
		info.City = ""
		b.must(b.invoices.SetInformation(ctx, b.anaScope, b.production, info))
		b.SetClock(time.Date(2026, 12, 1, 7, 0, 0, 0, time.UTC))
		_, err = rate.NewStore(b.DB, b.Clock).Import(ctx, access.OperatorActor(), "Test rates", strings.NewReader("date,base,currency,rate\n2026-11-30,EUR,USD,1.0911\n"))
		b.must(err)
		b.close("2026-11")
		rows := b.ana.Get(views.InvoicesPath(b.production)).Want(t, 200).Texts("#invoices tbody tr")
		if !strings.HasPrefix(rows[0], "Estimate November 2026 At closing Not billed Closing on hold, approximate") {
			t.Errorf("%q", rows)
		}
		p := b.ana.Get(views.InvoicePath(b.production, "estimate-2026-11")).Want(t, 200)
		if want := "November 2026 could not be closed: billing information is incomplete: city."; !strings.Contains(p.Main(), want) || !strings.Contains(p.Main(), "The month has ended.") {
			t.Errorf("it does not say %q: %s", want, p.Main())
		}
		overview := b.bo.Get(views.GroupPath(b.production)).Want(t, 200)
		if want := "The invoice for November 2026 could not be issued: billing information is incomplete: city. Complete billing information"; overview.Text(".note-bad") != want ||
			overview.Attr(".note-bad a", "href") != views.EditDetailsPath(b.production) {
			t.Errorf("alert %q, want %q", overview.Text(".note-bad"), want)
		}
		if alert := b.vi.Get(views.GroupPath(b.production)); !strings.Contains(alert.Text(".note-bad"), "could not be issued") || alert.Has(".note-bad a") {
			t.Errorf("a viewer is told %q, with a link", alert.Text(".note-bad"))
		}
		if figure := overview.Text(".figure"); !strings.Contains(figure, "Accumulated cost, 1 Dec 2026 €0.00 No usage this month yet.") {
			t.Errorf("figure %q", figure)
		}
	})
}

// Every state has the word of the design's one list.
func TestStatusWords(t *testing.T) {
	b := newBooks(t)
	words := func() string {
		return strings.TrimPrefix(b.ana.Get(views.InvoicePath(b.production, b.number)).Want(t, 200).Text("h1"), "Invoice "+b.number+" ")
	}
	b.SetClock(time.Date(2026, 11, 15, 23, 59, 0, 0, time.UTC))
	if got := words(); got != "Due 15 Nov 2026" {
		t.Errorf("on the due date: %q", got)
	}
	b.SetClock(time.Date(2026, 11, 16, 0, 0, 0, 0, time.UTC))
	if got := words(); got != "Overdue since 15 Nov 2026" {
		t.Errorf("after it: %q", got)
	}
	for state, want := range map[invoice.State]string{invoice.PaymentFailed: "No card on file", invoice.Waived: "Waived", invoice.Uncollectible: "Written off", invoice.Credited: "Credited", invoice.Paid: "No payment needed"} {
		b.exec(`UPDATE invoices SET state = ? WHERE number = ?`, string(state), b.number)
		if got := words(); got != want {
			t.Errorf("%s reads %q, want %q", state, got, want)
		}
	}
	card := models.NewID()
	b.exec(`INSERT INTO payment_methods (id, account_id, kind, terms_days, provider, provider_ref, brand, last4, holder, exp_month, exp_year, created_at)
		SELECT ?, account_id, 'card', 0, 'sandbox', 'card_1', 'Visa', '4242', 'Ana Lima', 8, 2028, created_at FROM billing_groups WHERE id = ?`, card, b.production)
	b.exec(`UPDATE billing_groups SET payment_method_id = ? WHERE id = ?`, card, b.production)
	b.exec(`UPDATE invoices SET state = 'payment_failed' WHERE number = ?`, b.number)
	if got := words(); got != "Payment failed" {
		t.Errorf("with a card: %q", got)
	}
	b.exec(`UPDATE invoices SET state = 'issued' WHERE number = ?`, b.number)
	b.pay(b.number, "", time.Date(2026, 11, 10, 0, 0, 0, 0, time.UTC))
	p := b.ana.Get(views.InvoicePath(b.production, b.number))
	if got := words(); got != "Paid 10 Nov 2026" || !strings.Contains(p.Main(), "10 Nov 2026 Paid by bank transfer, reference ref-10 43.35") || !strings.Contains(p.Main(), "Amount due 0.00") {
		t.Errorf("%q: %s", got, p.Main())
	}
}
