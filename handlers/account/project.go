package account

import (
	"net/http"

	"billfold/handlers/page"
	"billfold/views"
	view "billfold/views/account"

	"github.com/labstack/echo/v4"
)

// ShowProject is the home of a project: where it is billed and what it costs.
func (h *Handler) ShowProject(c echo.Context) error {
	home, err := h.invoices.ProjectHome(page.Ctx(c), page.Scope(c), c.Param("project"))
	if err != nil {
		return err
	}
	return page.Render(c, http.StatusOK, view.ProjectPage(view.Project{Shell: accountShell(c, home.Name, nil),
		Account: viewAccount(page.Scope(c)), Home: home, Now: page.Now(c)}))
}

// projectShell is the frame of a page below a project.
func projectShell(c echo.Context, title, name string, problem error) views.Shell {
	shell := accountShell(c, title+" – "+name, problem)
	shell.Crumbs = append(shell.Crumbs, views.Crumb{Label: name, Path: views.ProjectPath(c.Param("project"))})
	return shell
}

type renameForm struct {
	Name string `form:"name"`
}

// ShowRenameProject asks for the new name.
func (h *Handler) ShowRenameProject(c echo.Context) error { return h.renamePage(c, nil, nil) }

// RenameProject renames a project; the new heading says so, no message is needed.
func (h *Handler) RenameProject(c echo.Context) error {
	var f renameForm
	if err := page.Bind(c, &f); err != nil {
		return err
	}
	id := c.Param("project")
	return page.Submit(c, func() (page.Done, error) {
		_, err := h.accounts.RenameProject(page.Ctx(c), page.Scope(c), id, f.Name)
		return page.Done{To: views.ProjectPath(id)}, err
	}, func(err error) error { return h.renamePage(c, &f, err) })
}

// renamePage shows the form with what was typed, or with the present name.
func (h *Handler) renamePage(c echo.Context, f *renameForm, problem error) error {
	home, err := h.invoices.ProjectHome(page.Ctx(c), page.Scope(c), c.Param("project"))
	if err != nil {
		return err
	}
	if home.Deleted() && problem == nil {
		return page.Redirect(c, views.ProjectPath(home.ID))
	}
	name := home.Name
	if f != nil {
		name = f.Name
	}
	return page.Render(c, page.Status(problem), view.RenameProjectPage(view.RenameProject{
		Shell: projectShell(c, "Rename project", home.Name, problem), ID: home.ID, Key: page.FormKey(), Name: name}))
}

// ShowDeleteProject says what stays and asks.
func (h *Handler) ShowDeleteProject(c echo.Context) error { return h.deletePage(c, nil) }

// DeleteProject deletes a project and goes to the account's list.
func (h *Handler) DeleteProject(c echo.Context) error {
	return page.Submit(c, func() (page.Done, error) {
		gone, err := h.accounts.DeleteProject(page.Ctx(c), page.Scope(c), c.Param("project"))
		return page.Done{To: views.AccountPath(page.Scope(c).AccountID()), Flash: &views.Flash{Text: "Project " + gone.Name + " deleted."}}, err
	}, func(err error) error { return h.deletePage(c, err) })
}

func (h *Handler) deletePage(c echo.Context, problem error) error {
	home, err := h.invoices.ProjectHome(page.Ctx(c), page.Scope(c), c.Param("project"))
	if err != nil {
		return err
	}
	if home.Deleted() && problem == nil {
		return page.Redirect(c, views.ProjectPath(home.ID))
	}
	return page.Render(c, page.Status(problem), view.DeleteProjectPage(view.DeleteProject{
		Shell: projectShell(c, "Delete project", home.Name, problem), Key: page.FormKey(), Home: home}))
}
