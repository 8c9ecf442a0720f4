package group

import (
	"billfold/handlers/page"
	"billfold/models"
	"billfold/models/payment"
	"billfold/views"
	"billfold/views/group"

	"github.com/labstack/echo/v4"
)

// ShowPaymentMethod is the form that chooses how the group pays.
func (h *Handler) ShowPaymentMethod(c echo.Context) error { return h.storedMethodPage(c, nil) }

func (h *Handler) storedMethodPage(c echo.Context, problem error) error {
	g, err := h.accounts.Group(page.Ctx(c), page.Scope(c), page.Scope(c).GroupID())
	if err != nil {
		return err
	}
	return h.paymentMethodPage(c, g.PaymentMethodID, problem)
}

type paymentMethodForm struct {
	Do     string `form:"do"` // "add-card", or empty for the choice
	Method string `form:"payment_method"`
}

// SavePaymentMethod chooses how the group pays, an empty choice is to decide later; or it hands over to the
// gateway's page that adds a card for the group.
func (h *Handler) SavePaymentMethod(c echo.Context) error {
	var f paymentMethodForm
	if err := page.Bind(c, &f); err != nil {
		return err
	}
	return page.Submit(c, func() (page.Done, error) {
		if _, err := h.editing(c, ""); err != nil {
			return page.Done{}, err
		}
		if f.Do == "add-card" {
			return h.addCard(c)
		}
		here := page.Scope(c).GroupID()
		err := h.accounts.ChoosePaymentMethod(page.Ctx(c), page.Scope(c), here, f.Method)
		if models.KindOf(err) == models.NotFound && err != nil {
			err = models.Invalidf("payment_method", "Choose a payment method of the list")
		}
		return page.Done{To: views.BillingInformationPath(here), Flash: &views.Flash{Text: "Payment method saved."}}, err
	}, func(err error) error {
		if f.Do == "add-card" {
			return h.storedMethodPage(c, err)
		}
		return h.paymentMethodPage(c, f.Method, err)
	})
}

// addCard opens the gateway's page, which leads back to the group's form with the card chosen.
func (h *Handler) addCard(c echo.Context) (page.Done, error) {
	scope := page.Scope(c)
	session, err := h.payments.StartSetup(page.Ctx(c), scope, payment.SetupRequest{GroupID: scope.GroupID(), BackTo: views.PaymentMethodPath(scope.GroupID()),
		Return: func(setup string) string { return views.CardAddedPath(scope.AccountID(), setup) }})
	return page.Done{To: session.URL}, err
}

func (h *Handler) paymentMethodPage(c echo.Context, chosen string, problem error) error {
	frame, err := h.editing(c, "Edit payment method")
	if err != nil {
		return err
	}
	scope := page.Scope(c)
	methods, err := h.payments.Methods(page.Ctx(c), scope)
	if err != nil {
		return err
	}
	frame.Shell.Errors = page.Problems(problem)
	return page.Render(c, page.Status(problem), group.PaymentMethodPage(group.PaymentMethodView{Frame: frame, AccountID: scope.AccountID(),
		AccountName: scope.AccountName(), Methods: methods, Chosen: chosen, Key: page.FormKey(), CardKey: page.FormKey(),
		TakesCards: h.payments.TakesCards(), Sandbox: h.sandbox(), Now: page.Now(c)}))
}

func (h *Handler) sandbox() bool { return h.payments.GatewayName() == payment.Sandbox }
