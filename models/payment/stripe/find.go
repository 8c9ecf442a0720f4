package stripe

import (
	"context"
	"errors"
	"time"

	"billfold/models"
	"billfold/models/payment"

	stripego "github.com/stripe/stripe-go/v85"
)

// searchLag is how long what was made may be missing from a search.
const searchLag = 15 * time.Minute

// errNotYet says that a search cannot know yet.
var errNotYet = errors.New("stripe may not find so young a payment by its key yet")

// Find reads how a charge stands. By its key alone it is searched for; a key so young that the search may
// not know it yet is an error instead of ErrUnknown.
func (g *Gateway) Find(ctx context.Context, r payment.Refs) (payment.Outcome, error) {
	ctx, cancel := bound(ctx)
	defer cancel()
	switch {
	case r.ChargeRef != "":
		return g.findPayment(ctx, r.ChargeRef)
	case r.SessionRef != "":
		return g.findPage(ctx, r.SessionRef)
	case models.IsID(r.Key):
		return g.findKey(ctx, r.Key)
	}
	return payment.Outcome{}, payment.ErrUnknown
}

func (g *Gateway) findPayment(ctx context.Context, ref string) (payment.Outcome, error) {
	if !isPayment(ref) {
		return payment.Outcome{}, payment.ErrUnknown
	}
	pi, err := g.api.V1PaymentIntents.Retrieve(ctx, ref, &stripego.PaymentIntentRetrieveParams{Expand: stripego.StringSlice([]string{"latest_charge"})})
	if err != nil {
		return payment.Outcome{}, clean(err)
	}
	return g.outcome(ctx, pi)
}

func (g *Gateway) findKey(ctx context.Context, key string) (payment.Outcome, error) {
	found := g.api.V1PaymentIntents.Search(ctx, &stripego.PaymentIntentSearchParams{
		SearchParams: stripego.SearchParams{Query: metadataIs(metaCharge, key)},
		Expand:       stripego.StringSlice([]string{"data.latest_charge"}),
	})
	if found.Err() != nil {
		return payment.Outcome{}, clean(found.Err())
	}
	for _, pi := range found.Data() {
		// A search may be behind: the payment itself says how it stands.
		if pi.Metadata[metaCharge] == key {
			return g.findPayment(ctx, pi.ID)
		}
	}
	if age, dated := g.keyAge(key); dated && age < searchLag {
		return payment.Outcome{}, errNotYet
	}
	return payment.Outcome{}, payment.ErrUnknown
}

// findPage reads a page. Its payment, once made, says more than the page does.
func (g *Gateway) findPage(ctx context.Context, ref string) (payment.Outcome, error) {
	if !isSession(ref) {
		return payment.Outcome{}, payment.ErrUnknown
	}
	s, err := g.api.V1CheckoutSessions.Retrieve(ctx, ref, &stripego.CheckoutSessionRetrieveParams{
		Expand: stripego.StringSlice([]string{"payment_intent.latest_charge"}),
	})
	if err != nil {
		return payment.Outcome{}, clean(err)
	}
	if s.Mode != stripego.CheckoutSessionModePayment {
		return payment.Outcome{}, payment.ErrUnknown
	}
	out := pageOf(s)
	if s.PaymentIntent == nil {
		return out, nil
	}
	paid, err := g.outcome(ctx, s.PaymentIntent)
	if err != nil {
		return payment.Outcome{}, err
	}
	out.ChargeRef = paid.ChargeRef
	switch paid.State {
	case payment.Succeeded, payment.Reversed, payment.Processing:
		paid.SessionRef = s.ID
		return paid, nil
	}
	if s.Status == stripego.CheckoutSessionStatusComplete { // nobody is on it any more
		out.State, out.Failure = stateOf(s.PaymentIntent, false)
	}
	out.Brand, out.Last4 = paid.Brand, paid.Last4
	return out, nil
}

// pageOf is a page on which nothing was paid in our words.
func pageOf(s *stripego.CheckoutSession) payment.Outcome {
	out := payment.Outcome{
		Refs:      payment.Refs{SessionRef: s.ID, Key: s.Metadata[metaCharge]},
		State:     payment.Processing, // complete, and the bank has not answered
		InvoiceID: s.Metadata[metaInvoice],
		Amount:    fromStripe(s.AmountTotal, s.Currency),
	}
	switch s.Status {
	case stripego.CheckoutSessionStatusOpen:
		out.State, out.PayURL = payment.Started, s.URL
	case stripego.CheckoutSessionStatusExpired:
		out.State = payment.Cancelled
	}
	return out
}

// outcome is a payment in our words, with its disputes read when it has any.
func (g *Gateway) outcome(ctx context.Context, pi *stripego.PaymentIntent) (payment.Outcome, error) {
	var disputes []*stripego.Dispute
	if pi.LatestCharge != nil && pi.LatestCharge.Disputed {
		list := g.api.V1Disputes.List(ctx, &stripego.DisputeListParams{PaymentIntent: &pi.ID})
		if list.Err() != nil {
			return payment.Outcome{}, clean(list.Err())
		}
		disputes = list.Data()
	}
	return outcomeOf(pi, disputes), nil
}

// Cancel gives a charge up: a page is made to expire, a payment is cancelled. When it was too late the
// outcome says how it stands.
func (g *Gateway) Cancel(ctx context.Context, r payment.Refs) (payment.Outcome, error) {
	ctx, cancel := bound(ctx)
	defer cancel()
	var asked error
	switch {
	case isSession(r.SessionRef):
		_, asked = g.api.V1CheckoutSessions.Expire(ctx, r.SessionRef, nil)
		r = payment.Refs{SessionRef: r.SessionRef}
	case isPayment(r.ChargeRef):
		_, asked = g.api.V1PaymentIntents.Cancel(ctx, r.ChargeRef, &stripego.PaymentIntentCancelParams{CancellationReason: stripego.String("abandoned")})
		r = payment.Refs{ChargeRef: r.ChargeRef}
	default:
		found, err := g.Find(ctx, payment.Refs{Key: r.Key})
		if err != nil || found.ChargeRef == "" {
			return found, err
		}
		return g.Cancel(ctx, payment.Refs{ChargeRef: found.ChargeRef})
	}
	if _, ok := refusedRequest(asked); asked != nil && !ok {
		return payment.Outcome{}, clean(asked)
	}
	out, err := g.Find(ctx, r)
	if err == nil && asked != nil && (out.State == payment.Started || out.State == payment.ActionRequired) {
		return payment.Outcome{}, clean(asked) // refused, and not because it has ended
	}
	return out, err
}
