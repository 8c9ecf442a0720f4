package stripe

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"

	"billfold/models/payment"

	stripego "github.com/stripe/stripe-go/v85"
)

// refused is what Stripe answered, without its message, which may quote what was sent. The request's id
// finds the whole of it in Stripe's dashboard.
type refused struct {
	status                int
	kind, code, requestID string
}

// Error is for the log.
func (e refused) Error() string {
	words := fmt.Sprintf("stripe answered %d %s", e.status, e.kind)
	if e.code != "" {
		words += " " + e.code
	}
	if e.requestID != "" {
		words += ", request " + e.requestID
	}
	return words
}

// clean is an error that may be logged: no keys, no bodies, no addresses.
func clean(err error) error {
	if err == nil {
		return nil
	}
	if s, ok := answered(err); ok {
		if s.HTTPStatusCode == http.StatusNotFound && s.Code == stripego.ErrorCodeResourceMissing {
			return payment.ErrUnknown
		}
		return refused{s.HTTPStatusCode, string(s.Type), string(s.Code), s.RequestID}
	}
	var asking *url.Error
	switch {
	case errors.Is(err, context.Canceled):
		return fmt.Errorf("stripe did not answer: %w", context.Canceled)
	case errors.Is(err, context.DeadlineExceeded):
		return fmt.Errorf("stripe did not answer: %w", context.DeadlineExceeded)
	case errors.As(err, &asking):
		return fmt.Errorf("stripe did not answer: %w", asking.Err)
	}
	return errors.New("stripe gave an answer that cannot be read")
}

// answered finds Stripe's own error.
func answered(err error) (*stripego.Error, bool) {
	var s *stripego.Error
	ok := errors.As(err, &s)
	return s, ok
}

// refusedRequest finds an answer that says that nothing was done and why: not one about keys or limits.
func refusedRequest(err error) (*stripego.Error, bool) {
	s, ok := answered(err)
	if !ok || s.Type != stripego.ErrorTypeInvalidRequest {
		return nil, false
	}
	return s, s.HTTPStatusCode == http.StatusBadRequest || s.HTTPStatusCode == http.StatusNotFound
}
