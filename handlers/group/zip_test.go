package group_test

import (
	"archive/zip"
	"bytes"
	"io"
	"strings"
	"testing"

	"billfold/views"
)

func TestYearInOneFile(t *testing.T) {
	eachBooks(t, func(t *testing.T, b *books) {
		path := views.YearZIPPath(b.production, 2026)
		if got := b.ana.Get(views.InvoicesPath(b.production)).Want(t, 200).Attr("main a[download][href='"+path+"']", "href"); got != path {
			t.Errorf("link %q", got)
		}
		p := b.ana.Get(path).Want(t, 200)
		if p.Header.Get("Content-Type") != "application/zip" || !strings.Contains(p.Header.Get("Content-Disposition"), "filename=invoices_2026.zip") {
			t.Errorf("head %v", p.Header)
		}
		archive, err := zip.NewReader(bytes.NewReader(p.Body), int64(len(p.Body)))
		b.must(err)
		if len(archive.File) != 1 || archive.File[0].Name != "invoice_"+b.number+"_2026-10.pdf" {
			t.Fatalf("%v", archive.File)
		}
		file, err := archive.File[0].Open()
		b.must(err)
		content, err := io.ReadAll(file)
		b.must(err)
		if pdf := b.ana.Get(views.InvoicePDFPath(b.production, b.number)).Want(t, 200); !bytes.Equal(content, pdf.Body) {
			t.Error("the file is not the stored PDF")
		}
		for _, missing := range []string{views.YearZIPPath(b.production, 2025), views.InvoicesPath(b.production) + "/x/all.zip"} {
			b.ana.Get(missing).Want(t, 404)
		}
	})
}
