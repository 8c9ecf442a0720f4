package group

import (
	"net/http"
	"slices"

	"billfold/handlers/page"
	"billfold/models"
	"billfold/models/credit"
	"billfold/views"
	"billfold/views/group"

	"github.com/labstack/echo/v4"
)

// ShowCredits is the Credits tab.
func (h *Handler) ShowCredits(c echo.Context) error {
	f, err := h.frame(c, group.Credits)
	if err != nil {
		return err
	}
	list, err := h.credits.GroupCredits(page.Ctx(c), page.Scope(c), page.Scope(c).GroupID())
	if err != nil {
		return err
	}
	return page.Render(c, http.StatusOK, group.CreditsPage(group.NewCredits(f, list, page.Now(c))))
}

type creditForm struct {
	Step    string `form:"step"` // search; empty writes
	Code    string `form:"code"`
	UseFor  string `form:"use_for"`
	Project string `form:"project"`
	Text    string `form:"project_text"`
}

func (f creditForm) target(groupID string) credit.Target {
	t := credit.Target{Scope: credit.Scope(f.UseFor), GroupID: groupID}
	if t.Scope == credit.ForProject {
		t.ProjectID = f.Project
	}
	return t
}

// ShowNewCredit is the form that adds a credit code.
func (h *Handler) ShowNewCredit(c echo.Context) error {
	return h.creditPage(c, creditForm{UseFor: string(credit.ForGroup)}, nil, nil)
}

// ClaimCredit adds a credit code.
func (h *Handler) ClaimCredit(c echo.Context) error {
	var f creditForm
	if err := page.Bind(c, &f); err != nil {
		return err
	}
	if f.Step == "search" {
		return h.creditPage(c, f, nil, nil)
	}
	return page.Submit(c, func() (page.Done, error) {
		here := page.Scope(c).GroupID()
		made, err := h.credits.Claim(page.Ctx(c), page.Scope(c), f.Code, f.target(here))
		flash := group.AddedCredit(made)
		return page.Done{To: views.CreditsPath(here), Flash: &flash}, err
	}, func(err error) error { return h.creditPage(c, f, nil, err) })
}

// ShowCreditUse is the form that changes what a credit is used for.
func (h *Handler) ShowCreditUse(c echo.Context) error {
	claim, err := h.claim(c)
	if err != nil {
		return err
	}
	return h.creditPage(c, creditForm{UseFor: string(claim.Scope), Project: claim.ProjectID}, claim, nil)
}

// ChangeCreditUse changes what a credit is used for.
func (h *Handler) ChangeCreditUse(c echo.Context) error {
	var f creditForm
	if err := page.Bind(c, &f); err != nil {
		return err
	}
	claim, err := h.claim(c)
	if err != nil {
		return err
	}
	if f.Step == "search" {
		return h.creditPage(c, f, claim, nil)
	}
	return page.Submit(c, func() (page.Done, error) {
		here := page.Scope(c).GroupID()
		made, err := h.credits.Rebind(page.Ctx(c), page.Scope(c), claim.ID, f.target(here))
		flash := group.ChangedCredit(made)
		return page.Done{To: views.CreditsPath(here), Flash: &flash}, err
	}, func(err error) error { return h.creditPage(c, f, claim, err) })
}

// claim is the credit of the path, if it applies to the group. Kind: NotFound.
func (h *Handler) claim(c echo.Context) (*credit.GroupClaim, error) {
	list, err := h.credits.GroupCredits(page.Ctx(c), page.Scope(c), page.Scope(c).GroupID())
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(list.Claims, func(g credit.GroupClaim) bool { return g.ID == c.Param("claim") })
	if i < 0 {
		return nil, models.NotFoundf("Page not found")
	}
	return &list.Claims[i], nil
}

func (h *Handler) creditPage(c echo.Context, f creditForm, claim *credit.GroupClaim, problem error) error {
	title := "Add credit code"
	if claim != nil {
		title = "Change use of " + claim.Code
	}
	frame, err := h.writable(c, group.Credits, title)
	if err != nil {
		return err
	}
	frame.Shell.Errors = page.Problems(problem)
	projects, total, err := h.invoices.ProjectsAnywhere(page.Ctx(c), page.Scope(c), f.Text)
	if err != nil {
		return err
	}
	shown := len(projects)
	if f.Project != "" && !slices.Contains(pickedIDs(projects), f.Project) {
		chosen, err := h.invoices.PickProjects(page.Ctx(c), page.Scope(c), []string{f.Project}) // it stays chosen when the search does not find it
		if err != nil {
			return err
		}
		projects = append(chosen, projects...)
	}
	return page.Render(c, page.Status(problem), group.CreditFormPage(group.CreditFormView{Frame: frame, Claim: claim,
		AccountName: page.Scope(c).AccountName(), Code: f.Code, UseFor: f.UseFor, Project: f.Project, Text: f.Text,
		Projects: projects, Shown: shown, Total: total, Key: page.FormKey()}))
}
