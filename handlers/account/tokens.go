package account

import (
	"strings"
	"time"

	"billfold/handlers/page"
	"billfold/models"
	"billfold/models/access"
	"billfold/models/people"
	"billfold/views"
	view "billfold/views/account"

	"github.com/labstack/echo/v4"
)

// Tokens answers for API tokens: a user's own, and those of an account, which belong to nobody.
type Tokens struct {
	people  *people.Store
	wall    models.Clock // tokens end by real time
	address string       // of the server, for the first request that is shown
}

// NewTokens makes a Tokens.
func NewTokens(p *people.Store, wall models.Clock, address string) *Tokens {
	return &Tokens{p, wall, address}
}

// List lists the tokens that can be used.
func (h *Tokens) List(c echo.Context) error {
	all, err := h.tokens(c)
	if err != nil {
		return err
	}
	p := view.Tokens{TokenPlace: tokenPlace(c, "API tokens", nil)}
	for _, t := range all {
		p.Rows = append(p.Rows, h.row(c, t))
	}
	return page.Render(c, page.Status(nil), view.TokensPage(p))
}

// ShowRevoke asks before a token is revoked.
func (h *Tokens) ShowRevoke(c echo.Context) error {
	all, err := h.tokens(c)
	if err != nil {
		return err
	}
	for _, t := range all {
		if t.ID == c.Param("token") {
			return page.Render(c, page.Status(nil), view.RevokeTokenPage(view.RevokeToken{TokenPlace: tokenPlace(c, "Revoke API token", nil), Key: page.FormKey(), Row: h.row(c, t)}))
		}
	}
	return models.NotFoundf("There is no such token")
}

// Revoke ends a token.
func (h *Tokens) Revoke(c echo.Context) error {
	id := c.Param("token")
	if !models.IsID(id) {
		return models.NotFoundf("There is no such token")
	}
	return page.Submit(c, func() (page.Done, error) {
		done := page.Done{To: tokenList(c), Flash: &views.Flash{Text: "API token revoked. Programs that use it are refused from now on."}}
		if ofAccount(c) {
			return done, h.people.RevokeAccountToken(page.Ctx(c), page.Scope(c), id)
		}
		return done, h.people.RevokeUserToken(page.Ctx(c), page.Actor(c), page.User(c).ID, id)
	}, nil)
}

// ofAccount says whether the page is about an account's tokens and not the user's own.
func ofAccount(c echo.Context) bool { return page.Scope(c).AccountID() != "" }

func (h *Tokens) tokens(c echo.Context) ([]people.Token, error) {
	if ofAccount(c) {
		return h.people.AccountTokens(page.Ctx(c), page.Scope(c))
	}
	return h.people.UserTokens(page.Ctx(c), page.User(c).ID)
}

// tokenList is the address of the list that the page belongs to.
func tokenList(c echo.Context) string {
	if ofAccount(c) {
		return views.TokensPath(page.Scope(c).AccountID())
	}
	return views.MyTokensPath
}

func tokenPlace(c echo.Context, title string, problem error) view.TokenPlace {
	p := view.TokenPlace{ListPath: tokenList(c), Lead: "Programs that send one of your tokens may do what you may do, within the token's scopes. What they change is attributed to the token in the events."}
	crumbs := []views.Crumb{page.AccountsCrumb()}
	if s := page.Scope(c); ofAccount(c) {
		p.Owner, title = s.AccountName(), title+" – "+s.AccountName()
		p.Lead = "Application tokens belong to the account and not to a person: they go on working when whoever made them leaves. What programs change with them is attributed to the token in the events."
		crumbs = append(crumbs, views.Crumb{Label: s.AccountName(), Path: views.AccountPath(s.AccountID())}, views.Crumb{Label: "Settings", Path: views.AccountSettingsPath(s.AccountID())})
	}
	if list := p.ListPath; c.Request().URL.Path != list {
		crumbs = append(crumbs, views.Crumb{Label: "API tokens", Path: list})
	}
	p.Shell = page.Shell(c, title, crumbs...)
	p.Shell.Errors = page.Problems(problem)
	return p
}

// soon is how long before its end a token is marked.
const soon = 7 * 24 * time.Hour

func (h *Tokens) row(c echo.Context, t people.Token) view.TokenRow {
	r := view.TokenRow{Name: t.Name, Prefix: t.Prefix + "…", Scopes: scopeLines(t.Scopes), Made: views.Date(t.CreatedAt), Expires: lastDay(t.ExpiresAt), Used: "Never",
		RevokePath: views.RevokeTokenPath(tokenList(c), t.ID)}
	if ofAccount(c) {
		r.By = t.CreatedBy
	}
	r.Soon = !t.ExpiresAt.IsZero() && t.ExpiresAt.Sub(h.wall.Now()) < soon
	if !t.LastUsedAt.IsZero() {
		r.Used, r.From = views.Moment(t.LastUsedAt), t.LastUsedIP
	}
	return r
}

func scopeLines(scopes []access.Grant) string {
	lines := make([]string, len(scopes))
	for i, s := range scopes {
		lines[i] = string(s)
	}
	return strings.Join(lines, "\n")
}

// lastDay is the last day on which a token can be used.
func lastDay(end time.Time) string {
	if end.IsZero() {
		return "Never"
	}
	return views.Date(end.Add(-time.Microsecond))
}
