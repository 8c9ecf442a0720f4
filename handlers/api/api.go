// Package api is the JSON API under /v1, by which people's own programs read groups, invoices, lines,
// credits and events, and manage groups and projects. It speaks the contract that clients exist for, and
// calls the same store methods as the screens: no rule lives here.
//
//	api.go         API: the server of /v1
//	endpoint.go    Endpoint, register: one row of the table of routes
//	guard.go       token, limits, scopes and membership before the handler
//	limit.go       how many requests a token may send
//	idempotency.go Idempotency-Key: a POST that is sent twice is done once
//	errors.go      errors to status and body
//	values.go      amounts, times and texts as the contract writes them
//	list.go        lists that are written while they are read
//	openapi.go     the description of the API
//
// One file per noun: what its endpoints take and give.
package api

import (
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strings"
	"time"

	"billfold/models"
	"billfold/models/access"
	"billfold/models/account"
	"billfold/models/credit"
	"billfold/models/db"
	"billfold/models/event"
	"billfold/models/invoice"
	"billfold/models/people"
	"billfold/models/usage"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humaecho"
	"github.com/labstack/echo/v4"
)

// Prefix is where the API lives.
const Prefix = "/v1"

// Deps is what the API needs.
type Deps struct {
	DB        *db.DB
	Clock     models.Clock // business time
	Wall      models.Clock // real time of tokens and limits; nil but in tests
	Log       *slog.Logger
	PublicURL string // of the server, for the description of the API
	RequestID func(echo.Context) string
}

// API answers under /v1.
type API struct {
	Deps
	echo      *echo.Echo
	huma      huma.API
	endpoints map[string]Endpoint // by method and route
	order     []Endpoint
	limits    *limits
	cookies   *cookies

	access   *access.Access
	people   *people.Store
	accounts *account.Store
	credits  *credit.Store
	events   *event.Store
	invoices *invoice.Store
	usage    *usage.Store
}

// maxBody bounds the body of a request; usage may send more.
const maxBody = 1 << 20

// New makes the API with all its endpoints.
func New(d Deps) *API {
	if d.Log == nil {
		d.Log = slog.New(slog.DiscardHandler)
	}
	a := &API{Deps: d, echo: echo.New(), endpoints: map[string]Endpoint{}, limits: newLimits(),
		access: access.New(d.DB), people: people.NewStore(d.DB, d.Clock).OnWallClock(d.Wall), accounts: account.NewStore(d.DB, d.Clock),
		credits: credit.NewStore(d.DB, d.Clock), events: event.NewStore(d.DB), invoices: invoice.NewStore(d.DB, d.Clock), usage: usage.NewStore(d.DB, d.Clock)}
	a.cookies = newCookies(a.people.Secret, d.Wall.Now)
	a.echo.HideBanner, a.echo.HidePort = true, true
	a.echo.IPExtractor = echo.ExtractIPDirect()
	a.echo.HTTPErrorHandler = a.handleError
	a.echo.Use(a.prepare, a.guard)
	a.huma = humaecho.New(a.echo, config(d.PublicURL))
	for _, noun := range a.nouns() {
		noun()
	}
	a.describe()
	return a
}

// nouns are the files of the API: each registers its endpoints.
func (a *API) nouns() []func() {
	return []func(){a.registerGroups, a.registerCredits, a.registerInvoices, a.registerLines, a.registerDownloads, a.registerUsers, a.registerUserInfo, a.registerTokens, a.registerAccounts, a.registerProjects, a.registerCards, a.registerCodes, a.registerUsage, a.registerExport,
		a.registerAddresses, a.registerOrganizationGroups, a.registerOrganizationInvoices, a.registerCreditMemos, a.registerOrganizationPayment, a.registerOrganizationProjects}
}

// ServeHTTP answers a request under /v1.
func (a *API) ServeHTTP(w http.ResponseWriter, r *http.Request) { a.echo.ServeHTTP(w, r) }

// Use puts what all of the server's answers share (request log, headers) before the API's own.
func (a *API) Use(middleware ...echo.MiddlewareFunc) { a.echo.Pre(middleware...) }

// Endpoints is the table of routes, in the order of registration, for tests that walk all of it.
func (a *API) Endpoints() []Endpoint { return a.order }

// OpenAPI is the description of the API.
func (a *API) OpenAPI() *huma.OpenAPI { return a.huma.OpenAPI() }

// config is huma without what it does by itself: pages of other hosts, links in answers, refusing
// fields it does not know (clients of the contract send more than we use).
func config(publicURL string) huma.Config {
	c := huma.DefaultConfig("Billfold Invoice API", "1")
	c.OpenAPIPath, c.DocsPath, c.SchemasPath = "", "", ""
	c.CreateHooks = nil
	c.AllowAdditionalPropertiesByDefault = true
	c.FieldsOptionalByDefault = false
	registry := huma.NewMapRegistry("#/components/schemas/", huma.DefaultSchemaNamer)
	c.Components.Schemas = registry
	c.Info.Description = "Billing groups, invoices, lines, credits and events for your own programs."
	if publicURL != "" {
		c.Servers = []*huma.Server{{URL: strings.TrimSuffix(publicURL, "/")}}
	}
	c.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		"token": {Type: "http", Scheme: "bearer", Description: "An API token: Authorization: Bearer TOKEN, or Authorization: aivenv1 TOKEN."},
	}
	return c
}

// requestTime bounds the work on one request that is not streamed.
const requestTime = time.Minute

// prepare makes of an empty body, and of one that names no type of ours, what JSON clients mean by it; and
// an error of a panic.
func (a *API) prepare(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) (failed error) {
		defer func() {
			if p := recover(); p != nil {
				if p == http.ErrAbortHandler {
					panic(p)
				}
				failed = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
			}
		}()
		r := c.Request()
		if r.Body == nil || r.Method == http.MethodGet || r.Method == http.MethodHead {
			return next(c)
		}
		kind, _, _ := strings.Cut(r.Header.Get(echo.HeaderContentType), ";")
		first := make([]byte, 1)
		n, err := io.ReadFull(r.Body, first)
		if err != nil && n == 0 {
			r.Header.Set(echo.HeaderContentType, echo.MIMEApplicationJSON)
			r.Body = io.NopCloser(strings.NewReader("{}"))
			return next(c)
		}
		if kind == "" || kind == echo.MIMEOctetStream || kind == "text/plain" {
			r.Header.Set(echo.HeaderContentType, echo.MIMEApplicationJSON)
		}
		r.Body = struct {
			io.Reader
			io.Closer
		}{io.MultiReader(strings.NewReader(string(first)), r.Body), r.Body}
		return next(c)
	}
}
