package group

import (
	"net/http"

	"billfold/handlers/page"

	"billfold/models/account"
	"billfold/views"
	"billfold/views/group"

	"github.com/labstack/echo/v4"
)

type assignForm struct {
	IDs   []string `form:"ids"`   // ticked
	Shown []string `form:"shown"` // every project of the list, and
	In    []string `form:"in"`    // the group that it was shown in
	Text  string   `form:"q"`
}

// seen are the ticked projects with the groups that the form showed them in.
func (f assignForm) seen() []account.Seen {
	in := map[string]string{}
	for i, id := range f.Shown {
		if i < len(f.In) {
			in[id] = f.In[i]
		}
	}
	seen := make([]account.Seen, len(f.IDs))
	for i, id := range f.IDs {
		seen[i] = account.Seen{ProjectID: id, GroupID: in[id]}
	}
	return seen
}

// ShowAssign is the page that assigns projects of other groups to this one.
func (h *Handler) ShowAssign(c echo.Context) error {
	return h.assignPage(c, assignForm{Text: page.Query(c, "q")}, nil)
}

// AssignProjects moves the ticked projects into this group.
func (h *Handler) AssignProjects(c echo.Context) error {
	var f assignForm
	if err := page.Bind(c, &f); err != nil {
		return err
	}
	to := page.Scope(c).GroupID()
	return page.Submit(c, func() (page.Done, error) {
		done, err := h.accounts.MoveProjectsSeen(page.Ctx(c), page.Scope(c), f.seen(), to)
		if err != nil {
			return page.Done{}, err
		}
		flash := group.MovedFlash(to, done)
		return page.Done{To: views.GroupProjectsPath(to), Flash: &flash}, nil
	}, func(err error) error { return h.assignPage(c, f, err) })
}

func (h *Handler) assignPage(c echo.Context, f assignForm, problem error) error {
	frame, err := h.writable(c, group.Projects, "Assign projects")
	if err != nil {
		return err
	}
	list, total, err := h.invoices.ProjectsElsewhere(page.Ctx(c), page.Scope(c), f.Text)
	if err != nil {
		return err
	}
	g, err := h.accounts.Group(page.Ctx(c), page.Scope(c), page.Scope(c).GroupID())
	if err != nil {
		return err
	}
	frame.Shell.Errors = withoutIDs(page.Problems(problem))
	v := group.NewAssign(frame, list, total, f.Text, f.IDs, page.Now(c))
	v.Currency, v.AccountName, v.Key = g.Currency, page.Scope(c).AccountName(), page.FormKey()
	if problem != nil {
		return page.Render(c, page.Status(problem), group.AssignPage(v))
	}
	return page.Render(c, http.StatusOK, group.AssignPage(v), group.AssignRegion)
}
