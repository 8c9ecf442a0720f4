package account

import (
	"encoding/json"
	"fmt"

	"billfold/handlers/page"
	"billfold/models"
	"billfold/models/account"
	"billfold/views"
	view "billfold/views/account"

	"github.com/labstack/echo/v4"
)

// changing is the value of the field and query "change" of a step that was reached from the summary.
const changing = "yes"

// step is what every step of creating a billing group has, in its frame.
func step(c echo.Context, number int, title, draft, change string, problem error) view.NewGroupStep {
	return view.NewGroupStep{Shell: billingShell(c, view.StepTitle(number, title), problem), Account: viewAccount(page.Scope(c)),
		Key: page.FormKey(), Draft: draft, Change: change == changing}
}

// readDraft reads what was answered so far. Kinds: NotFound, Forbidden.
func (h *Handler) readDraft(c echo.Context, id string) (n account.NewGroup, err error) {
	d, err := h.accounts.Draft(page.Ctx(c), page.Scope(c), account.DraftNewGroup, id)
	if err != nil {
		return n, err
	}
	if err := json.Unmarshal([]byte(d.Data), &n); err != nil {
		return n, fmt.Errorf("the draft %s cannot be read: %w", id, err)
	}
	return n, nil
}

// draft is readDraft for a page: when the draft is gone it leads back to the list of groups and says
// so; redirected then tells that the answer is given.
func (h *Handler) draft(c echo.Context, id string) (n account.NewGroup, redirected bool, err error) {
	n, err = h.readDraft(c, id)
	if models.KindOf(err) == models.NotFound {
		to := views.AccountBillingPath(page.Scope(c).AccountID())
		return n, true, page.RedirectFlash(c, to, views.Flash{Text: "These answers are no longer kept: the billing group was created, or they were left for 30 days."})
	}
	return n, false, err
}

// keep saves the answers and gives the draft's id.
func (h *Handler) keep(c echo.Context, id string, n account.NewGroup) (string, error) {
	data, err := json.Marshal(n)
	if err != nil {
		return "", err
	}
	d, err := h.accounts.SaveDraft(page.Ctx(c), page.Scope(c), account.Draft{ID: id, Kind: account.DraftNewGroup, Data: string(data)})
	return d.ID, err
}

// after is where a step leads: to the next one, or back to the summary that it was reached from.
func after(c echo.Context, change, draft string, next func(account, draft string) string) string {
	if change == changing {
		next = views.NewGroupSummaryPath
	}
	return next(page.Scope(c).AccountID(), draft)
}

type newGroupForm struct {
	Draft  string `form:"draft"`
	Change string `form:"change"`
	Name   string `form:"name"`
}

// ShowNewGroup is step 1, the name.
func (h *Handler) ShowNewGroup(c echo.Context) error {
	f := newGroupForm{Draft: page.Query(c, "draft"), Change: page.Query(c, "change")}
	if f.Draft != "" {
		n, redirected, err := h.draft(c, f.Draft)
		if redirected || err != nil {
			return err
		}
		f.Name = n.Name
	}
	return h.newGroupPage(c, f, nil)
}

// SaveNewGroup keeps the name and begins the draft.
func (h *Handler) SaveNewGroup(c echo.Context) error {
	var f newGroupForm
	if err := page.Bind(c, &f); err != nil {
		return err
	}
	var n account.NewGroup
	if f.Draft != "" {
		kept, redirected, err := h.draft(c, f.Draft)
		if redirected || err != nil {
			return err
		}
		n = kept
	}
	return page.Submit(c, func() (page.Done, error) {
		if err := h.checkName(c, f.Name); err != nil {
			return page.Done{}, err
		}
		n.Name = account.CleanName(f.Name)
		id, err := h.keep(c, f.Draft, n)
		return page.Done{To: after(c, f.Change, id, views.NewGroupDetailsPath)}, err
	}, func(err error) error { return h.newGroupPage(c, f, err) })
}

// checkName says early what creating the group would say at the end.
func (h *Handler) checkName(c echo.Context, name string) error {
	if err := models.InvalidFields(account.CheckGroupName(name)...); err != nil {
		return err
	}
	groups, _, err := h.accounts.Groups(page.Ctx(c), page.Scope(c), account.GroupQuery{Text: name, Limit: account.MaxMoved})
	for _, g := range groups {
		if account.NameKey(g.Name) == account.NameKey(name) {
			return models.Invalidf("name", "%s already has a billing group called %s", page.Scope(c).AccountName(), g.Name)
		}
	}
	return err
}

func (h *Handler) newGroupPage(c echo.Context, f newGroupForm, problem error) error {
	return page.Render(c, page.Status(problem), view.NewGroupNamePage(view.NewGroupName{
		NewGroupStep: step(c, 1, "Name", f.Draft, f.Change, problem), Name: f.Name}))
}
