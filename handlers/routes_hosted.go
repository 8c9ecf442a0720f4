package handlers

import (
	"net/http"

	"billfold/handlers/hosted"
	"billfold/handlers/page"
)

// stripeWebhookPath is the address of the endpoint that an operator sets up at Stripe.
const stripeWebhookPath = "/webhooks/stripe"

// hostedRoutes are those of payment gateways.
func hostedRoutes(d Deps) []page.Route {
	h := hosted.New(d.payments(), d.log())
	return []page.Route{
		{Method: http.MethodPost, Path: stripeWebhookPath, Handler: h.Stripe},
	}
}
