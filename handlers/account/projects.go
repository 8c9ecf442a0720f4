package account

import (
	"net/http"

	"billfold/handlers/page"
	"billfold/models/invoice"
	"billfold/views"
	view "billfold/views/account"

	"github.com/labstack/echo/v4"
)

// ShowAccounts is Projects & Accounts: every account of the reader, and all their projects.
func (h *Handler) ShowAccounts(c echo.Context) error {
	accounts, err := h.invoices.AccountsOf(page.Ctx(c), page.Actor(c))
	if err != nil {
		return err
	}
	query := projectQuery(c)
	projects, err := h.invoices.ProjectsOf(page.Ctx(c), page.Actor(c), query)
	if err != nil {
		return err
	}
	list := projectList(c, views.AccountsPath, query, projects)
	list.Accounts = true
	for _, a := range accounts.Items {
		if len(list.Choices) == 0 {
			list.Choices = []views.Option{{Label: "All accounts"}}
		}
		list.Choices = append(list.Choices, views.Option{Value: a.ID, Label: a.Name})
	}
	return page.Render(c, http.StatusOK, view.AccountsPage(view.Accounts{Shell: page.Shell(c, "Projects & Accounts"),
		Email: page.User(c).Email, Accounts: accounts, Projects: list, Now: page.Now(c)}), view.ProjectsFragment)
}

// ShowProjects is the Projects tab of an account.
func (h *Handler) ShowProjects(c echo.Context) error {
	scope, query := page.Scope(c), projectQuery(c)
	query.AccountID = ""
	projects, err := h.invoices.ProjectsOfAccount(page.Ctx(c), scope, query)
	if err != nil {
		return err
	}
	list := projectList(c, views.AccountPath(scope.AccountID()), query, projects)
	if scope.IsAdmin() {
		list.CreatePath = views.NewProjectPath(scope.AccountID())
	}
	return page.Render(c, http.StatusOK, view.ProjectsPage(view.Projects{Shell: tabShell(c, "Projects"),
		Account: viewAccount(scope), List: list}), view.ProjectsFragment)
}

// projectQuery reads the filter, sort and place of a list of projects; the highest cost stands first.
func projectQuery(c echo.Context) invoice.ProjectList {
	q := invoice.ProjectList{Text: page.Query(c, "q"), AccountID: page.Query(c, "account"), Sort: page.Query(c, "sort"), Paging: paging(c)}
	switch q.Sort {
	case "name", "-name", "cost":
	default:
		q.Sort = "-cost"
	}
	return q
}

// paging reads the place in a list. The cursors are not bound in length as other queries are: they
// carry names.
func paging(c echo.Context) invoice.Paging {
	return invoice.Paging{After: c.QueryParam("after"), Before: c.QueryParam("before"), Size: page.Size(c)}
}

func projectList(c echo.Context, path string, q invoice.ProjectList, found invoice.ProjectPage) view.ProjectList {
	return view.ProjectList{ProjectPage: found, Path: path, Text: q.Text, AccountID: q.AccountID, Sort: q.Sort, Size: q.Size,
		Moved: c.QueryParams().Has("sort"), Now: page.Now(c)}
}
