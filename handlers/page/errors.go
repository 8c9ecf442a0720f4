package page

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"billfold/models"
	"billfold/views"
	"billfold/views/signin"

	"github.com/labstack/echo/v4"
)

// Status is the HTTP status of an error, 200 of none.
func Status(err error) int {
	if err == nil {
		return http.StatusOK
	}
	switch models.KindOf(err) {
	case models.NotFound:
		return http.StatusNotFound
	case models.Invalid:
		return http.StatusUnprocessableEntity
	case models.Conflict:
		return http.StatusConflict
	case models.Forbidden:
		return http.StatusForbidden
	case models.Unavailable:
		return http.StatusServiceUnavailable
	}
	var h *echo.HTTPError
	switch {
	case tooLarge(err):
		return http.StatusRequestEntityTooLarge
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		return http.StatusServiceUnavailable
	case errors.As(err, &h) && h.Code >= 400 && h.Code < 600:
		return h.Code
	}
	return http.StatusInternalServerError
}

func tooLarge(err error) bool {
	var tooLarge *http.MaxBytesError
	return errors.As(err, &tooLarge)
}

// Problems is what an error tells the user about their input, for the error summary and the fields;
// none of no error. A message that is about no field has no name.
func Problems(err error) []models.Field {
	e, ok := models.AsError(err)
	switch {
	case err == nil:
		return nil
	case !ok:
		return []models.Field{{Message: "Something went wrong. Try again"}}
	case e.Message != "" && e.Kind == models.Conflict:
		return append([]models.Field{{Message: e.Message}}, e.Fields...)
	case len(e.Fields) > 0:
		return e.Fields
	}
	return []models.Field{{Message: e.Message}}
}

// HandleError answers an error with its page. Unknown errors show the request's id and nothing more;
// what happened goes to the log.
func (k *Kit) HandleError(err error, c echo.Context) {
	if c.Response().Committed {
		k.log().ErrorContext(Ctx(c), "error after the answer began", "error", err, "request_id", RequestID(c))
		return
	}
	status := Status(err)
	if status >= http.StatusInternalServerError {
		k.log().ErrorContext(Ctx(c), "request failed", "error", err, "status", status, "request_id", RequestID(c), "path", c.Request().URL.Path)
	}
	if status == http.StatusServiceUnavailable {
		c.Response().Header().Set("Retry-After", "5")
	}
	if rendering := k.errorPage(c, status, err); rendering != nil {
		k.log().ErrorContext(Ctx(c), "error page failed", "error", rendering, "request_id", RequestID(c))
		lastResort(c, status)
	}
}

// lastResort is the answer when not even the error page can be made.
func lastResort(c echo.Context, status int) {
	if !c.Response().Committed {
		_ = c.String(status, "Sorry, there is a problem. Try again later. Request "+RequestID(c)+"\n")
	}
}

func (k *Kit) errorPage(c echo.Context, status int, err error) (failed error) {
	defer func() {
		if p := recover(); p != nil {
			failed = fmt.Errorf("panic: %v", p)
		}
	}()
	p := problem(status, err, c)
	p.Shell = Shell(c, p.Title)
	switch {
	case p.Shell.User == nil:
		p.LinkText, p.LinkPath = "Go to sign-in", views.SignInPath
	case p.LinkPath == "":
		p.LinkText, p.LinkPath = "Go to Projects & Accounts", views.AccountsPath
	}
	return Render(c, status, signin.ProblemPage(p))
}

// problem is the words of an error page.
func problem(status int, err error, c echo.Context) signin.Problem {
	var said []string
	if e, ok := models.AsError(err); ok {
		if e.Message != "" {
			said = append(said, e.Message)
		}
		for _, f := range e.Fields {
			said = append(said, f.Message)
		}
	}
	back := func(p signin.Problem) signin.Problem {
		if to := refererPath(c); to != views.HomePath && to != here(c) {
			p.LinkText, p.LinkPath = "Go back", to
		}
		return p
	}
	switch status {
	case http.StatusNotFound:
		return signin.Problem{Title: "Page not found", Lines: []string{
			"There is nothing at this address, or it belongs to an account that you are not a member of.",
			"Check the address, or find the project or billing group in the list."}}
	case http.StatusForbidden:
		if len(said) > 0 {
			return back(signin.Problem{Title: said[0], Lines: said[1:]})
		}
		return back(signin.Problem{Title: "This request came from another site", Lines: []string{
			"Nothing was changed. Open the page here and send the form from there."}})
	case http.StatusConflict, http.StatusUnprocessableEntity:
		return back(signin.Problem{Title: "The change was not made", Lines: said})
	case http.StatusMethodNotAllowed:
		return back(signin.Problem{Title: "This page cannot do that", Lines: []string{
			"The address exists, but it does not take this kind of request. Nothing was changed."}})
	case http.StatusRequestEntityTooLarge:
		return back(signin.Problem{Title: "That is too much to send at once", Lines: []string{
			"Nothing was changed. Go back and send less."}})
	case http.StatusServiceUnavailable:
		if len(said) == 0 {
			said = []string{"Try again in a moment. Your changes were not saved."}
		}
		return back(signin.Problem{Title: "Billfold is busy right now", Lines: said, RequestID: RequestID(c)})
	}
	return back(signin.Problem{Title: "Sorry, there is a problem",
		Lines: []string{"Try again later. Your changes were not saved."}, RequestID: RequestID(c)})
}
