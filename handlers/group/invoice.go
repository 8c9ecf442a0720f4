package group

import (
	"net/http"
	"strings"

	"billfold/handlers/page"
	"billfold/models/invoice"
	"billfold/views"
	"billfold/views/documents"
	"billfold/views/group"

	"github.com/labstack/echo/v4"
)

// ShowInvoice answers everything that is named by an invoice's number: its page, and with an ending its
// files. It is one route, because the router tells /:number and /:number.pdf apart by luck.
func (h *Handler) ShowInvoice(c echo.Context) error {
	file := c.Param("file")
	if number, ok := strings.CutSuffix(file, ".pdf"); ok {
		return h.sendPDF(c, number)
	}
	if number, ok := strings.CutSuffix(file, ".csv"); ok {
		return h.sendCSV(c, number)
	}
	return h.showInvoicePage(c, file)
}

func (h *Handler) showInvoicePage(c echo.Context, address string) error {
	scope, ctx := page.Scope(c), page.Ctx(c)
	by := invoice.ByProject
	if page.Query(c, "by") == string(invoice.ByService) {
		by = invoice.ByService
	}
	sheet, err := h.invoices.Sheet(ctx, scope, address, by)
	if err != nil {
		return err
	}
	lines, err := h.invoices.LinesOf(ctx, scope, sheet, invoice.Paging{After: c.QueryParam("after"), Before: c.QueryParam("before")})
	if err != nil {
		return err
	}
	g, err := h.accounts.Group(ctx, scope, scope.GroupID())
	if err != nil {
		return err
	}
	v := group.NewInvoice(page.Shell(c, "", invoicesCrumbs(c, g.Name)...), g.ID, sheet, page.Now(c))
	notes, sizes, err := h.invoices.CreditNotesOf(ctx, scope, sheet.Row)
	if err != nil {
		return err
	}
	v.Credited(g.ID, notes, sizes)
	claims, err := h.invoices.ClaimsOf(ctx, scope, sheet)
	if err != nil {
		return err
	}
	v.Explained(g.ID, sheet.Address(), claims)
	if err := h.paying(c, &v, sheet); err != nil {
		return err
	}
	v.Shell.Title = v.Title + " – " + g.Name
	v.Lines = group.NewLines(g.ID, sheet, lines)
	return page.Render(c, http.StatusOK, group.InvoicePage(v))
}

// invoicesCrumbs lead to a page within the Invoices tab.
func invoicesCrumbs(c echo.Context, groupName string) []views.Crumb {
	return append(groupCrumbs(c, groupName), views.Crumb{Label: "Invoices", Path: views.InvoicesPath(page.Scope(c).GroupID())})
}

// sendPDF answers with the bytes that were stored when the invoice was issued.
func (h *Handler) sendPDF(c echo.Context, number string) error {
	row, doc, err := h.invoices.Document(page.Ctx(c), page.Scope(c), number, "pdf")
	if err != nil {
		return err
	}
	full := invoice.Full{Row: row}
	return page.File(c, page.Document{Name: documents.FileName(documents.FromFrozen(full), "pdf"), Type: "application/pdf",
		Content: doc.Content, ETag: doc.ETag()})
}

// sendCSV answers with all lines of an estimate or invoice.
func (h *Handler) sendCSV(c echo.Context, address string) error {
	full, err := h.invoices.FullOf(page.Ctx(c), page.Scope(c), address)
	if err != nil {
		return err
	}
	name, content, etag, err := documents.CSVFile(full, page.Now(c), "")
	if err != nil {
		return err
	}
	return page.File(c, page.Document{Name: name, Type: "text/csv; charset=utf-8", Content: content, ETag: etag})
}

// ShowLine lists the usage records behind a line. Those of a credit note's line are the invoice's.
func (h *Handler) ShowLine(c echo.Context) error {
	scope, ctx, address := page.Scope(c), page.Ctx(c), c.Param("file")
	records, err := h.invoices.LineRecords(ctx, scope, address, c.Param("line"), paging(c))
	if err != nil {
		return err
	}
	if o := records.Original; o != nil {
		return page.Redirect(c, views.LinePath(scope.GroupID(), o.Number, o.ID))
	}
	g, err := h.accounts.Group(ctx, scope, scope.GroupID())
	if err != nil {
		return err
	}
	shell := page.Shell(c, "", append(invoicesCrumbs(c, g.Name), views.Crumb{Label: group.InvoiceTitle(records.Row), Path: views.InvoicePath(g.ID, address)})...)
	v := group.NewLineRecords(shell, g.ID, records, page.Size(c))
	v.Shell.Title = v.Title + " – " + g.Name
	return page.Render(c, http.StatusOK, group.LineRecordsPage(v), group.RecordsRegion)
}
