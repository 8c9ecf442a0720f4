package handlers_test

import (
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"billfold/handlers"
	"billfold/handlers/handlertest"
	"billfold/handlers/page"
	"billfold/models"
	"billfold/models/access"
	"billfold/models/db"
	"billfold/models/payment/sandbox"
	"billfold/models/verify"
)

// addresses fills the parameters of a route with what the tenant has; several where one parameter names
// several kinds of things. A parameter that is not known here fails the test: say what fills it.
func addresses(t *testing.T, r page.Route, a *tenant) (all []string) {
	t.Helper()
	all = []string{""}
	for part := range strings.SplitSeq(strings.TrimPrefix(r.Path, "/"), "/") {
		values := []string{part}
		switch part {
		case ":account":
			values = []string{a.account}
		case ":group":
			values = []string{a.group}
			if strings.Contains(r.Path, ":file") {
				values = []string{a.billed}
			}
		case ":project":
			values = []string{a.project}
		case ":file":
			values = []string{a.number}
			if strings.HasSuffix(r.Path, ":file") {
				values = []string{a.number, a.number + ".pdf", a.number + ".csv", "estimate-2026-11", "estimate-2026-11.csv"}
			}
			if strings.HasSuffix(r.Path, "/all.zip") {
				values = []string{"2026"}
			}
		case ":line":
			values = []string{a.line}
		case ":claim":
			values = []string{a.claim}
			if strings.Contains(r.Path, ":file") {
				values = []string{a.used}
			}
		case ":payment":
			values = []string{a.payment}
		case ":place":
			values = []string{"1"}
		case ":token":
			values = []string{a.token}
			if strings.HasPrefix(r.Path, "/me/") {
				values = []string{a.own}
			}
		case ":card":
			values = []string{a.card}
		case ":setup":
			values = []string{a.setup}
		case ":ref":
			values = []string{a.setupRef}
			if strings.HasPrefix(r.Path, sandbox.PayPath) {
				values = []string{a.payRef}
			}
		case ":noun":
			values = []string{"billing-groups"}
		default:
			if strings.ContainsAny(part, ":*") {
				t.Errorf("%s %s: nothing is known to fill %s with", r.Method, r.Path, part)
				return nil
			}
		}
		var longer []string
		for _, address := range all {
			for _, value := range values {
				longer = append(longer, address+"/"+value)
			}
		}
		all = longer
	}
	return all
}

func send(c *handlertest.Client, method, path string, values url.Values) *handlertest.Page {
	if method == http.MethodGet {
		return c.Get(path)
	}
	return c.Do(c.Request(method, path, values))
}

func (w *tenants) everyRoute(t *testing.T, scopes []page.ScopeKind, fn func(t *testing.T, r page.Route)) {
	for _, r := range handlers.Routes(w.Deps) {
		if slices.Contains(scopes, r.Scope) {
			t.Run(r.Method+" "+strings.TrimPrefix(r.Path, "/"), func(t *testing.T) { fn(t, r) })
		}
	}
}

var (
	scoped  = []page.ScopeKind{page.InAccount, page.InGroup, page.InProject}
	guarded = append([]page.ScopeKind{page.SignedIn}, scoped...)
	every   = append([]page.ScopeKind{page.Public}, guarded...)
	roles   = []access.Role{access.RoleViewer, access.RoleBilling, access.RoleAdmin}
)

// TestAccessMatrix tries every route, with real ids of one account, as everybody: nobody, the admin of
// another account, and each role. Who may not is refused and changes nothing; who may gets through.
func TestAccessMatrix(t *testing.T) {
	for _, dialect := range []db.Dialect{db.SQLite, db.Postgres} {
		t.Run(string(dialect), func(t *testing.T) {
			w := newTenants(t, dialect)
			t.Run("refused", func(t *testing.T) { w.testRefused(t) })
			t.Run("let through", func(t *testing.T) { w.testLetThrough(t) })
		})
	}
}

func (w *tenants) testRefused(t *testing.T) {
	before := w.dump()
	w.everyRoute(t, guarded, func(t *testing.T, r page.Route) {
		refuse := func(who string, c *handlertest.Client, path string, status int) {
			t.Helper()
			p := send(c, r.Method, path, url.Values{"name": {"x"}, "form_key": {page.FormKey()}})
			if p.Status != status && !(status == http.StatusSeeOther && p.Status == http.StatusUnauthorized && r.Method != http.MethodGet) {
				t.Errorf("%s: %d to %s, want %d", path, p.Status, who, status)
			}
			if status == http.StatusSeeOther && p.Status == status && !strings.HasPrefix(p.Location, "/sign-in") {
				t.Errorf("%s: leads %s to %s", path, who, p.Location)
			}
			if status != http.StatusForbidden && strings.Contains(strings.ToLower(string(p.Body)+p.Location), w.quarz.word) {
				t.Errorf("%s: tells %s about the account", path, who)
			}
			if after := w.dump(); !slices.Equal(before, after) {
				t.Errorf("%s: %s changed\n%s", path, who, difference(before, after))
				before = after
			}
		}
		for _, path := range addresses(t, r, w.quarz) {
			refuse("nobody", w.Anonymous(t), path, http.StatusSeeOther)
			if !slices.Contains(scoped, r.Scope) {
				continue
			}
			refuse("the admin of another account", w.erz.people[access.RoleAdmin], path, http.StatusNotFound)
			for _, role := range roles {
				if !role.May(r.Need) {
					refuse(string(role), w.quarz.people[role], path, http.StatusForbidden)
				}
			}
		}
	})
}

func (w *tenants) testLetThrough(t *testing.T) {
	w.everyRoute(t, every, func(t *testing.T, r page.Route) {
		for _, role := range roles {
			if slices.Contains(scoped, r.Scope) && !role.May(r.Need) || strings.HasPrefix(r.Path, "/sandbox/") && !role.May(access.Write) {
				continue
			}
			client := w.quarz.people[role]
			if strings.HasPrefix(r.Path, "/sign-") {
				client = w.Anonymous(t) // the others are to stay signed in
			}
			if r.Method != http.MethodGet && slices.Contains(scoped, r.Scope) {
				w.renew(w.quarz)
			}
			w.quarz.own = w.ownToken(w.quarz, role)
			for _, path := range addresses(t, r, w.quarz) {
				p := send(client, r.Method, path, url.Values{"draft": {w.quarz.drafts[role]}, "move": {w.quarz.move}})
				if strings.HasPrefix(r.Path, "/webhooks/") { // is for a gateway, whose signature no person has
					if p.Status != http.StatusNotFound {
						t.Errorf("%s: %d to %s where no gateway is set up", path, p.Status, role)
					}
					continue
				}
				if r.Method == http.MethodGet && (p.Status == http.StatusOK || p.Status == http.StatusSeeOther) {
					continue
				}
				if r.Method == http.MethodGet || p.Status == http.StatusForbidden || p.Status == http.StatusNotFound || p.Status >= 500 || p.Status == http.StatusMethodNotAllowed {
					t.Errorf("%s: %d to %s:\n%s", path, p.Status, role, p.Main())
				}
			}
		}
	})
}

// TestForeignThingsInOwnAddresses is about a member who names what is another account's within an address
// that is their own: an invoice, a line, a claim in the path, ids in the query and in the fields of forms.
func TestForeignThingsInOwnAddresses(t *testing.T) {
	for _, dialect := range []db.Dialect{db.SQLite, db.Postgres} {
		t.Run(string(dialect), func(t *testing.T) {
			w := newTenants(t, dialect)
			before := w.foreign()
			t.Run("path", func(t *testing.T) { w.testForeignPaths(t) })
			t.Run("query", func(t *testing.T) { w.testForeignQueries(t) })
			t.Run("form", func(t *testing.T) { w.testForeignForms(t) })
			if after := w.foreign(); !slices.Equal(before, after) {
				t.Errorf("the other account changed\n%s", difference(before, after))
			}
			results, err := verify.Run(t.Context(), w.DB, nil)
			if err != nil || verify.Violated(results) > 0 {
				t.Errorf("%v %+v", err, results)
			}
		})
	}
}

// foreign is what the other account, quarz, has.
func (w *tenants) foreign() []string {
	own := regexp.MustCompile("(account_id|chain|^accounts id)=" + w.quarz.account)
	rows := slices.DeleteFunc(w.dump(), func(line string) bool { return !own.MatchString(line) })
	if len(rows) < 20 {
		w.t.Fatalf("the other account has %d rows", len(rows))
	}
	return rows
}

// leak fails the test when an answer to the admin of erz breaks or says anything of quarz.
func (w *tenants) leak(t *testing.T, p *handlertest.Page, what string) {
	t.Helper()
	if p.Status >= 500 {
		t.Errorf("%s: %d", what, p.Status)
	}
	if strings.Contains(strings.ToLower(string(p.Body)), w.quarz.word) {
		t.Errorf("%s: says something of the other account:\n%s", what, p.Main())
	}
}

func (w *tenants) testForeignPaths(t *testing.T) {
	w.everyRoute(t, scoped, func(t *testing.T, r page.Route) {
		mixed := *w.erz
		mixed.number, mixed.line, mixed.claim, mixed.used = w.quarz.number, w.quarz.line, w.quarz.claim, w.quarz.used
		mixed.token, mixed.payment, mixed.card, mixed.setup = w.quarz.token, w.quarz.payment, w.quarz.card, w.quarz.setup
		own := addresses(t, r, w.erz)
		for _, path := range addresses(t, r, &mixed) {
			if slices.Contains(own, path) {
				continue
			}
			p := send(w.erz.people[access.RoleAdmin], r.Method, path, url.Values{"form_key": {page.FormKey()}})
			if w.leak(t, p, path); p.Status != http.StatusNotFound {
				t.Errorf("%s: %d", path, p.Status)
			}
		}
	})
}

// ids are the things of another account that a request may try, and what is no id at all.
func (w *tenants) ids() []string {
	q := w.quarz
	return []string{q.project, q.group, q.claim, q.drafts[access.RoleAdmin], q.move, q.pay, q.account, q.line, q.number, q.token, q.payment, q.card, q.setup, "x", "%00", "00000000-0000-0000-0000-000000000000"}
}

func (w *tenants) testForeignQueries(t *testing.T) {
	names := fieldNames(t, regexp.MustCompile(`(?:Query|QueryParam)\((?:c, )?"(\w+)"\)|QueryParams\(\)\["(\w+)"\]|QueryParams\(\)\.Has\("(\w+)"\)`))
	w.everyRoute(t, guarded, func(t *testing.T, r page.Route) {
		if r.Method != http.MethodGet {
			return
		}
		for _, path := range addresses(t, r, w.erz) {
			for _, id := range w.ids() {
				q := url.Values{}
				for _, name := range names {
					if name != "next" { // is an address and echoed
						q.Set(name, id)
					}
				}
				w.leak(t, w.erz.people[access.RoleAdmin].Get(path+"?"+q.Encode()), path+"?"+q.Encode())
			}
			// Each name alone, since a wrong one may hide the next.
			alone := []string{w.quarz.project, w.quarz.group, "x"}
			if w.DB.Dialect() == db.Postgres {
				alone = []string{"x"} // whose columns of ids take nothing else
			}
			for _, name := range names {
				for _, id := range alone {
					w.leak(t, w.erz.people[access.RoleAdmin].Get(path+"?"+url.Values{name: {id}}.Encode()), path+"?"+name+"="+id)
				}
			}
		}
	})
}

func (w *tenants) testForeignForms(t *testing.T) {
	names := fieldNames(t, regexp.MustCompile("`form:\"(\\w+)\"`"))
	w.everyRoute(t, scoped, func(t *testing.T, r page.Route) {
		if r.Method == http.MethodGet {
			return
		}
		admin := w.erz.people[access.RoleAdmin]
		for _, id := range w.ids() {
			w.renew(w.erz)
			for _, path := range addresses(t, r, w.erz) {
				all := url.Values{"form_key": {page.FormKey()}}
				for _, name := range names {
					all.Set(name, id)
				}
				w.leak(t, send(admin, r.Method, path, all), path+" with "+id+" everywhere")
				for _, sent := range formsOn(admin.Get(path)) {
					for name, list := range sent {
						if name != "form_key" && slices.ContainsFunc(list, models.IsID) {
							sent[name] = []string{id}
						}
					}
					w.leak(t, send(admin, r.Method, path, sent), path+" "+sent.Encode())
				}
			}
		}
	})
}

// formsOn are the values of the forms of a page that change something, but for signing out and the theme.
func formsOn(p *handlertest.Page) (all []url.Values) {
	if p.Doc == nil {
		return nil
	}
	for _, form := range p.Find("main form[method='post']") {
		all = append(all, p.FormValues(form))
	}
	return all
}

// fieldNames reads from the source of the handlers which names they look at.
func fieldNames(t *testing.T, pattern *regexp.Regexp) (names []string) {
	t.Helper()
	err := fs.WalkDir(os.DirFS("."), ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		source, err := os.ReadFile(path)
		for _, match := range pattern.FindAllStringSubmatch(string(source), -1) {
			for _, name := range match[1:] {
				if name != "" && !slices.Contains(names, name) {
					names = append(names, name)
				}
			}
		}
		return err
	})
	if err != nil || len(names) < 5 {
		t.Fatalf("%v: found %q", err, names)
	}
	return names
}
