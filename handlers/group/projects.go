package group

import (
	"net/http"
	"slices"

	"billfold/handlers/page"
	"billfold/models"
	"billfold/models/invoice"
	"billfold/views/group"

	"github.com/labstack/echo/v4"
)

// ShowProjects is the Projects tab.
func (h *Handler) ShowProjects(c echo.Context) error {
	f, err := h.frame(c, group.Projects)
	if err != nil {
		return err
	}
	q := group.ProjectsQuery{Text: page.Query(c, "q"), Sort: page.Query(c, "sort"), Size: page.Size(c), Select: page.Query(c, "select")}
	if !slices.Contains([]string{"name", "-name", "cost"}, q.Sort) {
		q.Sort = "-cost"
	}
	list, err := h.invoices.ProjectsOfGroup(page.Ctx(c), page.Scope(c), invoice.GroupProjectList{Paging: paging(c), Text: q.Text, Sort: q.Sort})
	if err != nil {
		return err
	}
	v := group.NewProjects(f, list, q, page.Now(c))
	return page.Render(c, http.StatusOK, group.ProjectsPage(v), group.ProjectsRegion)
}

// writable is the frame of a tab's form. Kind: Conflict, when the group is deleted.
func (h *Handler) writable(c echo.Context, tab group.Tab, title string) (group.Frame, error) {
	f, err := h.frame(c, tab)
	if err == nil && f.Header.Deleted {
		err = models.Conflictf("%s is deleted", f.Header.Name)
	}
	f.Shell.Title = title + " – " + f.Header.Name
	return f, err
}
