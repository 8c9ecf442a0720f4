package stripe

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"billfold/models/payment"

	"github.com/stripe/stripe-go/v85/webhook"
)

// tolerance is how old a message may be; a captured one cannot be sent again later.
const tolerance = 5 * time.Minute

// event is what is read of a message. Its object is what it was when something happened, in the form of
// whatever API version the endpoint has; only its name is taken, and how it stands now is asked for. So
// an old message, one out of order and one of another version say nothing wrong.
type event struct {
	ID     string `json:"id"`
	Object string `json:"object"`
	Type   string `json:"type"`
	Data   struct {
		Object struct {
			ID            string            `json:"id"`
			Mode          string            `json:"mode"`
			PaymentIntent reference         `json:"payment_intent"`
			Metadata      map[string]string `json:"metadata"`
		} `json:"object"`
	} `json:"data"`
}

// reference is the id of an object, which stands alone or in the object itself.
type reference string

// UnmarshalJSON reads both.
func (r *reference) UnmarshalJSON(b []byte) error {
	var whole struct {
		ID string `json:"id"`
	}
	if json.Unmarshal(b, (*string)(r)) == nil {
		return nil
	}
	err := json.Unmarshal(b, &whole)
	*r = reference(whole.ID)
	return err
}

// Notice checks a message (webhook) and reads what it is about. now is the real time: the signature is
// dated by Stripe's clock. An error other than ErrForged is trouble in asking; Stripe sends it again.
func (g *Gateway) Notice(header http.Header, body []byte, now time.Time) (payment.Notice, error) {
	// The library measures from its own clock; what that is ahead of now is added.
	if webhook.ValidatePayloadWithTolerance(body, header.Get("Stripe-Signature"), g.webhookSecret, tolerance+time.Since(now)) != nil {
		return payment.Notice{}, payment.ErrForged
	}
	var e event
	if err := json.Unmarshal(body, &e); err != nil || e.Object != "event" || e.ID == "" {
		return payment.Notice{}, fmt.Errorf("%w: it is no event", payment.ErrForged)
	}
	n := payment.Notice{ID: e.ID, Type: e.Type}
	var err error
	if ref, ok := e.setup(); ok {
		var out payment.SetupOutcome
		out, err = g.Setup(context.Background(), ref)
		n.Setup = &out
	} else if refs, ok := e.charge(); ok {
		var out payment.Outcome
		out, err = g.Find(context.Background(), refs)
		if out.Key != "" { // else it is a payment of somebody else at the same Stripe account
			n.Outcome = &out
		}
	}
	if errors.Is(err, payment.ErrUnknown) {
		return payment.Notice{ID: e.ID, Type: e.Type}, nil
	}
	return n, err
}

// setup is the page that an event is about, if it adds a card of ours.
func (e event) setup() (ref string, ok bool) {
	o := e.Data.Object
	switch e.Type {
	case "checkout.session.completed", "checkout.session.expired":
		return o.ID, o.Mode == "setup" && o.Metadata[metaSetup] != ""
	}
	return "", false
}

// charge names the charge that an event is about, if it may be one of ours. A dispute carries no marks of
// ours, its payment does.
func (e event) charge() (payment.Refs, bool) {
	o := e.Data.Object
	ours := o.Metadata[metaCharge] != ""
	switch e.Type {
	case "checkout.session.completed", "checkout.session.expired", "checkout.session.async_payment_succeeded", "checkout.session.async_payment_failed":
		return payment.Refs{SessionRef: o.ID}, ours && o.Mode == "payment"
	case "payment_intent.succeeded", "payment_intent.payment_failed", "payment_intent.processing", "payment_intent.requires_action", "payment_intent.canceled":
		return payment.Refs{ChargeRef: o.ID}, ours
	case "charge.refunded":
		return payment.Refs{ChargeRef: string(o.PaymentIntent)}, ours && o.PaymentIntent != ""
	}
	if strings.HasPrefix(e.Type, "charge.dispute.") {
		return payment.Refs{ChargeRef: string(o.PaymentIntent)}, o.PaymentIntent != ""
	}
	return payment.Refs{}, false
}
