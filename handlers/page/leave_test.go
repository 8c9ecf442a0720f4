package page_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"billfold/handlers"
	"billfold/handlers/handlertest"
	"billfold/handlers/page"
	"billfold/models/payment"
	"billfold/models/payment/sandbox"

	"github.com/labstack/echo/v4"
)

const elsewhere = "https://checkout.stripe.com/c/pay/cs_1"

// A form may lead to a payment gateway's page. htmx cannot follow to another host, so it is told to leave.
func TestLeavingForAnotherHost(t *testing.T) {
	s := handlertest.New(t, handlertest.Routes(page.Route{Method: http.MethodPost, Path: "/test/leave", Scope: page.SignedIn, Handler: func(c echo.Context) error {
		return page.Submit(c, func() (page.Done, error) { return page.Done{To: elsewhere}, nil }, nil)
	}}))
	s.User(t, "Ana Lima", email)
	c := s.SignIn(t, email)
	key := url.Values{"form_key": {page.FormKey()}}
	for range 2 { // sent again, the form leads to the same page
		if p := c.Post("/test/leave", key); p.Status != http.StatusSeeOther || p.Location != elsewhere {
			t.Errorf("%d to %s", p.Status, p.Location)
		}
		r := c.Request(http.MethodPost, "/test/leave", key)
		r.Header.Set("HX-Request", "true")
		if p := c.Do(r); p.Status != http.StatusOK || p.Header.Get("HX-Redirect") != elsewhere || p.Header.Get("Location") != "" {
			t.Errorf("%d %v", p.Status, p.Header)
		}
	}
}

// named is a gateway of some name; what it does is not asked for here.
type named struct {
	payment.Gateway
	name string
}

// Name is the name.
func (g named) Name() string { return g.name }

// Forms may lead to the page of the gateway that is set up, and nowhere else.
func TestWhereFormsMayLead(t *testing.T) {
	s := handlertest.New(t)
	for name, want := range map[string]string{"": "form-action 'self';", payment.Sandbox: "form-action 'self';", payment.Stripe: "form-action 'self' https://checkout.stripe.com;"} {
		deps := s.Deps
		var gateways []payment.Gateway
		if name == payment.Sandbox {
			gateways = append(gateways, sandbox.New(s.DB, s.Clock))
		} else if name != "" {
			gateways = append(gateways, named{name: name})
		}
		deps.Payments = payment.NewStore(s.DB, s.Clock, payment.Options{}, gateways...)
		s.Handler = handlers.New(deps)
		if csp := s.Anonymous(t).Get("/sign-in").Header.Get("Content-Security-Policy"); !strings.Contains(csp, want) {
			t.Errorf("%q: %s", name, csp)
		}
	}
}
