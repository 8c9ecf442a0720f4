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

// summaryMost is how many projects the summary names.
const summaryMost = 50

// ShowNewGroupSummary is step 4: what will be created.
func (h *Handler) ShowNewGroupSummary(c echo.Context) error {
	id := page.Query(c, "draft")
	n, redirected, err := h.draft(c, id)
	if redirected || err != nil {
		return err
	}
	if n.Information == nil { // step 2 was not answered
		return page.Redirect(c, views.NewGroupDetailsPath(page.Scope(c).AccountID(), id))
	}
	return h.summaryPage(c, id, n, nil)
}

type createGroupForm struct {
	Draft string `form:"draft"`
}

// CreateGroup creates the billing group of the draft and moves its projects, and the draft is gone.
func (h *Handler) CreateGroup(c echo.Context) error {
	var f createGroupForm
	if err := page.Bind(c, &f); err != nil {
		return err
	}
	var n account.NewGroup
	return page.Submit(c, func() (page.Done, error) {
		d, err := h.readDraft(c, f.Draft)
		if err != nil {
			return page.Done{}, err
		}
		n = d
		n.DraftID = f.Draft
		made, err := h.accounts.CreateGroup(page.Ctx(c), page.Scope(c), n)
		return page.Done{To: views.GroupPath(made.Group.ID), Flash: &views.Flash{Text: createdWords(made)}}, err
	}, func(err error) error {
		if slices.ContainsFunc(page.Problems(err), func(p models.Field) bool { return p.Name == "name" }) {
			return h.newGroupPage(c, newGroupForm{Draft: f.Draft, Change: changing, Name: n.Name}, err)
		}
		return h.summaryPage(c, f.Draft, n, err)
	})
}

func createdWords(made account.CreatedGroup) string {
	text := "Billing group " + made.Group.Name + " created."
	if n := len(made.Move.Moved); n > 0 {
		text += " " + views.Count(n, "project", "projects") + " assigned."
	}
	return text
}

func (h *Handler) summaryPage(c echo.Context, draft string, n account.NewGroup, problem error) error {
	p := view.NewGroupSummary{NewGroupStep: step(c, 4, "Summary", draft, "", problem), Name: n.Name, Total: len(n.ProjectIDs)}
	if n.Information != nil {
		p.Info = *n.Information
	}
	var err error
	if p.Projects, err = h.pickable(c, n.ProjectIDs[:min(len(n.ProjectIDs), summaryMost)], nil); err != nil {
		return err
	}
	if n.CopyFrom != "" {
		from, err := h.accounts.Group(page.Ctx(c), page.Scope(c), n.CopyFrom)
		if err != nil {
			return err
		}
		p.CopiedFrom = from.Name
	}
	methods, err := h.accounts.PaymentMethods(page.Ctx(c), page.Scope(c))
	for _, m := range methods {
		if m.ID == n.PaymentMethodID {
			p.Method = m.Label()
		}
	}
	if err != nil {
		return err
	}
	return page.Render(c, page.Status(problem), view.NewGroupSummaryPage(p))
}
