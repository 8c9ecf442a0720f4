package account

import (
	"net/http"

	"billfold/handlers/page"
	view "billfold/views/account"

	"github.com/labstack/echo/v4"
)

// ShowSearch finds projects, accounts, billing groups and invoice numbers. Words that name exactly one
// thing lead straight to it.
func (h *Handler) ShowSearch(c echo.Context) error {
	text, kind := page.Query(c, "q"), page.Query(c, "type")
	found, err := h.invoices.Search(page.Ctx(c), page.Actor(c), text, kind)
	if err != nil {
		return err
	}
	results := view.NewSearch(page.Shell(c, "Search", page.AccountsCrumb()), text, kind, found)
	if path, ok := results.Only(); ok {
		return page.Redirect(c, path)
	}
	return page.Render(c, http.StatusOK, view.SearchPage(results))
}
