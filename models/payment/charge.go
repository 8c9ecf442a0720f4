package payment

import "time"

// State says how a charge stands.
type State string

// The states of a charge. At most one of an invoice is Started, ActionRequired, Processing or Succeeded.
const (
	Started        State = "started"         // asked for, or its page is open
	ActionRequired State = "action_required" // the customer must confirm it with the bank
	Processing     State = "processing"      // the gateway has it and has not decided
	Succeeded      State = "succeeded"
	Failed         State = "failed"
	Cancelled      State = "cancelled"
	Reversed       State = "reversed" // succeeded, then the bank took it back
	Surplus        State = "surplus"  // succeeded although another one had: to be sent back
	Refunded       State = "refunded" // was surplus, has been sent back
)

// Failure codes, our own words for what gateways say in theirs.
const (
	FailDeclined       = "card_declined"
	FailFunds          = "insufficient_funds"
	FailExpired        = "expired_card"
	FailAuthentication = "authentication_required"
	FailLost           = "card_lost_or_stolen"
	FailUnsupported    = "not_supported"
	FailRemoved        = "card_removed"
	FailOther          = "other"
)

// FailureWords is the reason as a customer reads it, to stand after a colon.
func FailureWords(code string) string {
	switch code {
	case FailDeclined:
		return "the bank declined the card"
	case FailFunds:
		return "insufficient funds"
	case FailExpired:
		return "the card has expired"
	case FailAuthentication:
		return "the bank asks the cardholder to confirm this payment"
	case FailLost:
		return "the card was reported lost or stolen"
	case FailUnsupported:
		return "the card cannot be used for this payment"
	case FailRemoved:
		return "the card is no longer on file"
	}
	return "the payment did not go through"
}

// DefaultRetryDays are the days after the first failure on which a charge is tried again by itself.
var DefaultRetryDays = []int{1, 3, 7}

// NextTry is when a charge that has failed so many times (1 for the first) is tried again: retryDays after
// the first failure, ascending. ok is false when no try is left. Times are UTC.
func NextTry(firstFailure time.Time, failures int, retryDays []int) (at time.Time, ok bool) {
	if failures < 1 || failures > len(retryDays) {
		return time.Time{}, false
	}
	return firstFailure.UTC().AddDate(0, 0, retryDays[failures-1]), true
}
