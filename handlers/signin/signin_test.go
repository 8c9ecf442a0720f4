package signin_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"billfold/handlers/handlertest"
	"billfold/models"
	"billfold/models/people"
	"billfold/views"
)

const email = "ana@example.com"

func credentials(password string) url.Values {
	return url.Values{"email": {email}, "password": {password}}
}

func TestSignIn(t *testing.T) {
	s := handlertest.New(t)
	s.User(t, "Ana Lima", email)
	c := s.Anonymous(t)
	p := c.Get("/sign-in").Want(t, http.StatusOK)
	if p.Title() != "Sign in – Billfold" || p.Text("h1") != "Sign in" || p.Attr("input[type='password']", "autocomplete") != "current-password" {
		t.Fatalf("%s", p.Body)
	}
	p.Submit(t, "main form", credentials(handlertest.Password)).WantRedirect(t, "/")
	c.Get("/").WantRedirect(t, "/accounts")
	c.Get("/sign-in").WantRedirect(t, "/")
	cookie := c.Cookie("billfold")
	if cookie == nil || !cookie.HttpOnly || cookie.Secure || cookie.SameSite != http.SameSiteLaxMode || cookie.Path != "/" || cookie.Domain != "" {
		t.Fatalf("%+v", cookie)
	}
	if n := s.Count(t, `SELECT count(*) FROM sessions WHERE ip = '192.0.2.1'`); n != 1 {
		t.Fatalf("%d sessions", n)
	}
	log := s.Log()
	for _, secret := range []string{handlertest.Password, cookie.Value} {
		if strings.Contains(log, secret) {
			t.Fatalf("the log holds %q", secret)
		}
	}
}

func TestSignInOverHTTPS(t *testing.T) {
	s := handlertest.New(t, handlertest.PublicURL("https://billing.example.com"))
	s.User(t, "Ana Lima", email)
	c := s.SignIn(t, email)
	cookie := c.Cookie("__Host-billfold")
	if cookie == nil || !cookie.HttpOnly || !cookie.Secure || cookie.Path != "/" || cookie.Domain != "" {
		t.Fatalf("%+v", cookie)
	}
	if got := c.Get("/help").Header.Get("Strict-Transport-Security"); !strings.HasPrefix(got, "max-age=") {
		t.Fatalf("HSTS %q", got)
	}
}

func TestSignInRefused(t *testing.T) {
	s := handlertest.New(t)
	s.User(t, "Ana Lima", email)
	c := s.Anonymous(t)
	for name, test := range map[string]struct {
		values url.Values
		says   []string
	}{
		"wrong password": {credentials("another horse"), []string{"Email address or password is wrong"}},
		"unknown user":   {url.Values{"email": {"bo@example.com"}, "password": {"another horse"}}, []string{"Email address or password is wrong"}},
		"nothing":        {url.Values{}, []string{"Enter your email address", "Enter your password"}},
		"no password":    {url.Values{"email": {email}}, []string{"Enter your password"}},
		"markup":         {url.Values{"email": {`"><script>alert(1)</script>`}, "password": {"x"}}, []string{"Email address or password is wrong"}},
		"very long":      {url.Values{"email": {strings.Repeat("a", 9000)}, "password": {strings.Repeat("x", 9000)}}, []string{"Email address or password is wrong"}},
	} {
		t.Run(name, func(t *testing.T) {
			p := c.Post("/sign-in", test.values).Want(t, http.StatusUnprocessableEntity)
			if got := p.Texts("#errors li"); strings.Join(got, "|") != strings.Join(test.says, "|") {
				t.Fatalf("%q", got)
			}
			if !strings.HasPrefix(p.Title(), "Error: Sign in") || p.Attr("input[name='email']", "value") != strings.TrimSpace(test.values.Get("email")) {
				t.Fatalf("title %q, email %q", p.Title(), p.Attr("input[name='email']", "value"))
			}
			if p.Attr("input[name='password']", "value") != "" || strings.Contains(string(p.Body), "<script>alert") {
				t.Fatal("the password comes back")
			}
			if c.Cookie("billfold") != nil {
				t.Fatal("a session was made")
			}
		})
	}
}

func TestSignInLimits(t *testing.T) {
	s := handlertest.New(t)
	s.User(t, "Ana Lima", email)
	c := s.Anonymous(t)
	for range 5 {
		c.Post("/sign-in", credentials("another horse")).Want(t, http.StatusUnprocessableEntity)
	}
	p := c.Post("/sign-in", credentials(handlertest.Password)).Want(t, http.StatusTooManyRequests)
	if !strings.HasPrefix(p.Text("#errors li"), "Too many attempts. Try again after ") || !strings.HasSuffix(p.Text("#errors li"), " UTC") {
		t.Fatal(p.Text("#errors li"))
	}
	if p.Header.Get("Retry-After") == "" || p.Attr("input[name='email']", "value") != email {
		t.Fatalf("Retry-After %q", p.Header.Get("Retry-After"))
	}
	elsewhere := s.Anonymous(t)
	elsewhere.Address = "198.51.100.7"
	elsewhere.Header.Set("X-Forwarded-For", "192.0.2.1")
	elsewhere.Post("/sign-in", credentials(handlertest.Password)).WantRedirect(t, "/")

	rotating := s.Anonymous(t)
	rotating.Header.Set("X-Forwarded-For", "203.0.113.5") // no proxy is configured: the header says nothing
	rotating.Post("/sign-in", credentials(handlertest.Password)).Want(t, http.StatusTooManyRequests)

	s.AdvanceWall(16 * time.Minute)
	c.Post("/sign-in", credentials(handlertest.Password)).WantRedirect(t, "/")
}

func TestSessionFixation(t *testing.T) {
	s := handlertest.New(t)
	s.User(t, "Ana Lima", email)
	s.User(t, "Mallory", "mallory@example.com")
	attacker := s.SignIn(t, "mallory@example.com")
	planted := attacker.Cookie("billfold").Value

	victim := s.Anonymous(t)
	victim.SetCookie("billfold", planted)
	victim.Post("/sign-out", url.Values{}) // a planted session does not lock anybody in
	victim.SetCookie("billfold", planted)
	victim.Post("/sign-in", credentials(handlertest.Password)).WantRedirect(t, "/")
	if victim.Cookie("billfold").Value == planted {
		t.Fatal("the session keeps the id that somebody else knows")
	}
	attacker.Get("/").WantRedirect(t, "/sign-in")

	invented := s.Anonymous(t)
	invented.SetCookie("billfold", strings.Repeat("A", 43))
	invented.Post("/sign-in", credentials(handlertest.Password)).WantRedirect(t, "/")
	if invented.Cookie("billfold").Value == strings.Repeat("A", 43) {
		t.Fatal("an invented session id was taken over")
	}
	// Signing in again on a browser ends what was there before.
	before := invented.Cookie("billfold").Value
	invented.Post("/sign-in", credentials(handlertest.Password)).WantRedirect(t, "/")
	old := s.Anonymous(t)
	old.SetCookie("billfold", before)
	old.Get("/").WantRedirect(t, "/sign-in")
}

func TestSessionEnds(t *testing.T) {
	s := handlertest.New(t)
	s.User(t, "Ana Lima", email)
	c := s.SignIn(t, email)
	s.SetClock(handlertest.Start.AddDate(1, 0, 0)) // business time ends no session
	c.Get("/").WantRedirect(t, "/accounts")
	s.AdvanceWall(people.SessionIdle + time.Minute)
	c.Get("/").WantRedirect(t, "/sign-in")

	c = s.SignIn(t, email)
	token := c.Cookie("billfold").Value
	p := c.Get("/help").Want(t, http.StatusOK)
	p.Submit(t, "form[action='/sign-out']", nil).WantRedirect(t, "/sign-in")
	if c.Cookie("billfold") != nil {
		t.Fatal("the cookie stays")
	}
	c.SetCookie("billfold", token)
	c.Get("/").WantRedirect(t, "/sign-in")
	c.Get("/sign-out").Want(t, http.StatusMethodNotAllowed)
}

func TestNext(t *testing.T) {
	s := handlertest.New(t)
	s.User(t, "Ana Lima", email)
	for next, want := range map[string]string{
		"/billing-groups/1/invoices?status=overdue&sort=-total": "/billing-groups/1/invoices?status=overdue&sort=-total",
		"/accounts":                     "/accounts",
		"":                              "/",
		"/":                             "/",
		"//evil.example":                "/",
		"///evil.example":               "/",
		"/\\evil.example":               "/",
		"\\\\evil.example":              "/",
		"/\t/evil.example":              "/",
		"/\n/evil.example":              "/",
		"https://evil.example/":         "/",
		"http:evil.example":             "/",
		"javascript:alert(1)":           "/",
		"evil.example":                  "/",
		"@evil.example":                 "/",
		" //evil.example":               "/",
		"/sign-in?next=/sign-in":        "/",
		"/sign-out":                     "/",
		"/%2F%2Fevil.example":           "/",
		"/%5Cevil.example":              "/",
		"/a b":                          "/",
		"/" + strings.Repeat("a", 3000): "/",
	} {
		c := s.Anonymous(t)
		p := c.Get("/sign-in?next="+url.QueryEscape(next)).Want(t, http.StatusOK)
		if p = p.Submit(t, "main form", credentials(handlertest.Password)); p.Location != want {
			t.Errorf("by the page: next %q leads to %q, want %q", next, p.Location, want)
		}
		values := credentials(handlertest.Password)
		values.Set("next", next)
		if p = s.Anonymous(t).Post("/sign-in", values); p.Location != want {
			t.Errorf("by the form: next %q leads to %q, want %q", next, p.Location, want)
		}
	}
}

func TestHome(t *testing.T) {
	s := handlertest.New(t)
	ana := s.User(t, "Ana Lima", email)
	account, group, project := models.NewID(), models.NewID(), models.NewID()
	at := handlertest.Start
	s.Exec(t, `INSERT INTO accounts (id, name, name_key, bank_transfer_allowed, created_at) VALUES (?, 'Acme', 'acme', false, ?)`, account, at)
	s.Exec(t, `INSERT INTO billing_groups (id, account_id, name, name_key, is_primary, created_at) VALUES (?, ?, 'Default', 'default', true, ?)`, group, account, at)
	s.Exec(t, `INSERT INTO projects (id, account_id, group_id, name, name_key, created_at) VALUES (?, ?, ?, 'web', 'web', ?)`, project, account, group, at)
	s.Exec(t, `INSERT INTO members (account_id, user_id, role, created_at) VALUES (?, ?, 'viewer', ?)`, account, ana.ID, at)
	c := s.SignIn(t, email)
	if err := s.People.See(t.Context(), ana.ID, project); err != nil {
		t.Fatal(err)
	}
	c.Get("/").WantRedirect(t, views.ProjectPath(project))
	p := c.Get("/help")
	if got := p.Attr("details.switcher summary", "aria-label"); got != "Current project: web, Acme" {
		t.Fatalf("switcher %q", got)
	}
	if p.Has("a[href='" + views.NewProjectPath(account) + "']") {
		t.Fatal("a viewer is offered to create a project")
	}
	s.Exec(t, `UPDATE members SET role = 'admin'`)
	if !c.Get("/help").Has("a[href='" + views.NewProjectPath(account) + "']") {
		t.Fatal("an admin is not offered to create a project")
	}
	s.Exec(t, `DELETE FROM members`)
	c.Get("/").WantRedirect(t, "/accounts")
	if got := c.Get("/help").Attr("details.switcher summary", "aria-label"); got != "Choose a project" {
		t.Fatalf("switcher of a former member: %q", got)
	}
}

func TestHelp(t *testing.T) {
	s := handlertest.New(t, handlertest.Operator(views.Operator{Name: "Example Cloud", SupportURL: "https://support.example.com/", Contact: "billing@example.com"}))
	s.User(t, "Ana Lima", email)
	for name, c := range map[string]*handlertest.Client{"anonymous": s.Anonymous(t), "signed in": s.SignIn(t, email)} {
		p := c.Get("/help").Want(t, http.StatusOK)
		for _, want := range []string{"What is a billing group?", "Example Cloud", "https://support.example.com/", "billing@example.com"} {
			if !strings.Contains(p.Main(), want) {
				t.Errorf("%s: no %q in %s", name, want, p.Main())
			}
		}
		if !p.Has("footer a[href='https://support.example.com/']") || !p.Has("footer a[href='mailto:billing@example.com']") {
			t.Errorf("%s: the footer names no support", name)
		}
		if signedIn := name == "signed in"; p.Has("details.switcher") != signedIn || p.Has("main a[href='/sign-in']") == signedIn {
			t.Errorf("%s: wrong frame", name)
		}
		if p.Header.Get("X-Robots-Tag") != "" {
			t.Errorf("%s: help is hidden from search engines", name)
		}
	}
}

func TestTheme(t *testing.T) {
	s := handlertest.New(t)
	c := s.Anonymous(t)
	set := func(theme, to, want string) {
		t.Helper()
		c.Post("/theme", url.Values{"theme": {theme}, "return": {to}}).WantRedirect(t, want)
	}
	set("dark", "/help?x=1", "/help?x=1")
	if got := c.Get("/help").Attr("html", "data-theme"); got != "dark" {
		t.Fatalf("theme %q", got)
	}
	set("system", "//evil.example", "/")
	if p := c.Get("/sign-in"); p.Attr("html", "data-theme") != "" {
		t.Fatal("the theme stays")
	}
	p := c.Get("/sign-in")
	p = p.Submit(t, "form.theme", url.Values{"theme": {"light"}}).WantRedirect(t, "/sign-in").Follow()
	if p.Attr("html", "data-theme") != "light" {
		t.Fatal("the switch on the sign-in page does nothing")
	}
	set(`dark"><script>`, "/help", "/help")
	if got := c.Get("/help").Attr("html", "data-theme"); got != "" {
		t.Fatalf("theme %q", got)
	}
}

func TestProbes(t *testing.T) {
	stopping := false
	s := handlertest.New(t, handlertest.Draining(func() bool { return stopping }))
	c := s.Anonymous(t)
	c.Get("/healthz").Want(t, http.StatusOK)
	c.Get("/readyz").Want(t, http.StatusOK)
	stopping = true
	c.Get("/readyz").Want(t, http.StatusServiceUnavailable)
	stopping = false
	if err := s.DB.Close(); err != nil {
		t.Fatal(err)
	}
	c.Get("/readyz").Want(t, http.StatusServiceUnavailable)
	c.Get("/healthz").Want(t, http.StatusOK)
}
