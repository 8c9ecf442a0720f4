package group

import (
	"net/http"

	"billfold/handlers/page"
	"billfold/views"
	"billfold/views/group"

	"github.com/labstack/echo/v4"
)

// ShowPrimary asks before the group becomes the primary one.
func (h *Handler) ShowPrimary(c echo.Context) error {
	g, err := h.live(c)
	if err != nil {
		return err
	}
	now, err := h.invoices.PrimaryGroup(page.Ctx(c), page.Scope(c))
	if err != nil {
		return err
	}
	return page.Render(c, http.StatusOK, group.PrimaryPage(group.PrimaryView{
		Shell: page.Shell(c, "Make primary – "+g.Name, groupCrumbs(c, g.Name)...),
		ID:    g.ID, Name: g.Name, AccountName: page.Scope(c).AccountName(), Now: now.Name, IsPrimary: g.Primary, Key: page.FormKey()}))
}

// MakePrimary makes the group the primary one.
func (h *Handler) MakePrimary(c echo.Context) error {
	return page.Submit(c, func() (page.Done, error) {
		g, err := h.accounts.MakePrimary(page.Ctx(c), page.Scope(c), page.Scope(c).GroupID())
		flash := views.Flash{Text: g.Name + " is now the primary billing group of " + page.Scope(c).AccountName() + "."}
		return page.Done{To: views.GroupPath(g.ID), Flash: &flash}, err
	}, nil)
}
