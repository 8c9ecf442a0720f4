package handlers

import (
	"net/http"

	"billfold/handlers/account"
	"billfold/handlers/page"
	"billfold/models/access"
	accounts "billfold/models/account"
	"billfold/models/invoice"

	"github.com/labstack/echo/v4"
)

// cardRoutes are an account's payment methods.
func cardRoutes(d Deps) []page.Route {
	h := account.New(accounts.NewStore(d.DB, d.Clock), invoice.NewStore(d.DB, d.Clock), d.payments())
	const root = "/accounts/:account/payment-methods"
	get := func(path string, need access.Need, f echo.HandlerFunc) page.Route {
		return page.Route{Method: http.MethodGet, Path: root + path, Scope: page.InAccount, Need: need, Handler: f}
	}
	post := func(path string, f echo.HandlerFunc) page.Route {
		return page.Route{Method: http.MethodPost, Path: root + path, Scope: page.InAccount, Need: access.Write, Handler: f}
	}
	return []page.Route{
		get("", access.Read, h.ShowPaymentMethods),
		post("", h.AddCard),
		get("/added/:setup", access.Write, h.CardAdded),
		get("/:card/replace", access.Write, h.ShowReplaceCard),
		post("/:card/replace", h.ReplaceCard),
		get("/:card/remove", access.Write, h.ShowRemoveCard),
		post("/:card/remove", h.RemoveCard),
	}
}
