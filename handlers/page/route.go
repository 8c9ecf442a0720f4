package page

import (
	"net/http"

	"billfold/models/access"
	"billfold/models/people"

	"github.com/labstack/echo/v4"
)

// ScopeKind is what a route asks of who comes.
type ScopeKind int

// The kinds of scopes, with the name of the path's parameter.
const (
	Public    ScopeKind = iota // anybody
	SignedIn                   // any user
	InAccount                  // a member of :account
	InGroup                    // a member of the account of :group
	InProject                  // a member of the account of :project
)

// Route is one row of the route table.
type Route struct {
	Method  string
	Path    string
	Scope   ScopeKind
	Need    access.Need // asked of members, in InAccount, InGroup and InProject
	Handler echo.HandlerFunc
}

// Guard is a route's handler behind its sign-in and its scope. hasPage says that a GET route of the
// same path exists, where one may come back to after signing in.
func (k *Kit) Guard(r Route, hasPage bool) echo.HandlerFunc {
	return func(c echo.Context) error {
		if r.Scope == Public {
			c.Response().Header().Del("X-Robots-Tag")
			return r.Handler(c)
		}
		user, ok, err := signedIn(c)
		if err != nil {
			return err
		}
		if !ok {
			return Redirect(c, signInPath(returnPath(c, hasPage)))
		}
		if err := k.resolve(c, r, user); err != nil {
			return err
		}
		return r.Handler(c)
	}
}

func (k *Kit) resolve(c echo.Context, r Route, user people.User) (err error) {
	st, ctx, actor := stateOf(c), Ctx(c), Actor(c)
	switch r.Scope {
	case InAccount:
		st.scope, err = k.Access.ForAccount(ctx, actor, c.Param("account"), r.Need)
	case InGroup:
		st.scope, err = k.Access.ForGroup(ctx, actor, c.Param("group"), r.Need)
	case InProject:
		st.scope, err = k.Access.ForProject(ctx, actor, c.Param("project"), r.Need)
		if err == nil && c.Request().Method != http.MethodHead {
			// Where one was last is a comfort of the switcher; its failure is not the page's.
			if err := k.People.See(ctx, user.ID, c.Param("project")); err != nil {
				k.log().WarnContext(ctx, "recent project not kept", "error", err, "request_id", st.requestID)
			}
		}
	}
	return err
}

// returnPath is where to go on after signing in: this page, or the one that its form stands on.
func returnPath(c echo.Context, hasPage bool) string {
	switch {
	case safe(c.Request().Method):
		return c.Request().URL.RequestURI()
	case hasPage:
		return c.Request().URL.EscapedPath()
	}
	return refererPath(c)
}

// signedIn finds who is signed in, once a request.
func signedIn(c echo.Context) (people.User, bool, error) {
	st := stateOf(c)
	if !st.asked {
		session, err := st.kit.session(c)
		if err != nil {
			return people.User{}, false, err
		}
		st.asked = true
		if u, ok := session.Values[userValue].(people.User); ok {
			st.user = &u
		}
	}
	if st.user == nil {
		return people.User{}, false, nil
	}
	return *st.user, true, nil
}

// SignIn signs a user in on this browser, with a new session id: whatever id the browser came with is
// worth nothing afterwards.
func SignIn(c echo.Context, u people.User) error {
	st := stateOf(c)
	session, err := st.kit.session(c)
	if err != nil {
		return err
	}
	if session.ID != "" {
		if err := st.kit.People.EndSession(Ctx(c), session.ID); err != nil {
			return err
		}
	}
	session.ID, session.IsNew = "", true
	session.Values = map[any]any{userValue: u}
	st.user, st.asked = &u, true
	return session.Save(c.Request(), c.Response())
}

// SignOut ends this browser's session.
func SignOut(c echo.Context) error {
	st := stateOf(c)
	session, err := st.kit.session(c)
	if err != nil {
		return err
	}
	session.Options.MaxAge = -1
	st.user, st.asked = nil, true
	return session.Save(c.Request(), c.Response())
}
