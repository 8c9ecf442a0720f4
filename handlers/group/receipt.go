package group

import (
	"billfold/handlers/page"
	"billfold/views/documents"

	"github.com/labstack/echo/v4"
)

// SendReceipt answers with the receipt of the invoice's only or last payment.
func (h *Handler) SendReceipt(c echo.Context) error { return h.sendReceipt(c, "") }

// SendReceiptOf answers with the receipt of one payment.
func (h *Handler) SendReceiptOf(c echo.Context) error {
	return h.sendReceipt(c, c.Param("payment"))
}

func (h *Handler) sendReceipt(c echo.Context, paymentID string) error {
	r, err := h.invoices.Receipt(page.Ctx(c), page.Scope(c), c.Param("file"), paymentID)
	if err != nil {
		return err
	}
	return page.File(c, page.Document{Name: documents.ReceiptName(r.Number, r.Place), Type: "application/pdf", Content: r.Content, ETag: r.ETag()})
}
