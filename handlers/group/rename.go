package group

import (
	"billfold/handlers/page"
	"billfold/models"
	"billfold/models/account"
	"billfold/views"
	"billfold/views/group"

	"github.com/labstack/echo/v4"
)

// live is the group of the path. Kinds: NotFound, Conflict (it is deleted).
func (h *Handler) live(c echo.Context) (account.Group, error) {
	g, err := h.accounts.Group(page.Ctx(c), page.Scope(c), page.Scope(c).GroupID())
	if err == nil && g.Deleted() {
		err = models.Conflictf("%s is deleted", g.Name)
	}
	return g, err
}

// ShowRename is the form that renames the group.
func (h *Handler) ShowRename(c echo.Context) error {
	g, err := h.live(c)
	if err != nil {
		return err
	}
	return h.renamePage(c, g.Name, nil)
}

// Rename renames the group.
func (h *Handler) Rename(c echo.Context) error {
	var f struct {
		Name string `form:"name"`
	}
	if err := page.Bind(c, &f); err != nil {
		return err
	}
	return page.Submit(c, func() (page.Done, error) {
		g, err := h.accounts.RenameGroup(page.Ctx(c), page.Scope(c), page.Scope(c).GroupID(), f.Name)
		return page.Done{To: views.GroupPath(g.ID)}, err
	}, func(err error) error { return h.renamePage(c, f.Name, err) })
}

func (h *Handler) renamePage(c echo.Context, name string, problem error) error {
	g, err := h.live(c)
	if err != nil {
		return err
	}
	shell := page.Shell(c, "Rename billing group – "+g.Name, groupCrumbs(c, g.Name)...)
	shell.Errors = page.Problems(problem)
	return page.Render(c, page.Status(problem), group.RenamePage(group.RenameView{Shell: shell, ID: g.ID, Name: name, Key: page.FormKey()}))
}
