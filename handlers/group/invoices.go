package group

import (
	"net/http"

	"billfold/handlers/page"
	"billfold/models/invoice"
	"billfold/views/group"

	"github.com/labstack/echo/v4"
)

// ShowInvoices is the Invoices tab.
func (h *Handler) ShowInvoices(c echo.Context) error {
	f, err := h.frame(c, group.Invoices)
	if err != nil {
		return err
	}
	filter := invoice.InvoiceFilter{Year: page.Query(c, "year"), Status: page.Query(c, "status")}
	list, err := h.invoices.InvoicesOfGroup(page.Ctx(c), page.Scope(c), filter, paging(c))
	if err != nil {
		return err
	}
	v := group.NewInvoices(f, list, filter, page.Size(c), page.Now(c))
	if v.Failed, err = h.troubles(c); err != nil {
		return err
	}
	return page.Render(c, http.StatusOK, group.InvoicesPage(v), group.InvoicesRegion)
}

// paging is the place in a list that the query asks for.
func paging(c echo.Context) invoice.Paging {
	return invoice.Paging{After: page.Query(c, "after"), Before: page.Query(c, "before"), Size: page.Size(c)}
}
