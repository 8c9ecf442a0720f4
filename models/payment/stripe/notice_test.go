package stripe

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"billfold/models"
	"billfold/models/payment"
	"billfold/models/payment/stripe/stripetest"
)

// TestForgedMessages: only the gateway's own signature over these very bytes, made minutes ago at most,
// counts.
func TestForgedMessages(t *testing.T) {
	t.Parallel()
	f, g := newFake(t)
	now := time.Now()
	if _, err := g.Charge(t.Context(), customer(t, f, g, stripetest.Works)); err != nil {
		t.Fatal(err)
	}
	m := f.Message("payment_intent.succeeded")
	sign := func(secret string, at time.Time) http.Header { return stripetest.Sign(m.Body, secret, at) }
	right := sign(stripetest.WebhookSecret, now)
	line := right.Get("Stripe-Signature")
	for _, c := range []struct {
		what   string
		header http.Header
		body   []byte
		now    time.Time
		ok     bool
	}{
		{"right", right, m.Body, now, true},
		{"right, the secret being changed", http.Header{"Stripe-Signature": {line + ",v1=" + strings.Repeat("0", 64)}}, m.Body, now, true},
		{"just young enough", sign(stripetest.WebhookSecret, now.Add(-tolerance+2*time.Second)), m.Body, now, true},
		{"old", sign(stripetest.WebhookSecret, now.Add(-tolerance-2*time.Second)), m.Body, now, false},
		{"kept and sent an hour later", right, m.Body, now.Add(time.Hour), false},
		{"the time made younger", http.Header{"Stripe-Signature": {strings.Replace(line, "t=", "t=9", 1)}}, m.Body, now, false},
		{"no signature", http.Header{}, m.Body, now, false},
		{"empty signature", http.Header{"Stripe-Signature": {""}}, m.Body, now, false},
		{"of a test scheme", http.Header{"Stripe-Signature": {strings.Replace(line, "v1=", "v0=", 1)}}, m.Body, now, false},
		{"another secret", sign("whsec_other", now), m.Body, now, false},
		{"no secret", sign("", now), m.Body, now, false},
		{"another body", right, []byte(strings.Replace(string(m.Body), "1447287", "1", 1)), now, false},
		{"a longer body", right, append(append([]byte{}, m.Body...), ' '), now, false},
	} {
		n, err := g.Notice(c.header, c.body, c.now)
		if c.ok && (err != nil || n.Outcome == nil) {
			t.Errorf("%s: %+v %v", c.what, n, err)
		}
		if !c.ok && (!errors.Is(err, payment.ErrForged) || n != (payment.Notice{})) {
			t.Errorf("%s: %+v %v", c.what, n, err)
		}
	}
}

func signedBy(body string) (http.Header, []byte) {
	return stripetest.Sign([]byte(body), stripetest.WebhookSecret, time.Now()), []byte(body)
}

// TestMessagesOfOthers: what is signed but about nothing of ours is taken and has no effect; nothing is asked.
func TestMessagesOfOthers(t *testing.T) {
	t.Parallel()
	f, g := newFake(t)
	for _, body := range []string{
		`{"id":"evt_1","object":"event","type":"invoice.paid","data":{"object":{"id":"in_1"}}}`,
		`{"id":"evt_1","object":"event","type":"payment_intent.succeeded","data":{"object":{"id":"pi_1","metadata":{}}}}`,
		`{"id":"evt_1","object":"event","type":"payment_intent.created","data":{"object":{"id":"pi_1","metadata":{"charge_id":"x"}}}}`,
		`{"id":"evt_1","object":"event","type":"checkout.session.completed","data":{"object":{"id":"cs_1","mode":"subscription","metadata":{"charge_id":"x"}}}}`,
		`{"id":"evt_1","object":"event","type":"charge.refunded","data":{"object":{"id":"ch_1","payment_intent":"pi_1"}}}`,
		`{"id":"evt_1","object":"event","type":"charge.dispute.created","data":{"object":{"id":"dp_1","payment_intent":null}}}`,
	} {
		header, raw := signedBy(body)
		if n, err := g.Notice(header, raw, time.Now()); err != nil || n.ID != "evt_1" || n.Outcome != nil || n.Setup != nil {
			t.Errorf("%s: %+v %v", body, n, err)
		}
	}
	if asked := f.Requests(""); len(asked) != 0 {
		t.Errorf("asked %+v", asked)
	}
	// A name that Stripe does not know, and no name at all.
	for _, id := range []string{"pi_unknown", "../charges", ""} {
		header, raw := signedBy(`{"id":"evt_1","object":"event","type":"payment_intent.succeeded","data":{"object":{"id":"` + id + `","metadata":{"charge_id":"x"}}}}`)
		if n, err := g.Notice(header, raw, time.Now()); err != nil || n.Outcome != nil {
			t.Errorf("%q: %+v %v", id, n, err)
		}
	}
	for _, body := range []string{``, `{}`, `[]`, `null`, `{"id":"","object":"event"}`, `{"id":"evt_1","object":"v2.core.event"}`, `{"id":7}`} {
		header, raw := signedBy(body)
		if n, err := g.Notice(header, raw, time.Now()); !errors.Is(err, payment.ErrForged) {
			t.Errorf("%s: %+v %v", body, n, err)
		}
	}
}

// TestMessagesSayHowThingsStand: whatever a message claims, what is taken from it is how things stand at
// Stripe now, and each message of a payment's life says so.
func TestMessagesSayHowThingsStand(t *testing.T) {
	t.Parallel()
	f, g := newFake(t)
	ctx := t.Context()
	o := customer(t, f, g, stripetest.Works)
	page, err := g.StartPayment(ctx, payment.PaymentOrder{ChargeOrder: o, ReturnURL: "https://b.example/", CancelURL: "https://b.example/"})
	if err != nil {
		t.Fatal(err)
	}
	f.Pay(page.Ref, stripetest.Declined)
	m := f.Message("payment_intent.payment_failed")
	read := func(m stripetest.Message) payment.Notice {
		t.Helper()
		n, err := g.Notice(m.Header, m.Body, time.Now())
		if err != nil || n.Type != m.Type {
			t.Fatalf("%s: %+v %v", m.Type, n, err)
		}
		return n
	}
	if n := read(m); n.Outcome == nil || n.Outcome.State != payment.Started {
		t.Errorf("a refusal on an open page: %+v", n.Outcome)
	}
	f.Pay(page.Ref, stripetest.Works)
	paid, err := g.Find(ctx, payment.Refs{SessionRef: page.Ref})
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range f.Messages() { // the old refusal too
		n := read(m)
		if n.Outcome == nil || n.Outcome.State != payment.Succeeded || n.Outcome.Key != o.Key || n.Outcome.ChargeRef != paid.ChargeRef || n.Outcome.Amount != o.Amount || n.Outcome.Last4 != "4242" {
			t.Errorf("%s: %+v", m.Type, n.Outcome)
		}
	}
	// A message that claims another invoice, another amount and another currency changes none of it.
	lie := strings.NewReplacer("1447287", "1", "eur", "jpy", o.InvoiceID, models.NewID()).Replace(string(f.Message("payment_intent.succeeded").Body))
	header, body := signedBy(lie)
	if n := read(stripetest.Message{Type: "payment_intent.succeeded", Header: header, Body: body}); n.Outcome.Amount != o.Amount || n.Outcome.InvoiceID != o.InvoiceID {
		t.Errorf("%+v", n.Outcome)
	}
	dispute := f.Dispute(paid.ChargeRef, false)
	for _, kind := range []string{"charge.dispute.created", "charge.dispute.funds_withdrawn"} {
		if n := read(f.Message(kind)); n.Outcome == nil || n.Outcome.State != payment.Reversed || n.Outcome.Key != o.Key || n.Outcome.Amount != o.Amount {
			t.Errorf("%s: %+v", kind, n.Outcome)
		}
	}
	f.Close(dispute, false)
	if n := read(f.Message("charge.dispute.closed")); n.Outcome.State != payment.Reversed {
		t.Errorf("%+v", n.Outcome)
	}
	f.Fail("GET /v1/payment_intents", 500)
	m = f.Message("payment_intent.succeeded")
	if n, err := g.Notice(m.Header, m.Body, time.Now()); err == nil || errors.Is(err, payment.ErrForged) {
		t.Errorf("trouble in asking: %+v %v", n, err)
	}
}

func TestMessagesOfSetups(t *testing.T) {
	t.Parallel()
	f, g := newFake(t)
	o := customer(t, f, g, stripetest.Works)
	for _, c := range []struct {
		do    func(string)
		kind  string
		state payment.SetupState
	}{
		{func(s string) { f.AddCard(s, stripetest.Works) }, "checkout.session.completed", payment.SetupDone},
		{f.Leave, "checkout.session.expired", payment.SetupEnded},
	} {
		s, err := g.StartSetup(t.Context(), payment.SetupOrder{Key: models.NewID(), CustomerRef: o.CustomerRef, AccountID: o.AccountID, ReturnURL: "https://b.example/", CancelURL: "https://b.example/"})
		if err != nil {
			t.Fatal(err)
		}
		c.do(s.Ref)
		m := f.Message(c.kind)
		n, err := g.Notice(m.Header, m.Body, time.Now())
		if err != nil || n.Outcome != nil || n.Setup == nil || n.Setup.State != c.state || n.Setup.SessionRef != s.Ref || (n.Setup.Card.Ref != "") != (c.state == payment.SetupDone) {
			t.Errorf("%s: %+v %+v %v", c.kind, n, n.Setup, err)
		}
	}
}

func TestReference(t *testing.T) {
	for body, want := range map[string]reference{`{"r":"pi_1"}`: "pi_1", `{"r":{"id":"pi_2","amount":3}}`: "pi_2", `{"r":null}`: "", `{}`: ""} {
		var got struct {
			R reference `json:"r"`
		}
		if err := json.Unmarshal([]byte(body), &got); err != nil || got.R != want {
			t.Errorf("%s: %q %v", body, got.R, err)
		}
	}
}

// FuzzNotice: no body breaks the reading of messages.
func FuzzNotice(f *testing.F) {
	g, err := New(Config{SecretKey: stripetest.SecretKey, WebhookSecret: stripetest.WebhookSecret}, At("http://127.0.0.1:1"))
	if err != nil {
		f.Fatal(err)
	}
	f.Add([]byte(`{"id":"evt_1","object":"event","type":"charge.dispute.created","data":{"object":{"id":"dp_1","payment_intent":{"id":"x"}}}}`))
	f.Add([]byte(`{"id":"evt_1","object":"event","type":"charge.refunded","data":{"object":{"payment_intent":[]}}}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		var e event
		if json.Unmarshal(body, &e) == nil {
			e.setup()
			e.charge()
		}
		if n, err := g.Notice(http.Header{"Stripe-Signature": {"t=1,v1=00"}}, body, time.Now()); !errors.Is(err, payment.ErrForged) {
			t.Errorf("%+v %v", n, err)
		}
	})
}
