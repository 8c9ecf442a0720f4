package signin

import (
	"context"
	"net/http"
	"sync/atomic"
	"time"

	"billfold/handlers/page"
	"billfold/models/db"
	"billfold/views"
	"billfold/views/signin"

	"github.com/labstack/echo/v4"
)

// ShowHelp explains the words and names whom to ask.
func (h *Handler) ShowHelp(c echo.Context) error {
	shell := page.Shell(c, "Help")
	if shell.User != nil {
		shell.Crumbs = []views.Crumb{page.AccountsCrumb()}
	}
	return page.Render(c, http.StatusOK, signin.HelpPage(signin.Help{Shell: shell}))
}

type themeForm struct {
	Theme  string `form:"theme"`
	Return string `form:"return"`
}

// SetTheme keeps this browser's choice of theme and goes back to the page.
func (h *Handler) SetTheme(c echo.Context) error {
	var f themeForm
	if err := page.Bind(c, &f); err != nil {
		return err
	}
	page.SetTheme(c, f.Theme)
	// The switch stands on the sign-in page too, which SafePath leaves out as a place to go on to.
	if f.Return == views.SignInPath {
		return page.Redirect(c, views.SignInPath)
	}
	return page.Redirect(c, page.SafePath(f.Return, views.HomePath))
}

// Probe answers machines that watch the process.
type Probe struct {
	DB       *db.DB
	Draining func() bool // nil: never

	current atomic.Bool // the schema was found to be this program's
}

// Health says that the process answers.
func (p *Probe) Health(c echo.Context) error { return c.String(http.StatusOK, "ok\n") }

// Ready says whether requests should come here: 503 when the database does not answer within two
// seconds or lacks migrations, and while the process is being stopped.
func (p *Probe) Ready(c echo.Context) error {
	if p.Draining != nil && p.Draining() {
		return c.String(http.StatusServiceUnavailable, "stopping\n")
	}
	ctx, cancel := context.WithTimeout(page.Ctx(c), 2*time.Second)
	defer cancel()
	if err := p.DB.Ping(ctx); err != nil {
		return c.String(http.StatusServiceUnavailable, "the database does not answer\n")
	}
	if !p.current.Load() { // a schema only goes forward
		pending, err := p.DB.Pending(ctx)
		if err != nil || pending > 0 {
			return c.String(http.StatusServiceUnavailable, "the database is not migrated\n")
		}
		p.current.Store(true)
	}
	return c.String(http.StatusOK, "ready\n")
}
