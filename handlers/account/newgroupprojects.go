package account

import (
	"slices"

	"billfold/handlers/page"
	"billfold/models"
	"billfold/models/account"
	"billfold/views"
	view "billfold/views/account"

	"github.com/labstack/echo/v4"
)

// namedMost is how many projects a page names that are chosen but not on its list.
const namedMost = 10

type pickForm struct {
	Draft    string   `form:"draft"`
	Change   string   `form:"change"`
	Do       string   `form:"do"` // "search", or empty for the button that goes on
	Text     string   `form:"q"`
	Shown    []string `form:"shown"`    // projects that the page listed
	Projects []string `form:"projects"` // those that are ticked
}

// choose gives the chosen projects: those ticked, and those chosen before that the page did not list.
func (f pickForm) choose(before []string) []string {
	chosen := slices.DeleteFunc(slices.Clone(before), func(id string) bool { return slices.Contains(f.Shown, id) })
	for _, id := range f.Projects {
		if models.IsID(id) && slices.Contains(f.Shown, id) && !slices.Contains(chosen, id) {
			chosen = append(chosen, id)
		}
	}
	return chosen
}

// ShowNewGroupProjects is step 3, projects.
func (h *Handler) ShowNewGroupProjects(c echo.Context) error {
	f := pickForm{Draft: page.Query(c, "draft"), Change: page.Query(c, "change"), Text: page.Query(c, "q")}
	n, redirected, err := h.draft(c, f.Draft)
	if redirected || err != nil {
		return err
	}
	return h.pickPage(c, f, n.ProjectIDs, nil)
}

// SaveNewGroupProjects keeps what is ticked; the search comes back to the page.
func (h *Handler) SaveNewGroupProjects(c echo.Context) error {
	var f pickForm
	if err := page.Bind(c, &f); err != nil {
		return err
	}
	n, redirected, err := h.draft(c, f.Draft)
	if redirected || err != nil {
		return err
	}
	n.ProjectIDs = f.choose(n.ProjectIDs)
	return page.Submit(c, func() (page.Done, error) {
		if len(n.ProjectIDs) > account.MaxMoved {
			return page.Done{}, models.Invalidf("projects", "Choose %s projects or fewer", views.Number(account.MaxMoved))
		}
		_, err := h.keep(c, f.Draft, n)
		to := views.NewGroupSummaryPath(page.Scope(c).AccountID(), f.Draft)
		if f.Do == "search" {
			to = views.WithQuery(views.NewGroupProjectsPath(page.Scope(c).AccountID(), f.Draft), "q", f.Text, "change", f.Change)
		}
		return page.Done{To: to}, err
	}, func(err error) error { return h.pickPage(c, f, n.ProjectIDs, err) })
}

func (h *Handler) pickPage(c echo.Context, f pickForm, chosen []string, problem error) error {
	ctx, scope := page.Ctx(c), page.Scope(c)
	found, total, err := h.accounts.Projects(ctx, scope, account.ProjectQuery{Text: f.Text})
	if err != nil {
		return err
	}
	var listed []string
	for _, p := range found {
		listed = append(listed, p.ID)
	}
	p := view.NewGroupProjects{NewGroupStep: step(c, 3, "Projects", f.Draft, f.Change, problem), Text: f.Text, Total: total}
	if p.Found, err = h.pickable(c, listed, chosen); err != nil {
		return err
	}
	others := slices.DeleteFunc(slices.Clone(chosen), func(id string) bool { return slices.Contains(listed, id) })
	named, err := h.pickable(c, others[:min(len(others), namedMost)], nil)
	if err != nil {
		return err
	}
	for _, n := range named {
		p.Others = append(p.Others, n.Name)
	}
	p.More = max(0, len(others)-namedMost)
	return page.Render(c, page.Status(problem), view.NewGroupProjectsPage(p))
}

// pickable names projects and the groups that hold them now.
func (h *Handler) pickable(c echo.Context, ids, chosen []string) (list []view.PickProject, err error) {
	items, err := h.invoices.ProjectsNamed(page.Ctx(c), page.Scope(c), ids)
	for _, it := range items {
		list = append(list, view.PickProject{ID: it.ID, Name: it.Name, GroupName: it.Now.GroupName, Chosen: slices.Contains(chosen, it.ID)})
	}
	return list, err
}
