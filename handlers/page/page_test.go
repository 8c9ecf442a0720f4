package page_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"billfold/handlers/handlertest"
	"billfold/handlers/page"
	"billfold/models"
	"billfold/models/access"
	"billfold/views"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"
)

const email = "ana@example.com"

// listPage is a page with a list that is a fragment of its own.
func listPage(shell views.Shell, items ...string) templ.Component {
	list := templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		_, err := io.WriteString(w, `<ul id="list"><li>`+strings.Join(items, `</li><li>`)+`</li></ul>`)
		return err
	})
	content := templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		if _, err := io.WriteString(w, "<h1>"+shell.Title+"</h1>"); err != nil {
			return err
		}
		return templ.Fragment("list").Render(templ.WithChildren(ctx, list), w)
	})
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		return views.Layout(shell).Render(templ.WithChildren(ctx, content), w)
	})
}

type nameForm struct {
	Name     string   `form:"name"`
	Emails   []string `form:"emails"`
	Count    int      `form:"count"`
	Password string   `form:"password"`
	Hidden   string
}

// bench is a console with a few pages that show what all pages share.
type bench struct {
	*handlertest.Server
	writes atomic.Int32
	hold   chan struct{} // a write waits for it when it is not nil
	fail   error         // what the write answers
	bound  nameForm
}

func newBench(t *testing.T, options ...handlertest.Option) *bench {
	t.Helper()
	b := &bench{}
	show := func(c echo.Context) error {
		return page.Render(c, 200, listPage(page.Shell(c, "Things"), "one", "two"), "list")
	}
	form := func(c echo.Context, problem error) error {
		shell := page.Shell(c, "Form")
		shell.Errors = page.Problems(problem)
		return page.Render(c, page.Status(problem), listPage(shell, b.bound.Name))
	}
	var binding sync.Mutex
	post := func(c echo.Context) error {
		var bound nameForm
		err := page.Bind(c, &bound)
		binding.Lock()
		b.bound = bound
		binding.Unlock()
		if err != nil {
			return form(c, err)
		}
		return page.Submit(c, func() (page.Done, error) {
			if b.hold != nil {
				<-b.hold
			}
			if b.fail != nil {
				return page.Done{}, b.fail
			}
			b.writes.Add(1)
			return page.Done{To: "/test/things", Flash: &views.Flash{Text: "Thing made.", Undo: &views.UndoForm{Action: "/test/undo", Label: "Undo"}}}, nil
		}, func(err error) error { return form(c, err) })
	}
	get := func(path string, scope page.ScopeKind, need access.Need, h echo.HandlerFunc) page.Route {
		return page.Route{Method: http.MethodGet, Path: path, Scope: scope, Need: need, Handler: h}
	}
	routes := []page.Route{
		get("/test/things", page.SignedIn, 0, show),
		get("/test/form", page.SignedIn, 0, func(c echo.Context) error { return form(c, nil) }),
		{Method: http.MethodPost, Path: "/test/form", Scope: page.SignedIn, Handler: post},
		{Method: http.MethodPost, Path: "/test/undo", Scope: page.SignedIn, Handler: post},
		get("/test/error", page.SignedIn, 0, func(echo.Context) error { return b.fail }),
		get("/test/panic", page.SignedIn, 0, func(echo.Context) error { panic("secret of the house") }),
		get("/test/unnamed", page.SignedIn, 0, func(c echo.Context) error { return page.Render(c, 200, listPage(page.Shell(c, "X")), "no-such-part") }),
		get("/test/file", page.SignedIn, 0, func(c echo.Context) error {
			return page.File(c, page.Document{Name: "a\"\r\nX: y.pdf", Type: "application/pdf", Content: []byte("%PDF-"), ETag: "abc"})
		}),
		get("/test/csv", page.SignedIn, 0, func(c echo.Context) error {
			return page.Stream(c, "lines.csv", "text/csv; charset=utf-8", func(w io.Writer) error {
				if b.fail != nil {
					return b.fail
				}
				_, err := io.WriteString(w, "a,b\n")
				return err
			})
		}),
		get("/test/accounts/:account", page.InAccount, access.Read, show),
		get("/test/accounts/:account/write", page.InAccount, access.Write, show),
		get("/test/groups/:group", page.InGroup, access.Write, show),
		get("/test/projects/:project", page.InProject, access.Admin, show),
	}
	b.Server = handlertest.New(t, append(options, handlertest.Routes(routes...))...)
	return b
}

func (b *bench) ana(t *testing.T) *handlertest.Client {
	t.Helper()
	b.User(t, "Ana Lima", email)
	return b.SignIn(t, email)
}

func TestRenderFullAndFragment(t *testing.T) {
	b := newBench(t)
	c := b.ana(t)
	full := c.Get("/test/things").Want(t, 200)
	if !full.IsWhole() || full.Title() != "Things – Billfold" || full.Header.Get("HX-Retarget") != "" {
		t.Fatalf("a page: %v\n%s", full.Header, full.Body)
	}
	if got := full.Header.Values("Vary"); !strings.Contains(strings.Join(got, ","), "HX-Request-Type") || !strings.Contains(strings.Join(got, ","), "Accept-Encoding") {
		t.Fatalf("Vary %q", got)
	}
	part := c.Partial("/test/things?a=b", "div#list").Want(t, 200)
	if got := string(part.Body); got != `<ul id="list"><li>one</li><li>two</li></ul>` || part.Header.Get("HX-Retarget") != "" {
		t.Fatalf("a fragment: %v\n%s", part.Header, got)
	}
	boosted := c.Request(http.MethodGet, "/test/things", nil)
	boosted.Header.Set("HX-Request-Type", "full")
	if p := c.Do(boosted); !p.IsWhole() || p.Header.Get("HX-Retarget") != "" {
		t.Fatalf("a boosted page: %v", p.Header)
	}
	back := c.Request(http.MethodGet, "/test/things", nil)
	back.Header.Set("HX-Request-Type", "partial")
	back.Header.Set("HX-History-Restore-Request", "true")
	if p := c.Do(back); !p.IsWhole() || p.Header.Get("HX-Retarget") != "" {
		t.Fatalf("going back: %v", p.Header)
	}
	whole := c.Partial("/test/form?x=1", "div#list")
	wantsWholePage(t, whole, "/test/form?x=1")
	c.Get("/test/unnamed").Want(t, 200)
	c.Partial("/test/unnamed", "div#list").Want(t, 500) // a mistake in a handler is loud
	b.Log()
}

// wantsWholePage checks an answer to a request for a part that replaces the whole page.
func wantsWholePage(t *testing.T, p *handlertest.Page, url string) {
	t.Helper()
	if !p.IsWhole() || p.Header.Get("HX-Retarget") != "body" || p.Header.Get("HX-Reswap") != "outerHTML" || p.Header.Get("HX-Push-Url") != url {
		t.Fatalf("%d, not a whole page in place of a part: %v\n%s", p.Status, p.Header, p.Body)
	}
}

func TestPartialRequestsGetWholeErrorPages(t *testing.T) {
	b := newBench(t)
	c := b.ana(t)
	wantsWholePage(t, c.Partial("/test/nowhere", "div#list").Want(t, 404), "/test/nowhere")
	b.fail = errors.New("boom")
	wantsWholePage(t, c.Partial("/test/error", "div#list").Want(t, 500), "/test/error")
	b.Log()
	p := b.Anonymous(t).Partial("/test/things", "div#list").WantRedirect(t, "/sign-in?next=%2Ftest%2Fthings")
	wantsWholePage(t, b.Anonymous(t).Partial(p.Location, "div#list").Want(t, 200), p.Location)
}

func TestCompression(t *testing.T) {
	b := newBench(t)
	c := b.ana(t)
	for accept, want := range map[string]string{"": "", "br": "br", "gzip, deflate": "gzip", "gzip, br": "br", "identity": "", "br;q=0, gzip;q=0.5": "gzip"} {
		c.Header.Set("Accept-Encoding", accept)
		if p := c.Get("/help").Want(t, 200); p.Header.Get("Content-Encoding") != want || p.Text("h1") != "Help" {
			t.Errorf("%q is answered in %q, want %q", accept, p.Header.Get("Content-Encoding"), want)
		}
	}
}

func TestFlashIsShownOnce(t *testing.T) {
	b := newBench(t)
	c := b.ana(t)
	c.Post("/test/form", url.Values{"name": {"x"}}).WantRedirect(t, "/test/things")
	b.DB.Read(t.Context()) // the flash waits in the session, in the database
	if n := b.Count(t, `SELECT count(*) FROM sessions WHERE data LIKE '%Thing made%'`); n != 1 {
		t.Fatalf("%d sessions hold the flash", n)
	}
	wantsWholePage(t, c.Partial("/test/things", "div#list"), "/test/things") // the part has no place for it
	c.Post("/test/form", url.Values{"name": {"x"}})
	c.Do(c.Request(http.MethodHead, "/test/things", nil))
	p := c.Get("/test/things")
	if got := p.Text("[data-flash] p"); got != "Thing made." {
		t.Fatalf("flash %q", got)
	}
	if key := p.Attr("[data-flash] form[action='/test/undo'] input[name='form_key']", "value"); !models.IsID(key) {
		t.Fatalf("the undo form has the key %q", key)
	}
	if c.Get("/test/things").Has("[data-flash]") {
		t.Fatal("the flash is shown again")
	}
	if p := c.Partial("/test/things", "div#list"); p.IsWhole() {
		t.Fatal("without a flash a part is a part")
	}
	before := b.writes.Load()
	p.Submit(t, "[data-flash] form", nil).WantRedirect(t, "/test/things")
	p.Submit(t, "[data-flash] form", nil).WantRedirect(t, "/test/things")
	if n := b.writes.Load() - before; n != 1 {
		t.Fatalf("undone %d times", n)
	}
}

func TestFormKey(t *testing.T) {
	b := newBench(t)
	c := b.ana(t)
	send := func(key string) *handlertest.Page {
		return c.Post("/test/form", url.Values{"name": {"x"}, "form_key": {key}})
	}
	key := page.FormKey()
	b.fail = models.Invalidf("name", "Enter a name")
	p := send(key).Want(t, 422)
	if got := p.Text("#errors li"); got != "Enter a name" || !strings.HasPrefix(p.Title(), "Error: ") {
		t.Fatalf("%q, %q", got, p.Title())
	}
	b.fail = models.Conflictf("Bo Chen changed these details at 14:02 UTC. Check them and save again.")
	if got := send(key).Want(t, 409).Text("#errors li"); !strings.HasPrefix(got, "Bo Chen changed") {
		t.Fatal(got)
	}
	b.fail = errors.New("boom")
	send(key).Want(t, 500)
	b.Log()
	b.fail = nil
	send(key).WantRedirect(t, "/test/things") // no failure used the key up
	send(key).WantRedirect(t, "/test/things")
	if n := b.writes.Load(); n != 1 {
		t.Fatalf("written %d times", n)
	}
	send(page.FormKey()).WantRedirect(t, "/test/things")
	send("").WantRedirect(t, "/test/things")
	if n := b.writes.Load(); n != 3 {
		t.Fatalf("written %d times", n)
	}
	send(strings.Repeat("x", 65)).Want(t, 422)
	b.User(t, "Bo Chen", "bo@example.com")
	bo := b.SignIn(t, "bo@example.com")
	bo.Post("/test/form", url.Values{"form_key": {key}}).WantRedirect(t, "/test/things")
	if n := b.writes.Load(); n != 4 {
		t.Fatalf("somebody else's key kept Bo's form from being written: %d", n)
	}
}

func TestDoubleClick(t *testing.T) {
	b := newBench(t)
	c := b.ana(t)
	b.hold = make(chan struct{})
	key := page.FormKey()
	var wg sync.WaitGroup
	for range 5 {
		wg.Go(func() {
			p := c.Post("/test/form", url.Values{"form_key": {key}})
			if p.Status != http.StatusSeeOther || p.Location != "/test/things" {
				t.Errorf("%d to %q", p.Status, p.Location)
			}
		})
	}
	time.Sleep(100 * time.Millisecond)
	close(b.hold)
	wg.Wait()
	if n := b.writes.Load(); n != 1 {
		t.Fatalf("written %d times", n)
	}
}

func TestWriteGoesOnWhenTheBrowserLeaves(t *testing.T) {
	b := newBench(t)
	c := b.ana(t)
	b.hold = make(chan struct{})
	ctx, leave := context.WithCancel(t.Context())
	key := page.FormKey()
	var wg sync.WaitGroup
	wg.Go(func() {
		c.Do(c.Request(http.MethodPost, "/test/form", url.Values{"form_key": {key}}).WithContext(ctx))
	})
	time.Sleep(50 * time.Millisecond)
	leave()
	close(b.hold)
	wg.Wait()
	c.Post("/test/form", url.Values{"form_key": {key}}).WantRedirect(t, "/test/things")
	if n := b.writes.Load(); n != 1 {
		t.Fatalf("written %d times", n)
	}
}
