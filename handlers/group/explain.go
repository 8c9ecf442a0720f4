package group

import (
	"encoding/csv"
	"io"
	"net/http"

	"billfold/handlers/page"
	"billfold/models/account"
	"billfold/models/invoice"
	"billfold/views"
	"billfold/views/group"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"
)

// ShowInvoiceCredit says how the amount of a credit on an invoice came about.
func (h *Handler) ShowInvoiceCredit(c echo.Context) error {
	e, err := h.invoices.ExplainCredit(page.Ctx(c), page.Scope(c), c.Param("file"), c.Param("claim"))
	if err != nil {
		return err
	}
	return h.explained(c, e.Row, func(shell views.Shell, g account.Group) (string, templ.Component) {
		v := group.NewCreditExplained(shell, g.ID, e)
		return v.Title, group.CreditExplainedPage(v)
	})
}

// ShowInvoiceTax says how a tax of an invoice came about.
func (h *Handler) ShowInvoiceTax(c echo.Context) error {
	e, err := h.invoices.ExplainTax(page.Ctx(c), page.Scope(c), c.Param("file"), c.Param("place"))
	if err != nil {
		return err
	}
	return h.explained(c, e.Row, func(shell views.Shell, g account.Group) (string, templ.Component) {
		v := group.NewTaxExplained(shell, g.ID, e)
		return v.Title, group.TaxExplainedPage(v)
	})
}

// ShowSubtotal says how the subtotal of an invoice came about.
func (h *Handler) ShowSubtotal(c echo.Context) error {
	e, err := h.invoices.ExplainSubtotal(page.Ctx(c), page.Scope(c), c.Param("file"))
	if err != nil {
		return err
	}
	return h.explained(c, e.Row, func(shell views.Shell, g account.Group) (string, templ.Component) {
		v := group.NewSubtotalExplained(shell, g.ID, e)
		return v.Title, group.SubtotalExplainedPage(v)
	})
}

// explained answers with a page within an invoice, whose title is given with it.
func (h *Handler) explained(c echo.Context, row invoice.Row, view func(views.Shell, account.Group) (title string, full templ.Component)) error {
	g, err := h.accounts.Group(page.Ctx(c), page.Scope(c), page.Scope(c).GroupID())
	if err != nil {
		return err
	}
	crumbs := append(invoicesCrumbs(c, g.Name), views.Crumb{Label: group.InvoiceTitle(row), Path: views.InvoicePath(g.ID, row.Address())})
	title, _ := view(views.Shell{}, g)
	_, full := view(page.Shell(c, title+" – "+g.Name, crumbs...), g)
	return page.Render(c, http.StatusOK, full)
}

// SendRecords answers with all usage records of a line, written while they are read.
func (h *Handler) SendRecords(c echo.Context) error {
	row, line, err := h.invoices.LineAt(page.Ctx(c), page.Scope(c), c.Param("file"), c.Param("line"))
	if err != nil {
		return err
	}
	return page.Stream(c, group.RecordsCSVName(row, line), "text/csv; charset=utf-8", func(w io.Writer) error {
		out := csv.NewWriter(w)
		out.UseCRLF = true
		if _, err := io.WriteString(w, "\ufeff"); err != nil {
			return err
		}
		if err := out.Write(group.RecordsCSVHead()); err != nil {
			return err
		}
		return h.invoices.EachRecord(page.Ctx(c), page.Scope(c), line.ID, func(records []invoice.UsageRecord) error {
			for _, r := range records {
				if err := out.Write(group.RecordsCSVRow(row, line, r)); err != nil {
					return err
				}
			}
			out.Flush()
			return out.Error()
		})
	})
}
