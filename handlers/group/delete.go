package group

import (
	"net/http"

	"billfold/handlers/page"
	"billfold/models"
	"billfold/models/invoice"
	"billfold/views"
	"billfold/views/group"

	"github.com/labstack/echo/v4"
)

// ShowDelete asks before the group is deleted, or says why it cannot be.
func (h *Handler) ShowDelete(c echo.Context) error { return h.deletePage(c, http.StatusOK, nil) }

// Delete deletes the group.
func (h *Handler) Delete(c echo.Context) error {
	var f struct {
		AcceptLoss bool `form:"accept_loss"`
	}
	if err := page.Bind(c, &f); err != nil {
		return err
	}
	scope := page.Scope(c)
	return page.Submit(c, func() (page.Done, error) {
		g, err := h.live(c)
		if err != nil {
			return page.Done{}, err
		}
		flash := views.Flash{Text: "Billing group " + g.Name + " deleted."}
		err = h.invoices.DeleteGroup(page.Ctx(c), scope, f.AcceptLoss)
		return page.Done{To: views.AccountBillingPath(scope.AccountID()), Flash: &flash}, err
	}, func(err error) error { return h.deletePage(c, page.Status(err), err) })
}

// deletePage shows what decides over the deletion as it is now. A refusal is the page itself.
func (h *Handler) deletePage(c echo.Context, status int, problem error) error {
	ctx, scope := page.Ctx(c), page.Scope(c)
	g, err := h.live(c)
	if err != nil {
		return err
	}
	facts, err := h.invoices.DeleteFacts(ctx, scope)
	if err != nil {
		return err
	}
	names, err := h.heldNames(c)
	if err != nil {
		return err
	}
	v := group.NewDelete(g, scope.AccountName(), facts, names)
	v.Shell, v.Key = page.Shell(c, v.Title+" – "+g.Name, groupCrumbs(c, g.Name)...), page.FormKey()
	if models.KindOf(problem) == models.Invalid || v.Refusal == "" {
		v.Shell.Errors = page.Problems(problem)
	}
	return page.Render(c, status, group.DeletePage(v))
}

// heldNames are the names of the group's first projects.
func (h *Handler) heldNames(c echo.Context) ([]string, error) {
	ids, err := h.invoices.HeldProjects(page.Ctx(c), page.Scope(c), "", invoice.PickLimit)
	if err != nil {
		return nil, err
	}
	held, err := h.invoices.PickProjects(page.Ctx(c), page.Scope(c), ids)
	names := make([]string, len(held))
	for i, p := range held {
		names[i] = p.Name
	}
	return names, err
}
