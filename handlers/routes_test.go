package handlers_test

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"billfold/handlers"
	"billfold/handlers/handlertest"
	"billfold/handlers/page"
	"billfold/models"
	"billfold/models/access"
	"billfold/models/db"
)

// public lists every route that answers without a session. A new one must be meant to be here.
var public = []string{
	"GET /sign-in", "POST /sign-in", "POST /sign-out", "GET /help", "POST /theme", "GET /healthz", "GET /readyz",
	"GET /help/api", "GET /help/api/:noun",
	"POST /webhooks/stripe", // Stripe signs what it sends
}

// tables are all tables that a request without the right to it must leave alone.
func tables(t *testing.T, s *handlertest.Server) []string {
	t.Helper()
	var names []string
	err := s.DB.Read(t.Context()).Raw(`SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'
		AND name NOT IN ('sessions', 'recent_projects', 'goose_db_version') ORDER BY name`).Scan(&names).Error
	if err != nil {
		t.Fatal(err)
	}
	return names
}

func rows(t *testing.T, s *handlertest.Server) string {
	t.Helper()
	var out strings.Builder
	for _, name := range tables(t, s) {
		fmt.Fprintf(&out, "%s=%d ", name, s.Count(t, "SELECT count(*) FROM "+name))
	}
	return out.String()
}

// TestEveryRoute tries each route of the table as everybody who may not use it: nobody, a member of
// another account, and members without the role. None gets through, and nothing changes.
func TestEveryRoute(t *testing.T) {
	s := handlertest.New(t)
	account, group, project := models.NewID(), models.NewID(), models.NewID()
	s.Exec(t, `INSERT INTO accounts (id, name, name_key, bank_transfer_allowed, created_at) VALUES (?, 'Acme Cloud', 'acme cloud', false, ?)`, account, handlertest.Start)
	s.Exec(t, `INSERT INTO billing_groups (id, account_id, name, name_key, is_primary, created_at) VALUES (?, ?, 'Default', 'default', true, ?)`, group, account, handlertest.Start)
	s.Exec(t, `INSERT INTO projects (id, account_id, group_id, name, name_key, created_at) VALUES (?, ?, ?, 'web', 'web', ?)`, project, account, group, handlertest.Start)
	path := func(pattern string) string {
		var parts []string
		for part := range strings.SplitSeq(pattern, "/") {
			switch part {
			case ":account":
				part = account
			case ":group":
				part = group
			case ":project":
				part = project
			default:
				if strings.HasPrefix(part, ":") {
					part = models.NewID()
				}
			}
			parts = append(parts, part)
		}
		return strings.Join(parts, "/")
	}
	stranger := s.User(t, "Stranger", "stranger@example.com")
	other := models.NewID()
	s.Exec(t, `INSERT INTO accounts (id, name, name_key, bank_transfer_allowed, created_at) VALUES (?, 'Borealis', 'borealis', false, ?)`, other, handlertest.Start)
	s.Member(t, other, stranger.ID, access.RoleAdmin)
	clients := map[string]*handlertest.Client{"nobody": s.Anonymous(t), "stranger": s.SignIn(t, stranger.Email)}
	for _, role := range []access.Role{access.RoleBilling, access.RoleViewer} {
		u := s.User(t, "The "+string(role), string(role)+"@example.com")
		s.Member(t, account, u.ID, role)
		clients[string(role)] = s.SignIn(t, u.Email)
	}
	before := rows(t, s)
	try := func(who string, r page.Route) *handlertest.Page {
		t.Helper()
		if r.Method == http.MethodGet {
			return clients[who].Get(path(r.Path))
		}
		return clients[who].Do(clients[who].Request(r.Method, path(r.Path), url.Values{"name": {"x"}, "form_key": {page.FormKey()}}))
	}
	seen := map[string]bool{}
	for _, r := range handlers.Routes(s.Deps) {
		name := r.Method + " " + r.Path
		if seen[name] {
			t.Errorf("%s stands in the table twice", name)
		}
		seen[name] = true
		if r.Scope == page.Public {
			if !slices.Contains(public, name) {
				t.Errorf("%s answers without a session", name)
			}
			continue
		}
		if p := try("nobody", r); p.Status != http.StatusSeeOther || !strings.HasPrefix(p.Location, "/sign-in") {
			t.Errorf("%s answers %d to nobody", name, p.Status)
		}
		for _, param := range []struct {
			in    string
			scope page.ScopeKind
		}{{":account", page.InAccount}, {":group", page.InGroup}, {":project", page.InProject}} {
			if slices.Contains(strings.Split(r.Path, "/"), param.in) && r.Scope != param.scope {
				t.Errorf("%s does not check who may see %s", name, param.in)
			}
		}
		if r.Scope == page.SignedIn {
			continue
		}
		if p := try("stranger", r); p.Status != http.StatusNotFound || strings.Contains(string(p.Body), "Acme") {
			t.Errorf("%s answers %d to a stranger", name, p.Status)
		}
		if r.Method != http.MethodGet && r.Need == access.Read {
			t.Errorf("%s changes something, and viewers may", name)
		}
		if r.Need >= access.Write {
			if p := try("viewer", r); p.Status != http.StatusForbidden {
				t.Errorf("%s answers %d to a viewer", name, p.Status)
			}
		}
		if r.Need == access.Admin {
			if p := try("billing", r); p.Status != http.StatusForbidden {
				t.Errorf("%s answers %d to a member with the billing role", name, p.Status)
			}
		}
	}
	for _, name := range public {
		if !seen[name] {
			t.Errorf("%s is not in the table", name)
		}
	}
	if after := rows(t, s); after != before {
		t.Errorf("something changed:\n%s\n%s", before, after)
	}
}

// TestHandlersOnBothDatabases signs in and out on each database: the rest of the handlers is tested on SQLite.
func TestHandlersOnBothDatabases(t *testing.T) {
	for _, dialect := range []db.Dialect{db.SQLite, db.Postgres} {
		t.Run(string(dialect), func(t *testing.T) {
			s := handlertest.New(t, handlertest.On(dialect))
			s.User(t, "Ana Lima", "ana@example.com")
			c := s.SignIn(t, "ana@example.com")
			c.Get("/").WantRedirect(t, "/accounts")
			c.Get("/readyz").Want(t, http.StatusOK)
			c.Get("/billing-groups/x").Want(t, http.StatusNotFound)
			c.Get("/help").Submit(t, "form[action='/sign-out']", nil).WantRedirect(t, "/sign-in")
			c.Get("/").WantRedirect(t, "/sign-in")
		})
	}
}
