package payment

import (
	"context"
	"errors"
	"net/http"
	"time"

	"billfold/models/money"
)

// The names of the gateways, as stored.
const (
	Stripe  = "stripe"
	Sandbox = "sandbox"
)

// Gateway takes money for us. Its methods do no work in our database and may be called again with the same
// key or reference: the same question has the same effect once. Errors are of transport or of the gateway's
// own trouble and mean "not known, ask again"; a refusal by a bank is no error but an Outcome.
type Gateway interface {
	// Name is Stripe or Sandbox.
	Name() string
	// Customer makes the account's counterpart at the gateway, or gives the one that was made under the same
	// account id before.
	Customer(ctx context.Context, c Customer) (ref string, err error)
	// StartSetup opens a page of the gateway on which a person adds a card.
	StartSetup(ctx context.Context, s SetupOrder) (Session, error)
	// Setup reads how a visit that StartSetup opened stands. Kind of error: ErrUnknown.
	Setup(ctx context.Context, sessionRef string) (SetupOutcome, error)
	// RemoveCard forgets a card at the gateway; one it does not know is forgotten already.
	RemoveCard(ctx context.Context, cardRef string) error
	// Charge asks for money with nobody present. The key makes asking again harmless.
	Charge(ctx context.Context, o ChargeOrder) (Outcome, error)
	// StartPayment opens a page of the gateway on which a person pays one invoice, with a card of theirs or a
	// new one.
	StartPayment(ctx context.Context, o PaymentOrder) (Session, error)
	// Find reads how a charge stands, by its charge reference, by the session of its page, or by the key it was
	// asked under; the first that is not empty. Kind of error: ErrUnknown.
	Find(ctx context.Context, r Refs) (Outcome, error)
	// Cancel gives a charge up. The outcome says whether it was too late.
	Cancel(ctx context.Context, r Refs) (Outcome, error)
	// Refund sends the whole of a succeeded charge back. The key makes asking again harmless.
	Refund(ctx context.Context, chargeRef, key string) error
	// Notice checks and reads a message that the gateway sent to our address. Kind of error: ErrForged. A
	// message about nothing of ours is a Notice without an Outcome and a Setup.
	Notice(header http.Header, body []byte, now time.Time) (Notice, error)
}

// Errors of gateways.
var (
	// ErrUnknown says that the gateway knows nothing of the reference.
	ErrUnknown = errors.New("the payment gateway does not know this reference")
	// ErrForged says that a message does not carry the gateway's signature, or is too old.
	ErrForged = errors.New("the message is not signed by the payment gateway, or too old")
)

// Customer is an account as a gateway may know it.
type Customer struct{ AccountID, Name, Email string }

// SetupOrder asks for a page that adds a card.
type SetupOrder struct {
	Key         string // of the setup, ours
	CustomerRef string
	AccountID   string
	ReturnURL   string // where the gateway sends the person afterwards
	CancelURL   string // where it sends a person who gives up
}

// Session is a page of a gateway.
type Session struct {
	Ref       string
	URL       string // to send the person to
	ExpiresAt time.Time
}

// SetupState says how a visit that adds a card stands.
type SetupState string

// The states of a setup.
const (
	SetupOpen  SetupState = "open"
	SetupDone  SetupState = "done"
	SetupEnded SetupState = "ended" // given up or expired: nothing was added
)

// SetupOutcome is how a visit that adds a card stands, and the card once it is done.
type SetupOutcome struct {
	SessionRef string
	State      SetupState
	Card       Card
}

// Card is a card as a gateway shows it: never its number.
type Card struct {
	Ref      string
	Brand    string // as people write it: Visa, Mastercard
	Last4    string
	Holder   string
	ExpMonth int // 1 to 12
	ExpYear  int // four digits
	Country  string
}

// ChargeOrder asks for the money of one invoice with nobody present.
type ChargeOrder struct {
	Key         string // of the charge, ours
	InvoiceID   string
	Number      string // of the invoice, for the customer's statement
	AccountID   string
	CustomerRef string
	CardRef     string
	Amount      money.Amount
}

// PaymentOrder asks for a page on which one invoice is paid.
type PaymentOrder struct {
	ChargeOrder // CardRef: the card to offer first, or empty
	ReturnURL   string
	CancelURL   string
}

// Refs names a charge at a gateway.
type Refs struct{ ChargeRef, SessionRef, Key string }

// Outcome is how a charge stands at the gateway.
type Outcome struct {
	Refs
	State     State        // Processing, ActionRequired, Succeeded, Failed, Cancelled, Reversed or Started (the page is open)
	InvoiceID string       // as we said it when we asked
	Amount    money.Amount // taken or asked for
	Failure   string       // code, one of Failures
	Brand     string       // of the card that was used
	Last4     string
	PayURL    string // of the gateway's open page, if it has one
}

// Notice is one message of a gateway.
type Notice struct {
	ID      string // the gateway's; the same one comes again
	Type    string // the gateway's word
	Outcome *Outcome
	Setup   *SetupOutcome
}
