package account

import (
	"billfold/handlers/page"
	"billfold/models/payment"
	"billfold/views"
	view "billfold/views/account"

	"github.com/labstack/echo/v4"
)

// ShowPaymentMethods lists the account's cards and its bank transfer.
func (h *Handler) ShowPaymentMethods(c echo.Context) error { return h.methodsPage(c, nil) }

// AddCard hands over to the gateway's page that adds a card.
func (h *Handler) AddCard(c echo.Context) error {
	if err := page.Bind(c, &struct{}{}); err != nil {
		return err
	}
	return page.Submit(c, func() (page.Done, error) {
		return h.startSetup(c, payment.SetupRequest{BackTo: views.PaymentMethodsPath(page.Scope(c).AccountID())})
	}, func(err error) error { return h.methodsPage(c, err) })
}

// startSetup opens the gateway's page, which leads back to CardAdded.
func (h *Handler) startSetup(c echo.Context, r payment.SetupRequest) (page.Done, error) {
	account := page.Scope(c).AccountID()
	r.Return = func(setup string) string { return views.CardAddedPath(account, setup) }
	session, err := h.payments.StartSetup(page.Ctx(c), page.Scope(c), r)
	return page.Done{To: session.URL}, err
}

func (h *Handler) methodsPage(c echo.Context, problem error) error {
	methods, err := h.payments.Methods(page.Ctx(c), page.Scope(c))
	if err != nil {
		return err
	}
	return page.Render(c, page.Status(problem), view.PaymentMethodsPage(view.PaymentMethods{Shell: methodsShell(c, "Payment methods", problem),
		Account: viewAccount(page.Scope(c)), Key: page.FormKey(), Methods: methods, TakesCards: h.payments.TakesCards(), Sandbox: h.sandbox(), Now: page.Now(c)}))
}

// methodsShell is the frame of the list and of the pages below it.
func methodsShell(c echo.Context, title string, problem error) views.Shell {
	return accountShell(c, title+" – "+page.Scope(c).AccountName(), problem)
}

func (h *Handler) sandbox() bool { return h.payments.GatewayName() == payment.Sandbox }

// CardAdded is where the gateway sends a person back to. It asks the gateway what became of the visit and
// takes that in, which changes nothing when it is opened again; then it leads to where the visit began.
func (h *Handler) CardAdded(c echo.Context) error {
	setup, err := h.payments.FinishSetup(page.Ctx(c), page.Scope(c), c.Param("setup"))
	if err != nil {
		return err
	}
	list := views.PaymentMethodsPath(page.Scope(c).AccountID())
	to := page.SafePath(setup.BackTo, list)
	if setup.State != payment.SetupDone {
		return page.RedirectFlash(c, to, views.Flash{Text: "No card was added."})
	}
	flash := views.Flash{Text: setup.Card.Label() + " added."}
	switch {
	case setup.Replaced != "":
		flash.Text = setup.Card.Label() + " takes the place of " + setup.Replaced + "."
	case setup.GroupID != "":
		flash.Text = setup.Card.Label() + " added. This billing group pays with it from now on."
	case to != list: // a form that has the card to choose from
		to = views.WithQuery(to, "card", setup.Card.ID)
	}
	return page.RedirectFlash(c, to, flash)
}

// ShowReplaceCard says what replacing a card does.
func (h *Handler) ShowReplaceCard(c echo.Context) error { return h.replacePage(c, nil) }

// ReplaceCard hands over to the gateway's page that adds the new card.
func (h *Handler) ReplaceCard(c echo.Context) error {
	if err := page.Bind(c, &struct{}{}); err != nil {
		return err
	}
	return page.Submit(c, func() (page.Done, error) {
		return h.startSetup(c, payment.SetupRequest{ReplacesID: c.Param("card"), BackTo: views.PaymentMethodsPath(page.Scope(c).AccountID())})
	}, func(err error) error { return h.replacePage(c, err) })
}

func (h *Handler) replacePage(c echo.Context, problem error) error {
	method, err := h.payments.CardMethod(page.Ctx(c), page.Scope(c), c.Param("card"))
	if err != nil {
		return err
	}
	return page.Render(c, page.Status(problem), view.ReplaceCardPage(view.ReplaceCard{Shell: methodShell(c, "Replace "+method.Label(), problem),
		Account: viewAccount(page.Scope(c)), Key: page.FormKey(), Method: method, Takes: h.payments.TakesCards(), Sandbox: h.sandbox()}))
}

func methodShell(c echo.Context, title string, problem error) views.Shell {
	shell := methodsShell(c, title, problem)
	shell.Crumbs = append(shell.Crumbs, views.Crumb{Label: "Payment methods", Path: views.PaymentMethodsPath(page.Scope(c).AccountID())})
	return shell
}

// ShowRemoveCard asks before a card is removed, or says who uses it.
func (h *Handler) ShowRemoveCard(c echo.Context) error { return h.removePage(c, nil) }

// RemoveCard removes a card that no group uses.
func (h *Handler) RemoveCard(c echo.Context) error {
	if err := page.Bind(c, &struct{}{}); err != nil {
		return err
	}
	scope := page.Scope(c)
	return page.Submit(c, func() (page.Done, error) {
		method, err := h.payments.CardMethod(page.Ctx(c), scope, c.Param("card"))
		if err != nil {
			return page.Done{}, err
		}
		err = h.payments.RemoveCard(page.Ctx(c), scope, method.ID)
		return page.Done{To: views.PaymentMethodsPath(scope.AccountID()), Flash: &views.Flash{Text: method.Label() + " removed."}}, err
	}, func(err error) error { return h.removePage(c, err) })
}

func (h *Handler) removePage(c echo.Context, problem error) error {
	method, err := h.payments.CardMethod(page.Ctx(c), page.Scope(c), c.Param("card"))
	if err != nil {
		return err
	}
	v := view.RemoveCard{Account: viewAccount(page.Scope(c)), Key: page.FormKey(), Method: method}
	v.Shell = methodShell(c, v.Title(), problem)
	return page.Render(c, page.Status(problem), view.RemoveCardPage(v))
}
