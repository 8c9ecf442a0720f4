package stripe

import (
	"testing"

	"billfold/models/money"
	"billfold/models/payment"

	stripego "github.com/stripe/stripe-go/v85"
)

// disputed is a payment with a dispute.
func disputed() *stripego.PaymentIntent {
	return &stripego.PaymentIntent{ID: "pi_1", Status: stripego.PaymentIntentStatusSucceeded, Amount: 500, AmountReceived: 500, Currency: "eur",
		Metadata: map[string]string{metaCharge: "k", metaInvoice: "i"}, LatestCharge: &stripego.Charge{Disputed: true}}
}

func TestStates(t *testing.T) {
	declined := &stripego.Error{Code: stripego.ErrorCodeCardDeclined, DeclineCode: "insufficient_funds"}
	authenticate := &stripego.Error{Code: stripego.ErrorCodeAuthenticationRequired, DeclineCode: "authentication_required"}
	for _, c := range []struct {
		status  stripego.PaymentIntentStatus
		last    *stripego.Error
		page    bool
		state   payment.State
		failure string
	}{
		{"succeeded", nil, false, payment.Succeeded, ""},
		{"succeeded", declined, true, payment.Succeeded, ""}, // a second card on the page
		{"canceled", declined, false, payment.Cancelled, ""},
		{"processing", nil, false, payment.Processing, ""},
		{"requires_capture", nil, false, payment.Processing, ""},
		{"requires_action", nil, false, payment.ActionRequired, payment.FailAuthentication},
		{"requires_action", nil, true, payment.Started, ""}, // the cardholder is at it
		{"requires_confirmation", nil, false, payment.Started, ""},
		{"requires_payment_method", nil, false, payment.Started, ""},
		{"requires_payment_method", declined, false, payment.Failed, payment.FailFunds},
		{"requires_payment_method", declined, true, payment.Started, ""}, // another card can be chosen
		{"requires_payment_method", authenticate, false, payment.ActionRequired, payment.FailAuthentication},
	} {
		pi := &stripego.PaymentIntent{Status: c.status, LastPaymentError: c.last}
		if state, failure := stateOf(pi, c.page); state != c.state || failure != c.failure {
			t.Errorf("%s, page %v: %s %q, want %s %q", c.status, c.page, state, failure, c.state, c.failure)
		}
	}
}

func TestOutcomeAmounts(t *testing.T) {
	pi := disputed()
	pi.LatestCharge.Disputed = false
	pi.AmountReceived = 499 // what was taken counts, not what was asked for
	if out := outcomeOf(pi, nil); out.Amount != money.New(499, "EUR") || out.State != payment.Succeeded || out.InvoiceID != "i" || out.Key != "k" || out.ChargeRef != "pi_1" {
		t.Errorf("%+v", out)
	}
	pi.Status, pi.Currency, pi.Amount = "requires_action", "jpy", 1200
	if out := outcomeOf(pi, nil); out.Amount != money.New(1200, "JPY") {
		t.Errorf("%+v", out)
	}
}

func TestDisputes(t *testing.T) {
	taken := []*stripego.BalanceTransaction{{Amount: -500}}
	back := append(taken, &stripego.BalanceTransaction{Amount: 500})
	for _, c := range []struct {
		status stripego.DisputeStatus
		moved  []*stripego.BalanceTransaction
		amount int64
		state  payment.State
	}{
		{"warning_needs_response", nil, 500, payment.Succeeded}, // an inquiry
		{"warning_closed", nil, 500, payment.Succeeded},
		{"needs_response", nil, 500, payment.Succeeded}, // not taken yet
		{"needs_response", taken, 500, payment.Reversed},
		{"under_review", taken, 500, payment.Reversed},
		{"lost", nil, 500, payment.Reversed},
		{"won", taken, 500, payment.Succeeded}, // it is on its way back
		{"won", back, 500, payment.Succeeded},
		{"needs_response", taken, 200, payment.Reversed}, // a part: the store compares
	} {
		out := outcomeOf(disputed(), []*stripego.Dispute{{Status: c.status, Amount: c.amount, Currency: "eur", BalanceTransactions: c.moved}})
		if out.State != c.state || c.state == payment.Reversed && out.Amount != money.New(c.amount, "EUR") {
			t.Errorf("%s: %+v, want %s", c.status, out, c.state)
		}
	}
}

func TestFailures(t *testing.T) {
	for _, c := range []struct{ code, decline, want string }{
		{"card_declined", "generic_decline", payment.FailDeclined},
		{"card_declined", "insufficient_funds", payment.FailFunds},
		{"card_declined", "stolen_card", payment.FailDeclined}, // not to be told
		{"card_declined", "lost_card", payment.FailDeclined},
		{"card_declined", "expired_card", payment.FailExpired},
		{"expired_card", "", payment.FailExpired},
		{"authentication_required", "authentication_required", payment.FailAuthentication},
		{"card_declined", "authentication_required", payment.FailAuthentication},
		{"card_declined", "currency_not_supported", payment.FailUnsupported},
		{"processing_error", "", payment.FailOther},
		{"something_new", "something_new", payment.FailOther},
	} {
		if got := failureOf(&stripego.Error{Code: stripego.ErrorCode(c.code), DeclineCode: stripego.DeclineCode(c.decline)}); got != c.want {
			t.Errorf("%s/%s: %s, want %s", c.code, c.decline, got, c.want)
		}
	}
}

// TestMinorUnits: what Stripe calls one of each currency's minor units is ours, with as many digits.
func TestMinorUnits(t *testing.T) {
	for _, c := range money.Currencies() {
		a, err := money.Parse("1234", c)
		if err != nil {
			t.Fatal(err)
		}
		want := int64(123400)
		if c == "JPY" {
			want = 1234
		}
		minor, currency, err := toStripe(a)
		if err != nil || minor != want || fromStripe(minor, stripego.Currency(currency)) != a {
			t.Errorf("%s: %d %s %v", c, minor, currency, err)
		}
	}
	for _, a := range []money.Amount{money.New(0, "EUR"), money.New(-1, "EUR"), money.New(100, "KWD"), {}} {
		if minor, _, err := toStripe(a); err == nil {
			t.Errorf("%s is asked for as %d", a, minor)
		}
	}
}
