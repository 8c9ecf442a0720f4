package hosted_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"billfold/handlers"
	"billfold/handlers/handlertest"
	"billfold/models/payment"
	"billfold/models/payment/stripe"
	"billfold/models/payment/stripe/stripetest"
)

const path = "/webhooks/stripe"

// post sends a message as Stripe does: no cookies, no origin.
func post(h http.Handler, header http.Header, body string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodPost, "https://b.example"+path, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json; charset=utf-8")
	for name, values := range header {
		r.Header[name] = values
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func console(t *testing.T) (*handlertest.Server, http.Handler) {
	t.Helper()
	s := handlertest.New(t, handlertest.PublicURL("https://b.example"))
	g, err := stripe.New(stripe.Config{SecretKey: stripetest.SecretKey, WebhookSecret: stripetest.WebhookSecret}, stripe.At("http://127.0.0.1:1"))
	if err != nil {
		t.Fatal(err)
	}
	deps := s.Deps
	deps.Payments = payment.NewStore(s.DB, s.Clock, payment.Options{}, g)
	return s, handlers.New(deps)
}

func signed(body string) http.Header {
	return stripetest.Sign([]byte(body), stripetest.WebhookSecret, time.Now())
}

func TestStripeWebhook(t *testing.T) {
	s, h := console(t)
	body := `{"id":"evt_1","object":"event","type":"invoice.paid","data":{"object":{"id":"in_1"}}}`
	long := `{"id":"evt_2","object":"event","type":"invoice.paid","data":{"object":{"id":"` + strings.Repeat("x", 255<<10) + `"}}}`
	for _, c := range []struct {
		what   string
		header http.Header
		body   string
		status int
	}{
		{"signed", signed(body), body, http.StatusOK},
		{"seen before", signed(body), body, http.StatusOK},
		{"long", signed(long), long, http.StatusOK},
		{"too long", signed(long + long), long + long, http.StatusRequestEntityTooLarge},
		{"unsigned", nil, body, http.StatusBadRequest},
		{"another secret", stripetest.Sign([]byte(body), "whsec_other", time.Now()), body, http.StatusBadRequest},
		{"old", stripetest.Sign([]byte(body), stripetest.WebhookSecret, time.Now().Add(-time.Hour)), body, http.StatusBadRequest},
		{"another body", signed(body), body + " ", http.StatusBadRequest},
		{"nothing", signed(""), "", http.StatusBadRequest},
		{"no event", signed("[]"), "[]", http.StatusBadRequest},
	} {
		w := post(h, c.header, c.body)
		if w.Code != c.status || len(w.Result().Cookies()) > 0 || w.Header().Get("Cache-Control") != "no-store" || strings.Contains(w.Body.String(), "<") {
			t.Errorf("%s: %d, want %d: %v\n%.200s", c.what, w.Code, c.status, w.Header(), w.Body)
		}
	}
	var n int
	if err := s.DB.Read(t.Context()).Raw(`SELECT COUNT(*) FROM gateway_notices`).Scan(&n).Error; err != nil || n != 2 {
		t.Errorf("%d notices are kept, want 2: %v", n, err)
	}
	if w := httptest.NewRecorder(); true {
		h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "https://b.example"+path, nil))
		if w.Code != http.StatusMethodNotAllowed {
			t.Errorf("a GET: %d", w.Code)
		}
	}
	// A page of another site cannot send one from a browser, signed or not.
	header := signed(body)
	header.Set("Origin", "https://evil.example")
	header.Set("Sec-Fetch-Site", "cross-site")
	if w := post(h, header, body); w.Code != http.StatusForbidden {
		t.Errorf("from a page of another site: %d", w.Code)
	}
}

// TestStripeWebhookInTrouble: what cannot be taken in now is asked for again, and the log says why without
// what was sent.
func TestStripeWebhookInTrouble(t *testing.T) {
	s, h := console(t)
	asks := `{"id":"evt_3","object":"event","type":"payment_intent.succeeded","data":{"object":{"id":"pi_1","metadata":{"charge_id":"x","canary":"canary"}}}}`
	again := func(what, body string) {
		t.Helper()
		w := post(h, signed(body), body)
		if w.Code != http.StatusServiceUnavailable || w.Header().Get("Retry-After") == "" {
			t.Errorf("%s: %d %v", what, w.Code, w.Header())
		}
		if log := s.Log(); !strings.Contains(log, "could not be taken in") || strings.Contains(log, "canary") || strings.Contains(log, "whsec") || strings.Contains(log, "sk_test") {
			t.Errorf("%s: log %s", what, log)
		}
	}
	again("Stripe does not answer", asks)
	if err := s.DB.Close(); err != nil {
		t.Fatal(err)
	}
	again("the database is away", `{"id":"evt_4","object":"event","type":"invoice.paid","data":{"object":{"id":"in_1"}}}`)
}

func TestStripeWebhookWithoutStripe(t *testing.T) {
	s := handlertest.New(t)
	body := `{"id":"evt_1","object":"event","type":"invoice.paid"}`
	if w := post(handlers.New(s.Deps), signed(body), body); w.Code != http.StatusNotFound {
		t.Errorf("%d", w.Code)
	}
}
