package api_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"billfold/handlers/api"
	"billfold/models/access"
	"billfold/models/people"
)

// parameters make what stands in examples after $: a value of a tenant, good for one request to an endpoint
// that may use it up. A new parameter of a path, of a query or of the least body of an endpoint needs an
// entry here, or the tests say so; an endpoint whose least body is not enough an entry in exampleBodies.
var parameters = map[string]func(w *tenants, a *tenant, e api.Endpoint) string{
	"ACCOUNT_ID":      func(_ *tenants, a *tenant, _ api.Endpoint) string { return a.account },
	"ORGANIZATION_ID": func(_ *tenants, a *tenant, _ api.Endpoint) string { return "org" + a.account },
	"BILLING_GROUP_ID": func(w *tenants, a *tenant, e api.Endpoint) string {
		if e.Method == "GET" {
			return a.group
		}
		return w.group(a)
	},
	"PROJECT": func(w *tenants, a *tenant, e api.Endpoint) string {
		if e.Method == "GET" {
			return a.project
		}
		return w.newProject(a)
	},
	"INVOICE_NUMBER":  func(_ *tenants, a *tenant, _ api.Endpoint) string { return a.number },
	"DOWNLOAD_COOKIE": cookie,
	"COOKIE":          cookie,
	"CODE": func(w *tenants, a *tenant, e api.Endpoint) string {
		if e.ID == "referral-code-check" {
			return w.code(a, "referral")
		}
		return w.code(a, "promotion")
	},
	"EMAIL":    func(_ *tenants, a *tenant, _ api.Endpoint) string { return a.users[access.RoleAdmin].Email },
	"PASSWORD": func(*tenants, *tenant, api.Endpoint) string { return password },
}

// ofAccount are the parameters that name something of an account: a request with one of them is about that
// account, whatever its endpoint's scope.
var ofAccount = []string{"ACCOUNT_ID", "ORGANIZATION_ID", "BILLING_GROUP_ID", "PROJECT", "INVOICE_NUMBER", "ADDRESS_ID", "CREDIT_MEMO_ID", "CARD_ID", "PAYMENT_METHOD_ID"}

// cookie is what the list of invoices gives for downloads.
func cookie(w *tenants, a *tenant, _ api.Endpoint) string {
	token, _, err := w.people.CreateUserToken(context.Background(), actorOf(a.users[access.RoleAdmin]), a.users[access.RoleAdmin].ID, people.NewToken{Name: "cookies", Scopes: access.AccountGrants})
	w.must(err)
	_, body := w.send(token, "GET", "/v1/invoices/"+a.number, "")
	var got struct {
		Invoice struct {
			Cookie string `json:"download_cookie"`
		} `json:"invoice"`
	}
	w.must(json.Unmarshal([]byte(body), &got))
	return got.Invoice.Cookie
}

func actorOf(u people.User) access.Actor {
	return access.Actor{Kind: access.User, ID: u.ID, Name: u.Name}
}

// filled is the example of an endpoint with the things of a tenant.
func (w *tenants) filled(t *testing.T, a *tenant, e api.Endpoint) api.Example {
	t.Helper()
	ex, ok := w.api.Example(e.ID)
	if !ok {
		t.Fatalf("%s has no example", e.ID)
	}
	return ex.Fill(func(name string) string {
		maker := parameters[name]
		if maker == nil {
			t.Fatalf("%s %s: nothing is known to fill $%s with: add it to parameters", e.Method, e.Path, name)
		}
		return maker(w, a, e)
	}, url.PathEscape)
}

// isAbout says whether a request names something of an account.
func isAbout(ex api.Example) bool {
	for _, name := range ex.Variables() {
		for _, known := range ofAccount {
			if strings.HasSuffix(name, known) {
				return true
			}
		}
	}
	return false
}

// What names a token, or somebody's own.
func init() {
	parameters["TOKEN_PREFIX"] = func(w *tenants, a *tenant, _ api.Endpoint) string {
		u := a.users[access.RoleAdmin]
		_, made, err := w.people.CreateUserToken(context.Background(), actorOf(u), u.ID, people.NewToken{Name: "named", Scopes: []access.Grant{access.ReadBilling}})
		w.must(err)
		return made.Prefix
	}
	parameters["DESCRIPTION"] = func(*tenants, *tenant, api.Endpoint) string { return "matrix child" }
	parameters["ACCOUNT_NAME"] = func(w *tenants, a *tenant, _ api.Endpoint) string {
		a.made++
		return fmt.Sprint(a.word, "konto ", a.made)
	}
}
