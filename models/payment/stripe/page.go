package stripe

import (
	"context"
	"strings"
	"time"

	"billfold/models/payment"

	stripego "github.com/stripe/stripe-go/v85"
)

// pageLife is how long a page can be paid on. Stripe allows 30 minutes to 24 hours. A page that somebody
// left keeps the invoice from being charged otherwise, so it is short.
const pageLife = time.Hour

// StartPayment opens a Checkout page on which one invoice is paid. It shows the customer's cards by itself;
// which is first is Stripe's choice.
func (g *Gateway) StartPayment(ctx context.Context, o payment.PaymentOrder) (payment.Session, error) {
	ctx, cancel := bound(ctx)
	defer cancel()
	minor, currency, err := toStripe(o.Amount)
	if err != nil {
		return payment.Session{}, err
	}
	marks := marksOf(o.ChargeOrder, originPage)
	s, err := g.api.V1CheckoutSessions.Create(ctx, &stripego.CheckoutSessionCreateParams{
		Params:             idempotent("pay", o.Key),
		Mode:               stripego.String(stripego.CheckoutSessionModePayment),
		Customer:           &o.CustomerRef,
		ClientReferenceID:  &o.Key,
		PaymentMethodTypes: onlyCards(),
		LineItems: []*stripego.CheckoutSessionCreateLineItemParams{{
			Quantity: stripego.Int64(1),
			PriceData: &stripego.CheckoutSessionCreateLineItemPriceDataParams{
				Currency:    &currency,
				UnitAmount:  &minor,
				ProductData: &stripego.CheckoutSessionCreateLineItemPriceDataProductDataParams{Name: describe(o.ChargeOrder)},
			},
		}},
		// The invoice's currency is the one that is paid in, whatever the buyer's country.
		AdaptivePricing: &stripego.CheckoutSessionCreateAdaptivePricingParams{Enabled: stripego.Bool(false)},
		SuccessURL:      &o.ReturnURL,
		CancelURL:       &o.CancelURL,
		ExpiresAt:       g.pageEnd(o.Key),
		Metadata:        marks,
		PaymentIntentData: &stripego.CheckoutSessionCreatePaymentIntentDataParams{
			Description:      describe(o.ChargeOrder),
			Metadata:         marks,
			SetupFutureUsage: stripego.String(stripego.PaymentIntentSetupFutureUsageOffSession),
		},
		SavedPaymentMethodOptions: &stripego.CheckoutSessionCreateSavedPaymentMethodOptionsParams{
			AllowRedisplayFilters: stripego.StringSlice([]string{"always", "limited", "unspecified"}),
		},
	})
	if err != nil {
		return payment.Session{}, clean(err)
	}
	return sessionOf(s), nil
}

// pageEnd is when a page ends, counted from when its key was made: a request that is repeated must be the
// same to the letter. A key without a date leaves it to Stripe.
func (g *Gateway) pageEnd(key string) *int64 {
	age, dated := g.keyAge(key)
	if !dated {
		return nil
	}
	return stripego.Int64(g.now().Add(pageLife - age).Unix())
}

func sessionOf(s *stripego.CheckoutSession) payment.Session {
	return payment.Session{Ref: s.ID, URL: s.URL, ExpiresAt: time.Unix(s.ExpiresAt, 0).UTC()}
}

func isSession(ref string) bool { return strings.HasPrefix(ref, "cs_") }
func isPayment(ref string) bool { return strings.HasPrefix(ref, "pi_") }
