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

// ShowInformation is the Billing information tab.
func (h *Handler) ShowInformation(c echo.Context) error {
	g, cost, err := h.header(c)
	if err != nil {
		return err
	}
	f := h.framed(c, group.BillingInformation, g, cost)
	info, err := h.accounts.BillingInformation(page.Ctx(c), page.Scope(c), g.ID)
	if err != nil {
		return err
	}
	treatment, month, err := h.invoices.TaxOf(page.Ctx(c), info)
	if err != nil {
		return err
	}
	editable, err := h.editable(c, f.Header.Deleted)
	if err != nil {
		return err
	}
	v := group.NewInformation(f, info, g.PayBy, treatment, month, editable && page.Scope(c).CanWrite())
	return page.Render(c, http.StatusOK, group.InformationPage(v))
}

// editable reports whether billing information may still change: a deleted group's, until everything
// is billed and paid.
func (h *Handler) editable(c echo.Context, deleted bool) (bool, error) {
	if !deleted {
		return true, nil
	}
	return h.invoices.StillBilled(page.Ctx(c), page.Scope(c))
}

// editing is the frame of a form of the Billing information tab. Kind: Conflict, when nothing can be
// changed any more.
func (h *Handler) editing(c echo.Context, title string) (group.Frame, error) {
	f, err := h.frame(c, group.BillingInformation)
	if err != nil {
		return f, err
	}
	ok, err := h.editable(c, f.Header.Deleted)
	if err == nil && !ok {
		err = models.Conflictf("%s is deleted, and all of it is billed and paid", f.Header.Name)
	}
	f.Shell.Title = title + " – " + f.Header.Name
	return f, err
}

// ShowDetails is the form of the billing details.
func (h *Handler) ShowDetails(c echo.Context) error {
	info, err := h.stored(c)
	if err != nil {
		return err
	}
	return h.detailsPage(c, group.NewDetailsForm(info), info, nil)
}

// stored is the group's information, in the price currency until one is chosen.
func (h *Handler) stored(c echo.Context) (account.Information, error) {
	info, err := h.accounts.BillingInformation(page.Ctx(c), page.Scope(c), page.Scope(c).GroupID())
	if err == nil && info.Currency == "" {
		info.Currency, err = h.invoices.PriceCurrency(page.Ctx(c))
	}
	return info, err
}

// SaveDetails saves the billing details, or says what they would do to the tax.
func (h *Handler) SaveDetails(c echo.Context) error {
	var f group.DetailsForm
	if err := page.Bind(c, &f); err != nil {
		return err
	}
	info, err := h.stored(c)
	if err != nil {
		return err
	}
	if f.Step == "effect" {
		return h.detailsPage(c, f, info, nil)
	}
	return page.Submit(c, func() (page.Done, error) {
		if _, err := h.editing(c, ""); err != nil {
			return page.Done{}, err
		}
		here := page.Scope(c).GroupID()
		if err := h.invoices.SetInformation(page.Ctx(c), page.Scope(c), here, f.Onto(info)); err != nil {
			return page.Done{}, err
		}
		return h.savedDetails(c, info), nil
	}, func(err error) error { return h.detailsPage(c, f, info, err) })
}

// savedDetails says that the details are saved and, when it changed, what becomes of the tax. It cannot
// fail: the details are saved.
func (h *Handler) savedDetails(c echo.Context, before account.Information) page.Done {
	flash := views.Flash{Text: "Billing details saved."}
	after, err := h.stored(c)
	if err == nil {
		effect, changed, err := h.taxEffect(c, before, after)
		if err == nil && changed {
			flash.Text += " " + effect
		}
	}
	return page.Done{To: views.BillingInformationPath(page.Scope(c).GroupID()), Flash: &flash}
}

// taxEffect says what a change of the information does to the tax on the next invoice.
func (h *Handler) taxEffect(c echo.Context, before, after account.Information) (words string, changed bool, err error) {
	was, month, err := h.invoices.TaxOf(page.Ctx(c), before)
	if err != nil {
		return "", false, err
	}
	after = after.Clean()
	if after.VATID != before.VATID || after.Country != before.Country {
		after.VATStatus = account.VATUnconfirmed // as saving has it
	}
	now, _, err := h.invoices.TaxOf(page.Ctx(c), after)
	if err != nil || before.Country == "" {
		return now.Describe(month), false, err
	}
	return group.TaxEffect(was.Short(month), now.Short(month), now.Describe(month)), was.Short(month) != now.Short(month), nil
}

// detailsPage shows the user's words. A stale form carries the version that it was held against, so
// that it can be checked and saved again.
func (h *Handler) detailsPage(c echo.Context, f group.DetailsForm, info account.Information, problem error) error {
	frame, err := h.editing(c, "Edit billing details")
	if err != nil {
		return err
	}
	if models.KindOf(problem) == models.Conflict {
		if info, err = h.stored(c); err != nil {
			return err
		}
		f.Version = info.Version
	}
	frame.Shell.Errors = page.Problems(problem)
	v := group.DetailsView{Frame: frame, Form: f, Key: page.FormKey()}
	if v.Effect, _, err = h.taxEffect(c, info, f.Onto(info)); err != nil {
		return err
	}
	if problem != nil {
		return page.Render(c, page.Status(problem), group.DetailsPage(v))
	}
	return page.Render(c, http.StatusOK, group.DetailsPage(v), group.EffectRegion)
}
