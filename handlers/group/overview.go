package group

import (
	"net/http"

	"billfold/handlers/page"
	"billfold/models/invoice"
	"billfold/views/group"

	"github.com/labstack/echo/v4"
)

// ShowOverview is the Overview tab.
func (h *Handler) ShowOverview(c echo.Context) error {
	g, cost, err := h.header(c)
	if err != nil {
		return err
	}
	known := invoice.RunningCost{}
	if cost != nil {
		known = *cost
	}
	overview, err := h.invoices.OverviewOfGroup(page.Ctx(c), page.Scope(c), known)
	if err != nil {
		return err
	}
	credits, err := h.credits.GroupCredits(page.Ctx(c), page.Scope(c), g.ID)
	if err != nil {
		return err
	}
	v := group.NewOverview(h.framed(c, group.Overview, g, cost), g.Projects, cost, overview, credits, page.Now(c))
	if v.Unpaid, err = h.troubles(c); err != nil {
		return err
	}
	return page.Render(c, http.StatusOK, group.OverviewPage(v))
}
