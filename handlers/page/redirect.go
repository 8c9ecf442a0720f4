package page

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"billfold/views"

	"github.com/labstack/echo/v4"
)

// Redirect answers 303: the browser goes on with a GET of a path of ours, or of a whole address, the page of
// a payment gateway. htmx could not follow to another host, so it is told to leave this page instead.
func Redirect(c echo.Context, to string) error {
	if c.Request().Header.Get(hxRequest) == "true" && !strings.HasPrefix(to, "/") {
		c.Response().Header().Set(hxRedirect, to)
		return c.NoContent(http.StatusOK)
	}
	return c.Redirect(http.StatusSeeOther, to)
}

// RedirectFlash is Redirect with a message that the next full page shows once. A form in it gets a key.
// Nobody signed in, nothing is kept: then there is no session to keep it in.
func RedirectFlash(c echo.Context, to string, f views.Flash) error {
	if _, ok, err := signedIn(c); err != nil || !ok {
		if err != nil {
			return err
		}
		return Redirect(c, to)
	}
	if f.Undo != nil {
		undo := *f.Undo
		if !slices.ContainsFunc(undo.Fields, func(h views.HiddenField) bool { return h.Name == formKeyField }) {
			undo.Fields = append(slices.Clone(undo.Fields), views.HiddenField{Name: formKeyField, Value: FormKey()})
		}
		f.Undo = &undo
	}
	encoded, err := json.Marshal(f)
	if err != nil {
		return err
	}
	session, err := stateOf(c).kit.session(c)
	if err != nil {
		return err
	}
	session.Values[flashValue] = string(encoded)
	if err := session.Save(c.Request(), c.Response()); err != nil {
		return err
	}
	return Redirect(c, to)
}

// waitingFlash is the message that waits to be shown, nil for none.
func waitingFlash(c echo.Context) *views.Flash {
	if _, ok, err := signedIn(c); err != nil || !ok {
		return nil
	}
	session, err := stateOf(c).kit.session(c)
	if err != nil {
		return nil
	}
	encoded, ok := session.Values[flashValue].(string)
	if !ok {
		return nil
	}
	var f views.Flash
	if json.Unmarshal([]byte(encoded), &f) != nil {
		return nil
	}
	return &f
}

// dropFlash forgets the message that is being shown.
func dropFlash(c echo.Context) error {
	session, err := stateOf(c).kit.session(c)
	if err != nil {
		return err
	}
	delete(session.Values, flashValue)
	return session.Save(c.Request(), c.Response())
}

// maxReturn bounds an address to return to, in bytes.
const maxReturn = 2000

// SafePath makes sure that an address from outside is a page of ours: a path with a query, on this
// host. Anything else, and sign-in and sign-out themselves, give the fallback.
func SafePath(address, fallback string) string {
	if len(address) > maxReturn || !strings.HasPrefix(address, "/") || strings.HasPrefix(address, "//") {
		return fallback
	}
	// Browsers drop tabs and line ends and read \ as /, so "/\t/host" and "/\host" lead elsewhere.
	if strings.ContainsFunc(address, func(r rune) bool { return r <= ' ' || r == '\\' || r == 0x7f || r == '\uFFFD' }) {
		return fallback
	}
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "" || u.Host != "" || u.User != nil || !strings.HasPrefix(u.Path, "/") || strings.HasPrefix(u.Path, "//") || strings.Contains(u.Path, `\`) {
		return fallback
	}
	if u.Path == views.SignInPath || u.Path == views.SignOutPath || u.Path == views.ThemePath {
		return fallback
	}
	return u.RequestURI()
}

// refererPath is the page of ours that the reader came from, the home page when unknown.
func refererPath(c echo.Context) string {
	u, err := url.Parse(c.Request().Referer())
	if err != nil || u.Host != c.Request().Host {
		return views.HomePath
	}
	return SafePath(u.RequestURI(), views.HomePath)
}

// signInPath is the sign-in page that leads back to a page.
func signInPath(to string) string {
	if to = SafePath(to, ""); to == views.HomePath {
		to = ""
	}
	return views.WithQuery(views.SignInPath, "next", to)
}
