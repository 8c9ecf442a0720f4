package group

import (
	"billfold/handlers/page"
	"billfold/models"
	"billfold/models/payment"
	"billfold/views"
	"billfold/views/group"

	"github.com/labstack/echo/v4"
)

// ShowPay is the page on which an invoice is paid.
func (h *Handler) ShowPay(c echo.Context) error {
	p, err := h.payments.Payable(page.Ctx(c), page.Scope(c), c.Param("file"))
	if err != nil {
		return err
	}
	return h.payPage(c, p, p.Chosen, nil)
}

// Pay hands over to the gateway's page on which the invoice is paid.
func (h *Handler) Pay(c echo.Context) error {
	var f struct {
		Card string `form:"card"`
	}
	if err := page.Bind(c, &f); err != nil {
		return err
	}
	scope, number := page.Scope(c), c.Param("file")
	p, err := h.payments.Payable(page.Ctx(c), scope, number)
	if err != nil {
		return err
	}
	return page.Submit(c, func() (page.Done, error) {
		if !offered(p, f.Card) {
			return page.Done{}, models.Invalidf("card", "Choose a card from the list")
		}
		if !p.Takes {
			return page.Done{}, models.Conflictf("Cards cannot be charged here: no payment service is set up.")
		}
		back := h.payments.Address(views.PaidPath(scope.GroupID(), number))
		session, err := h.payments.PayNow(page.Ctx(c), scope, number, f.Card, payment.Back{Return: back, Cancel: back})
		return page.Done{To: session.URL}, err
	}, func(err error) error {
		if p, again := h.payments.Payable(page.Ctx(c), scope, number); again == nil { // it may be paid by now
			return h.payPage(c, p, f.Card, err)
		}
		return err
	})
}

// offered reports whether a card can be chosen; "" is another one.
func offered(p payment.Payable, id string) bool {
	for _, c := range p.Cards {
		if c.ID == id {
			return true
		}
	}
	return id == ""
}

func (h *Handler) payPage(c echo.Context, p payment.Payable, chosen string, problem error) error {
	scope := page.Scope(c)
	g, err := h.accounts.Group(page.Ctx(c), scope, scope.GroupID())
	if err != nil {
		return err
	}
	crumbs := append(invoicesCrumbs(c, g.Name), views.Crumb{Label: "Invoice " + p.Number, Path: views.InvoicePath(g.ID, p.Number)})
	v := group.PayView{Shell: page.Shell(c, "", crumbs...), GroupID: g.ID, Key: page.FormKey(), Invoice: p, Chosen: chosen, Sandbox: h.sandbox(), Now: page.Now(c)}
	v.Shell.Title, v.Shell.Errors = v.Title()+" – "+g.Name, page.Problems(problem)
	return page.Render(c, page.Status(problem), group.PayPage(v))
}

// Paid is where the gateway sends a person back to. It asks the gateway how the payment stands and takes that
// in, which changes nothing when it is opened again; then it says so at the invoice.
func (h *Handler) Paid(c echo.Context) error {
	ctx, scope, number := page.Ctx(c), page.Scope(c), c.Param("file")
	p, err := h.payments.Payable(ctx, scope, number)
	if err != nil {
		return err
	}
	if _, err := h.payments.Returned(ctx, scope, number); err != nil && models.KindOf(err) != models.NotFound { // nothing was asked for
		return err
	}
	attempts, err := h.payments.Attempts(ctx, scope, p.InvoiceID)
	if err != nil {
		return err
	}
	flash := group.PaidFlash(scope.GroupID(), number, attempts)
	return page.RedirectFlash(c, views.InvoicePath(scope.GroupID(), number), flash)
}
