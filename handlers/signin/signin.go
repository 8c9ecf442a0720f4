// Package signin holds the pages around the console: sign-in and sign-out, the home page's redirect,
// help, the choice of theme, and the answers for machines that watch the process.
package signin

import (
	"errors"
	"log/slog"
	"math"
	"net/http"
	"strconv"
	"time"

	"billfold/handlers/page"
	"billfold/models"
	"billfold/models/people"
	"billfold/views"
	"billfold/views/signin"

	"github.com/labstack/echo/v4"
)

// Handler answers the pages of this room.
type Handler struct {
	people *people.Store
	log    *slog.Logger
}

// New makes a Handler.
func New(p *people.Store, log *slog.Logger) *Handler { return &Handler{people: p, log: log} }

// Home leads to the project that the user looked at last, else to all of them.
func (h *Handler) Home(c echo.Context) error {
	recent, err := h.people.Recent(page.Ctx(c), page.User(c).ID)
	if err != nil {
		return err
	}
	if len(recent) > 0 {
		return page.Redirect(c, views.ProjectPath(recent[0].ID))
	}
	return page.Redirect(c, views.AccountsPath)
}

type signInForm struct {
	Email    string `form:"email"`
	Password string `form:"password"`
	Next     string `form:"next"`
}

// ShowSignIn asks who is there; who is signed in goes on at once.
func (h *Handler) ShowSignIn(c echo.Context) error {
	next := page.SafePath(c.QueryParam("next"), "")
	if page.User(c).ID != "" {
		return page.Redirect(c, page.SafePath(next, views.HomePath))
	}
	return h.signInPage(c, signInForm{Next: next}, nil)
}

// SignIn checks the password and starts a new session.
func (h *Handler) SignIn(c echo.Context) error {
	var f signInForm
	if err := page.Bind(c, &f); err != nil {
		return h.signInPage(c, f, err)
	}
	if err := complete(f); err != nil {
		return h.signInPage(c, f, err)
	}
	u, err := h.people.Authenticate(page.Ctx(c), f.Email, f.Password, c.RealIP())
	if err != nil {
		h.log.InfoContext(page.Ctx(c), "sign-in refused", "request_id", page.RequestID(c), "ip", c.RealIP(), "reason", reason(err))
		return h.signInPage(c, f, err)
	}
	if err := page.SignIn(c, u); err != nil {
		return err
	}
	h.log.InfoContext(page.Ctx(c), "signed in", "request_id", page.RequestID(c), "ip", c.RealIP(), "user", u.ID)
	return page.Redirect(c, page.SafePath(f.Next, views.HomePath))
}

// complete says which of the two fields is empty.
func complete(f signInForm) error {
	var missing []models.Field
	if f.Email == "" {
		missing = append(missing, models.Field{Name: "email", Message: "Enter your email address"})
	}
	if f.Password == "" {
		missing = append(missing, models.Field{Name: "password", Message: "Enter your password"})
	}
	return models.InvalidFields(missing...)
}

// reason is an error in words for the log, without what was typed.
func reason(err error) string {
	var blocked *people.Blocked
	switch {
	case errors.As(err, &blocked):
		return "too many attempts"
	case models.KindOf(err) == models.Invalid:
		return "wrong email or password"
	}
	return err.Error()
}

// signInPage shows the form, after a failure with the address that was typed. What is not about the
// input is an error page.
func (h *Handler) signInPage(c echo.Context, f signInForm, problem error) error {
	status, problems := page.Status(problem), page.Problems(problem)
	var blocked *people.Blocked
	switch {
	case errors.As(problem, &blocked):
		status, problems = http.StatusTooManyRequests, []models.Field{{Name: "email", Message: blocked.Error()}}
		wait := math.Ceil(time.Until(blocked.Until).Seconds())
		c.Response().Header().Set("Retry-After", strconv.Itoa(max(1, int(wait))))
	case problem != nil && models.KindOf(problem) != models.Invalid:
		return problem
	}
	p := signin.SignIn{Shell: page.Shell(c, "Sign in"), Email: f.Email, Next: page.SafePath(f.Next, ""), Problems: problems}
	p.Shell.Errors = problems
	if p.Shell.Path != views.SignInPath {
		p.Shell.Path = views.WithQuery(views.SignInPath, "next", p.Next)
	}
	return page.Render(c, status, signin.SignInPage(p))
}

// SignOut ends the session of this browser.
func (h *Handler) SignOut(c echo.Context) error {
	if err := page.SignOut(c); err != nil {
		return err
	}
	return page.Redirect(c, views.SignInPath)
}
