package account

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"billfold/handlers/page"
	"billfold/models"
	"billfold/models/account"
	"billfold/models/payment"
	"billfold/models/tax"
	"billfold/views"
	view "billfold/views/account"

	"github.com/labstack/echo/v4"
)

// ShowNewGroupDetails is step 2, billing details.
func (h *Handler) ShowNewGroupDetails(c echo.Context) error {
	f := detailsForm{Draft: page.Query(c, "draft"), Change: page.Query(c, "change")}
	n, redirected, err := h.draft(c, f.Draft)
	if redirected || err != nil {
		return err
	}
	f.CopyFrom, f.Method = n.CopyFrom, n.PaymentMethodID
	if card := page.Query(c, "card"); card != "" { // it was just added for this group
		f.Method = card
	}
	var info account.Information
	if n.Information != nil {
		info = *n.Information
	}
	return h.detailsPage(c, f, info, nil)
}

// SaveNewGroupDetails keeps the details. The buttons of the form that copy details, and add or remove an
// email, come back to it. Another country, or something else that tax goes by, only shows it again.
func (h *Handler) SaveNewGroupDetails(c echo.Context) error {
	var f detailsForm
	if err := page.Bind(c, &f); err != nil {
		return err
	}
	n, redirected, err := h.draft(c, f.Draft)
	if redirected || err != nil {
		return err
	}
	info := f.information()
	if f.Step != "" {
		return h.detailsPage(c, f, info, nil)
	}
	return page.Submit(c, func() (page.Done, error) {
		to, err := h.answerDetails(c, &f, &n, &info)
		if err != nil {
			return page.Done{}, err
		}
		n.Information = &info
		if _, err = h.keep(c, f.Draft, n); err == nil && f.Do == addCard {
			return h.startSetup(c, payment.SetupRequest{BackTo: to})
		}
		return page.Done{To: to}, err
	}, func(err error) error { return h.detailsPage(c, f, info, err) })
}

// answerDetails takes the form's answers over and says where they lead. Kind: Invalid.
func (h *Handler) answerDetails(c echo.Context, f *detailsForm, n *account.NewGroup, info *account.Information) (to string, err error) {
	methods, err := h.accounts.PaymentMethods(page.Ctx(c), page.Scope(c))
	if err != nil {
		return "", err
	}
	copied, err := h.copied(c, f.CopyFrom, methods)
	if err != nil {
		return "", err
	}
	// A group chosen without pressing the button, in an empty form: what else could be meant?
	silently := f.Do == "" && f.CopyFrom != n.CopyFrom && emptyInformation(*info)
	if f.CopyFrom != "" && (f.Do == "copy" || silently) {
		*info, f.Method = copied.info, copied.method
	}
	n.CopyFrom, n.PaymentMethodID = f.CopyFrom, f.Method
	here := views.WithQuery(views.NewGroupDetailsPath(page.Scope(c).AccountID(), f.Draft), "change", f.Change)
	switch {
	case f.Do == "copy", f.Do == addCard:
		return here, nil
	case f.Add != "" || f.Remove != "":
		return here + "#" + views.FieldID(f.editEmails(info)), nil
	}
	bad := emailNames(info.CheckForm(copied.info))
	if f.Method != "" && !offered(methods, f.Method) {
		bad = append(bad, models.Field{Name: "payment_method", Message: "Choose a payment method from the list"})
	}
	if len(bad) == 0 {
		*info = info.Clean()
	}
	return after(c, f.Change, f.Draft, views.NewGroupProjectsPath), models.InvalidFields(bad...)
}

// addCard is the button of the form that keeps what was typed and adds a card first.
const addCard = "add-card"

func offered(methods []account.PaymentMethod, id string) bool {
	return slices.ContainsFunc(methods, func(m account.PaymentMethod) bool { return m.ID == id })
}

// copiedFrom is what a group to copy from gives.
type copiedFrom struct {
	info   account.Information
	method string
}

// copied reads the group to copy from; nothing for none. Kind: Invalid.
func (h *Handler) copied(c echo.Context, groupID string, methods []account.PaymentMethod) (from copiedFrom, err error) {
	if groupID == "" {
		return from, nil
	}
	group, err := h.accounts.Group(page.Ctx(c), page.Scope(c), groupID)
	if models.KindOf(err) == models.NotFound {
		return from, models.Invalidf("copy_from", "Choose a billing group of this account")
	}
	if err != nil {
		return from, err
	}
	if offered(methods, group.PaymentMethodID) {
		from.method = group.PaymentMethodID
	}
	from.info, err = h.accounts.BillingInformation(page.Ctx(c), page.Scope(c), groupID)
	from.info.Version = 0
	return from, err
}

func (h *Handler) detailsPage(c echo.Context, f detailsForm, info account.Information, problem error) error {
	groups, err := h.searchGroups(page.Ctx(c), page.Scope(c), page.Query(c, "q"), f.CopyFrom)
	if err != nil {
		return err
	}
	methods, err := h.accounts.PaymentMethods(page.Ctx(c), page.Scope(c))
	if err != nil {
		return err
	}
	effect, err := h.newTax(c, f.CopyFrom, info)
	if err != nil {
		return err
	}
	full := view.NewGroupDetailsPage(view.NewGroupDetails{NewGroupStep: step(c, 2, "Billing details", f.Draft, f.Change, problem),
		Copy: groups, Info: info, Methods: methods, Method: f.Method, Effect: effect.Sentences(), TakesCards: h.payments.TakesCards(), Sandbox: h.sandbox()})
	switch {
	case problem == nil && f.Step == views.StepUpdate:
		return page.Render(c, http.StatusOK, full, views.AddressRegion)
	case problem == nil && f.Step == views.StepEffect:
		return page.Render(c, http.StatusOK, full, views.EffectRegion)
	}
	return page.Render(c, page.Status(problem), full)
}

// newTax says how the new group is taxed. A VAT id that is copied is as confirmed as in the group it is from.
func (h *Handler) newTax(c echo.Context, copyFrom string, info account.Information) (tax.Effect, error) {
	from, err := h.copied(c, copyFrom, nil)
	if models.KindOf(err) != models.Invalid && err != nil {
		return tax.Effect{}, err
	}
	effect, err := h.invoices.TaxEffect(page.Ctx(c), from.info, info)
	effect.New = true
	return effect, err
}

// emailNames gives the errors of single emails the names of their boxes: "invoice_emails[1]" is
// "invoice_emails.1" in the form.
func emailNames(bad []models.Field) []models.Field {
	for i, b := range bad {
		if list, index, ok := strings.Cut(strings.TrimSuffix(b.Name, "]"), "["); ok {
			if n, err := strconv.Atoi(index); err == nil {
				bad[i].Name = views.ItemName(list, n)
			}
		}
	}
	return bad
}
