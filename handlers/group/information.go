package group

import (
	"net/http"

	"billfold/handlers/page"
	"billfold/models"
	"billfold/views/group"

	"github.com/labstack/echo/v4"
)

// ShowInformation is the Billing information tab.
func (h *Handler) ShowInformation(c echo.Context) error {
	g, cost, err := h.header(c)
	if err != nil {
		return err
	}
	f := h.framed(c, group.BillingInformation, g, cost)
	info, err := h.accounts.BillingInformation(page.Ctx(c), page.Scope(c), g.ID)
	if err != nil {
		return err
	}
	treatment, month, err := h.invoices.TaxOf(page.Ctx(c), info)
	if err != nil {
		return err
	}
	editable, err := h.editable(c, f.Header.Deleted)
	if err != nil {
		return err
	}
	payBy, err := h.paidBy(c, g.PayBy)
	if err != nil {
		return err
	}
	v := group.NewInformation(f, info, payBy, treatment, month, editable && page.Scope(c).CanWrite())
	return page.Render(c, http.StatusOK, group.InformationPage(v), group.DetailsRegion)
}

// paidBy says more about a card than its label.
func (h *Handler) paidBy(c echo.Context, label string) (string, error) {
	g, err := h.accounts.Group(page.Ctx(c), page.Scope(c), page.Scope(c).GroupID())
	if err != nil || g.PaymentMethodID == "" {
		return label, err
	}
	card, err := h.accounts.Card(page.Ctx(c), page.Scope(c), g.PaymentMethodID)
	if models.KindOf(err) == models.NotFound && err != nil { // it is a bank transfer
		return label, nil
	}
	return card.Details(), err
}

// editable reports whether billing information may still change: a deleted group's, until everything
// is billed and paid.
func (h *Handler) editable(c echo.Context, deleted bool) (bool, error) {
	if !deleted {
		return true, nil
	}
	return h.invoices.StillBilled(page.Ctx(c), page.Scope(c))
}

// editing is the frame of a form of the Billing information tab. Kind: Conflict, when nothing can be
// changed any more.
func (h *Handler) editing(c echo.Context, title string) (group.Frame, error) {
	f, err := h.frame(c, group.BillingInformation)
	if err != nil {
		return f, err
	}
	ok, err := h.editable(c, f.Header.Deleted)
	if err == nil && !ok {
		err = models.Conflictf("%s is deleted, and all of it is billed and paid", f.Header.Name)
	}
	f.Shell.Title = title + " – " + f.Header.Name
	return f, err
}
