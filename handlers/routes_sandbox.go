package handlers

import (
	"net/http"

	"billfold/handlers/hosted"
	"billfold/handlers/page"
	"billfold/models/access"
	"billfold/models/payment"
	"billfold/models/payment/sandbox"
)

// sandboxRoutes are the pages of the sandbox gateway, while it is on.
func sandboxRoutes(d Deps) []page.Route {
	gateway, on := d.payments().Gateway(payment.Sandbox).(*sandbox.Gateway)
	if !on {
		return nil
	}
	h := hosted.NewSandbox(gateway, d.payments(), access.New(d.DB), d.log())
	return []page.Route{
		{Method: http.MethodGet, Path: sandbox.SetupPath + ":ref", Scope: page.SignedIn, Handler: h.ShowSetup},
		{Method: http.MethodPost, Path: sandbox.SetupPath + ":ref", Scope: page.SignedIn, Handler: h.Setup},
		{Method: http.MethodGet, Path: sandbox.PayPath + ":ref", Scope: page.SignedIn, Handler: h.ShowPay},
		{Method: http.MethodPost, Path: sandbox.PayPath + ":ref", Scope: page.SignedIn, Handler: h.Pay},
	}
}
