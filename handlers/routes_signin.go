package handlers

import (
	"net/http"

	"billfold/handlers/page"
	"billfold/handlers/signin"
	"billfold/views"
)

// Paths for machines that watch the process.
const (
	healthPath = "/healthz" // the process answers
	readyPath  = "/readyz"  // it can serve pages: the database answers, and it is not being stopped
)

func signinRoutes(d Deps) []page.Route {
	h := signin.New(d.People(), d.log())
	probe := &signin.Probe{DB: d.DB, Draining: d.Draining}
	return []page.Route{
		{Method: http.MethodGet, Path: views.HomePath, Scope: page.SignedIn, Handler: h.Home},
		{Method: http.MethodGet, Path: views.SignInPath, Handler: h.ShowSignIn},
		{Method: http.MethodPost, Path: views.SignInPath, Handler: h.SignIn},
		{Method: http.MethodPost, Path: views.SignOutPath, Handler: h.SignOut},
		{Method: http.MethodGet, Path: views.HelpPath, Handler: h.ShowHelp},
		{Method: http.MethodPost, Path: views.ThemePath, Handler: h.SetTheme},
		{Method: http.MethodGet, Path: healthPath, Handler: probe.Health},
		{Method: http.MethodGet, Path: readyPath, Handler: probe.Ready},
	}
}
