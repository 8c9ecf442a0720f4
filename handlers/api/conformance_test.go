package api_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"billfold/handlers/api"
	"billfold/models"
	"billfold/models/access"
	"billfold/models/db"
	"billfold/models/db/dbtest"
)

// TestConformance runs the example of every operation of the description, as the reference shows it, and
// then does what is wrong with it. The recorder holds each answer against the description; an operation
// that was not called with success, or that the table of routes does not know, fails.
func TestConformance(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTenants(t, d)
		var operator, admin []holder // a token may send only so much
		all := w.holders()
		for range 4 {
			all = append(all, w.holders()...)
		}
		for _, h := range all {
			switch {
			case h.dead || len(h.scopes) < len(access.AccountGrants):
			case h.operator:
				operator = append(operator, h)
			case h.own:
				admin = append(admin, h)
			}
		}
		table := map[string]api.Endpoint{}
		for i, e := range w.api.Endpoints() {
			table[e.ID] = e
			h := admin[i%len(admin)]
			if e.Scope == api.OperatorOnly {
				h = operator[i%len(operator)]
			}
			t.Run(e.ID, func(t *testing.T) { w.conform(t, e, h.token) })
			w.revive(all)
		}
		for path, item := range described().at("paths") {
			for method, operation := range item.(map[string]any) {
				id, _ := operation.(map[string]any)["operationId"].(string)
				if _, ok := table[id]; !ok {
					t.Errorf("%s %s (%s) is described and not in the table of routes", method, path, id)
				}
				succeeded := 0
				for status, n := range w.recorder.seen[id] {
					if status < http.StatusBadRequest {
						succeeded += n
					}
				}
				if succeeded == 0 {
					t.Errorf("%s %s (%s) was never called with success", method, path, id)
				}
			}
		}
	})
}

func (w *tenants) conform(t *testing.T, e api.Endpoint, token string) {
	a := w.quarz
	if e.ID == "account-delete" {
		a = w.spare(a) // one that has projects is not deleted
	}
	ex := w.filled(t, a, e)
	if e.Scope == api.Public {
		token = ""
	}
	want := e.Status
	if want == 0 {
		want = http.StatusOK
	}
	if status, body := w.send(token, ex.Method, ex.Path, ex.Body); status != want {
		t.Errorf("the example answers %d, not %d: %s %s %s\n%s", status, want, ex.Method, ex.Path, ex.Body, body)
	}
	// What is wrong with a request is described as well as what is right: the recorder looks at these.
	fails := func(what, token, path, body string, statuses ...int) {
		t.Helper()
		if status, text := w.send(token, ex.Method, path, body); !slices.Contains(statuses, status) {
			t.Errorf("%s: %d %s, not one of %v", what, status, text, statuses)
		}
	}
	if e.Scope != api.Public {
		fails("no token", "", ex.Path, ex.Body, http.StatusUnauthorized)
	}
	if ex.Body != "" {
		fails("a broken body", token, ex.Path, `{"a":`, http.StatusBadRequest)
		fails("a body of another type", token, ex.Path, `"text"`, http.StatusBadRequest)
	}
	if strings.Contains(e.Path, "{") && e.Scope != api.Public {
		raw, _ := w.api.Example(e.ID)
		unknown := raw.Fill(func(string) string { return models.NewID() }, func(s string) string { return s })
		fails("ids of nothing", token, unknown.Path, ex.Body, http.StatusNotFound)
		odd := raw.Fill(func(string) string { return "%00'%C3%28" }, func(s string) string { return s })
		fails("ids that are none", token, odd.Path, ex.Body, http.StatusNotFound, http.StatusBadRequest)
	}
}
