package api

import (
	"context"
	"net/http"
	"strings"

	"billfold/models"
	"billfold/models/access"
	"billfold/models/people"

	"github.com/labstack/echo/v4"
)

// owner says whose token came.
type owner struct {
	userID    string // of a user's token
	accountID string // of an account's; both empty: the operator's
	token     people.Token
}

func (o owner) operator() bool { return o.userID == "" && o.accountID == "" && o.token.ID != "" }

// guard lets a request through to its endpoint: the token, its limit, its scopes, and the account that
// the path is about, in this order. Nothing of another account is told from what is not there.
func (a *API) guard(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		e, ok := a.endpoints[c.Request().Method+" "+c.Path()]
		if !ok {
			return next(c) // not found, or a method it does not have: echo says which
		}
		r := &request{id: a.requestID(c), ip: c.RealIP(), param: func(name string) string { return unescape(c, name) }}
		ctx := c.Request().Context()
		if !e.streams {
			var cancel context.CancelFunc
			if ctx = context.WithoutCancel(ctx); e.Method == http.MethodGet {
				ctx = c.Request().Context()
			}
			ctx, cancel = context.WithTimeout(ctx, requestTime)
			defer cancel()
		}
		c.SetRequest(c.Request().WithContext(context.WithValue(ctx, requestKey{}, r)))
		if e.Scope != Public {
			if err := a.admit(c, e, r); err != nil {
				return a.refuse(c, e, err)
			}
		}
		if e.Hold != nil {
			release, err := e.Hold(c)
			if err != nil {
				return a.refuse(c, e, err)
			}
			defer release()
		}
		return a.once(c, e, r, next)
	}
}

// admit finds who comes and whether they may.
func (a *API) admit(c echo.Context, e Endpoint, r *request) error {
	ctx := c.Request().Context()
	actor, token, err := a.people.TokenOf(ctx, bearer(c.Request()), r.ip)
	if models.KindOf(err) == models.NotFound {
		return &refusal{http.StatusUnauthorized, "invalid_token", "Send a valid API token: Authorization: Bearer TOKEN"}
	}
	if err != nil {
		return err
	}
	actor.RequestID = r.id
	r.actor, r.owner = actor, owner{token.UserID, token.AccountID, token}
	if err := a.limits.take(c.Response().Header(), r.owner, token.ID); err != nil {
		return err
	}
	if e.Scope == OperatorOnly && !r.owner.operator() {
		return &refusal{http.StatusForbidden, "operator_only", "This needs a token of the operator"}
	}
	for _, g := range e.Grants {
		if !actor.Allows(g) {
			return &refusal{http.StatusForbidden, "insufficient_scope", "This token lacks the scope " + string(g)}
		}
	}
	if e.Scope != OperatorOnly && !actor.May(e.Need) {
		return &refusal{http.StatusForbidden, "insufficient_scope", "This token lacks the scope that this needs: " + needed(e.Need)}
	}
	return a.resolve(ctx, e, r)
}

// needed names the token scopes that satisfy a need.
func needed(n access.Need) string {
	switch n {
	case access.Write:
		return string(access.WriteBilling)
	case access.Admin:
		return string(access.WriteProjects)
	}
	return string(access.ReadBilling)
}

// resolve makes the scope of the account that the path is about.
func (a *API) resolve(ctx context.Context, e Endpoint, r *request) (err error) {
	switch e.Scope {
	case InAccount:
		r.scope, err = a.access.ForAccount(ctx, r.actor, r.param("account_id"), e.Need)
	case InOrganization:
		id, ok := strings.CutPrefix(r.param("organization_id"), organizationPrefix)
		if !ok {
			return models.NotFoundf("Organization not found")
		}
		r.scope, err = a.access.ForAccount(ctx, r.actor, id, e.Need)
	case InGroup:
		r.scope, err = a.access.ForGroup(ctx, r.actor, r.param("billing_group_id"), e.Need)
	case InProject:
		if r.project, err = a.accounts.ProjectIDNamed(ctx, r.param("project")); err == nil {
			r.scope, err = a.access.ForProject(ctx, r.actor, r.project, e.Need)
		}
	}
	return err
}

// bearer is the token of a request; the contract's clients call its scheme aivenv1.
func bearer(r *http.Request) string {
	scheme, token, _ := strings.Cut(r.Header.Get(echo.HeaderAuthorization), " ")
	if strings.EqualFold(scheme, "bearer") || strings.EqualFold(scheme, "aivenv1") {
		return strings.TrimSpace(token)
	}
	return ""
}

func (a *API) requestID(c echo.Context) string {
	if a.RequestID == nil {
		return ""
	}
	return a.RequestID(c)
}
