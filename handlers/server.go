// Package handlers is the console over HTTP: the route table and the server around it. The rooms
// (signin, account, group) hold the handlers, page what they share.
package handlers

import (
	"context"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"billfold/handlers/api"
	"billfold/handlers/page"
	"billfold/models"
	"billfold/models/access"
	"billfold/models/db"
	"billfold/models/payment"
	"billfold/models/people"
	"billfold/static"
	"billfold/views"

	"github.com/labstack/echo/v4"
)

// Deps is what the handlers need.
type Deps struct {
	DB        *db.DB
	Clock     models.Clock                         // business time
	Wall      models.Clock                         // real time of sessions and limits; nil but in tests
	Log       *slog.Logger                         // nil: none
	Payments  *payment.Store                       // nil: no gateway is set up
	PublicURL string                               // scheme and host that browsers use, "https://billing.example.com"; "" is plain http
	Operator  func(context.Context) views.Operator // who runs the installation; nil: nobody is named
	Draining  func() bool                          // true once the process stops: /readyz says no; nil: never
}

// People is the store of users and sessions, on the clocks of d.
func (d Deps) People() *people.Store { return people.NewStore(d.DB, d.Clock).OnWallClock(d.Wall) }

// payments is the store of cards and charges, without a gateway when none was given.
func (d Deps) payments() *payment.Store {
	if d.Payments == nil {
		return payment.NewStore(d.DB, d.Clock, payment.Options{PublicURL: d.PublicURL})
	}
	return d.Payments
}

func (d Deps) log() *slog.Logger {
	if d.Log == nil {
		return slog.New(slog.DiscardHandler)
	}
	return d.Log
}

// New is the whole product as one handler: the console, and the API under /v1.
func New(d Deps) http.Handler {
	pages, programs := With(d, routes(d)), NewAPI(d)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == api.Prefix || strings.HasPrefix(r.URL.Path, api.Prefix+"/") {
			programs.ServeHTTP(w, r)
			return
		}
		pages.ServeHTTP(w, r)
	})
}

// NewAPI is the API alone, with the log and the headers of all answers.
func NewAPI(d Deps) *api.API {
	a := api.New(api.Deps{DB: d.DB, Clock: d.Clock, Wall: d.Wall, Log: d.log(), PublicURL: d.PublicURL, RequestID: page.RequestID})
	a.Use(logRequests(d.log()), securityHeaders(d))
	return a
}

// With is the server around any route table, for tests of what all pages share.
func With(d Deps, table []page.Route) http.Handler {
	static.Load()
	kit := &page.Kit{People: d.People(), Access: access.New(d.DB), Clock: d.Clock, Operator: d.Operator,
		Secure: d.secure(), Log: d.log()}
	e := echo.New()
	e.HideBanner, e.HidePort = true, true
	e.IPExtractor = echo.ExtractIPDirect()
	// Kit.Middleware answers errors; what is left here failed before or after it.
	e.HTTPErrorHandler = func(err error, c echo.Context) {
		d.log().Error("request failed outside of its page", "error", err)
		if !c.Response().Committed {
			_ = c.String(http.StatusInternalServerError, "Sorry, there is a problem. Try again later.\n")
		}
	}
	e.Use(logRequests(d.log()), securityHeaders(d), kit.Middleware(), sameOrigin(d.PublicURL))
	e.GET(static.Prefix+"*", echo.WrapHandler(static.Handler()))
	e.HEAD(static.Prefix+"*", echo.WrapHandler(static.Handler()))
	register(e, kit, table)
	return e
}

// register puts the route table into the router; a page that can be read can be asked for by HEAD.
func register(e *echo.Echo, kit *page.Kit, table []page.Route) {
	pages := map[string]bool{}
	for _, r := range table {
		if r.Method == http.MethodGet {
			pages[r.Path] = true
		}
	}
	for _, r := range table {
		handler := kit.Guard(r, pages[r.Path])
		e.Add(r.Method, r.Path, handler)
		if r.Method == http.MethodGet {
			e.Add(http.MethodHead, r.Path, handler)
		}
	}
}

func (d Deps) secure() bool { return strings.HasPrefix(strings.ToLower(d.PublicURL), "https://") }

// NewServer is the HTTP server around a handler, with the time and size limits of the product.
func NewServer(handler http.Handler) *http.Server {
	return &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       30 * time.Second,
		WriteTimeout:      5 * time.Minute, // large files over slow lines
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
	}
}

// hostedPages is where forms may lead that hand a person over to a payment gateway, by the gateway's name.
var hostedPages = map[string]string{payment.Stripe: " https://checkout.stripe.com"}

// contentSecurity allows our own files and nothing else, no inline code and styles; forms may also lead to
// the pages of the gateway at which cards are added.
func contentSecurity(gateway string) string {
	return "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; " +
		"connect-src 'self'; form-action 'self'" + hostedPages[gateway] + "; base-uri 'none'; frame-ancestors 'none'"
}

// securityHeaders sets the headers that every answer carries. Pages, errors and files of ours are not
// to be stored; static files say otherwise themselves.
func securityHeaders(d Deps) echo.MiddlewareFunc {
	policy, secure := contentSecurity(d.payments().GatewayName()), d.secure()
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			h := c.Response().Header()
			h.Set("Content-Security-Policy", policy)
			h.Set("X-Content-Type-Options", "nosniff")
			h.Set("Referrer-Policy", "same-origin")
			h.Set("Cross-Origin-Opener-Policy", "same-origin")
			h.Set("X-Robots-Tag", "noindex")
			h.Set("Cache-Control", "no-store")
			if secure {
				h.Set("Strict-Transport-Security", "max-age=63072000")
			}
			return next(c)
		}
	}
}

// sameOrigin refuses what changes something when it comes from another site. It takes the place of
// tokens in forms: browsers say where a request comes from.
func sameOrigin(publicURL string) echo.MiddlewareFunc {
	protection := http.NewCrossOriginProtection()
	if u, err := url.Parse(publicURL); err == nil && u.Host != "" {
		// Behind a proxy the Host header may be another one than the browser's.
		_ = protection.AddTrustedOrigin(u.Scheme + "://" + u.Host) // fails only for what is no origin
	}
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			if err := protection.Check(c.Request()); err != nil {
				return echo.NewHTTPError(http.StatusForbidden, "cross-origin request").SetInternal(err)
			}
			return next(c)
		}
	}
}

// logRequests writes one line a request: no query strings and no bodies, which may hold what is nobody's
// business.
func logRequests(log *slog.Logger) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			start := time.Now()
			id := page.RequestID(c)
			err := next(c)
			r, res := c.Request(), c.Response()
			level := slog.LevelInfo
			if strings.HasPrefix(r.URL.Path, static.Prefix) || r.URL.Path == healthPath || r.URL.Path == readyPath {
				level = slog.LevelDebug
			}
			log.LogAttrs(r.Context(), level, "request", slog.String("request_id", id), slog.String("method", r.Method),
				slog.String("path", r.URL.Path), slog.String("route", c.Path()), slog.Int("status", res.Status),
				slog.Int64("bytes", res.Size), slog.Float64("ms", float64(time.Since(start).Microseconds())/1000),
				slog.String("ip", c.RealIP()))
			return err
		}
	}
}
