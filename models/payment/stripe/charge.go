package stripe

import (
	"context"
	"errors"
	"fmt"
	"time"

	"billfold/models/payment"

	stripego "github.com/stripe/stripe-go/v85"
)

// keyHolds is how long an idempotency key is relied on; Stripe promises 24 hours.
const keyHolds = 20 * time.Hour

// Charge charges a card with nobody present. Asked again under the same key it gives the same payment: by
// the idempotency key while that holds, later by looking through the customer's payments.
func (g *Gateway) Charge(ctx context.Context, o payment.ChargeOrder) (payment.Outcome, error) {
	ctx, cancel := bound(ctx)
	defer cancel()
	minor, currency, err := toStripe(o.Amount)
	if err != nil {
		return payment.Outcome{}, err
	}
	if age, dated := g.keyAge(o.Key); !dated || age > keyHolds {
		made, err := g.madeBefore(ctx, o, age)
		if err != nil {
			return payment.Outcome{}, clean(err)
		}
		if made != nil {
			return g.outcome(ctx, made)
		}
	}
	pi, err := g.api.V1PaymentIntents.Create(ctx, &stripego.PaymentIntentCreateParams{
		Params:             idempotent("charge", o.Key),
		Amount:             &minor,
		Currency:           &currency,
		Customer:           &o.CustomerRef,
		PaymentMethod:      &o.CardRef,
		PaymentMethodTypes: onlyCards(),
		Confirm:            stripego.Bool(true),
		OffSession:         stripego.Bool(true),
		Description:        describe(o),
		Metadata:           marksOf(o, originAutomatic),
		Expand:             stripego.StringSlice([]string{"latest_charge"}),
	})
	if err != nil {
		return g.refusal(ctx, o, err)
	}
	return g.outcome(ctx, pi)
}

// describe names the invoice where people see the payment at Stripe. What the bank prints on a statement is
// the operator's setting at Stripe: a number there may be refused, and the charge with it.
func describe(o payment.ChargeOrder) *string { return stripego.String("Invoice " + o.Number) }

func marksOf(o payment.ChargeOrder, origin string) map[string]string {
	return map[string]string{metaAccount: o.AccountID, metaInvoice: o.InvoiceID, metaNumber: o.Number, metaCharge: o.Key, metaOrigin: origin}
}

// madeBefore finds the payment that was made under a key whose idempotency is over, nil for none. A list is
// complete at once, unlike a search.
func (g *Gateway) madeBefore(ctx context.Context, o payment.ChargeOrder, age time.Duration) (*stripego.PaymentIntent, error) {
	params := &stripego.PaymentIntentListParams{Customer: &o.CustomerRef, Expand: stripego.StringSlice([]string{"data.latest_charge"})}
	params.Limit = stripego.Int64(100)
	if age > 0 {
		params.CreatedRange = &stripego.RangeQueryParams{GreaterThanOrEqual: g.now().Add(-age - time.Hour).Unix()} // clocks differ
	}
	for pi, err := range g.api.V1PaymentIntents.List(ctx, params).All(ctx) {
		if err != nil {
			return nil, err
		}
		if pi.Metadata[metaCharge] == o.Key {
			return pi, nil
		}
	}
	return nil, nil
}

// refusal tells what an answer other than a payment means: no from the bank, a card that cannot be charged
// at all, or trouble in which nothing is known.
func (g *Gateway) refusal(ctx context.Context, o payment.ChargeOrder, err error) (payment.Outcome, error) {
	s, ok := answered(err)
	if !ok {
		return payment.Outcome{}, clean(err)
	}
	none := payment.Outcome{Refs: payment.Refs{Key: o.Key}, State: payment.Failed, InvoiceID: o.InvoiceID, Amount: o.Amount}
	if s.Type == stripego.ErrorTypeCard {
		if s.PaymentIntent == nil {
			none.Failure = failureOf(s)
			return none, nil
		}
		if s.PaymentIntent.LastPaymentError == nil {
			s.PaymentIntent.LastPaymentError = s
		}
		return g.outcome(ctx, s.PaymentIntent)
	}
	if _, ok := refusedRequest(err); !ok {
		return payment.Outcome{}, clean(err)
	}
	switch s.Code {
	case stripego.ErrorCodeAmountTooSmall, stripego.ErrorCodeAmountTooLarge:
		none.Failure = payment.FailOther
		return none, nil
	}
	if gone, lookErr := g.gone(ctx, o.CardRef, o.CustomerRef); gone && (lookErr == nil || errors.Is(lookErr, payment.ErrUnknown)) {
		none.Failure = payment.FailRemoved
		return none, nil
	}
	return payment.Outcome{}, fmt.Errorf("charge not taken: %w", refused{s.HTTPStatusCode, string(s.Type), string(s.Code), s.RequestID})
}

// Refund sends the whole of a payment back. One that has gone back already is refunded.
func (g *Gateway) Refund(ctx context.Context, chargeRef, key string) error {
	ctx, cancel := bound(ctx)
	defer cancel()
	made, err := g.api.V1Refunds.Create(ctx, &stripego.RefundCreateParams{Params: idempotent("refund", key), PaymentIntent: &chargeRef})
	if s, ok := answered(err); ok && s.Code == stripego.ErrorCodeChargeAlreadyRefunded {
		return nil
	}
	if err != nil {
		return clean(err)
	}
	switch made.Status {
	case stripego.RefundStatusSucceeded, stripego.RefundStatusPending:
		return nil
	}
	return fmt.Errorf("stripe could not send the payment back: %s", made.Status)
}
