package account

import (
	"net/http"

	"billfold/handlers/page"
	"billfold/models/access"
	"billfold/models/invoice"
	"billfold/views"
	view "billfold/views/account"

	"github.com/labstack/echo/v4"
)

// ShowBilling is the Billing tab: the account's billing groups, highest cost first.
func (h *Handler) ShowBilling(c echo.Context) error {
	scope := page.Scope(c)
	head, err := h.invoices.BillingOfAccount(page.Ctx(c), scope)
	if err != nil {
		return err
	}
	groups, err := h.invoices.GroupsOfAccount(page.Ctx(c), scope, paging(c))
	if err != nil {
		return err
	}
	failed, err := h.failed(c)
	if err != nil {
		return err
	}
	return page.Render(c, http.StatusOK, view.BillingPage(view.Billing{Shell: tabShell(c, "Billing"), Account: viewAccount(scope),
		Head: head, Groups: groups, Paths: groupPages(c, groups), Failed: failed, Now: page.Now(c)}), view.GroupsFragment)
}

// failed are the alerts about failed payments of the account, by the invoice's number.
func (h *Handler) failed(c echo.Context) (map[string]views.PaymentAlert, error) {
	found, err := h.payments.TroublesOfAccount(page.Ctx(c), page.Scope(c))
	alerts := make(map[string]views.PaymentAlert, len(found))
	for _, t := range found {
		a := views.NewPaymentAlert(t, views.Payer{May: page.Scope(c).May(access.Write), Card: h.payments.TakesCards()}, page.Now(c))
		a.Group = t.GroupName
		alerts[t.Number] = a
	}
	return alerts, err
}

func groupPages(c echo.Context, groups invoice.GroupPage) views.Pages {
	path := func(name, cursor string) string {
		if cursor == "" {
			return ""
		}
		return views.WithQuery(views.AccountBillingPath(page.Scope(c).AccountID()), name, cursor)
	}
	return views.Pages{Count: views.CountUpTo(groups.Total, invoice.CountLimit, "billing group", "billing groups"),
		PrevPath: path("before", groups.Prev), NextPath: path("after", groups.Next)}
}

// ShowDeleted lists the deleted billing groups, whose invoices stay readable.
func (h *Handler) ShowDeleted(c echo.Context) error {
	groups, err := h.invoices.DeletedOfAccount(page.Ctx(c), page.Scope(c))
	if err != nil {
		return err
	}
	return page.Render(c, http.StatusOK, view.DeletedPage(view.Deleted{Shell: billingShell(c, "Deleted billing groups", nil),
		Account: viewAccount(page.Scope(c)), Groups: groups, Now: page.Now(c)}))
}
