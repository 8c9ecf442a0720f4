package page_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"billfold/handlers/handlertest"
	"billfold/models"
	"billfold/models/access"
)

func TestErrorPages(t *testing.T) {
	b := newBench(t)
	c := b.ana(t)
	for name, test := range map[string]struct {
		err    error
		status int
		h1     string
	}{
		"not found":   {models.NotFoundf("There is no such thing"), 404, "Page not found"},
		"conflict":    {fmt.Errorf("wrapped: %w", models.Conflictf("October is closed")), 409, "The change was not made"},
		"invalid":     {models.Invalidf("name", "Enter a name"), 422, "The change was not made"},
		"unavailable": {errors.Join(models.Unavailablef("The database is busy."), errors.New("inner secret")), 503, "Billfold is busy right now"},
		"unknown":     {errors.New("inner secret"), 500, "Sorry, there is a problem"},
	} {
		t.Run(name, func(t *testing.T) {
			b.fail = test.err
			p := c.Get("/test/error").Want(t, test.status)
			if p.Text("h1") != test.h1 || p.Title() != test.h1+" – Billfold" || !p.Has("details.switcher") {
				t.Fatalf("h1 %q, title %q", p.Text("h1"), p.Title())
			}
			if strings.Contains(string(p.Body), "secret") {
				t.Fatal("the page tells what is ours to know")
			}
			id := p.Header.Get("X-Request-Id")
			if test.status >= 500 {
				log := b.Log()
				if !models.IsID(id) || p.Text("main code") != id || !strings.Contains(log, id) || !strings.Contains(log, "inner secret") {
					t.Fatalf("request id %q, on the page %q, log %s", id, p.Text("main code"), log)
				}
			}
			if test.status == 503 && p.Header.Get("Retry-After") == "" {
				t.Fatal("no Retry-After")
			}
		})
	}
	p := c.Get("/test/panic").Want(t, 500)
	if log := b.Log(); strings.Contains(string(p.Body), "secret of the house") || !strings.Contains(log, "secret of the house") || !strings.Contains(log, "page_test.go") {
		t.Fatalf("a panic: %s", log)
	}
	c.Get("/test/things").Want(t, 200)
}

func TestMissingPagesAndMethods(t *testing.T) {
	b := newBench(t)
	c := b.ana(t)
	if p := c.Get("/nowhere").Want(t, 404); !p.Has("details.switcher") || !p.Has("main a[href='/accounts']") {
		t.Fatalf("%s", p.Body)
	}
	if p := b.Anonymous(t).Get("/nowhere").Want(t, 404); p.Has("details.switcher") || !p.Has("main a[href='/sign-in']") {
		t.Fatalf("%s", p.Body)
	}
	p := c.Do(c.Request(http.MethodDelete, "/test/things", url.Values{})).Want(t, 405)
	if p.Text("h1") != "This page cannot do that" || !strings.Contains(p.Header.Get("Allow"), "GET") {
		t.Fatalf("%q, Allow %q", p.Text("h1"), p.Header.Get("Allow"))
	}
	if p := c.Do(c.Request(http.MethodHead, "/test/things", nil)); p.Status != 200 {
		t.Fatalf("HEAD answers %d", p.Status)
	}
	c.Get("/static/app.css").Want(t, 404) // only hashed names exist
}

func TestDatabaseGone(t *testing.T) {
	b := newBench(t)
	c := b.ana(t)
	if err := b.DB.Close(); err != nil {
		t.Fatal(err)
	}
	p := c.Get("/test/things").Want(t, 500)
	if p.Text("h1") != "Sorry, there is a problem" {
		t.Fatalf("%s", p.Body)
	}
	b.Log()
}

func TestBodyLimit(t *testing.T) {
	b := newBench(t)
	c := b.ana(t)
	c.Post("/test/form", url.Values{"name": {strings.Repeat("x", 1<<20)}}).Want(t, 413)
	if b.writes.Load() != 0 {
		t.Fatal("written")
	}
}

func TestBind(t *testing.T) {
	b := newBench(t)
	c := b.ana(t)
	c.Post("/test/form?name=query&hidden=query", url.Values{"name": {"  Ana\x00 \r\n"}, "emails": {" a@x.example ", "b@x.example"}, "count": {"7"},
		"password": {"  keep me  "}, "Hidden": {"h"}}).WantRedirect(t, "/test/things")
	if b.bound.Name != "Ana" || strings.Join(b.bound.Emails, "|") != "a@x.example|b@x.example" || b.bound.Count != 7 || b.bound.Password != "  keep me  " || b.bound.Hidden != "" {
		t.Fatalf("%+v", b.bound)
	}
	c.Post("/test/form?name=query", url.Values{"count": {"1"}}).WantRedirect(t, "/test/things")
	if b.bound.Name != "" {
		t.Fatalf("the query string got into the form: %+v", b.bound)
	}
	p := c.Post("/test/form", url.Values{"count": {"many"}}).Want(t, 422)
	if got := p.Attr("#errors a", "href"); got != "#f-count" {
		t.Fatal(got)
	}
	p = c.Post("/test/form", url.Values{"name": {"4242 4242 4242 4242"}}).Want(t, 422)
	if got := p.Text("#errors li"); !strings.HasPrefix(got, "This looks like a card number") || strings.Contains(b.Log(), "4242") {
		t.Fatal(got)
	}
	before := b.writes.Load()
	for _, kind := range []string{"multipart/form-data; boundary=x", "application/json", "text/plain", ";"} {
		r := c.Request(http.MethodPost, "/test/form", url.Values{"name": {"x"}})
		r.Header.Set("Content-Type", kind)
		c.Do(r).Want(t, 422)
	}
	if b.writes.Load() != before {
		t.Fatal("written from a body that is no form")
	}
}

func TestOtherSitesAreRefused(t *testing.T) {
	b := newBench(t)
	c := b.ana(t)
	for name, header := range map[string][2]string{
		"fetch metadata": {"Sec-Fetch-Site", "cross-site"},
		"sibling host":   {"Sec-Fetch-Site", "same-site"},
		"origin":         {"Origin", "https://evil.example"},
		"opaque origin":  {"Origin", "null"},
		"another port":   {"Origin", "http://localhost:9999"},
	} {
		r := c.Request(http.MethodPost, "/test/form", url.Values{"name": {"x"}})
		r.Header.Del("Sec-Fetch-Site")
		r.Header.Set(header[0], header[1])
		p := c.Do(r).Want(t, 403)
		if p.Text("h1") != "This request came from another site" {
			t.Errorf("%s: %q", name, p.Text("h1"))
		}
		out := b.Anonymous(t).Request(http.MethodPost, "/sign-in", url.Values{"email": {email}, "password": {handlertest.Password}})
		out.Header.Del("Sec-Fetch-Site")
		out.Header.Set(header[0], header[1])
		if p := b.Anonymous(t).Do(out).Want(t, 403); p.Header.Get("Set-Cookie") != "" {
			t.Errorf("%s: signed in", name)
		}
	}
	if b.writes.Load() != 0 {
		t.Fatal("written")
	}
	r := c.Request(http.MethodPost, "/test/form", url.Values{"name": {"x"}})
	r.Header.Del("Sec-Fetch-Site")
	r.Header.Set("Origin", "http://localhost:8080")
	c.Do(r).WantRedirect(t, "/test/things")
}

func TestHeadersOnEveryAnswer(t *testing.T) {
	b := newBench(t)
	c := b.ana(t)
	b.fail = errors.New("boom")
	for _, path := range []string{"/test/things", "/test/file", "/help", "/sign-in", "/", "/nowhere", "/test/error", "/test/panic", "/healthz", "/readyz", "/static/nothing.css", "/test/accounts/x"} {
		for _, method := range []string{http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut} {
			p := c.Do(c.Request(method, path, nil))
			h := p.Header
			if csp := h.Get("Content-Security-Policy"); !strings.HasPrefix(csp, "default-src 'none'; script-src 'self';") || strings.Contains(csp, "unsafe") || !strings.Contains(csp, "frame-ancestors 'none'") {
				t.Errorf("%s %s: CSP %q", method, path, csp)
			}
			if h.Get("X-Content-Type-Options") != "nosniff" || h.Get("Referrer-Policy") != "same-origin" || !models.IsID(h.Get("X-Request-Id")) {
				t.Errorf("%s %s: %v", method, path, h)
			}
			want := "no-store"
			if path == "/test/file" && p.Status == 200 {
				want = "private, no-cache"
			}
			if got := h.Get("Cache-Control"); got != want {
				t.Errorf("%s %s: %d, Cache-Control %q, want %q", method, path, p.Status, got, want)
			}
			if strings.HasPrefix(path, "/test/") && h.Get("X-Robots-Tag") != "noindex" {
				t.Errorf("%s %s: X-Robots-Tag %q", method, path, h.Get("X-Robots-Tag"))
			}
		}
	}
	b.Log()
	css := c.Get("/help").Attr("link[rel='stylesheet']", "href")
	p := c.Get(css).Want(t, 200)
	if got := p.Header.Get("Cache-Control"); !strings.Contains(got, "immutable") || p.Header.Get("Content-Security-Policy") == "" {
		t.Errorf("%s: %v", css, p.Header)
	}
}

func TestLogHoldsNoQuery(t *testing.T) {
	b := newBench(t)
	c := b.ana(t)
	b.Log()
	c.Get("/test/things?token=canary-1").Want(t, 200)
	c.Post("/test/form", url.Values{"name": {"canary-2"}})
	c.Get("/nowhere?x=canary-3")
	log := b.Log()
	if strings.Contains(log, "canary") || strings.Count(log, `"msg":"request"`) != 3 || !strings.Contains(log, `"route":"/test/things"`) {
		t.Fatal(log)
	}
}

func TestFiles(t *testing.T) {
	b := newBench(t)
	c := b.ana(t)
	p := c.Get("/test/file").Want(t, 200)
	if p.Header.Get("Content-Type") != "application/pdf" || p.Header.Get("Content-Disposition") != `attachment; filename="a---X- y.pdf"` || string(p.Body) != "%PDF-" {
		t.Fatalf("%v", p.Header)
	}
	again := c.Request(http.MethodGet, "/test/file", nil)
	again.Header.Set("If-None-Match", p.Header.Get("ETag"))
	c.Do(again).Want(t, 304)
	if p := c.Get("/test/csv").Want(t, 200); string(p.Body) != "a,b\n" || p.Header.Get("Content-Disposition") != "attachment; filename=lines.csv" || p.Header.Get("Cache-Control") != "no-store" {
		t.Fatalf("%v %s", p.Header, p.Body)
	}
	b.fail = models.NotFoundf("x")
	if p := c.Get("/test/csv").Want(t, 404); p.Header.Get("Content-Disposition") != "" || p.Text("h1") != "Page not found" {
		t.Fatalf("%v", p.Header)
	}
}

func TestSessionEndedLeadsBack(t *testing.T) {
	b := newBench(t)
	c := b.ana(t)
	b.AdvanceWall(13 * time.Hour)
	c.Get("/test/things?status=overdue&x=%2F").WantRedirect(t, "/sign-in?next=%2Ftest%2Fthings%3Fstatus%3Doverdue%26x%3D%252F")
	c.Post("/test/form?x=1", url.Values{"name": {"x"}}).WantRedirect(t, "/sign-in?next=%2Ftest%2Fform")
	r := c.Request(http.MethodPost, "/test/undo", url.Values{}) // has no page of its own
	r.Header.Set("Referer", "http://localhost:8080/test/things?a=b")
	c.Do(r).WantRedirect(t, "/sign-in?next=%2Ftest%2Fthings%3Fa%3Db")
	r = c.Request(http.MethodPost, "/test/undo", url.Values{})
	r.Header.Set("Referer", "http://evil.example/test/things")
	c.Do(r).WantRedirect(t, "/sign-in")
	if b.writes.Load() != 0 {
		t.Fatal("written without a session")
	}
}

func TestScopes(t *testing.T) {
	b := newBench(t)
	users := map[string]*handlertest.Client{}
	account, group, project := models.NewID(), models.NewID(), models.NewID()
	b.Exec(t, `INSERT INTO accounts (id, name, name_key, bank_transfer_allowed, created_at) VALUES (?, 'Acme Cloud', 'acme cloud', false, ?)`, account, handlertest.Start)
	b.Exec(t, `INSERT INTO billing_groups (id, account_id, name, name_key, is_primary, created_at) VALUES (?, ?, 'Default', 'default', true, ?)`, group, account, handlertest.Start)
	b.Exec(t, `INSERT INTO projects (id, account_id, group_id, name, name_key, created_at) VALUES (?, ?, ?, 'web', 'web', ?)`, project, account, group, handlertest.Start)
	for _, role := range []access.Role{access.RoleAdmin, access.RoleBilling, access.RoleViewer, "stranger"} {
		u := b.User(t, "The "+string(role), string(role)+"@example.com")
		if role != "stranger" {
			b.Member(t, account, u.ID, role)
		}
		users[string(role)] = b.SignIn(t, u.Email)
	}
	for path, want := range map[string]map[string]int{
		"/test/accounts/" + account:            {"admin": 200, "billing": 200, "viewer": 200, "stranger": 404},
		"/test/accounts/" + account + "/write": {"admin": 200, "billing": 200, "viewer": 403, "stranger": 404},
		"/test/groups/" + group:                {"admin": 200, "billing": 200, "viewer": 403, "stranger": 404},
		"/test/projects/" + project:            {"admin": 200, "billing": 403, "viewer": 403, "stranger": 404},
		"/test/accounts/" + group:              {"admin": 404, "viewer": 404},
		"/test/accounts/%2e%2e":                {"admin": 404},
		"/test/accounts/x' OR '1'='1":          {"admin": 404},
		"/test/accounts%2F" + account:          {"admin": 404},
	} {
		for who, status := range want {
			p := users[who].Get(strings.ReplaceAll(path, " ", "%20"))
			if p.Status != status {
				t.Errorf("%s as %s: %d, want %d", path, who, p.Status, status)
			}
		}
	}
	p := users["viewer"].Get("/test/groups/" + group)
	if p.Text("h1") != "You need billing access for Acme Cloud" || !strings.Contains(p.Main(), "Account admins can give you access: The admin.") {
		t.Fatalf("%s", p.Main())
	}
	if got := users["admin"].Get("/test/things").Attr("details.switcher summary", "aria-label"); got != "Current project: web, Acme Cloud" {
		t.Fatalf("after looking at the project the switcher says %q", got)
	}
	if users["viewer"].Get("/test/things").Attr("details.switcher summary", "aria-label") != "Choose a project" {
		t.Fatal("a page that was refused counts as seen")
	}
}
