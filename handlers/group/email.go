package group

import (
	"billfold/handlers/page"
	"billfold/models/invoice"
	"billfold/views"
	"billfold/views/group"

	"github.com/labstack/echo/v4"
)

// shownMails is how many of the mails that carried an invoice its page tells of.
const shownMails = 5

// emailed adds to an invoice's page whom it was mailed to and, for who may, the way to mail it.
func (h *Handler) emailed(c echo.Context, v *group.InvoiceView, row invoice.Row) error {
	if row.State == invoice.Estimate {
		return nil
	}
	mails, err := h.invoices.Emailed(page.Ctx(c), page.Scope(c), row, shownMails)
	if err != nil {
		return err
	}
	v.Emailed(mails)
	if page.Scope(c).CanWrite() {
		v.EmailTo = views.InvoiceEmailPath(row.GroupID, row.Address())
	}
	return nil
}

// ShowEmailInvoice asks who gets a copy of an invoice or credit note.
func (h *Handler) ShowEmailInvoice(c echo.Context) error { return h.emailInvoicePage(c, nil, nil) }

// EmailInvoice has a copy of an invoice or credit note mailed.
func (h *Handler) EmailInvoice(c echo.Context) error {
	var f struct {
		To []string `form:"to"`
	}
	if err := page.Bind(c, &f); err != nil {
		return err
	}
	return page.Submit(c, func() (page.Done, error) {
		number := c.Param("file")
		err := h.invoices.EmailCopy(page.Ctx(c), page.Scope(c), number, f.To)
		flash := group.EmailedFlash(f.To)
		return page.Done{To: views.InvoicePath(page.Scope(c).GroupID(), number), Flash: &flash}, err
	}, func(err error) error { return h.emailInvoicePage(c, f.To, err) })
}

func (h *Handler) emailInvoicePage(c echo.Context, chosen []string, problem error) error {
	choices, err := h.invoices.CopyChoices(page.Ctx(c), page.Scope(c), c.Param("file"))
	if err != nil {
		return err
	}
	g, err := h.accounts.Group(page.Ctx(c), page.Scope(c), page.Scope(c).GroupID())
	if err != nil {
		return err
	}
	title := group.InvoiceTitle(choices.Row)
	shell := page.Shell(c, "Email a copy – "+title, append(invoicesCrumbs(c, g.Name), views.Crumb{Label: title, Path: views.InvoicePath(g.ID, choices.Row.Address())})...)
	shell.Errors = page.Problems(problem)
	return page.Render(c, page.Status(problem), group.EmailInvoicePage(group.NewEmailInvoice(shell, choices, chosen, page.FormKey())))
}
