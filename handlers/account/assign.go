package account

import (
	"billfold/handlers/page"
	"billfold/models"
	"billfold/views"
	view "billfold/views/account"

	"github.com/labstack/echo/v4"
)

// ShowAssign asks which billing group projects are to be assigned to.
func (h *Handler) ShowAssign(c echo.Context) error { return h.assignPage(c, "", nil) }

type assignForm struct {
	Group string `form:"group"`
}

// ChooseAssign leads to the chosen group's own page, which chooses the projects. It changes nothing.
func (h *Handler) ChooseAssign(c echo.Context) error {
	var f assignForm
	if err := page.Bind(c, &f); err != nil {
		return err
	}
	group, err := h.accounts.Group(page.Ctx(c), page.Scope(c), f.Group)
	if models.KindOf(err) == models.NotFound || err == nil && group.Deleted() {
		return h.assignPage(c, f.Group, models.Invalidf("group", "Choose a billing group of this account"))
	}
	if err != nil {
		return err
	}
	return page.Redirect(c, views.AssignProjectsPath(group.ID))
}

func (h *Handler) assignPage(c echo.Context, chosen string, problem error) error {
	groups, err := h.pickGroups(page.Ctx(c), page.Scope(c), page.Query(c, "q"), chosen)
	if err != nil {
		return err
	}
	return page.Render(c, page.Status(problem), view.AssignPage(view.Assign{Shell: billingShell(c, "Assign projects", problem),
		Account: viewAccount(page.Scope(c)), Groups: groups}))
}
