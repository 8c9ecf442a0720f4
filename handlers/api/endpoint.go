package api

import (
	"context"
	"net/http"
	"strings"

	"billfold/models/access"

	"github.com/danielgtaylor/huma/v2"
	"github.com/labstack/echo/v4"
)

// ScopeKind is what an endpoint asks of who comes.
type ScopeKind int

// The kinds of scopes, with the name of the path's parameter.
const (
	Public         ScopeKind = iota // anybody
	Holder                          // anybody with a token
	InAccount                       // a token for {account_id}
	InOrganization                  // a token for {organization_id}, the account's id after "org"
	InGroup                         // a token for the account of {billing_group_id}
	InProject                       // a token for the account of {project}, a project's name
	OperatorOnly                    // a token of the operator
)

// Endpoint is one row of the table of routes.
type Endpoint struct {
	Method, Path string // Path without /v1, parameters in braces
	ID           string // names the operation: "billing-group-get"
	Summary      string
	Description  string
	Noun         string // the section it stands in
	Scope        ScopeKind
	Need         access.Need                                    // what the token's grants and its user's role must allow
	Grants       []access.Grant                                 // asked of the token beyond Need
	Status       int                                            // of success; 0 is 200
	MaxBody      int64                                          // bytes; 0 is 1 MiB
	Hold         func(echo.Context) (release func(), err error) // before the body is read; nil for most
	Answers      map[int]string                                 // what statuses beyond the common ones mean
	Responses    map[string]*huma.Response                      // of answers that are not one JSON value of the handler's type
	Redact       func(body []byte) []byte                       // what is kept of an answer that shows a secret, for its Idempotency-Key; nil: all of it
	Deprecated   bool

	streams bool // the answer is written while it is read, as long as it is, and may take longer than any other
}

// Route is the endpoint's path as the router knows it.
func (e Endpoint) Route() string {
	return Prefix + strings.NewReplacer("{", ":", "}", "").Replace(e.Path)
}

// request is what is known of a request when its handler runs.
type request struct {
	id      string
	ip      string
	actor   access.Actor
	owner   owner
	scope   access.Scope // in InAccount, InOrganization, InGroup and InProject
	param   func(name string) string
	project string // the id of {project}, in InProject
}

type requestKey struct{}

func requestOf(ctx context.Context) *request {
	r, ok := ctx.Value(requestKey{}).(*request)
	if !ok {
		return &request{param: func(string) string { return "" }}
	}
	return r
}

// register puts an endpoint into the router and the description. The handler gets a request that has
// passed the guard; its errors are models errors.
func register[I, O any](a *API, e Endpoint, handler func(context.Context, *request, *I) (*O, error)) {
	a.add(e)
	op := huma.Operation{OperationID: e.ID, Method: e.Method, Path: Prefix + e.Path, Summary: e.Summary, Description: e.describe(), Tags: []string{e.Noun},
		DefaultStatus: e.Status, MaxBodyBytes: e.MaxBody, Responses: e.Responses, Deprecated: e.Deprecated, Errors: e.errors()}
	if e.Scope != Public {
		op.Security = []map[string][]string{{"token": {}}}
	}
	if op.MaxBodyBytes == 0 {
		op.MaxBodyBytes = maxBody
	}
	if op.DefaultStatus == 0 {
		op.DefaultStatus = http.StatusOK
	}
	huma.Register(a.huma, op, func(ctx context.Context, in *I) (*O, error) {
		out, err := handler(ctx, requestOf(ctx), in)
		if err != nil {
			return nil, a.problem(ctx, e, err)
		}
		return out, nil
	})
}

func (a *API) add(e Endpoint) {
	key := e.Method + " " + e.Route()
	if _, twice := a.endpoints[key]; twice {
		panic("api: two endpoints for " + key) // the table of routes is wrong
	}
	a.endpoints[key] = e
	a.order = append(a.order, e)
}

// errors are the statuses that the description names beside the success.
func (e Endpoint) errors() []int {
	codes := []int{http.StatusBadRequest, http.StatusTooManyRequests, http.StatusInternalServerError, http.StatusServiceUnavailable}
	if e.Scope != Public {
		codes = append(codes, http.StatusUnauthorized, http.StatusForbidden)
	}
	if strings.Contains(e.Path, "{") || e.Method != http.MethodGet { // bodies name things too
		codes = append(codes, http.StatusNotFound)
	}
	if e.Method != http.MethodGet {
		codes = append(codes, http.StatusConflict, http.StatusRequestEntityTooLarge)
	}
	for code := range e.Answers {
		codes = append(codes, code)
	}
	return codes
}

// describe adds to the description what the token needs.
func (e Endpoint) describe() string {
	text := e.Description
	if text != "" {
		text += "\n\n"
	}
	switch {
	case e.Scope == Public:
		return text + "Needs no token."
	case e.Scope == OperatorOnly:
		return text + "Needs a token of the operator with the scope " + string(e.Grants[0]) + "."
	}
	switch e.Need {
	case access.Write:
		return text + "Needs the scope billing:write."
	case access.Admin:
		return text + "Needs the scope projects:write and, for a user's token, the role admin."
	}
	return text + "Needs one of the scopes billing:read, billing:write and projects:write."
}
