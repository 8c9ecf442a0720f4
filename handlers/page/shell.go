package page

import (
	"net/http"

	"billfold/models/access"
	"billfold/models/people"
	"billfold/views"

	"github.com/labstack/echo/v4"
)

// themeCookie holds "light" or "dark"; without it the system's choice holds.
const themeCookie = "theme"

// Shell is what the layout needs: who is signed in, the switcher, the flash that waits, the operator.
// A part that cannot be loaded is left out. crumbs lead from Projects & Accounts to the parent of the page.
func Shell(c echo.Context, title string, crumbs ...views.Crumb) views.Shell {
	st := stateOf(c)
	s := views.Shell{Title: title, Crumbs: crumbs, Theme: Theme(c), Path: here(c)}
	if st.kit.Operator != nil {
		s.Operator = st.kit.Operator(Ctx(c))
	}
	user, ok, err := signedIn(c)
	if err != nil || !ok {
		return s
	}
	s.User = &views.ShellUser{Name: user.Name, Email: user.Email}
	s.Flash = waitingFlash(c)
	st.showing = s.Flash
	recent, err := st.kit.People.Recent(Ctx(c), user.ID)
	if err != nil {
		st.kit.log().WarnContext(Ctx(c), "recent projects not loaded", "error", err, "request_id", st.requestID)
		return s
	}
	s.ManyProjects = len(recent) == people.RecentLimit
	current := currentProject(recent, c.Param("project"))
	for i, p := range recent {
		project := views.ShellProject{ID: p.ID, Name: p.Name, AccountName: p.AccountName}
		s.Recent = append(s.Recent, project)
		if i == current {
			s.Project = &project
		}
	}
	switch {
	case st.scope.IsAdmin():
		s.CreateProjectPath = views.NewProjectPath(st.scope.AccountID())
	case st.scope.AccountID() == "" && current >= 0 && recent[current].Role == access.RoleAdmin:
		s.CreateProjectPath = views.NewProjectPath(recent[current].AccountID)
	}
	return s
}

// currentProject is the index of the project of the page, else of the last used one, else -1.
func currentProject(recent []people.RecentProject, ofPage string) int {
	for i, p := range recent {
		if p.ID == ofPage {
			return i
		}
	}
	if len(recent) > 0 {
		return 0
	}
	return -1
}

// AccountsCrumb is the first step of every breadcrumb.
func AccountsCrumb() views.Crumb {
	return views.Crumb{Label: "Projects & Accounts", Path: views.AccountsPath}
}

// Theme is the theme that this browser chose: "light", "dark", or "" for the system's.
func Theme(c echo.Context) string {
	cookie, err := c.Cookie(themeCookie)
	if err != nil || cookie.Value != "light" && cookie.Value != "dark" {
		return ""
	}
	return cookie.Value
}

// SetTheme keeps a choice of theme for a year; any other value than light and dark forgets it.
func SetTheme(c echo.Context, theme string) {
	age := 365 * 24 * 3600
	if theme != "light" && theme != "dark" {
		theme, age = "", -1
	}
	c.SetCookie(&http.Cookie{Name: themeCookie, Value: theme, Path: "/", MaxAge: age, HttpOnly: true,
		Secure: stateOf(c).kit.Secure, SameSite: http.SameSiteLaxMode})
}

// here is the address of this page: forms are sent to the address of the page they stand on.
func here(c echo.Context) string {
	if safe(c.Request().Method) {
		return c.Request().URL.RequestURI()
	}
	return c.Request().URL.EscapedPath()
}
