package api_test

import (
	"net/http"
	"strings"
	"testing"

	"billfold/handlers"
	"billfold/handlers/api"
	"billfold/handlers/handlertest"
)

// TestReference reads the pages for people: every operation is on one with an example, and what the pages
// point to is there.
func TestReference(t *testing.T) {
	s := handlertest.New(t, handlertest.PublicURL("https://billing.example.com"))
	s.User(t, "Ana Lima", "ana@example.com")
	everything := handlers.NewAPI(s.Deps)
	for who, c := range map[string]*handlertest.Client{"nobody": s.Anonymous(t), "Ana": s.SignIn(t, "ana@example.com")} {
		start := c.Get("/help/api").Want(t, http.StatusOK)
		if start.Text("h1") != "Invoice API" || !strings.Contains(start.Text("pre"), "BILLFOLD=https://billing.example.com") || !c.Get("/help").Has("main a[href='/help/api']") {
			t.Errorf("%s: %s", who, start.Main())
		}
		links := map[string]bool{}
		for _, a := range start.Find("main a") {
			for _, attr := range a.Attr {
				links[attr.Val] = true
			}
		}
		for _, noun := range everything.Reference() {
			p := c.Get("/help/api/"+noun.Slug).Want(t, http.StatusOK)
			if len(p.Body) > 400<<10 {
				t.Errorf("%s is %d bytes", noun.Slug, len(p.Body))
			}
			for _, op := range noun.Operations {
				if !links["/help/api/"+noun.Slug+"#"+op.ID] || !p.Has("section[id='"+op.ID+"']") {
					t.Errorf("%s is not in the list or on its page", op.ID)
				}
				if !strings.Contains(p.Main(), op.Method+" "+op.Path) || !strings.Contains(op.Curl, "$BILLFOLD/v1/") {
					t.Errorf("%s: %s", op.ID, op.Curl)
				}
			}
			for _, a := range p.Find("main td a") {
				if to := strings.TrimPrefix(a.Attr[0].Val, "#"); !p.Has("section[id='" + to + "']") {
					t.Errorf("%s: a link leads to %s, which is not there", noun.Slug, to)
				}
			}
		}
	}
	s.Anonymous(t).Get("/help/api/nothing").Want(t, http.StatusNotFound)
	shown := 0
	for _, noun := range everything.Reference() {
		shown += len(noun.Operations)
	}
	if shown != len(everything.Endpoints()) {
		t.Errorf("%d operations are shown of %d", shown, len(everything.Endpoints()))
	}
}

func TestExamplesAsCommands(t *testing.T) {
	for want, ex := range map[string]api.Example{
		`curl "$BILLFOLD/v1/a/$ID" \` + "\n" + `  -H "Authorization: Bearer $TOKEN"`:                                       {Method: "GET", Path: "/v1/a/$ID", Token: true},
		`curl -X DELETE "$BILLFOLD/v1/a"`:                                                                                  {Method: "DELETE", Path: "/v1/a"},
		`curl "$BILLFOLD/v1/a" \` + "\n" + `  --json '{"id": "'"$ID"'", "n": 1}'`:                                          {Method: "POST", Path: "/v1/a", Body: `{"id": "$ID", "n": 1}`},
		`curl -X PUT "$BILLFOLD/v1/a" \` + "\n" + `  -H "Authorization: Bearer $TOKEN" \` + "\n" + `  --json '{"n": "x"}'`: {Method: "PUT", Path: "/v1/a", Body: `{"n": "x"}`, Token: true},
		`curl -X POST "$BILLFOLD/v1/a"`:                                                                                    {Method: "POST", Path: "/v1/a"},
	} {
		if got := ex.Curl(); got != want {
			t.Errorf("%s\nnot\n%s", got, want)
		}
	}
}
