// Package page is what every room of the handlers shares: the route table's form, who is signed in
// and what they may, forms, answers, flashes and errors. It imports none of the rooms.
//
//	page.go       Kit, and what a handler asks of its request
//	route.go      Route, Guard: sign-in and scope before the handler
//	session.go    sessions in the database behind gorilla's interface
//	form.go       Bind: the POST body into a form struct
//	submit.go     Submit: a write, once for each rendered form
//	render.go     Render: full page or fragment (the only place with HX headers)
//	redirect.go   303 with a flash; addresses that are safe to return to
//	document.go   files
//	shell.go      what the layout needs
//	errors.go     errors to status and page
package page

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"billfold/models"
	"billfold/models/access"
	"billfold/models/people"
	"billfold/views"

	"github.com/gorilla/sessions"
	"github.com/labstack/echo/v4"
)

// Kit is what pages need from the rest of the product.
type Kit struct {
	People   *people.Store
	Access   *access.Access
	Clock    models.Clock                         // business time
	Operator func(context.Context) views.Operator // who runs the installation; nil: nobody is named
	Secure   bool                                 // the public URL is https
	Log      *slog.Logger                         // nil: none
	sessions sessions.Store                       // made by Middleware
}

// requestTime bounds the work on one request.
const requestTime = time.Minute

// maxBody bounds the body of a request; forms are small.
const maxBody = 1 << 20

// state is what is known of one request.
type state struct {
	kit       *Kit
	requestID string
	user      *people.User // nil: nobody, or not asked yet
	asked     bool
	scope     access.Scope
	showing   *views.Flash // handed to the page by Shell
	refused   error        // what Bind took and Submit must not write
}

const stateKey = "page"

// Middleware puts the state of a request in its context. It does not touch the database.
func (k *Kit) Middleware() echo.MiddlewareFunc {
	k.sessions = &sessionStore{people: k.People, secure: k.Secure}
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			r := c.Request()
			ctx := r.Context()
			if !safe(r.Method) {
				// What a form began is brought to its end even if the browser has gone on, as it does at
				// a double click: the second request then finds the answer of the first.
				ctx = context.WithoutCancel(ctx)
			}
			ctx, cancel := context.WithTimeout(ctx, requestTime)
			defer cancel()
			r = r.WithContext(ctx)
			r.Body = http.MaxBytesReader(c.Response(), r.Body, maxBody)
			c.SetRequest(r)
			c.Set(stateKey, &state{kit: k, requestID: RequestID(c)})
			if err := recovered(c, next); err != nil {
				k.HandleError(err, c) // here and not in echo, where the context has ended
			}
			return nil
		}
	}
}

// recovered makes an error out of a panic; one that breaks the connection on purpose goes on.
func recovered(c echo.Context, next echo.HandlerFunc) (err error) {
	defer func() {
		if p := recover(); p != nil {
			if p == http.ErrAbortHandler {
				panic(p)
			}
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	return next(c)
}

func safe(method string) bool {
	return method == http.MethodGet || method == http.MethodHead || method == http.MethodOptions
}

func stateOf(c echo.Context) *state {
	st, ok := c.Get(stateKey).(*state)
	if !ok {
		panic("page: the request did not come through Kit.Middleware")
	}
	return st
}

func (k *Kit) log() *slog.Logger {
	if k.Log == nil {
		return slog.New(slog.DiscardHandler)
	}
	return k.Log
}

// RequestID names a request in logs, events and error pages. It is made here, never taken from outside.
func RequestID(c echo.Context) string {
	h := c.Response().Header()
	if h.Get(echo.HeaderXRequestID) == "" {
		h.Set(echo.HeaderXRequestID, models.NewID())
	}
	return h.Get(echo.HeaderXRequestID)
}

// Ctx is the request's context. That of a write goes on when the browser leaves.
func Ctx(c echo.Context) context.Context { return c.Request().Context() }

// Now is the business time.
func Now(c echo.Context) time.Time { return stateOf(c).kit.Clock.Now() }

// Scope is what the user may on the account, group or project of the path; the zero value on other routes.
func Scope(c echo.Context) access.Scope { return stateOf(c).scope }

// User is who is signed in; the zero value when nobody is.
func User(c echo.Context) people.User {
	u, _, _ := signedIn(c)
	return u
}

// Actor is who is signed in, as stores and events want it.
func Actor(c echo.Context) access.Actor {
	u := User(c)
	return access.Actor{Kind: access.User, ID: u.ID, Name: u.Name, RequestID: stateOf(c).requestID, IP: c.RealIP()}
}

// maxQuery bounds a value from the query string, in bytes.
const maxQuery = 300

// Query is a value of the query string without what no text holds, trimmed and of bounded length.
func Query(c echo.Context, name string) string {
	v := cleanText(c.QueryParam(name))
	if len(v) <= maxQuery {
		return v
	}
	cut := maxQuery
	for !utf8.RuneStart(v[cut]) {
		cut--
	}
	return v[:cut]
}

// Size is the page size of a list, from the query: 25, 50 or 100.
func Size(c echo.Context) int {
	if n, err := strconv.Atoi(c.QueryParam("size")); err == nil && (n == 50 || n == 100) {
		return n
	}
	return 25
}

// cleanText makes text out of what came in: valid UTF-8 without control characters but line ends and
// tabs, line ends as \n, trimmed. PostgreSQL would refuse the rest as a fault of ours.
func cleanText(v string) string {
	v = strings.ToValidUTF8(strings.ReplaceAll(v, "\r\n", "\n"), "\uFFFD")
	v = strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' && r != '\t' || r == 0x7f {
			return -1
		}
		return r
	}, v)
	return strings.TrimSpace(v)
}
