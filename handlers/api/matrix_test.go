package api_test

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"billfold/handlers/api"
	"billfold/models/access"
	"billfold/models/db"
	"billfold/models/db/dbtest"
	"billfold/models/people"
)

// holder is somebody who comes to the API.
type holder struct {
	name     string
	token    string
	id       string
	dead     bool // the token is none, or no longer one
	scopes   []access.Grant
	own      bool        // a token of the person whose tokens endpoints are tried with
	role     access.Role // in the account; "" for somebody of another account
	operator bool
	app      bool // the account's own token
}

// holders are all kinds of those who come, with tokens of their own.
func (w *tenants) holders() []holder {
	w.t.Helper()
	ctx := context.Background()
	var all []holder
	add := func(h holder) func(token string, made people.Token, err error) people.Token {
		return func(token string, made people.Token, err error) people.Token {
			w.t.Helper()
			w.must(err)
			h.token, h.id, h.scopes = token, made.ID, made.Scopes
			all = append(all, h)
			return made
		}
	}
	user := func(a *tenant, role access.Role, scopes ...access.Grant) (string, people.Token, error) {
		u := a.users[role]
		return w.people.CreateUserToken(ctx, actorOf(u), u.ID, people.NewToken{Name: "matrix", Scopes: scopes, ExpiresAt: time.Now().Add(time.Hour)})
	}
	account := func(a *tenant, scopes ...access.Grant) (string, people.Token, error) {
		return w.people.CreateAccountToken(ctx, a.scope, people.NewToken{Name: "matrix", Scopes: scopes})
	}
	operator := func(scopes ...access.Grant) (string, people.Token, error) {
		return w.people.CreateOperatorToken(ctx, access.OperatorActor(), people.NewToken{Name: "matrix", Scopes: scopes})
	}
	full := access.AccountGrants
	all = append(all, holder{name: "nobody", dead: true})
	add(holder{name: "a mistyped token", dead: true})(user(w.quarz, access.RoleAdmin, full...))
	typed := &all[len(all)-1].token
	*typed = (*typed)[:20] + strings.Map(func(r rune) rune {
		if r == 'x' {
			return 'y'
		}
		return 'x'
	}, (*typed)[20:21]) + (*typed)[21:]
	revoked := add(holder{name: "a revoked token", dead: true})(user(w.quarz, access.RoleAdmin, full...))
	w.must(w.people.RevokeUserToken(ctx, access.OperatorActor(), w.quarz.users[access.RoleAdmin].ID, revoked.ID))
	expired := add(holder{name: "an expired token", dead: true})(user(w.quarz, access.RoleAdmin, full...))
	w.exec(`UPDATE api_tokens SET expires_at = ? WHERE id = ?`, time.Now().UTC().Add(-time.Second), expired.ID)
	for _, g := range full {
		add(holder{name: "an admin's token with " + string(g), role: access.RoleAdmin, own: true})(user(w.quarz, access.RoleAdmin, g))
		add(holder{name: "the account's token with " + string(g), role: access.RoleAdmin, app: true})(account(w.quarz, g))
	}
	add(holder{name: "a user of another account"})(user(w.erz, access.RoleAdmin, full...))
	add(holder{name: "another account's token"})(account(w.erz, full...))
	for _, role := range []access.Role{access.RoleViewer, access.RoleBilling, access.RoleAdmin} {
		add(holder{name: "the " + string(role), role: role, own: role == access.RoleAdmin})(user(w.quarz, role, full...))
	}
	add(holder{name: "the account's token", role: access.RoleAdmin, app: true})(account(w.quarz, full...))
	add(holder{name: "the operator's token", role: access.RoleAdmin, operator: true})(operator(access.AllGrants...))
	for _, g := range access.AllGrants {
		add(holder{name: "the operator's token with " + string(g), role: access.RoleAdmin, operator: true})(operator(g))
	}
	return all
}

func (w *tenants) exec(query string, args ...any) {
	w.t.Helper()
	pool := must(w.d.SQL())
	if w.d.Dialect() == db.Postgres {
		for i := range args {
			query = strings.Replace(query, "?", fmt.Sprint("$", i+1), 1)
		}
	}
	_, err := pool.Exec(query, args...)
	w.must(err)
}

// through stands for a request that gets to its handler.
const through = 0

// expected is the status that an endpoint owes a holder, written down a second time from what the table of
// routes says: who the holder is, then what the token may, then whose the thing is, then the role.
func expected(e api.Endpoint, h holder, about bool) int {
	has := func(some ...access.Grant) bool {
		return slices.ContainsFunc(some, func(g access.Grant) bool { return slices.Contains(h.scopes, g) })
	}
	need := map[access.Need][]access.Grant{access.Read: {"billing:read", "billing:write", "projects:write"}, access.Write: {"billing:write"}, access.Admin: {"projects:write"}}
	roles := map[access.Need][]access.Role{access.Read: {"viewer", "billing", "admin"}, access.Write: {"billing", "admin"}, access.Admin: {"admin"}}
	switch {
	case e.Scope == api.Public:
		return through
	case h.dead:
		return http.StatusUnauthorized
	case e.Scope == api.OperatorOnly && !h.operator:
		return http.StatusForbidden
	}
	for _, g := range e.Grants {
		if !has(g) {
			return http.StatusForbidden
		}
	}
	switch {
	case e.Scope == api.OperatorOnly:
		return through
	case !has(need[e.Need]...):
		return http.StatusForbidden
	case ownThings[e.ID] != nil:
		return ownThings[e.ID](h)
	case e.Scope == api.Holder && !about:
		return through
	case h.role == "":
		return http.StatusNotFound
	case !slices.Contains(roles[e.Need], h.role):
		return http.StatusForbidden
	}
	return through
}

// TestAccessMatrix sends the example of every endpoint, about things of one account, as everybody. Who may
// not is refused with the right status, told nothing, and changes nothing; who may gets through.
func TestAccessMatrix(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTenants(t, d)
		all := w.holders()
		for _, e := range w.api.Endpoints() {
			t.Run(e.ID, func(t *testing.T) { w.matrixRow(t, e, all) })
		}
	})
}

func (w *tenants) matrixRow(t *testing.T, e api.Endpoint, all []holder) {
	w.revive(all)
	raw, ok := w.api.Example(e.ID)
	if !ok {
		t.Fatal("there is no example")
	}
	about := isAbout(raw)
	if strings.Contains(e.Path, "{") && e.Scope != api.Public && !about && ownThings[e.ID] == nil {
		t.Fatalf("nothing says whose %s is: add its parameter to ofAccount, or the endpoint to ownThings", e.Path)
	}
	ex := w.filled(t, w.quarz, e)
	before := w.dump()
	for _, h := range all {
		want := expected(e, h, about)
		if want == through {
			continue
		}
		status, body := w.send(h.token, ex.Method, ex.Path, ex.Body)
		if status != want {
			t.Errorf("%s: %d, not %d: %s", h.name, status, want, body)
		}
		if h.role == "" && strings.Contains(strings.ToLower(body), w.quarz.word) {
			t.Errorf("%s is told of another account: %s", h.name, body)
		}
	}
	if after := w.dump(); !slices.Equal(before, after) {
		t.Errorf("a refused request changed\n%s", difference(before, after))
	}
	for _, h := range all {
		if expected(e, h, about) != through || e.Scope == api.Public && h.name != "nobody" && h.role != "" {
			continue
		}
		ex := w.filled(t, w.quarz, e)
		status, body := w.send(h.token, ex.Method, ex.Path, ex.Body)
		if status == http.StatusUnauthorized || status == http.StatusForbidden || status == http.StatusNotFound || status == http.StatusMethodNotAllowed || status == http.StatusTooManyRequests || status >= 500 {
			t.Errorf("%s did not get through: %d %s", h.name, status, body)
		}
		if h.role == "" && e.Scope != api.Public && strings.Contains(strings.ToLower(body), w.quarz.word) {
			t.Errorf("%s is told of another account: %s", h.name, body)
		}
		w.revive(all)
	}
}

// ownThings are endpoints about what belongs to no account but to whoever comes, with the status that each
// is owed: nobody is told of others' tokens, none manages one with more scopes than its own, an account's
// are its admins' business, and the operator's that of the command line.
var ownThings = map[string]func(h holder) int{
	"access-token-create": func(h holder) int {
		if h.operator || h.app && !slices.Contains(h.scopes, access.WriteProjects) {
			return http.StatusForbidden
		}
		return through
	},
	"access-token-update": ofUser,
	"access-token-revoke": ofUser,
}

// ofUser is about the token $TOKEN_PREFIX, which is a user's and may read billing.
func ofUser(h holder) int {
	switch {
	case !h.own:
		return http.StatusNotFound
	case !slices.Contains(h.scopes, access.ReadBilling):
		return http.StatusForbidden
	}
	return through
}

// revive undoes what a request may do to the tokens of the matrix.
func (w *tenants) revive(all []holder) {
	w.t.Helper()
	for _, h := range all {
		if !h.dead {
			w.exec(`UPDATE api_tokens SET revoked_at = NULL WHERE id = ? AND revoked_at IS NOT NULL`, h.id)
		}
	}
}
