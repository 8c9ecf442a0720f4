package stripe

import (
	"billfold/models/payment"

	stripego "github.com/stripe/stripe-go/v85"
)

// The names under which we say what an object of Stripe is for.
const (
	metaAccount = "account_id"
	metaInvoice = "invoice_id"
	metaNumber  = "invoice_number"
	metaCharge  = "charge_id" // the key of the charge
	metaOrigin  = "origin"
	metaSetup   = "setup_id" // the key of the setup
)

// Where a payment comes from.
const (
	originAutomatic = "automatic" // nobody was present
	originPage      = "page"      // somebody is on a Checkout page
)

// outcomeOf is a PaymentIntent in our words. Disputes are those of its charge.
func outcomeOf(pi *stripego.PaymentIntent, disputes []*stripego.Dispute) payment.Outcome {
	out := payment.Outcome{
		Refs:      payment.Refs{ChargeRef: pi.ID, Key: pi.Metadata[metaCharge]},
		InvoiceID: pi.Metadata[metaInvoice],
		Amount:    fromStripe(pi.Amount, pi.Currency),
	}
	out.State, out.Failure = stateOf(pi, pi.Metadata[metaOrigin] == originPage)
	if out.State == payment.Succeeded {
		out.Amount = fromStripe(pi.AmountReceived, pi.Currency)
		if d := withdrawn(disputes); d != nil {
			out.State, out.Amount = payment.Reversed, fromStripe(d.Amount, d.Currency)
		}
	}
	out.Brand, out.Last4 = cardOf(pi)
	return out
}

// stateOf says how a PaymentIntent stands. A refusal on an open Checkout page ends nothing: it stays open
// for another card, so it is Started until the page is done or has expired.
func stateOf(pi *stripego.PaymentIntent, page bool) (state payment.State, failure string) {
	switch pi.Status {
	case stripego.PaymentIntentStatusSucceeded:
		return payment.Succeeded, ""
	case stripego.PaymentIntentStatusCanceled:
		return payment.Cancelled, ""
	case stripego.PaymentIntentStatusProcessing, stripego.PaymentIntentStatusRequiresCapture:
		return payment.Processing, ""
	}
	if page {
		return payment.Started, ""
	}
	switch {
	case pi.Status == stripego.PaymentIntentStatusRequiresAction:
		return payment.ActionRequired, payment.FailAuthentication
	case pi.LastPaymentError != nil:
		// With nobody present Stripe gives a payment that needs the cardholder back as refused.
		failure = failureOf(pi.LastPaymentError)
		if failure == payment.FailAuthentication {
			return payment.ActionRequired, failure
		}
		return payment.Failed, failure
	}
	return payment.Started, ""
}

// cardOf is the card that was used or tried, empty when the object does not say.
func cardOf(pi *stripego.PaymentIntent) (brand, last4 string) {
	if c := pi.LatestCharge; c != nil && c.PaymentMethodDetails != nil && c.PaymentMethodDetails.Card != nil {
		card := c.PaymentMethodDetails.Card
		return brandWord(string(card.Brand)), card.Last4
	}
	if e := pi.LastPaymentError; e != nil && e.PaymentMethod != nil && e.PaymentMethod.Card != nil {
		card := e.PaymentMethod.Card
		return brandWord(string(card.Brand)), card.Last4
	}
	return "", ""
}

// withdrawn is a dispute for which the bank has taken the money and not given it back, nil for none. An
// inquiry takes none. Its amount may be a part of the payment; then it does not match our charge, which the
// store says instead of guessing what is due.
func withdrawn(disputes []*stripego.Dispute) *stripego.Dispute {
	for _, d := range disputes {
		var balance int64
		for _, t := range d.BalanceTransactions {
			balance += t.Amount
		}
		if d.Status == stripego.DisputeStatusLost || balance < 0 && d.Status != stripego.DisputeStatusWon {
			return d
		}
	}
	return nil
}

// failureOf is the reason of a refusal as one of our codes. Lost, stolen and fraudulent are not told apart
// from other refusals, as Stripe asks: whoever holds the card is not to learn that it was reported. Source:
// https://docs.stripe.com/declines/codes.
func failureOf(e *stripego.Error) string {
	switch e.DeclineCode {
	case "insufficient_funds":
		return payment.FailFunds
	case "expired_card":
		return payment.FailExpired
	case "authentication_required":
		return payment.FailAuthentication
	case "card_not_supported", "currency_not_supported", "service_not_allowed", "transaction_not_allowed", "not_permitted":
		return payment.FailUnsupported
	}
	switch e.Code {
	case stripego.ErrorCodeAuthenticationRequired, stripego.ErrorCodePaymentIntentActionRequired, stripego.ErrorCodePaymentIntentAuthenticationFailure:
		return payment.FailAuthentication
	case stripego.ErrorCodeInsufficientFunds:
		return payment.FailFunds
	case stripego.ErrorCodeExpiredCard, stripego.ErrorCodeInvalidExpiryYear, stripego.ErrorCodeInvalidExpiryMonth:
		return payment.FailExpired
	case stripego.ErrorCodePaymentMethodCurrencyMismatch, stripego.ErrorCodeInvalidCardType:
		return payment.FailUnsupported
	case stripego.ErrorCodeCardDeclined, stripego.ErrorCodeIncorrectCVC, stripego.ErrorCodeInvalidCVC, stripego.ErrorCodeIncorrectNumber, stripego.ErrorCodeCardDeclineRateLimitExceeded:
		return payment.FailDeclined
	}
	return payment.FailOther
}

// brandWord is a card's brand as people write it, "Card" for one that Stripe does not name.
func brandWord(brand string) string {
	switch brand {
	case "amex":
		return "American Express"
	case "cartes_bancaires":
		return "Cartes Bancaires"
	case "diners":
		return "Diners Club"
	case "discover":
		return "Discover"
	case "eftpos_au":
		return "eftpos"
	case "jcb":
		return "JCB"
	case "mastercard":
		return "Mastercard"
	case "unionpay":
		return "UnionPay"
	case "visa":
		return "Visa"
	}
	return "Card"
}
