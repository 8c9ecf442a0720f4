package handlers

import (
	"net/http"

	"billfold/handlers/hosted"
	"billfold/handlers/page"
	"billfold/models/access"
	"billfold/models/payment"
	"billfold/models/payment/sandbox"
)

// stripeWebhookPath is the address of the endpoint that an operator sets up at Stripe.
const stripeWebhookPath = "/webhooks/stripe"

// hostedRoutes are those of payment gateways: the address that Stripe calls, and the pages of the sandbox
// while it is on.
func hostedRoutes(d Deps) []page.Route {
	webhook := hosted.NewWebhook(d.payments(), d.log())
	routes := []page.Route{{Method: http.MethodPost, Path: stripeWebhookPath, Handler: webhook.Stripe}}
	gateway, on := d.payments().Gateway(payment.Sandbox).(*sandbox.Gateway)
	if !on {
		return routes
	}
	h := hosted.New(gateway, d.payments(), access.New(d.DB), d.log())
	return append(routes,
		page.Route{Method: http.MethodGet, Path: sandbox.SetupPath + ":ref", Scope: page.SignedIn, Handler: h.ShowSetup},
		page.Route{Method: http.MethodPost, Path: sandbox.SetupPath + ":ref", Scope: page.SignedIn, Handler: h.Setup},
		page.Route{Method: http.MethodGet, Path: sandbox.PayPath + ":ref", Scope: page.SignedIn, Handler: h.ShowPay},
		page.Route{Method: http.MethodPost, Path: sandbox.PayPath + ":ref", Scope: page.SignedIn, Handler: h.Pay},
	)
}
