package api_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"billfold/handlers"
	"billfold/models"
	"billfold/models/access"
	"billfold/models/account"
	"billfold/models/db"
	"billfold/models/db/dbtest"
	"billfold/models/people"
)

// world is an account with an admin, and a server on loopback.
type world struct {
	t       *testing.T
	d       *db.DB
	url     string
	admin   people.User
	account account.Account
	tokens  map[string]string
}

func newWorld(t *testing.T, d *db.DB) *world {
	t.Helper()
	var clock models.Clock
	store := people.NewStore(d, clock)
	admin := must(store.CreateUser(t.Context(), access.OperatorActor(), people.NewUser{Email: "admin@example.com", Password: "correct horse battery"}))
	w := &world{t: t, d: d, admin: admin, tokens: map[string]string{}}
	w.account = must(account.NewStore(d, clock).CreateAccount(t.Context(), access.OperatorActor(), "Acme", admin.ID))
	actor := access.Actor{Kind: access.User, ID: admin.ID, Name: admin.Name}
	token, _, err := store.CreateUserToken(t.Context(), actor, admin.ID, people.NewToken{Name: "test", Scopes: access.AccountGrants})
	if err != nil {
		t.Fatal(err)
	}
	w.tokens["admin"] = token
	server := httptest.NewServer(recorded(t, handlers.New(handlers.Deps{DB: d, Clock: clock})))
	t.Cleanup(server.Close)
	w.url = server.URL
	return w
}

// send sends a request and gives status and body.
func (w *world) send(token, method, path, body string, headers ...string) (int, string) {
	w.t.Helper()
	r := must(http.NewRequestWithContext(w.t.Context(), method, w.url+path, strings.NewReader(body)))
	if token != "" {
		r.Header.Set("Authorization", "aivenv1 "+w.tokens[token])
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	answer := must(http.DefaultClient.Do(r))
	defer func() { _ = answer.Body.Close() }()
	return answer.StatusCode, string(must(io.ReadAll(answer.Body)))
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func TestFrame(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		expect := func(token, method, path, body string, status int, words string) {
			t.Helper()
			if got, text := w.send(token, method, path, body); got != status || !strings.Contains(text, words) {
				t.Errorf("%s %s: %d %s", method, path, got, text)
			}
		}
		expect("", "GET", "/v1/billing-group", "", 401, `"error_code":"invalid_token"`)
		expect("admin", "GET", "/v1/billing-group", "", 200, `{"billing_groups":[{"account_id":"`+w.account.ID)
		expect("admin", "GET", "/v1/billing-group/"+models.NewID(), "", 404, `"error_code":"billing_group_not_found"`)
		expect("admin", "GET", "/v1/nothing", "", 404, `"error_code":"not_found"`)
		expect("admin", "POST", "/v1/openapi.json", "", 405, `"error_code":"method_not_allowed"`)
		expect("", "GET", "/v1/openapi.json", "", 200, `"openapi":"3.1.0"`)
		expect("", "POST", "/v1/userauth", `{"email":"admin@example.com","password":"wrong password"}`, 401, "wrong")
		expect("", "POST", "/v1/userauth", `{"email":"admin@example.com","password":"correct horse battery","more":1}`, 200, `"token":"bft_`)
		expect("", "POST", "/v1/userauth", ``, 400, "email")
		expect("", "POST", "/v1/userauth", `{`, 400, "message")
	})
}
