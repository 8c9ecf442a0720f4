package group

import (
	"archive/zip"
	"io"
	"regexp"

	"billfold/handlers/page"
	"billfold/models"
	"billfold/models/invoice"
	"billfold/views/documents"

	"github.com/labstack/echo/v4"
)

var fourDigits = regexp.MustCompile(`^[0-9]{4}$`)

// SendYear answers with the PDFs of all invoices of a year in one ZIP file, written while it is sent.
func (h *Handler) SendYear(c echo.Context) error {
	year := c.Param("file")
	if !fourDigits.MatchString(year) {
		return models.NotFoundf("Page not found")
	}
	return page.Stream(c, "invoices_"+year+".zip", "application/zip", func(w io.Writer) error {
		archive := zip.NewWriter(w)
		err := h.invoices.DocumentsOfYear(page.Ctx(c), page.Scope(c), year, "pdf", func(row invoice.Row, doc invoice.Document) error {
			// Stored, not deflated: a PDF is compressed already.
			file, err := archive.CreateHeader(&zip.FileHeader{Name: documents.FileName(documents.FromFrozen(invoice.Full{Row: row}), "pdf"),
				Method: zip.Store, Modified: row.IssuedAt.UTC()})
			if err != nil {
				return err
			}
			_, err = file.Write(doc.Content)
			return err
		})
		if err != nil {
			return err
		}
		return archive.Close()
	})
}
