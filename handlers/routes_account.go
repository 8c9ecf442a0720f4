package handlers

import (
	"net/http"

	"billfold/handlers/account"
	"billfold/handlers/page"
	"billfold/models/access"
	accounts "billfold/models/account"
	"billfold/models/invoice"
	"billfold/views"
)

// accountRoutes are Projects & Accounts, an account's tabs, and projects.
func accountRoutes(d Deps) []page.Route {
	h := account.New(accounts.NewStore(d.DB, d.Clock), invoice.NewStore(d.DB, d.Clock), d.payments())
	const (
		get, post = http.MethodGet, http.MethodPost
		home      = "/accounts/:account"
		billing   = home + "/billing"
		project   = "/projects/:project"
	)
	return []page.Route{
		{Method: get, Path: views.GoPath, Scope: page.SignedIn, Handler: h.ShowSearch},
		{Method: get, Path: views.AccountsPath, Scope: page.SignedIn, Handler: h.ShowAccounts},
		{Method: get, Path: home, Scope: page.InAccount, Need: access.Read, Handler: h.ShowProjects},
		{Method: get, Path: home + "/settings", Scope: page.InAccount, Need: access.Read, Handler: h.ShowSettings},
		{Method: post, Path: home + "/settings", Scope: page.InAccount, Need: access.Write, Handler: h.SaveSettings},

		{Method: get, Path: billing, Scope: page.InAccount, Need: access.Read, Handler: h.ShowBilling},
		{Method: get, Path: billing + "/deleted", Scope: page.InAccount, Need: access.Read, Handler: h.ShowDeleted},
		{Method: get, Path: billing + "/assign", Scope: page.InAccount, Need: access.Write, Handler: h.ShowAssign},
		{Method: post, Path: billing + "/assign", Scope: page.InAccount, Need: access.Write, Handler: h.ChooseAssign},
		{Method: get, Path: billing + "/new", Scope: page.InAccount, Need: access.Write, Handler: h.ShowNewGroup},
		{Method: post, Path: billing + "/new", Scope: page.InAccount, Need: access.Write, Handler: h.SaveNewGroup},
		{Method: get, Path: billing + "/new/details", Scope: page.InAccount, Need: access.Write, Handler: h.ShowNewGroupDetails},
		{Method: post, Path: billing + "/new/details", Scope: page.InAccount, Need: access.Write, Handler: h.SaveNewGroupDetails},
		{Method: get, Path: billing + "/new/projects", Scope: page.InAccount, Need: access.Write, Handler: h.ShowNewGroupProjects},
		{Method: post, Path: billing + "/new/projects", Scope: page.InAccount, Need: access.Write, Handler: h.SaveNewGroupProjects},
		{Method: get, Path: billing + "/new/summary", Scope: page.InAccount, Need: access.Write, Handler: h.ShowNewGroupSummary},
		{Method: post, Path: billing + "/new/summary", Scope: page.InAccount, Need: access.Write, Handler: h.CreateGroup},

		{Method: get, Path: home + "/projects/new", Scope: page.InAccount, Need: access.Admin, Handler: h.ShowNewProject},
		{Method: post, Path: home + "/projects/new", Scope: page.InAccount, Need: access.Admin, Handler: h.CreateProject},
		{Method: get, Path: project, Scope: page.InProject, Need: access.Read, Handler: h.ShowProject},
		{Method: get, Path: project + "/rename", Scope: page.InProject, Need: access.Admin, Handler: h.ShowRenameProject},
		{Method: post, Path: project + "/rename", Scope: page.InProject, Need: access.Admin, Handler: h.RenameProject},
		{Method: get, Path: project + "/delete", Scope: page.InProject, Need: access.Admin, Handler: h.ShowDeleteProject},
		{Method: post, Path: project + "/delete", Scope: page.InProject, Need: access.Admin, Handler: h.DeleteProject},
	}
}
