package group_test

import (
	"bytes"
	"encoding/csv"
	"os/exec"
	"strings"
	"testing"

	"billfold/handlers/handlertest"
	"billfold/models/money"
	"billfold/views"

	"golang.org/x/net/html"
)

// pdfText is the text of a PDF with every run of white space as one space.
func pdfText(t *testing.T, pdf []byte) string {
	t.Helper()
	cmd := exec.Command("pdftotext", "-layout", "-enc", "UTF-8", "-", "-")
	cmd.Stdin = bytes.NewReader(pdf)
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("pdftotext is missing or failed (apt-get install poppler-utils; macOS: brew install poppler): %v", err)
	}
	return strings.Join(strings.Fields(string(out)), " ")
}

func csvRows(t *testing.T, body []byte) [][]string {
	t.Helper()
	if !bytes.HasPrefix(body, []byte("\ufeff")) {
		t.Error("no byte order mark")
	}
	rows, err := csv.NewReader(bytes.NewReader(body[3:])).ReadAll()
	if err != nil || len(rows) < 2 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	return rows
}

func exact(n *html.Node) string {
	for _, a := range n.Attr {
		if a.Key == "value" {
			return a.Val
		}
	}
	return ""
}

// The numbers of an issued invoice are the same to the cent on the list, its page, its CSV and its PDF.
func TestOneInvoiceTheSameNumbersEverywhere(t *testing.T) {
	eachBooks(t, func(t *testing.T, b *books) {
		invoicePage := b.ana.Get(views.InvoicePath(b.production, b.number)).Want(t, 200)
		list := b.ana.Get(views.InvoicesPath(b.production)).Want(t, 200)
		file := b.ana.Get(views.InvoiceCSVPath(b.production, b.number)).Want(t, 200)
		pdf := b.ana.Get(views.InvoicePDFPath(b.production, b.number)).Want(t, 200)
		text := pdfText(t, pdf.Body)

		// By hand: 48 x 0.3561, 24 x 0.8904, 100 x 0.12330000001, 29.99 USD at 1/1.0837, each rounded once,
		// are 15.77 + 19.72 + 11.38 + 27.67; less the credit of 40.00; 25.5% tax on the rest.
		want := []string{"Subtotal 74.54", "Credits −40.00", "Taxable amount 34.54", "Tax 8.81", "Total 43.35", "Amount due 43.35"}
		var got []string
		for _, section := range []string{"#totals tbody tr", "#totals tfoot tr"} {
			got = append(got, invoicePage.Texts(section)...)
		}
		if strings.Join(got, "; ") != strings.Join(want, "; ") {
			t.Errorf("totals %q\nwant   %q", got, want)
		}
		if total := rowOf(t, list, b.number)[5]; total != "43.35" {
			t.Errorf("the list says %s", total)
		}
		lines, sum := map[string]int{}, money.Zero("EUR")
		rows := csvRows(t, file.Body)
		for _, r := range rows[1:] {
			amount, err := money.Parse(r[12], "EUR")
			if err != nil {
				t.Fatal(err)
			}
			if r[1] != "credit_consumption" {
				lines[r[12]]++
			}
			if sum, err = sum.Add(amount); err != nil {
				t.Fatal(err)
			}
		}
		if sum.Decimal() != "34.54" {
			t.Errorf("the rows of the CSV add up to %s, not to the taxable amount", sum.Decimal())
		}
		for _, n := range invoicePage.Find("#line-table tbody tr td data") {
			lines[exact(n)]--
		}
		for _, n := range invoicePage.Find("#line-table .sub-total data") { // sums are no lines
			lines[exact(n)]++
		}
		for amount, n := range lines {
			if n != 0 {
				t.Errorf("%s stands %+d times more in the CSV than on the page", amount, n)
			}
		}
		for _, amount := range []string{"15.77", "19.72", "11.38", "27.67", "74.54", "40.00", "34.54", "8.81", "43.35", "25.5%", b.number, "Acme Cloud Oy"} {
			if !strings.Contains(text, amount) {
				t.Errorf("the PDF does not say %s", amount)
			}
			if !strings.Contains(invoicePage.Main(), amount) {
				t.Errorf("the page does not say %s", amount)
			}
		}
	})
}

// rowOf is the cells of the row of an invoice in a list.
func rowOf(t *testing.T, p *handlertest.Page, name string) []string {
	t.Helper()
	names := p.Texts("#invoices tbody th")
	cells := p.Texts("#invoices tbody td")
	for i, n := range names {
		if n == name {
			per := len(cells) / len(names)
			return append([]string{n}, cells[i*per:(i+1)*per]...)
		}
	}
	t.Fatalf("%s is not in the list: %q", name, names)
	return nil
}

func TestFilesOfAnInvoice(t *testing.T) {
	b := newBooks(t)
	pdf := b.vi.Get(views.InvoicePDFPath(b.production, b.number)).Want(t, 200)
	for name, want := range map[string]string{"Content-Type": "application/pdf", "Cache-Control": "private, no-cache", "Content-Disposition": `attachment; filename=invoice_` + b.number + `_2026-10.pdf`} {
		if got := pdf.Header.Get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	r := b.vi.Request("GET", views.InvoicePDFPath(b.production, b.number), nil)
	r.Header.Set("If-None-Match", pdf.Header.Get("ETag"))
	if again := b.vi.Do(r); pdf.Header.Get("ETag") == "" || again.Status != 304 {
		t.Errorf("ETag %q answers %d", pdf.Header.Get("ETag"), again.Status)
	}
	estimate := b.vi.Get(views.InvoiceCSVPath(b.production, "estimate-2026-11")).Want(t, 200)
	if got := estimate.Header.Get("Content-Disposition"); got != "attachment; filename=estimate_2026-11.csv" {
		t.Errorf("the estimate is saved as %q", got)
	}
	if rows := csvRows(t, estimate.Body); len(rows) != 3 || rows[1][12] != "11.30" || rows[2][12] != "78.33" { // October used the credit up
		t.Errorf("%q", rows)
	}
	b.exec(`DROP TRIGGER invoice_documents_no_delete`)
	b.exec(`DELETE FROM invoice_documents`)
	b.ana.Get(views.InvoicePDFPath(b.production, b.number)).Want(t, 503)
	if p := b.ana.Get(views.InvoicePath(b.production, b.number)).Want(t, 200); !strings.Contains(p.Main(), "The PDF is being made") || p.Has("main .btn-primary") {
		t.Errorf("a PDF that is not there yet: %s", p.Main())
	}
	b.Log()
}

func TestPageOfAnInvoice(t *testing.T) {
	b := newBooks(t)
	p := b.ana.Get(views.InvoicePath(b.production, b.number)).Want(t, 200)
	if p.Text("h1") != "Invoice "+b.number+" Due 15 Nov 2026" && p.Text("h1") != "Invoice "+b.number+" Overdue since 15 Nov 2026" {
		t.Errorf("h1 %q", p.Text("h1"))
	}
	for _, words := range []string{"1 Oct 2026 to 31 Oct 2026 (UTC)", "Acme Cloud Oy", "PO-118", "Cost centre 4200", "SNEAKY-CRAB", "Finnish VAT", "No payment was recorded",
		"1 USD = 0.9227646027 EUR", "30 Oct 2026", "Without project", "Support", "48 hours", "business-4"} {
		if !strings.Contains(p.Main(), words) {
			t.Errorf("the page does not say %q", words)
		}
	}
	if sums := p.Texts("#line-table .sub-total"); strings.Join(sums, "; ") != "Subtotal Without project 27.67; Subtotal api 11.38; Subtotal web-frontend 35.49" {
		t.Errorf("sums %q", sums)
	}
	byService := b.ana.Get(views.InvoicePath(b.production, b.number)+"?by=service").Want(t, 200)
	if sums := byService.Texts("#line-table .sub-total"); strings.Join(sums, "; ") != "Subtotal Without service type 27.67; Subtotal kafka 19.72; Subtotal pg 27.15" {
		t.Errorf("sums by service %q", sums)
	}
	for _, bad := range []string{"?by=nonsense&after=%00&before=xyz", "?after=AAAA", "?by=service&after=Zm9v"} {
		b.ana.Get(views.InvoicePath(b.production, b.number)+bad).Want(t, 200)
	}
	// What changes afterwards is not on the invoice.
	info, err := b.accounts.BillingInformation(ctx, b.anaScope, b.production)
	b.must(err)
	info.Company = "Renamed Oy"
	b.must(b.invoices.SetInformation(ctx, b.anaScope, b.production, info))
	_, err = b.accounts.RenameProject(ctx, b.anaScope, b.api, "renamed-api")
	b.must(err)
	if after := b.ana.Get(views.InvoicePath(b.production, b.number)).Want(t, 200); strings.Contains(after.Main(), "enamed") || !strings.Contains(after.Main(), "Acme Cloud Oy") {
		t.Errorf("an issued invoice changed: %s", after.Main())
	}
}

func TestPageOfAnEstimate(t *testing.T) {
	b := newBooks(t)
	p := b.ana.Get(views.InvoicePath(b.production, "estimate-2026-11")).Want(t, 200)
	for _, words := range []string{"Estimate, not an invoice.", "Final amounts are set on 1 Dec 2026.", "Amounts are approximate: usage is priced in USD", "the rate of 20 Nov 2026", "89.63", "Estimated total"} {
		if !strings.Contains(p.Main(), words) {
			t.Errorf("the page does not say %q: %s", words, p.Main())
		}
	}
	if p.Text("h1") != "Estimate for November 2026 Estimate" || p.Has("a[href='"+views.InvoicePDFPath(b.production, "estimate-2026-11")+"']") {
		t.Errorf("h1 %q, or a PDF is offered", p.Text("h1"))
	}
	// Another currency without a stored rate: the price currency stands in, and the page says so.
	info, err := b.accounts.BillingInformation(ctx, b.anaScope, b.production)
	b.must(err)
	info.Currency = "SEK"
	b.must(b.invoices.SetInformation(ctx, b.anaScope, b.production, info))
	for path, words := range map[string]string{
		views.InvoicePath(b.production, "estimate-2026-11"): "Shown in USD, the price currency: no exchange rate to SEK is stored yet.",
		views.InvoicesPath(b.production):                    "in USD, no exchange rate",
		views.GroupPath(b.production):                       "Shown in USD: no exchange rate is stored yet.",
	} {
		if p := b.ana.Get(path).Want(t, 200); !strings.Contains(p.Main(), words) {
			t.Errorf("%s does not say %q: %s", path, words, p.Main())
		}
	}
}
