package handlers

import (
	"net/http"
	"strings"
	"sync"

	"billfold/handlers/account"
	"billfold/handlers/api"
	"billfold/handlers/page"
	"billfold/handlers/signin"
	"billfold/models/access"
	"billfold/views"
	view "billfold/views/signin"
)

// tokenRoutes are API tokens, a user's own and an account's.
func tokenRoutes(d Deps) []page.Route {
	h := account.NewTokens(d.People(), d.Wall, strings.TrimSuffix(d.PublicURL, "/"))
	const (
		get, post = http.MethodGet, http.MethodPost
		mine      = views.MyTokensPath
		app       = "/accounts/:account/tokens"
	)
	return []page.Route{
		{Method: get, Path: mine, Scope: page.SignedIn, Handler: h.List},
		{Method: get, Path: mine + "/new", Scope: page.SignedIn, Handler: h.ShowNew},
		{Method: post, Path: mine + "/new", Scope: page.SignedIn, Handler: h.Create},
		{Method: get, Path: mine + "/:token/revoke", Scope: page.SignedIn, Handler: h.ShowRevoke},
		{Method: post, Path: mine + "/:token/revoke", Scope: page.SignedIn, Handler: h.Revoke},

		{Method: get, Path: app, Scope: page.InAccount, Need: access.Admin, Handler: h.List},
		{Method: get, Path: app + "/new", Scope: page.InAccount, Need: access.Admin, Handler: h.ShowNew},
		{Method: post, Path: app + "/new", Scope: page.InAccount, Need: access.Admin, Handler: h.Create},
		{Method: get, Path: app + "/:token/revoke", Scope: page.InAccount, Need: access.Admin, Handler: h.ShowRevoke},
		{Method: post, Path: app + "/:token/revoke", Scope: page.InAccount, Need: access.Admin, Handler: h.Revoke},
	}
}

// referenceRoutes are the pages on how programs use the API.
func referenceRoutes(d Deps) []page.Route {
	address := strings.TrimSuffix(d.PublicURL, "/")
	h := signin.NewReference(sync.OnceValue(func() []view.APINoun {
		return api.New(api.Deps{PublicURL: d.PublicURL}).Reference() // described, not served
	}), address)
	return []page.Route{
		{Method: http.MethodGet, Path: views.APIReferencePath, Handler: h.ShowAll},
		{Method: http.MethodGet, Path: views.APIReferencePath + "/:noun", Handler: h.ShowNoun},
	}
}
