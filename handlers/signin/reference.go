package signin

import (
	"net/http"

	"billfold/handlers/page"
	"billfold/models"
	"billfold/views"
	view "billfold/views/signin"

	"github.com/labstack/echo/v4"
)

// Reference answers with how programs use the API.
type Reference struct {
	nouns   func() []view.APINoun
	address string // of the server; "" is the one that the browser uses
}

// NewReference makes a Reference; nouns gives what the API consists of.
func NewReference(nouns func() []view.APINoun, address string) *Reference {
	return &Reference{nouns, address}
}

// ShowAll is the start of the reference.
func (h *Reference) ShowAll(c echo.Context) error {
	return h.page(c, view.Reference{Shell: page.Shell(c, "Invoice API"), Nouns: h.nouns()}, views.Crumb{Label: "Help", Path: views.HelpPath})
}

// ShowNoun is the part of the reference about one noun.
func (h *Reference) ShowNoun(c echo.Context) error {
	for _, n := range h.nouns() {
		if n.Slug == c.Param("noun") {
			return h.page(c, view.Reference{Shell: page.Shell(c, n.Title+" – Invoice API"), Noun: &n},
				views.Crumb{Label: "Help", Path: views.HelpPath}, views.Crumb{Label: "Invoice API", Path: views.APIReferencePath})
		}
	}
	return models.NotFoundf("Page not found")
}

func (h *Reference) page(c echo.Context, p view.Reference, crumbs ...views.Crumb) error {
	if p.Shell.User != nil {
		p.Shell.Crumbs = append([]views.Crumb{page.AccountsCrumb()}, crumbs...)
	}
	if p.Address = h.address; p.Address == "" {
		p.Address = "http://" + c.Request().Host
	}
	return page.Render(c, http.StatusOK, view.ReferencePage(p))
}
