package group

import (
	"net/http"
	"slices"

	"billfold/handlers/page"
	"billfold/models"
	"billfold/models/account"
	"billfold/models/invoice"
	"billfold/views"
	"billfold/views/group"

	"github.com/labstack/echo/v4"
)

// maxIDsInPath is how many projects an address carries; more come by POST.
const maxIDsInPath = 40

type moveForm struct {
	Step      string   `form:"step"` // choose, search, preview; empty moves
	IDs       []string `form:"ids"`
	All       bool     `form:"all"` // all that match Text instead of IDs
	Text      string   `form:"q"`
	Group     string   `form:"group"`
	GroupText string   `form:"group_text"`
}

// ShowMove is the page that moves the projects ids, or with all=true those that match q.
func (h *Handler) ShowMove(c echo.Context) error {
	f := moveForm{All: page.Query(c, "all") == "true", Text: page.Query(c, "q"), Group: page.Query(c, "group")}
	if ids := c.QueryParams()["ids"]; len(ids) <= account.MaxMoved {
		f.IDs = ids
	}
	return h.movePage(c, f, nil)
}

// MoveProjects takes the choice of the Projects tab, or moves.
func (h *Handler) MoveProjects(c echo.Context) error {
	var f moveForm
	if err := page.Bind(c, &f); err != nil {
		return err
	}
	group := page.Scope(c).GroupID()
	switch {
	case f.Step == "choose" && f.All:
		return page.Redirect(c, views.WithQuery(views.MoveProjectsPath(group), "all", "true", "q", f.Text))
	case f.Step == "choose" && len(f.IDs) == 0:
		return h.movePage(c, f, models.Invalidf("", "Choose at least one project"))
	case f.Step == "choose" && len(f.IDs) <= maxIDsInPath:
		return page.Redirect(c, views.MoveProjectsPath(group, f.IDs...))
	case f.Step != "":
		return h.movePage(c, f, nil)
	}
	return page.Submit(c, func() (page.Done, error) { return h.move(c, f) }, func(err error) error { return h.movePage(c, f, err) })
}

func (h *Handler) move(c echo.Context, f moveForm) (page.Done, error) {
	from := page.Scope(c).GroupID()
	seen := make([]account.Seen, len(f.IDs))
	for i, id := range f.IDs {
		seen[i] = account.Seen{ProjectID: id, GroupID: from}
	}
	done, err := h.accounts.MoveProjectsSeen(page.Ctx(c), page.Scope(c), seen, f.Group)
	if err != nil {
		return page.Done{}, err
	}
	flash := group.MovedFlash(from, done)
	return page.Done{To: views.GroupProjectsPath(from), Flash: &flash}, nil
}

// movePage shows what is chosen as it is now: what was moved or deleted meanwhile is left out.
func (h *Handler) movePage(c echo.Context, f moveForm, problem error) error {
	ctx, scope := page.Ctx(c), page.Scope(c)
	frame, err := h.writable(c, group.Projects, "Move projects")
	if err != nil {
		return err
	}
	frame.Shell.Errors = withoutIDs(page.Problems(problem), "projects")
	v := group.MoveView{Frame: frame, AccountID: scope.AccountID(), Text: f.GroupText, Target: f.Group, Key: page.FormKey(), Now: page.Now(c)}
	if v.Projects, v.Left, err = h.chosen(c, f); err != nil {
		return err
	}
	if v.Targets, v.Total, err = h.invoices.TargetGroups(ctx, scope, f.GroupText); err != nil {
		return err
	}
	if v.Target == "" && v.Total == 1 && len(v.Targets) == 1 {
		v.Target = v.Targets[0].ID
	}
	if err := h.previewMove(c, &v); err != nil {
		return err
	}
	status := page.Status(problem)
	if status == http.StatusOK && len(v.Projects) > 0 && v.Total > 0 {
		return page.Render(c, status, group.MovePage(v), group.MoveRegion)
	}
	return page.Render(c, status, group.MovePage(v))
}

// chosen are the projects that the form names: those that the group holds, and those that it no longer does.
func (h *Handler) chosen(c echo.Context, f moveForm) (held, left []invoice.PickedProject, err error) {
	ctx, scope := page.Ctx(c), page.Scope(c)
	if f.All {
		if f.IDs, err = h.invoices.HeldProjects(ctx, scope, f.Text, account.MaxMoved); err != nil {
			return nil, nil, err
		}
	}
	all, err := h.invoices.PickProjects(ctx, scope, f.IDs)
	for _, p := range all {
		if p.Deleted || p.Group.ID != scope.GroupID() {
			left = append(left, p)
		} else {
			held = append(held, p)
		}
	}
	return held, left, err
}

// previewMove says what the move would do now, and changes nothing.
func (h *Handler) previewMove(c echo.Context, v *group.MoveView) error {
	if v.Target == "" || len(v.Projects) == 0 {
		return nil
	}
	plan, err := h.accounts.PreviewMove(page.Ctx(c), page.Scope(c), pickedIDs(v.Projects), v.Target)
	switch kind := models.KindOf(err); {
	case err == nil:
		v.Preview = group.Explain(plan)
	case kind == models.Conflict, kind == models.Invalid, kind == models.NotFound:
		for _, f := range page.Problems(err) {
			v.Refused = append(v.Refused, f.Message)
		}
	default:
		return err
	}
	return nil
}

func pickedIDs(list []invoice.PickedProject) []string {
	ids := make([]string, len(list))
	for i, p := range list {
		ids[i] = p.ID
	}
	return ids
}

// withoutIDs keeps the messages about projects, and about some fields, that the form has no box for to
// lead to.
func withoutIDs(fields []models.Field, missing ...string) []models.Field {
	for i := range fields {
		if models.IsID(fields[i].Name) || slices.Contains(missing, fields[i].Name) {
			fields[i].Name = ""
		}
	}
	return fields
}

// UndoMove takes a move back, as a new move at its own instant.
func (h *Handler) UndoMove(c echo.Context) error {
	var f struct {
		Move string `form:"move"`
	}
	if err := page.Bind(c, &f); err != nil {
		return err
	}
	m, err := account.ParseMove(f.Move)
	if err != nil {
		return err
	}
	return page.Submit(c, func() (page.Done, error) {
		done, err := h.accounts.UndoMove(page.Ctx(c), page.Scope(c), m)
		if err != nil {
			return page.Done{}, err
		}
		here := page.Scope(c).GroupID()
		flash := group.MovedFlash(here, done)
		return page.Done{To: views.GroupProjectsPath(here), Flash: &flash}, nil
	}, nil)
}
