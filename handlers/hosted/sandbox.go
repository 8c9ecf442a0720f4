// Package hosted answers the pages of the built-in sandbox gateway, which stand in for a payment provider's.
// They are there only while the sandbox is on, and only for members who may change the account's billing.
package hosted

import (
	"context"
	"log/slog"
	"net/http"
	"net/url"

	"billfold/handlers/page"
	"billfold/models/access"
	"billfold/models/payment"
	"billfold/models/payment/sandbox"
	"billfold/views"
	view "billfold/views/hosted"

	"github.com/labstack/echo/v4"
)

// Handler answers the hosted pages.
type Handler struct {
	gateway  *sandbox.Gateway
	payments *payment.Store
	access   *access.Access
	log      *slog.Logger
}

// New makes a Handler.
func New(gateway *sandbox.Gateway, payments *payment.Store, a *access.Access, log *slog.Logger) *Handler {
	return &Handler{gateway, payments, a, log}
}

// allow makes sure that who comes may change the billing of the page's account. Kinds: NotFound, Forbidden.
func (h *Handler) allow(c echo.Context, accountID string) error {
	_, err := h.access.ForAccount(page.Ctx(c), page.Actor(c), accountID, access.Write)
	return err
}

// deliver posts a notice of the sandbox to us, as a gateway does on its own. A notice may get lost: coming
// back, and the sweep, find out by themselves.
func (h *Handler) deliver(c echo.Context, header http.Header, body []byte) {
	if err := h.payments.Receive(context.WithoutCancel(page.Ctx(c)), payment.Sandbox, header, body); err != nil {
		h.log.WarnContext(page.Ctx(c), "the sandbox's notice was not taken", "error", err, "request_id", page.RequestID(c))
	}
}

// local is the path of an address of ours, so that one goes on at the host that one came by.
func local(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return views.HomePath
	}
	return page.SafePath(u.RequestURI(), views.HomePath)
}

// ended is the page in the place of one that can do nothing any more.
func ended(c echo.Context, status int, words, back string) error {
	return page.Render(c, status, view.EndedPage(view.Ended{Shell: page.Shell(c, "This page has ended – Sandbox"), Words: words, BackPath: local(back)}))
}

type form struct {
	Do   string `form:"do"`
	Card string `form:"card"`
}

// ShowSetup is the page that adds a test card.
func (h *Handler) ShowSetup(c echo.Context) error { return h.setupPage(c, "", nil) }

func (h *Handler) setupPage(c echo.Context, chosen string, problem error) error {
	v, err := h.setup(c)
	if err != nil {
		return err
	}
	if v.State != payment.SetupOpen {
		return ended(c, http.StatusOK, "Nothing can be added here any more.", v.CancelURL)
	}
	shell := page.Shell(c, "Add a test card – Sandbox")
	shell.Errors = page.Problems(problem)
	return page.Render(c, page.Status(problem), view.SetupPageView(view.SetupPage{Shell: shell, Key: page.FormKey(), Visit: v, Chosen: chosen}))
}

func (h *Handler) setup(c echo.Context) (sandbox.SetupVisit, error) {
	v, err := h.gateway.SetupVisit(page.Ctx(c), c.Param("ref"))
	if err == nil {
		err = h.allow(c, v.AccountID)
	}
	return v, err
}

// Setup adds the chosen card, or gives up.
func (h *Handler) Setup(c echo.Context) error {
	var f form
	if err := page.Bind(c, &f); err != nil {
		return err
	}
	v, err := h.setup(c)
	if err != nil {
		return err
	}
	return page.Submit(c, func() (page.Done, error) {
		if f.Do == "cancel" {
			return page.Done{To: local(v.CancelURL)}, h.gateway.EndSetup(page.Ctx(c), v.Ref)
		}
		if err := h.gateway.AddCard(page.Ctx(c), v.Ref, f.Card); err != nil {
			return page.Done{}, err
		}
		header, body := h.gateway.SetupNotice(v.Ref)
		h.deliver(c, header, body)
		return page.Done{To: local(v.ReturnURL)}, nil
	}, func(err error) error { return h.setupPage(c, f.Card, err) })
}
