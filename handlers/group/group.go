// Package group answers the pages of a billing group: its six tabs, the invoice page, the forms that
// change it.
package group

import (
	"log/slog"

	"billfold/handlers/page"
	"billfold/models"
	"billfold/models/account"
	"billfold/models/credit"
	"billfold/models/db"
	"billfold/models/event"
	"billfold/models/invoice"
	"billfold/models/payment"
	"billfold/views"
	"billfold/views/group"

	"github.com/labstack/echo/v4"
)

// Handler answers the pages of this room.
type Handler struct {
	accounts *account.Store
	invoices *invoice.Store
	credits  *credit.Store
	events   *event.Store
	payments *payment.Store
	public   string // scheme and host of the console
	log      *slog.Logger
}

// New makes a Handler over a database.
func New(d *db.DB, clock models.Clock, payments *payment.Store, public string, log *slog.Logger) *Handler {
	return &Handler{account.NewStore(d, clock), invoice.NewStore(d, clock), credit.NewStore(d, clock), event.NewStore(d), payments, public, log}
}

// frame is the header around a tab of the group in the path. A cost that cannot be read leaves the
// rest of the page usable.
func (h *Handler) frame(c echo.Context, tab group.Tab) (group.Frame, error) {
	g, cost, err := h.header(c)
	if err != nil {
		return group.Frame{}, err
	}
	return h.framed(c, tab, g, cost), nil
}

func (h *Handler) header(c echo.Context) (invoice.GroupHeader, *invoice.RunningCost, error) {
	scope := page.Scope(c)
	g, err := h.invoices.GroupHeader(page.Ctx(c), scope)
	if err != nil {
		return g, nil, err
	}
	cost, err := h.invoices.RunningCost(page.Ctx(c), scope)
	if err != nil {
		h.log.ErrorContext(page.Ctx(c), "accumulated cost not loaded", "error", err, "request_id", page.RequestID(c), "group", g.ID)
		return g, nil, nil
	}
	return g, &cost, nil
}

func (h *Handler) framed(c echo.Context, tab group.Tab, g invoice.GroupHeader, cost *invoice.RunningCost) group.Frame {
	return group.Frame{
		Shell:  page.Shell(c, tab.Title(g.Name), accountCrumbs(c)...),
		Header: group.NewHeader(g, cost, page.Scope(c), page.Now(c)),
		Tab:    tab,
	}
}

// accountCrumbs lead to the list that the group stands in.
func accountCrumbs(c echo.Context) []views.Crumb {
	scope := page.Scope(c)
	return []views.Crumb{page.AccountsCrumb(),
		{Label: scope.AccountName(), Path: views.AccountPath(scope.AccountID())},
		{Label: "Billing", Path: views.AccountBillingPath(scope.AccountID())}}
}

// groupCrumbs lead to a page within the group.
func groupCrumbs(c echo.Context, name string) []views.Crumb {
	return append(accountCrumbs(c), views.Crumb{Label: name, Path: views.GroupPath(page.Scope(c).GroupID())})
}
