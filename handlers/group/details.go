package group

import (
	"net/http"

	"billfold/handlers/page"
	"billfold/models"
	"billfold/models/account"
	"billfold/views"
	"billfold/views/group"

	"github.com/labstack/echo/v4"
)

// ShowDetails is the form of the billing details.
func (h *Handler) ShowDetails(c echo.Context) error {
	info, err := h.stored(c)
	if err != nil {
		return err
	}
	return h.detailsPage(c, group.NewDetailsForm(info), info, "", nil)
}

// stored is the group's information, in the price currency until one is chosen.
func (h *Handler) stored(c echo.Context) (account.Information, error) {
	info, err := h.accounts.BillingInformation(page.Ctx(c), page.Scope(c), page.Scope(c).GroupID())
	if err == nil && info.Currency == "" {
		info.Currency, err = h.invoices.PriceCurrency(page.Ctx(c))
	}
	return info, err
}

// SaveDetails saves the billing details. The other buttons of the form, and a change of what other fields or the
// tax go by, only show it again.
func (h *Handler) SaveDetails(c echo.Context) error {
	var f group.DetailsForm
	if err := page.Bind(c, &f); err != nil {
		return err
	}
	info, err := h.stored(c)
	if err != nil {
		return err
	}
	switch f.Step {
	case group.StepCopy:
		return h.copyDetails(c, f, info)
	case views.StepUpdate, views.StepEffect, group.StepSearch:
		return h.detailsPage(c, f, info, "", nil)
	}
	f = f.Current(info)
	return page.Submit(c, func() (page.Done, error) {
		if _, err := h.editing(c, ""); err != nil {
			return page.Done{}, err
		}
		wanted := f.Onto(info)
		if err := models.InvalidFields(wanted.CheckForm(info)...); err != nil {
			return page.Done{}, err
		}
		if err := h.invoices.SetInformation(page.Ctx(c), page.Scope(c), page.Scope(c).GroupID(), wanted); err != nil {
			return page.Done{}, err
		}
		return h.savedDetails(c, info), nil
	}, func(err error) error { return h.detailsPage(c, f, info, "", err) })
}

// copyDetails fills the form from another group of the account and saves nothing.
func (h *Handler) copyDetails(c echo.Context, f group.DetailsForm, info account.Information) error {
	if f.CopyFrom == "" {
		return h.detailsPage(c, f, info, "", models.Invalidf("copy_from", "Choose a billing group to copy from"))
	}
	from, err := h.accounts.Group(page.Ctx(c), page.Scope(c), f.CopyFrom)
	if models.KindOf(err) == models.NotFound {
		return h.detailsPage(c, f, info, "", models.Invalidf("copy_from", "Choose a billing group of this account"))
	}
	if err != nil {
		return err
	}
	theirs, err := h.accounts.BillingInformation(page.Ctx(c), page.Scope(c), from.ID)
	if err != nil {
		return err
	}
	return h.detailsPage(c, f.Copied(theirs), info, from.Name, nil)
}

// savedDetails says that the details are saved and, when it changed, what becomes of the tax. It cannot
// fail: the details are saved.
func (h *Handler) savedDetails(c echo.Context, before account.Information) page.Done {
	flash := views.Flash{Text: "Billing details saved."}
	after, err := h.stored(c)
	if err == nil {
		effect, err := h.invoices.TaxEffect(page.Ctx(c), before, after)
		if err == nil && effect.Changed() {
			flash.Text += " " + effect.Sentences()[0]
		}
	}
	return page.Done{To: views.BillingInformationPath(page.Scope(c).GroupID()), Flash: &flash}
}

// detailsPage shows the user's words. A stale form carries the version that it was held against, so
// that it can be checked and saved again.
func (h *Handler) detailsPage(c echo.Context, f group.DetailsForm, info account.Information, copied string, problem error) error {
	frame, err := h.editing(c, "Edit billing details")
	if err != nil {
		return err
	}
	if models.KindOf(problem) == models.Conflict {
		if info, err = h.stored(c); err != nil {
			return err
		}
		f.Version, f.Seen = info.Version, group.NewDetailsForm(info).Seen
	}
	frame.Shell.Errors = page.Problems(problem)
	v := group.DetailsView{Frame: frame, Form: f, Stored: info, Copied: copied, Key: page.FormKey()}
	effect, err := h.invoices.TaxEffect(page.Ctx(c), info, f.Onto(info))
	if err != nil {
		return err
	}
	v.Effect = effect.Sentences()
	if err := h.copyChoice(c, &v); err != nil {
		return err
	}
	switch {
	case problem != nil:
		return page.Render(c, page.Status(problem), group.DetailsPage(v))
	case f.Step == views.StepUpdate:
		return page.Render(c, http.StatusOK, group.DetailsPage(v), views.AddressRegion)
	case f.Step == views.StepEffect:
		return page.Render(c, http.StatusOK, group.DetailsPage(v), views.EffectRegion)
	}
	return page.Render(c, http.StatusOK, group.DetailsPage(v))
}

// copyChoice lists the other groups of the account to copy from.
func (h *Handler) copyChoice(c echo.Context, v *group.DetailsView) error {
	groups, total, err := h.accounts.Groups(page.Ctx(c), page.Scope(c), account.GroupQuery{Text: v.Form.GroupText})
	if err != nil {
		return err
	}
	var others []account.Group
	for _, g := range groups {
		if g.ID != page.Scope(c).GroupID() {
			others = append(others, g)
		} else {
			total--
		}
	}
	v.Copy = group.CopyChoice(others, total, v.Form, views.FieldError(v.Shell.Errors, "copy_from"))
	v.Narrow = total > len(others) || v.Form.GroupText != ""
	return nil
}
