package api

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"billfold/models"

	"github.com/danielgtaylor/huma/v2"
	"github.com/labstack/echo/v4"
)

// Problem is the body of every answer from 400 on.
type Problem struct {
	Errors  []ProblemItem `json:"errors"`
	Message string        `json:"message" doc:"What went wrong and what to do, for people"`
	status  int
}

// ProblemItem is one error of a Problem.
type ProblemItem struct {
	Code    string `json:"error_code" doc:"Stable name of the error" example:"billing_group_not_found"`
	Message string `json:"message"`
	Status  int    `json:"status" doc:"The HTTP status"`
	Field   string `json:"field,omitempty" doc:"The field of the request that must be changed"`

	// Of a batch of records: which one, and what to do about it.
	Index    *int   `json:"index,omitempty" doc:"Place of the record in the batch, from 0"`
	RecordID string `json:"id,omitempty" doc:"Id of the record"`
	Reason   string `json:"reason,omitempty" doc:"What is wrong with the field"`
}

// Error is the message.
func (p *Problem) Error() string { return p.Message }

// GetStatus is the HTTP status.
func (p *Problem) GetStatus() int { return p.status }

// GetHeaders are the headers of the answer: when to come again.
func (p *Problem) GetHeaders() http.Header {
	if p.status != http.StatusServiceUnavailable {
		return nil
	}
	return http.Header{"Retry-After": {"5"}}
}

// refusal is an error of the API itself, with its status and code.
type refusal struct {
	status        int
	code, message string
}

func (r *refusal) Error() string { return r.message }

func newProblem(status int, code, message string, fields ...models.Field) *Problem {
	p := &Problem{Message: message, status: status}
	for _, f := range fields {
		text := f.Message
		if f.Name != "" && !strings.HasPrefix(text, f.Name) {
			text = f.Name + ": " + text
		}
		p.Errors = append(p.Errors, ProblemItem{Code: code, Message: text, Status: status, Field: f.Name})
	}
	if len(p.Errors) == 0 {
		p.Errors = []ProblemItem{{Code: code, Message: message, Status: status}}
	}
	if p.Message == "" {
		p.Message = p.Errors[0].Message
	}
	return p
}

func init() {
	// What huma finds wrong with a request has the same form as all errors. 422 is not in the contract.
	huma.NewError = func(status int, message string, errs ...error) huma.StatusError {
		if status == http.StatusUnprocessableEntity {
			status = http.StatusBadRequest
		}
		var fields []models.Field
		for _, err := range errs {
			var d huma.ErrorDetailer
			if errors.As(err, &d) {
				detail := d.ErrorDetail()
				fields = append(fields, models.Field{Name: strings.TrimPrefix(strings.TrimPrefix(detail.Location, "body."), "body"), Message: detail.Message})
			} else if err != nil && status < http.StatusInternalServerError {
				fields = append(fields, models.Field{Message: err.Error()})
			}
		}
		if status >= http.StatusInternalServerError {
			message = "Something went wrong. Try again"
		}
		if len(fields) > 0 {
			message = ""
		}
		return newProblem(status, codes[status], message, fields...)
	}
}

// codes are the names of errors that are about the request and not about a thing.
var codes = map[int]string{
	http.StatusBadRequest:            "invalid_request",
	http.StatusUnauthorized:          "invalid_token",
	http.StatusForbidden:             "forbidden",
	http.StatusNotFound:              "not_found",
	http.StatusMethodNotAllowed:      "method_not_allowed",
	http.StatusNotAcceptable:         "not_acceptable",
	http.StatusConflict:              "conflict",
	http.StatusRequestEntityTooLarge: "request_too_large",
	http.StatusUnsupportedMediaType:  "unsupported_media_type",
	http.StatusTooManyRequests:       "too_many_requests",
	http.StatusInternalServerError:   "internal_error",
	http.StatusServiceUnavailable:    "unavailable",
}

// missing names what an endpoint did not find by what its path is about.
func missing(e Endpoint) (code, message string) {
	switch e.Scope {
	case InAccount:
		return "account_not_found", "Account not found"
	case InOrganization:
		return "organization_not_found", "Organization not found"
	case InGroup:
		return "billing_group_not_found", "Billing group not found"
	case InProject:
		return "project_not_found", "Project not found"
	}
	return "not_found", "Not found"
}

// problem is what a client is told of an error. Unknown ones show the request's id and nothing more; what
// happened goes to the log.
func (a *API) problem(ctx context.Context, e Endpoint, err error) *Problem {
	var done *Problem
	var own *refusal
	switch {
	case errors.As(err, &done):
		return done
	case errors.As(err, &own):
		return newProblem(own.status, own.code, own.message)
	}
	known, ok := models.AsError(err)
	if !ok && (errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled)) {
		return newProblem(http.StatusServiceUnavailable, codes[http.StatusServiceUnavailable], "The request took too long. Try again")
	}
	if !ok {
		r := requestOf(ctx)
		a.Log.ErrorContext(ctx, "API request failed", "error", err, "request_id", r.id, "operation", e.ID)
		return newProblem(http.StatusInternalServerError, codes[http.StatusInternalServerError], "Something went wrong. Try again. Request "+r.id)
	}
	switch known.Kind {
	case models.NotFound:
		code, message := missing(e)
		if known.Message != "Page not found" && known.Message != "" { // the pages' words for "not yours"
			message = known.Message
			if m := strings.TrimSuffix(strings.ToLower(known.Message), " not found"); m != strings.ToLower(known.Message) && !strings.Contains(m, " in ") {
				code = strings.ReplaceAll(m, " ", "_") + "_not_found"
			}
		}
		return newProblem(http.StatusNotFound, code, message)
	case models.Invalid:
		return newProblem(http.StatusBadRequest, codes[http.StatusBadRequest], known.Message, known.Fields...)
	case models.Conflict:
		return newProblem(http.StatusConflict, codes[http.StatusConflict], known.Message, known.Fields...)
	case models.Forbidden:
		return newProblem(http.StatusForbidden, codes[http.StatusForbidden], known.Message)
	case models.Unavailable:
		return newProblem(http.StatusServiceUnavailable, codes[http.StatusServiceUnavailable], known.Message)
	}
	return newProblem(http.StatusInternalServerError, codes[http.StatusInternalServerError], "Something went wrong. Try again")
}

// refuse answers an error that happened before the handler.
func (a *API) refuse(c echo.Context, e Endpoint, err error) error {
	return send(c, a.problem(c.Request().Context(), e, err))
}

func send(c echo.Context, p *Problem) error {
	for name, values := range p.GetHeaders() {
		c.Response().Header()[name] = values
	}
	if p.status == http.StatusUnauthorized {
		c.Response().Header().Set(echo.HeaderWWWAuthenticate, "Bearer")
	}
	return c.JSON(p.status, p)
}

// handleError answers what no endpoint answered: unknown paths, methods, panics.
func (a *API) handleError(err error, c echo.Context) {
	if c.Response().Committed {
		a.Log.Error("error after the answer began", "error", err, "path", c.Request().URL.Path)
		return
	}
	status, message := http.StatusInternalServerError, "Something went wrong. Try again"
	var h *echo.HTTPError
	if errors.As(err, &h) && codes[h.Code] != "" {
		status = h.Code
		switch status {
		case http.StatusNotFound:
			message = "There is nothing at this address"
		case http.StatusMethodNotAllowed:
			message = "This address does not take the method " + c.Request().Method
		default:
			message = http.StatusText(status)
		}
	}
	if status >= http.StatusInternalServerError {
		a.Log.Error("API request failed", "error", err, "path", c.Request().URL.Path, "request_id", a.requestID(c))
	}
	_ = send(c, newProblem(status, codes[status], message))
}

// named says an error of the model with the contract's names of fields.
func named(err error, names map[string]string) error {
	e, ok := models.AsError(err)
	if !ok || len(e.Fields) == 0 {
		return err
	}
	out := &models.Error{Kind: e.Kind, Message: e.Message}
	for _, f := range e.Fields {
		if contract, ok := names[f.Name]; ok {
			f.Name = contract
		}
		out.Fields = append(out.Fields, f)
	}
	return out
}
