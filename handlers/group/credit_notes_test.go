package group_test

import (
	"strings"
	"testing"

	"billfold/models/access"
	"billfold/models/invoice"
	"billfold/views"
	"billfold/views/documents"
)

// TestCreditNotesOnTheInvoicePage: an invoice names its credit notes and they name it, each with its
// files, and the totals add up to what is due.
func TestCreditNotesOnTheInvoicePage(t *testing.T) {
	eachBooks(t, func(t *testing.T, b *books) {
		done, err := b.invoices.CreditInvoice(ctx, access.OperatorActor(), b.number, invoice.CreditRequest{Line: "1", Amount: "1.00", Reason: "Outage on 3 October"})
		b.must(err)
		note := *done.Note.Number
		path, notePath := views.InvoicePath(b.production, b.number), views.InvoicePath(b.production, note)
		p := b.ana.Get(path).Want(t, 200)
		if !strings.Contains(p.Main(), "Credited by "+note+" on 22 Nov 2026: €"+done.Total.Decimal()) || !p.Has("main a[href='"+notePath+"']") {
			t.Errorf("the invoice does not name its note: %s", p.Main())
		}
		if p.Has("main a[href='" + views.InvoicePDFPath(b.production, note) + "']") {
			t.Error("a PDF is offered before it is made")
		}
		full, err := b.invoices.Full(ctx, done.Note.ID)
		b.must(err)
		pdf, err := documents.PDF(documents.FromFrozen(full))
		b.must(err)
		b.must(b.invoices.SaveDocument(ctx, done.Note.ID, "pdf", pdf))
		p = b.ana.Get(path).Want(t, 200)
		if !p.Has("main a[href='" + views.InvoicePDFPath(b.production, note) + "']") {
			t.Error("the note cannot be downloaded from the invoice")
		}
		for _, part := range []string{"Credited −" + done.Total.Decimal(), "Amount due " + done.Due.Decimal()} {
			if !strings.Contains(p.Main(), part) {
				t.Errorf("no %q in %s", part, p.Main())
			}
		}
		n := b.vi.Get(notePath).Want(t, 200)
		for _, part := range []string{"Credits invoice " + b.number + " of 1 Nov 2026", "Reason: Outage on 3 October", "Total credited " + done.Total.Decimal(), "SNEAKY-CRAB", "can be used again"} {
			if !strings.Contains(n.Main(), part) {
				t.Errorf("the note does not say %q: %s", part, n.Main())
			}
		}
		for _, never := range []string{"Amount due", "Payment history", "Overdue", "Due date"} {
			if strings.Contains(n.Main(), never) {
				t.Errorf("the note says %q", never)
			}
		}
		if n.Text("h1") != "Credit note "+note+" Issued" || !n.Has("main a[href='"+path+"']") {
			t.Errorf("h1 %q", n.Text("h1"))
		}
		if !n.Has("main a[href='" + views.LinePath(b.production, b.number, *done.Rows[0].OriginalLineID) + "']") {
			t.Error("the line does not lead to its usage")
		}
		if text := pdfText(t, b.ana.Get(views.InvoicePDFPath(b.production, note)).Want(t, 200).Body); !strings.Contains(text, "CREDIT NOTE") || !strings.Contains(text, "Credits invoice") {
			t.Error(text)
		}
		rows := csvRows(t, b.ana.Get(views.InvoiceCSVPath(b.production, note)).Want(t, 200).Body)
		if rows[1][0] != note || rows[1][12] != "1.00" {
			t.Errorf("%q", rows[1])
		}
		for _, file := range []string{notePath, views.InvoicePDFPath(b.production, note), views.InvoiceCSVPath(b.production, note)} {
			b.eve.Get(file).Want(t, 404)
		}
		if list := b.ana.Get(views.InvoicesPath(b.production)).Want(t, 200); strings.Contains(list.Main(), note) {
			t.Error("the list of invoices shows the note as an invoice")
		}
	})
}
