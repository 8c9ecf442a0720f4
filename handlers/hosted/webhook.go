// Package hosted is where payment gateways and their pages meet the console.
//
//	webhook.go  messages that Stripe sends to us
package hosted

import (
	"errors"
	"io"
	"log/slog"
	"net/http"

	"billfold/handlers/page"
	"billfold/models"
	"billfold/models/payment"

	"github.com/labstack/echo/v4"
)

// maxMessage bounds a message; Stripe's are some kilobytes.
const maxMessage = 256 << 10

// Webhook answers the gateways.
type Webhook struct {
	payments *payment.Store
	log      *slog.Logger
}

// NewWebhook makes a Webhook.
func NewWebhook(payments *payment.Store, log *slog.Logger) *Webhook { return &Webhook{payments, log} }

// Stripe takes in a message of Stripe, which nobody signs in for: its signature says whose it is. 200 says
// that it need not come again; 503 that it is to come again, as Stripe does for days.
func (h *Webhook) Stripe(c echo.Context) error {
	body, err := io.ReadAll(http.MaxBytesReader(c.Response(), c.Request().Body, maxMessage))
	if large := (*http.MaxBytesError)(nil); errors.As(err, &large) {
		return c.String(http.StatusRequestEntityTooLarge, "too large\n")
	}
	if err != nil {
		return c.String(http.StatusBadRequest, "the message was cut off\n")
	}
	err = h.payments.Receive(page.Ctx(c), payment.Stripe, c.Request().Header, body)
	if err == nil {
		return c.String(http.StatusOK, "ok\n")
	}
	switch models.KindOf(err) {
	case models.NotFound:
		return c.String(http.StatusNotFound, "Stripe is not set up here\n")
	case models.Invalid:
		return c.String(http.StatusBadRequest, err.Error()+"\n")
	}
	h.log.ErrorContext(page.Ctx(c), "a message of Stripe could not be taken in", "error", err, "request_id", page.RequestID(c))
	c.Response().Header().Set("Retry-After", "60")
	return c.String(http.StatusServiceUnavailable, "try again later\n")
}
