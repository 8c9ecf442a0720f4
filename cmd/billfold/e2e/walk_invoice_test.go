package e2e

import (
	"bytes"
	"encoding/csv"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

var eventSteps = []step{
	{name: "events", title: "Events – Research – Billfold", do: func(w *walk) {
		w.tab("Events")
		w.Sees("TRY-ME-2026")
		w.Sees("PO-4711")
	}},
	{name: "filter events", title: "Events – Research – Billfold", do: func(w *walk) {
		all := w.count()
		w.Select("Type", "Credits")
		w.Fill("From (UTC)", "2026-11-22")
		w.filtered()
		w.until("only today's credits", func() bool { return w.count() == 2 && !strings.Contains(w.Text(), "PO-4711") })
		if all <= 2 {
			w.t.Errorf("only %d events in all", all)
		}
		if !strings.Contains(w.Path(), "type=credits") || !strings.Contains(w.Path(), "from=2026-11-22") {
			w.t.Errorf("the filter is not in the address %s", w.Path())
		}
	}},
	{name: "export them", title: "Events – Research – Billfold", do: func(w *walk) {
		rows := w.readCSV(w.Download(func() { w.ClickRole("link", "Download CSV of these events") }))
		if len(rows) != 3 {
			w.t.Fatalf("%d rows, with the head", len(rows))
		}
		sentence := slices.Index(rows[0], "event")
		for _, row := range rows[1:] {
			if sentence < 0 || !strings.Contains(row[sentence], "TRY-ME-2026") {
				w.t.Errorf("the row %q is not of the filter", row)
			}
		}
	}},
	{name: "a filter without hits", title: "Events – Research – Billfold", do: func(w *walk) {
		w.Fill("To (UTC)", "2020-01-01")
		w.Fill("From (UTC)", "2020-01-01")
		w.filtered()
		w.Sees("No events match these filters.")
	}},
	{name: "clear filters", title: "Events – Research – Billfold", do: func(w *walk) {
		w.ClickRole("link", "Clear filters")
		w.Sees("PO-4711")
	}},
}

// readCSV reads a saved file, whose first bytes tell spreadsheets that it is UTF-8.
func (w *walk) readCSV(path string) [][]string {
	w.t.Helper()
	content, err := os.ReadFile(path)
	w.must(err)
	rows, err := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(content, []byte("\ufeff")))).ReadAll()
	w.must(err)
	return rows
}

var invoiceSteps = []step{
	{name: "invoices", title: "Invoices – Research – Billfold", do: func(w *walk) {
		w.tab("Invoices")
		w.Sees("14 invoices and 1 estimate")
	}},
	{name: "filter invoices", title: "Invoices – Research – Billfold", do: func(w *walk) {
		w.Select("Year", "2026")
		w.Select("Status", "Paid")
		w.filtered()
		w.until("only paid ones", func() bool {
			rows := w.Texts("#invoices tbody tr")
			return len(rows) > 0 && len(rows) == w.count() && !slices.ContainsFunc(rows, func(row string) bool { return !strings.Contains(row, "Paid ") })
		})
		w.notes["filtered"] = w.Path()
		w.notes["invoice"] = w.Texts("#invoices tbody th")[0]
		w.notes["total"] = value[string](w.Page, "document.querySelector('#invoices tbody data').value")
	}},
	{name: "an invoice", title: "Invoice {invoice} – Research – Billfold", do: func(w *walk) {
		w.In("#invoices").ClickRole("link", w.notes["invoice"])
		w.heading("Invoice " + w.notes["invoice"])
		if got := w.sum("Total"); got != w.notes["total"] {
			w.t.Errorf("the page's total is %s, the list's %s", got, w.notes["total"])
		}
	}},
	{name: "back to the filtered list", title: "Invoices – Research – Billfold", do: func(w *walk) {
		w.Back()
		w.AtPath(w.notes["filtered"])
		if got := w.Texts("#invoices tbody th")[0]; got != w.notes["invoice"] || w.Value("Status") != "paid" {
			w.t.Errorf("the list begins with %s, filtered by %q", got, w.Value("Status"))
		}
	}},
	{name: "the usage records of a line", title: "{service} – Research – Billfold", do: func(w *walk) {
		w.In("#invoices").ClickRole("link", w.notes["invoice"])
		w.heading("Invoice " + w.notes["invoice"])
		w.notes["service"] = value[string](w.Page, "document.querySelector('#line-table tbody a').textContent.trim()")
		w.In("#line-table").ClickRole("link", w.notes["service"])
		w.heading(w.notes["service"])
		w.Sees("Usage records")
		if rows := w.Texts("#records tbody tr"); len(rows) == 0 {
			w.t.Error("there are no usage records")
		}
	}},
	{name: "these records on disk", title: "{service} – Research – Billfold", do: func(w *walk) {
		rows := w.readCSV(w.Download(func() { w.ClickRole("link", "Download CSV") }))
		if onPage := w.Texts("#records tbody tr"); len(rows) != len(onPage)+1 {
			w.t.Errorf("%d rows of CSV with the head, %d records on the page", len(rows), len(onPage))
		}
	}},
	{name: "how the tax came about", title: "Reverse charge – Research – Billfold", do: func(w *walk) {
		w.In("nav.crumbs").Click("Invoice " + w.notes["invoice"])
		w.heading("Invoice " + w.notes["invoice"])
		tax := w.sum("Tax")
		w.In("#taxes").ClickRole("link", "Reverse charge")
		w.heading("Reverse charge")
		w.Sees("Articles 44 and 196, Directive 2006/112/EC")
		if got := w.worked(); got != tax {
			w.t.Errorf("the tax is %s, and explained as %s", tax, got)
		}
	}},
	{name: "how the credit came about", title: "Credit SPRING-RESEARCH – Research – Billfold", do: func(w *walk) {
		w.In("nav.crumbs").Click("Invoice " + w.notes["invoice"])
		w.heading("Invoice " + w.notes["invoice"])
		credits := w.sum("Credits")
		w.In("#credits").ClickRole("link", "SPRING-RESEARCH")
		w.heading("Credit SPRING-RESEARCH")
		if got := w.worked(); "-"+got != credits {
			w.t.Errorf("the credits are %s, and this one is explained as %s", credits, got)
		}
	}},
	{name: "how the subtotal came about", title: "Subtotal {subtotal} – Research – Billfold", do: func(w *walk) {
		w.In("nav.crumbs").Click("Invoice " + w.notes["invoice"])
		w.heading("Invoice " + w.notes["invoice"])
		subtotal := w.sum("Subtotal")
		w.In("#totals").ClickRole("link", "Subtotal")
		w.Sees("Exact cost of all lines")
		w.notes["subtotal"] = strings.TrimPrefix(w.Texts("h1")[0], "Subtotal ")
		if got := w.worked(); got != subtotal {
			w.t.Errorf("the subtotal is %s, and explained as %s", subtotal, got)
		}
	}},
	{name: "the PDF on disk", title: "Invoice {invoice} – Research – Billfold", do: func(w *walk) {
		w.In("nav.crumbs").Click("Invoice " + w.notes["invoice"])
		w.heading("Invoice " + w.notes["invoice"])
		w.samePDF(w.Download(func() { w.ClickRole("link", w.named("link", "Download PDF")) }))
	}},
	{name: "the CSV on disk", title: "Invoice {invoice} – Research – Billfold", do: func(w *walk) {
		rows := w.readCSV(w.Download(func() { w.ClickRole("link", "Download CSV") }))
		if lines := w.lines(); len(rows) <= len(lines) {
			w.t.Errorf("%d rows of CSV, %d lines on the page", len(rows), len(lines))
		}
	}},
	{name: "straight from the list to the PDF", title: "Invoices – Research – Billfold", do: func(w *walk) {
		w.In("nav.crumbs").ClickRole("link", "Invoices")
		for _, name := range w.Names("link") {
			if strings.HasPrefix(name, "PDF, ") && strings.HasSuffix(name, "of invoice "+w.notes["invoice"]) {
				w.savedAs(w.Download(func() { w.ClickRole("link", name) }))
				return
			}
		}
		w.t.Errorf("no link to the PDF in %q", w.Names("link"))
	}},
}

// line is a line of an invoice, and its amount.
type line struct{ service, amount string }

// lines are the lines that the page shows.
func (w *walk) lines() []line {
	var all []line
	for _, cells := range value[[][]string](w.Page, `Array.from(document.querySelectorAll('#line-table tbody tr'), tr =>
		tr.querySelector('th a') && tr.querySelector('data') ? [tr.querySelector('th a').innerText.trim(), tr.querySelector('data').innerText.trim()] : [])`) {
		if len(cells) == 2 {
			all = append(all, line{cells[0], cells[1]})
		}
	}
	return all
}

// sum is the exact value of a row of the totals.
func (w *walk) sum(name string) string {
	for _, cells := range value[[][]string](w.Page, `Array.from(document.querySelectorAll('#totals tr'), tr =>
		[tr.querySelector('th')?.innerText.trim() || '', tr.querySelector('data')?.value || ''])`) {
		if cells[0] == name {
			return cells[1]
		}
	}
	w.t.Fatalf("the totals have no row %q", name)
	return ""
}

// worked is the exact amount that a working ends in.
func (w *walk) worked() string {
	return value[string](w.Page, "document.querySelector('#amount tfoot data').value")
}

// savedAs checks the name of a saved PDF.
func (w *walk) savedAs(path string) {
	w.t.Helper()
	if want := "invoice_" + w.notes["invoice"] + "_2026-09.pdf"; filepath.Base(path) != want {
		w.t.Errorf("the file is saved as %s, not %s", path, want)
	}
}

// samePDF compares the saved document with the page: the number, the total, and each line in order.
func (w *walk) samePDF(path string) {
	w.t.Helper()
	w.savedAs(path)
	out, err := exec.Command("pdftotext", "-layout", path, "-").CombinedOutput()
	if err != nil {
		w.t.Fatalf("pdftotext (poppler-utils) cannot read it: %v\n%s", err, out)
	}
	var inPDF []line
	total := ""
	for text := range strings.Lines(string(out)) {
		words := strings.Fields(text)
		switch {
		case len(words) < 2:
		case words[0] == "Total" && words[1] == "EUR":
			total = strings.NewReplacer("€", "", ",", "", "−", "-").Replace(words[len(words)-1])
		case strings.Contains(text, " hours "):
			inPDF = append(inPDF, line{words[0], words[len(words)-1]})
		}
	}
	if total != w.notes["total"] || !strings.Contains(string(out), w.notes["invoice"]) {
		w.t.Errorf("the PDF has the total %q, the list %s\n%s", total, w.notes["total"], out)
	}
	if onPage := w.lines(); len(onPage) == 0 || !slices.Equal(inPDF, onPage) {
		w.t.Errorf("lines of the PDF %v\nof the page %v", inPDF, onPage)
	}
}

var endSteps = []step{
	{name: "another account's pages", title: "Page not found – Billfold", loaded: true, do: func(w *walk) {
		for _, id := range w.hidden {
			for _, path := range []string{"/accounts/" + id + "/billing", "/billing-groups/" + id, "/projects/" + id} {
				if status := w.Goto(path); status != 404 {
					w.t.Errorf("%s answers %d", path, status)
				}
				w.heading("Page not found")
			}
		}
		w.hidden = nil // the last of these addresses, which the person typed, stands in the form of the theme
	}},
	{name: "help", title: "Help – Billfold", do: func(w *walk) {
		w.ClickRole("link", "Help")
		w.Sees("What is a billing group?")
		w.Sees("Northwind Platforms Oy")
	}},
	{name: "sign out", title: "Sign in – Billfold", loaded: true, do: func(w *walk) {
		w.Goto("/accounts")
		w.Click("Your menu: Ana Lima")
		w.ClickRole("button", "Sign out")
		w.AtPath("/sign-in")
	}},
	{name: "back", title: "Sign in – Billfold", loaded: true, do: func(w *walk) {
		w.Back()
		w.heading("Sign in")
		w.SeesNot("Acme")
	}},
}
