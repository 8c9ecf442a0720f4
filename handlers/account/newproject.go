package account

import (
	"billfold/handlers/page"
	"billfold/models/account"
	"billfold/views"
	view "billfold/views/account"

	"github.com/labstack/echo/v4"
)

type newProjectForm struct {
	Name       string `form:"name"`
	ExternalID string `form:"external_id"`
	Group      string `form:"group"`
}

// ShowNewProject is the form that creates a project; the primary group is chosen beforehand.
func (h *Handler) ShowNewProject(c echo.Context) error {
	return h.newProjectPage(c, newProjectForm{}, nil)
}

// CreateProject creates a project.
func (h *Handler) CreateProject(c echo.Context) error {
	var f newProjectForm
	if err := page.Bind(c, &f); err != nil {
		return err
	}
	return page.Submit(c, func() (page.Done, error) {
		made, err := h.accounts.CreateProject(page.Ctx(c), page.Scope(c), account.NewProject{Name: f.Name, ExternalID: f.ExternalID, GroupID: f.Group})
		return page.Done{To: views.ProjectPath(made.ID), Flash: &views.Flash{Text: "Project " + made.Name + " created."}}, err
	}, func(err error) error { return h.newProjectPage(c, f, err) })
}

func (h *Handler) newProjectPage(c echo.Context, f newProjectForm, problem error) error {
	groups, err := h.pickGroups(page.Ctx(c), page.Scope(c), page.Query(c, "q"), f.Group)
	if err != nil {
		return err
	}
	return page.Render(c, page.Status(problem), view.NewProjectPage(view.NewProject{
		Shell:   accountShell(c, "Create project – "+page.Scope(c).AccountName(), problem),
		Account: viewAccount(page.Scope(c)), Key: page.FormKey(), Name: f.Name, ExternalID: f.ExternalID, Groups: groups}))
}
