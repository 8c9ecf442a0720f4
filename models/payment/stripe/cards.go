package stripe

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"billfold/models"
	"billfold/models/payment"

	stripego "github.com/stripe/stripe-go/v85"
)

// Customer makes the account's customer. What makes it is the same each time, so that the idempotency key
// holds although a name has changed meanwhile; name and email are set afterwards. One that was made longer
// ago than the key holds is found by the account's id.
func (g *Gateway) Customer(ctx context.Context, c payment.Customer) (ref string, err error) {
	if !models.IsID(c.AccountID) {
		return "", fmt.Errorf("%q is no account", c.AccountID)
	}
	ctx, cancel := bound(ctx)
	defer cancel()
	found := g.api.V1Customers.Search(ctx, &stripego.CustomerSearchParams{SearchParams: stripego.SearchParams{Query: metadataIs(metaAccount, c.AccountID)}})
	if found.Err() != nil {
		return "", clean(found.Err())
	}
	if len(found.Data()) > 0 {
		return found.Data()[0].ID, nil
	}
	made, err := g.api.V1Customers.Create(ctx, &stripego.CustomerCreateParams{
		Params:   idempotent("customer", c.AccountID),
		Metadata: map[string]string{metaAccount: c.AccountID},
	})
	if err != nil {
		return "", clean(err)
	}
	named := &stripego.CustomerUpdateParams{Name: optional(c.Name), Email: optional(c.Email)}
	if named.Name != nil || named.Email != nil {
		if _, err := g.api.V1Customers.Update(ctx, made.ID, named); err != nil {
			return "", clean(err)
		}
	}
	return made.ID, nil
}

func optional(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// metadataIs is a search for objects that we have marked; the value is an id.
func metadataIs(name, id string) string { return fmt.Sprintf("metadata['%s']:'%s'", name, id) }

// StartSetup opens a Checkout page that keeps a card for charging it later.
func (g *Gateway) StartSetup(ctx context.Context, o payment.SetupOrder) (payment.Session, error) {
	ctx, cancel := bound(ctx)
	defer cancel()
	marks := map[string]string{metaAccount: o.AccountID, metaSetup: o.Key}
	s, err := g.api.V1CheckoutSessions.Create(ctx, &stripego.CheckoutSessionCreateParams{
		Params:             idempotent("setup", o.Key),
		Mode:               stripego.String(stripego.CheckoutSessionModeSetup),
		Customer:           &o.CustomerRef,
		ClientReferenceID:  &o.Key,
		PaymentMethodTypes: onlyCards(),
		SuccessURL:         &o.ReturnURL,
		CancelURL:          &o.CancelURL,
		Metadata:           marks,
		SetupIntentData:    &stripego.CheckoutSessionCreateSetupIntentDataParams{Metadata: marks},
	})
	if err != nil {
		return payment.Session{}, clean(err)
	}
	return sessionOf(s), nil
}

func onlyCards() []*string { return stripego.StringSlice([]string{"card"}) }

// Setup reads how a visit that adds a card stands.
func (g *Gateway) Setup(ctx context.Context, sessionRef string) (payment.SetupOutcome, error) {
	ctx, cancel := bound(ctx)
	defer cancel()
	if !isSession(sessionRef) {
		return payment.SetupOutcome{}, payment.ErrUnknown
	}
	s, err := g.api.V1CheckoutSessions.Retrieve(ctx, sessionRef, &stripego.CheckoutSessionRetrieveParams{
		Expand: stripego.StringSlice([]string{"setup_intent.payment_method"}),
	})
	if err != nil {
		return payment.SetupOutcome{}, clean(err)
	}
	return setupOf(s)
}

// setupOf is a page that adds a card in our words; of another page nothing is known here.
func setupOf(s *stripego.CheckoutSession) (payment.SetupOutcome, error) {
	out := payment.SetupOutcome{SessionRef: s.ID, State: payment.SetupOpen}
	if s.Mode != stripego.CheckoutSessionModeSetup {
		return out, payment.ErrUnknown
	}
	if s.Status == stripego.CheckoutSessionStatusExpired {
		out.State = payment.SetupEnded
	}
	// A page is complete before the bank has answered: until then it counts as open.
	if s.Status != stripego.CheckoutSessionStatusComplete || s.SetupIntent == nil || s.SetupIntent.Status != stripego.SetupIntentStatusSucceeded {
		return out, nil
	}
	m := s.SetupIntent.PaymentMethod
	if m == nil || m.Card == nil {
		return out, errors.New("stripe kept something else than a card")
	}
	out.State = payment.SetupDone
	out.Card = payment.Card{Ref: m.ID, Brand: brandWord(string(m.Card.Brand)), Last4: m.Card.Last4, ExpMonth: int(m.Card.ExpMonth),
		ExpYear: int(m.Card.ExpYear), Country: m.Card.Country}
	if m.BillingDetails != nil {
		out.Card.Holder = m.BillingDetails.Name
	}
	return out, nil
}

// RemoveCard takes a card from its customer, after which it can never be charged. One that is nobody's any
// more, or that Stripe does not know, is removed already.
func (g *Gateway) RemoveCard(ctx context.Context, cardRef string) error {
	ctx, cancel := bound(ctx)
	defer cancel()
	_, err := g.api.V1PaymentMethods.Detach(ctx, cardRef, nil)
	if err == nil {
		return nil
	}
	if refusal, ok := refusedRequest(err); ok {
		if refusal.HTTPStatusCode == http.StatusNotFound {
			return nil
		}
		if gone, lookErr := g.gone(ctx, cardRef, ""); lookErr == nil && gone {
			return nil
		}
	}
	return clean(err)
}

// gone reports whether a card cannot be charged any more: Stripe does not know it, or it is nobody's, or of
// somebody else than the customer ("" for anybody).
func (g *Gateway) gone(ctx context.Context, cardRef, customerRef string) (bool, error) {
	m, err := g.api.V1PaymentMethods.Retrieve(ctx, cardRef, nil)
	if err != nil {
		err = clean(err)
		return errors.Is(err, payment.ErrUnknown), err
	}
	return m.Customer == nil || customerRef != "" && m.Customer.ID != customerRef, nil
}
