package handlers

import (
	"net/http"
	"slices"

	"billfold/handlers/group"
	"billfold/handlers/page"
)

// groupRoutes are the pages of a billing group that are read, and those that change it.
func groupRoutes(d Deps) []page.Route {
	return slices.Concat(groupReadRoutes(d), groupWriteRoutes(d))
}

func groupReadRoutes(d Deps) []page.Route {
	h := group.New(d.DB, d.Clock, d.payments(), d.PublicURL, d.log())
	return []page.Route{
		{Method: http.MethodGet, Path: "/billing-groups/:group", Scope: page.InGroup, Handler: h.ShowOverview},
		{Method: http.MethodGet, Path: "/billing-groups/:group/invoices", Scope: page.InGroup, Handler: h.ShowInvoices},
		// :file is a number, or a number with .pdf or .csv: the router would take one for the other.
		{Method: http.MethodGet, Path: "/billing-groups/:group/invoices/:file", Scope: page.InGroup, Handler: h.ShowInvoice},
		// Here :file is a year.
		{Method: http.MethodGet, Path: "/billing-groups/:group/invoices/:file/all.zip", Scope: page.InGroup, Handler: h.SendYear},
		{Method: http.MethodGet, Path: "/billing-groups/:group/invoices/:file/lines/:line", Scope: page.InGroup, Handler: h.ShowLine},
		{Method: http.MethodGet, Path: "/billing-groups/:group/invoices/:file/lines/:line/records.csv", Scope: page.InGroup, Handler: h.SendRecords},
		{Method: http.MethodGet, Path: "/billing-groups/:group/invoices/:file/subtotal", Scope: page.InGroup, Handler: h.ShowSubtotal},
		{Method: http.MethodGet, Path: "/billing-groups/:group/invoices/:file/credits/:claim", Scope: page.InGroup, Handler: h.ShowInvoiceCredit},
		{Method: http.MethodGet, Path: "/billing-groups/:group/invoices/:file/taxes/:place", Scope: page.InGroup, Handler: h.ShowInvoiceTax},
		{Method: http.MethodGet, Path: "/billing-groups/:group/invoices/:file/receipt.pdf", Scope: page.InGroup, Handler: h.SendReceipt},
		{Method: http.MethodGet, Path: "/billing-groups/:group/invoices/:file/receipts/:payment", Scope: page.InGroup, Handler: h.SendReceiptOf},
		{Method: http.MethodGet, Path: "/billing-groups/:group/events", Scope: page.InGroup, Handler: h.ShowEvents},
		{Method: http.MethodGet, Path: "/billing-groups/:group/events.csv", Scope: page.InGroup, Handler: h.SendEvents},
	}
}
