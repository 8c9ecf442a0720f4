package stripe

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"

	"billfold/models"
	"billfold/models/money"
	"billfold/models/payment"

	"github.com/stripe/stripe-mock/embedded"
	"github.com/stripe/stripe-mock/server"
)

// asked is one request that stripe-mock got.
type asked struct {
	method, path string
	form         url.Values
	header       http.Header
	status       int
}

// mock is stripe-mock, which knows nothing and answers only what Stripe's own OpenAPI allows, with a record
// of what it was asked.
type mock struct {
	*Gateway
	mu    sync.Mutex
	asked []asked
}

var stub = sync.OnceValues(func() (*server.StubServer, error) {
	spec, err := server.LoadSpec(embedded.OpenAPISpec, "")
	if err != nil {
		return nil, err
	}
	fixtures, err := server.LoadFixtures(embedded.OpenAPIFixtures, "")
	if err != nil {
		return nil, err
	}
	return server.NewStubServer(fixtures, spec, false, false)
})

func newMock(t *testing.T) *mock {
	t.Helper()
	s, err := stub()
	if err != nil {
		t.Fatal(err)
	}
	m := &mock{}
	local := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		r.Body = io.NopCloser(bytes.NewReader(body))
		answer := httptest.NewRecorder()
		s.HandleRequest(answer, r)
		form, _ := url.ParseQuery(string(body) + "&" + r.URL.RawQuery)
		m.mu.Lock()
		m.asked = append(m.asked, asked{r.Method, r.URL.Path, form, r.Header, answer.Code})
		m.mu.Unlock()
		for name, values := range answer.Header() {
			w.Header()[name] = values
		}
		w.WriteHeader(answer.Code)
		_, _ = w.Write(answer.Body.Bytes())
	}))
	t.Cleanup(local.Close)
	m.Gateway, err = New(Config{SecretKey: "sk_test_mock", WebhookSecret: "whsec_mock"}, At(local.URL))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// one is the only request of a method and path since the last; every one must have been taken.
func (m *mock) one(t *testing.T, method, path string) asked {
	t.Helper()
	m.mu.Lock()
	defer m.mu.Unlock()
	var found []asked
	for _, a := range m.asked {
		if a.status >= 400 {
			t.Errorf("%s %s: %d", a.method, a.path, a.status)
		}
		if a.method == method && a.path == path {
			found = append(found, a)
		}
	}
	if len(found) != 1 {
		t.Fatalf("%d requests %s %s of %+v", len(found), method, path, m.asked)
	}
	m.asked = nil
	return found[0]
}

// want compares what was sent with pairs of names and values, all of it.
func (a asked) want(t *testing.T, pairs ...string) {
	t.Helper()
	want := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		want.Add(pairs[i], pairs[i+1])
	}
	if a.form.Encode() != want.Encode() {
		got, wanted := strings.ReplaceAll(a.form.Encode(), "&", "\n"), strings.ReplaceAll(want.Encode(), "&", "\n")
		t.Errorf("%s %s:\n%s\nwant\n%s", a.method, a.path, got, wanted)
	}
}

func (a asked) once(t *testing.T, key string) {
	t.Helper()
	if got := a.header.Get("Idempotency-Key"); got != key {
		t.Errorf("%s %s: idempotency key %q, want %q", a.method, a.path, got, key)
	}
}

func order(minor int64, c money.Currency) payment.ChargeOrder {
	return payment.ChargeOrder{Key: models.NewID(), InvoiceID: models.NewID(), Number: "2026-0007", AccountID: models.NewID(),
		CustomerRef: "cus_1", CardRef: "pm_1", Amount: money.New(minor, c)}
}

// TestMockCharge: a charge with nobody present, in each billing currency, is a request that Stripe allows.
func TestMockCharge(t *testing.T) {
	m := newMock(t)
	for _, c := range money.Currencies() {
		o := order(1447287, c)
		if _, err := m.Charge(t.Context(), o); err != nil {
			t.Fatalf("%s: %v", c, err)
		}
		a := m.one(t, "POST", "/v1/payment_intents")
		a.once(t, "billfold-charge-"+o.Key)
		a.want(t, "amount", "1447287", "currency", strings.ToLower(string(c)), "customer", "cus_1", "payment_method", "pm_1",
			"payment_method_types[0]", "card", "confirm", "true", "off_session", "true", "description", "Invoice 2026-0007",
			"metadata[account_id]", o.AccountID, "metadata[invoice_id]", o.InvoiceID, "metadata[invoice_number]", "2026-0007",
			"metadata[charge_id]", o.Key, "metadata[origin]", "automatic", "expand[0]", "latest_charge")
	}
}

func TestMockPage(t *testing.T) {
	m := newMock(t)
	o := payment.PaymentOrder{ChargeOrder: order(1200, "JPY"), ReturnURL: "https://b.example/back", CancelURL: "https://b.example/no"}
	s, err := m.StartPayment(t.Context(), o)
	if err != nil || s.Ref == "" {
		t.Fatal(s, err)
	}
	a := m.one(t, "POST", "/v1/checkout/sessions")
	a.once(t, "billfold-pay-"+o.Key)
	end := a.form.Get("expires_at")
	pairs := []string{"mode", "payment", "customer", "cus_1", "client_reference_id", o.Key, "payment_method_types[0]", "card",
		"line_items[0][quantity]", "1", "line_items[0][price_data][currency]", "jpy", "line_items[0][price_data][unit_amount]", "1200",
		"line_items[0][price_data][product_data][name]", "Invoice 2026-0007", "adaptive_pricing[enabled]", "false",
		"success_url", "https://b.example/back", "cancel_url", "https://b.example/no", "expires_at", end,
		"payment_intent_data[description]", "Invoice 2026-0007", "payment_intent_data[setup_future_usage]", "off_session",
		"saved_payment_method_options[allow_redisplay_filters][0]", "always", "saved_payment_method_options[allow_redisplay_filters][1]", "limited",
		"saved_payment_method_options[allow_redisplay_filters][2]", "unspecified"}
	for _, where := range []string{"metadata", "payment_intent_data[metadata]"} {
		pairs = append(pairs, where+"[account_id]", o.AccountID, where+"[invoice_id]", o.InvoiceID, where+"[invoice_number]", "2026-0007",
			where+"[charge_id]", o.Key, where+"[origin]", "page")
	}
	a.want(t, pairs...)
	// Asked again it is the same request, to the second.
	if _, err := m.StartPayment(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	m.one(t, "POST", "/v1/checkout/sessions").want(t, pairs...)
}

func TestMockCards(t *testing.T) {
	m := newMock(t)
	ctx := t.Context()
	account := models.NewID()
	// stripe-mock finds a customer whatever is searched for.
	if ref, err := m.Customer(ctx, payment.Customer{AccountID: account, Name: "Acme", Email: "a@acme.example"}); err != nil || ref == "" {
		t.Fatal(ref, err)
	}
	m.one(t, "GET", "/v1/customers/search").want(t, "query", "metadata['account_id']:'"+account+"'")

	o := payment.SetupOrder{Key: models.NewID(), CustomerRef: "cus_1", AccountID: account, ReturnURL: "https://b.example/back", CancelURL: "https://b.example/no"}
	if s, err := m.StartSetup(ctx, o); err != nil || s.Ref == "" || s.URL == "" && s.ExpiresAt.IsZero() {
		t.Fatal(s, err)
	}
	a := m.one(t, "POST", "/v1/checkout/sessions")
	a.once(t, "billfold-setup-"+o.Key)
	a.want(t, "mode", "setup", "customer", "cus_1", "client_reference_id", o.Key, "payment_method_types[0]", "card",
		"success_url", "https://b.example/back", "cancel_url", "https://b.example/no", "metadata[account_id]", account, "metadata[setup_id]", o.Key,
		"setup_intent_data[metadata][account_id]", account, "setup_intent_data[metadata][setup_id]", o.Key)

	// Its sessions are in mode payment: not one that adds a card.
	if out, err := m.Setup(ctx, "cs_1"); !errors.Is(err, payment.ErrUnknown) {
		t.Error(out, err)
	}
	m.one(t, "GET", "/v1/checkout/sessions/cs_1").want(t, "expand[0]", "setup_intent.payment_method")
	if err := m.RemoveCard(ctx, "pm_1"); err != nil {
		t.Error(err)
	}
	m.one(t, "POST", "/v1/payment_methods/pm_1/detach").want(t)
}

func TestMockFindCancelRefund(t *testing.T) {
	m := newMock(t)
	ctx := t.Context()
	if _, err := m.Find(ctx, payment.Refs{ChargeRef: "pi_1"}); err != nil {
		t.Error(err)
	}
	m.one(t, "GET", "/v1/payment_intents/pi_1").want(t, "expand[0]", "latest_charge")
	if _, err := m.Find(ctx, payment.Refs{SessionRef: "cs_1"}); err != nil {
		t.Error(err)
	}
	m.one(t, "GET", "/v1/checkout/sessions/cs_1").want(t, "expand[0]", "payment_intent.latest_charge")
	key := models.NewID()
	_, _ = m.Find(ctx, payment.Refs{Key: key}) // what it finds has other metadata
	m.one(t, "GET", "/v1/payment_intents/search").want(t, "query", "metadata['charge_id']:'"+key+"'", "expand[0]", "data.latest_charge")
	_, _ = m.Cancel(ctx, payment.Refs{ChargeRef: "pi_1"}) // nothing is cancelled there, so it cannot say so
	m.one(t, "POST", "/v1/payment_intents/pi_1/cancel").want(t, "cancellation_reason", "abandoned")
	_, _ = m.Cancel(ctx, payment.Refs{ChargeRef: "pi_1", SessionRef: "cs_1"})
	m.one(t, "POST", "/v1/checkout/sessions/cs_1/expire").want(t)
	if err := m.Refund(ctx, "pi_1", key); err != nil {
		t.Error(err)
	}
	a := m.one(t, "POST", "/v1/refunds")
	a.once(t, "billfold-refund-"+key)
	a.want(t, "payment_intent", "pi_1")
	// An old key is looked for before it is asked for.
	o := order(100, "EUR")
	o.Key = "0193b000-0000-7000-8000-000000000000"
	if _, err := m.Charge(ctx, o); err != nil {
		t.Error(err)
	}
	m.mu.Lock()
	first := m.asked[0]
	m.mu.Unlock()
	if first.method != "GET" || first.path != "/v1/payment_intents" || first.form.Get("customer") != "cus_1" || first.form.Get("created[gte]") == "" {
		t.Errorf("%+v", first)
	}
	m.one(t, "POST", "/v1/payment_intents")
	if _, err := m.outcome(ctx, disputed()); err != nil {
		t.Error(err)
	}
	m.one(t, "GET", "/v1/disputes").want(t, "payment_intent", "pi_1")
}

// TestMockHeaders: nothing of the machine is told, and the key goes nowhere but into its header.
func TestMockHeaders(t *testing.T) {
	t.Setenv("CODEX_CI", "1") // of which the library would tell
	m := newMock(t)
	if err := m.RemoveCard(t.Context(), "pm_1"); err != nil {
		t.Fatal(err)
	}
	a := m.one(t, "POST", "/v1/payment_methods/pm_1/detach")
	for name, want := range map[string]string{"User-Agent": "Billfold stripe-go/85.0.0", "Authorization": "Bearer sk_test_mock",
		"X-Stripe-Client-User-Agent": "", "X-Stripe-Client-Telemetry": "", "Stripe-Version": "2026-03-25.dahlia"} {
		if got := a.header.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}
