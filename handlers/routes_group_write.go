package handlers

import (
	"net/http"

	"billfold/handlers/group"
	"billfold/handlers/page"
	"billfold/models/access"

	"github.com/labstack/echo/v4"
)

// groupWriteRoutes are the tabs of a billing group with forms, and the forms that change it.
func groupWriteRoutes(d Deps) []page.Route {
	h := group.New(d.DB, d.Clock, d.payments(), d.PublicURL, d.log())
	const root = "/billing-groups/:group"
	get := func(path string, need access.Need, f echo.HandlerFunc) page.Route {
		return page.Route{Method: http.MethodGet, Path: root + path, Scope: page.InGroup, Need: need, Handler: f}
	}
	post := func(path string, f echo.HandlerFunc) page.Route {
		return page.Route{Method: http.MethodPost, Path: root + path, Scope: page.InGroup, Need: access.Write, Handler: f}
	}
	return []page.Route{
		get("/projects", access.Read, h.ShowProjects),
		get("/projects/assign", access.Write, h.ShowAssign),
		post("/projects/assign", h.AssignProjects),
		get("/projects/move", access.Write, h.ShowMove),
		post("/projects/move", h.MoveProjects),
		post("/projects/undo", h.UndoMove),
		get("/credits", access.Read, h.ShowCredits),
		get("/credits/new", access.Write, h.ShowNewCredit),
		post("/credits/new", h.ClaimCredit),
		get("/credits/:claim/use", access.Write, h.ShowCreditUse),
		post("/credits/:claim/use", h.ChangeCreditUse),
		get("/billing-information", access.Read, h.ShowInformation),
		get("/billing-information/edit", access.Write, h.ShowDetails),
		post("/billing-information/edit", h.SaveDetails),
		get("/emails/edit", access.Write, h.ShowEmails),
		post("/emails/edit", h.SaveEmails),
		get("/payment-method", access.Write, h.ShowPaymentMethod),
		post("/payment-method", h.SavePaymentMethod),
		get("/invoices/:file/pay", access.Write, h.ShowPay),
		post("/invoices/:file/pay", h.Pay),
		get("/invoices/:file/pay/done", access.Write, h.Paid),
		get("/rename", access.Write, h.ShowRename),
		post("/rename", h.Rename),
		get("/delete", access.Write, h.ShowDelete),
		post("/delete", h.Delete),
		get("/primary", access.Write, h.ShowPrimary),
		post("/primary", h.MakePrimary),
	}
}
