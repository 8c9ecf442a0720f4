package hosted

import (
	"net/http"

	"billfold/handlers/page"
	"billfold/models/payment"
	"billfold/models/payment/sandbox"
	view "billfold/views/hosted"

	"github.com/labstack/echo/v4"
)

// ShowPay is the page that pays an invoice with a test card.
func (h *Handler) ShowPay(c echo.Context) error { return h.payPage(c, "", nil) }

func (h *Handler) payPage(c echo.Context, chosen string, problem error) error {
	v, err := h.visit(c)
	if err != nil {
		return err
	}
	switch {
	case v.State == payment.Succeeded:
		return ended(c, http.StatusOK, "Invoice "+v.Number+" was paid here.", v.ReturnURL)
	case v.State != payment.Started:
		return ended(c, http.StatusOK, "Nothing can be paid here any more, and nothing was charged.", v.CancelURL)
	}
	if chosen == "" {
		chosen = v.Offered
	}
	shell := page.Shell(c, "Pay with a test card – Sandbox")
	shell.Errors = page.Problems(problem)
	return page.Render(c, page.Status(problem), view.PayPageView(view.PayPage{Shell: shell, Key: page.FormKey(), Visit: v, Chosen: chosen}))
}

func (h *Handler) visit(c echo.Context) (sandbox.PaymentVisit, error) {
	v, err := h.gateway.PaymentVisit(page.Ctx(c), c.Param("ref"))
	if err == nil {
		err = h.allow(c, v.AccountID)
	}
	return v, err
}

// Pay pays with the chosen card, answers the bank's question, or gives up.
func (h *Handler) Pay(c echo.Context) error {
	var f form
	if err := page.Bind(c, &f); err != nil {
		return err
	}
	v, err := h.visit(c)
	if err != nil {
		return err
	}
	return page.Submit(c, func() (page.Done, error) {
		to, err := h.pay(c, v, f)
		if err != nil {
			return page.Done{}, err
		}
		if header, body, err := h.gateway.PaymentNotice(page.Ctx(c), v.Ref); err == nil {
			h.deliver(c, header, body)
		}
		return page.Done{To: to}, nil
	}, func(err error) error { return h.payPage(c, f.Card, err) })
}

// pay does what the pressed button says, and says where that leads.
func (h *Handler) pay(c echo.Context, v sandbox.PaymentVisit, f form) (to string, err error) {
	ctx := page.Ctx(c)
	switch f.Do {
	case "cancel":
		return local(v.CancelURL), h.gateway.EndPayment(ctx, v.Ref)
	case "confirm", "decline":
		return local(v.ReturnURL), h.gateway.Confirm(ctx, v.Ref, f.Do == "confirm")
	}
	if err := h.gateway.Pay(ctx, v.Ref, f.Card); err != nil {
		return "", err
	}
	if v, err = h.visit(c); err == nil && v.Confirming != nil {
		return c.Request().URL.EscapedPath(), nil // the bank asks the cardholder
	}
	return local(v.ReturnURL), err
}
