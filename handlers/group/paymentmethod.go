package group

import (
	"billfold/handlers/page"
	"billfold/models"
	"billfold/views"
	"billfold/views/group"

	"github.com/labstack/echo/v4"
)

// ShowPaymentMethod is the form that chooses how the group pays.
func (h *Handler) ShowPaymentMethod(c echo.Context) error {
	g, err := h.accounts.Group(page.Ctx(c), page.Scope(c), page.Scope(c).GroupID())
	if err != nil {
		return err
	}
	return h.paymentMethodPage(c, g.PaymentMethodID, nil)
}

// SavePaymentMethod chooses how the group pays; an empty choice is to decide later.
func (h *Handler) SavePaymentMethod(c echo.Context) error {
	var f struct {
		Method string `form:"payment_method"`
	}
	if err := page.Bind(c, &f); err != nil {
		return err
	}
	here := page.Scope(c).GroupID()
	return page.Submit(c, func() (page.Done, error) {
		if _, err := h.editing(c, ""); err != nil {
			return page.Done{}, err
		}
		err := h.accounts.ChoosePaymentMethod(page.Ctx(c), page.Scope(c), here, f.Method)
		if models.KindOf(err) == models.NotFound && err != nil {
			err = models.Invalidf("payment_method", "Choose a payment method of the list")
		}
		return page.Done{To: views.BillingInformationPath(here), Flash: &views.Flash{Text: "Payment method saved."}}, err
	}, func(err error) error { return h.paymentMethodPage(c, f.Method, err) })
}

func (h *Handler) paymentMethodPage(c echo.Context, chosen string, problem error) error {
	frame, err := h.editing(c, "Edit payment method")
	if err != nil {
		return err
	}
	methods, err := h.accounts.PaymentMethods(page.Ctx(c), page.Scope(c))
	if err != nil {
		return err
	}
	frame.Shell.Errors = page.Problems(problem)
	return page.Render(c, page.Status(problem), group.PaymentMethodPage(group.PaymentMethodView{Frame: frame,
		AccountName: page.Scope(c).AccountName(), Methods: methods, Chosen: chosen, Key: page.FormKey()}))
}
