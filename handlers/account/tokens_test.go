package account_test

import (
	"context"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"billfold/handlers/handlertest"
	"billfold/models"
	"billfold/models/access"
	"billfold/models/people"
)

const mine = "/me/tokens"

// made gives the token that the page shows.
func made(t *testing.T, p *handlertest.Page) string {
	t.Helper()
	token := p.Want(t, ok).Text("#secret")
	if !strings.HasPrefix(token, "bft_") || len(token) != 53 || p.Text("h1") != "API token created" {
		t.Fatalf("the page shows %q: %s", token, p.Main())
	}
	return token
}

// works says whether a token is accepted.
func (w *world) works(t *testing.T, token string) bool {
	t.Helper()
	_, _, err := w.People.TokenOf(context.Background(), token, "192.0.2.7")
	if err != nil && models.KindOf(err) != models.NotFound {
		t.Fatal(err)
	}
	return err == nil
}

func TestOwnTokens(t *testing.T) {
	w := newWorld(t)
	p := w.vi.Get(mine).Want(t, ok)
	if p.Title() != "API tokens – Billfold" || p.Text(".empty h3") != "No tokens yet." || p.Attr("header a[href='"+mine+"']", "href") != mine {
		t.Errorf("%s: %s", p.Title(), p.Main())
	}
	form := w.vi.Get(mine+"/new").Want(t, ok)
	if form.Title() != "Create API token – Billfold" || len(form.Find("input[name='scopes']")) != 3 || len(form.Find("input[name='expires']")) != 5 {
		t.Errorf("%s: %s", form.Title(), form.Main())
	}
	sent := url.Values{"name": {"  Monthly report "}, "scopes": {"billing:read", "billing:write"}, "expires": {"30"}}
	shown := form.Submit(t, "main form", sent)
	token := made(t, shown)
	if shown.Header.Get("Cache-Control") != "no-store" || !w.works(t, token) {
		t.Errorf("%q", shown.Header)
	}
	// The form sent again, as a reload does, makes no second token and does not show the first one.
	form.Submit(t, "main form", sent).WantRedirect(t, mine)
	list := w.vi.Get(mine).Want(t, ok)
	last := time.Now().UTC().AddDate(0, 0, 30).Format("2 Jan 2006")
	rows := list.Texts("#tokens tbody tr")
	if len(rows) != 1 || !strings.HasPrefix(rows[0], "Monthly report "+token[:12]+"…") || !strings.Contains(rows[0], "billing:read billing:write") || !strings.Contains(rows[0], last) ||
		!strings.Contains(rows[0], "from 192.0.2.7") {
		t.Errorf("rows %q", rows)
	}
	for what, body := range map[string][]byte{"list": list.Body, "form": w.vi.Get(mine + "/new").Body, "log": []byte(w.Log())} {
		if strings.Contains(string(body), token[12:]) {
			t.Errorf("the %s says the token", what)
		}
	}
	// Nobody else sees it or can end it.
	address := list.Attr("#tokens td a", "href")
	for _, c := range []*handlertest.Client{w.ana, w.zoe} {
		if strings.Contains(c.Get(mine).Main(), "Monthly report") {
			t.Error("somebody else sees the token")
		}
		c.Get(address).Want(t, missing)
		c.Post(address, url.Values{}).Want(t, missing)
	}
	w.vi.Get(mine+"/"+token[:12]+"/revoke").Want(t, missing)
	w.vi.Post(mine+"/"+token[:12]+"/revoke", url.Values{}).Want(t, missing)
	if !w.works(t, token) {
		t.Fatal("the token was ended")
	}
	ask := w.vi.Get(address).Want(t, ok)
	if ask.Title() != "Revoke API token – Billfold" || !strings.Contains(ask.Main(), "Monthly report") {
		t.Errorf("%s", ask.Main())
	}
	if done := ask.Submit(t, "main form", nil); w.works(t, token) {
		t.Error("the token still works")
	} else if flash := done.Follow().Text("[data-flash]"); !strings.Contains(flash, "API token revoked") {
		t.Errorf("it says %q", flash)
	}
	w.vi.Get(address).Want(t, missing)
	if n := w.Count(t, `SELECT count(*) FROM events WHERE type IN ('token.created', 'token.revoked') AND sentence LIKE '%Monthly report%'`); n != 2 {
		t.Errorf("%d events", n)
	}
	if n := w.Count(t, `SELECT count(*) FROM events WHERE sentence LIKE ? OR before LIKE ? OR after LIKE ?`, "%"+token[12:]+"%", "%"+token[12:]+"%", "%"+token[12:]+"%"); n != 0 {
		t.Error("an event holds the token")
	}
}

func TestTokensThatCannotBeMade(t *testing.T) {
	w := newWorld(t)
	before := w.Count(t, `SELECT count(*) FROM api_tokens`)
	for name, test := range map[string]struct {
		values url.Values
		want   []string
	}{
		"nothing": {url.Values{"scopes": nil, "expires": nil}, []string{"Enter a name that says what the token is for", "Choose at least one scope", "Choose how long the token can be used"}},
		"no such scope": {url.Values{"name": {"n"}, "scopes": {"usage:write"}},
			[]string{`This token cannot have the scope "usage:write"; it may have billing:read, billing:write, projects:write`}},
		"a long name":         {url.Values{"name": {strings.Repeat("n", 101)}}, []string{"The name must be 100 characters or less"}},
		"a day that is none":  {url.Values{"name": {"n"}, "expires": {"day"}, "day": {"tomorrow"}}, []string{"Enter the last day, such as 2027-06-30"}},
		"a day that is over":  {url.Values{"name": {"n"}, "expires": {"day"}, "day": {"2020-01-01"}}, []string{"The last day must be today or later"}},
		"a length of our own": {url.Values{"name": {"n"}, "expires": {"36500"}}, []string{"Choose how long the token can be used"}},
		"a card's number":     {url.Values{"name": {"4242 4242 4242 4242"}}, []string{"This looks like a card number. Never enter one here: cards are added on the payment provider's page"}},
	} {
		for _, list := range []string{mine, "/accounts/" + w.acme + "/tokens"} {
			p := w.ana.Get(list+"/new").Submit(t, "main form", test.values).Want(t, invalid)
			if got := p.Texts("#errors li"); !slices.Equal(got, test.want) || !strings.HasPrefix(p.Title(), "Error: Create API token") {
				t.Errorf("%s: %q, not %q", name, got, test.want)
			}
			if name, kept := test.values.Get("name"), p.Attr("#f-name", "value"); kept != name {
				t.Errorf("the name is now %q", kept)
			}
			for _, link := range p.Find("#errors a") {
				if to := strings.TrimPrefix(link.Attr[0].Val, "#"); !p.Has("[id='" + to + "']") {
					t.Errorf("%s: the error leads to %s, which is not there", name, to)
				}
			}
		}
	}
	if after := w.Count(t, `SELECT count(*) FROM api_tokens`); after != before {
		t.Errorf("%d tokens were made", after-before)
	}
	// Too many: said as what it is.
	for range 100 {
		if _, _, err := w.People.CreateAccountToken(context.Background(), w.admin, people.NewToken{Name: strings.Repeat("n", 100), Scopes: access.AccountGrants}); err != nil {
			t.Fatal(err)
		}
	}
	p := w.ana.Get("/accounts/"+w.acme+"/tokens/new").Submit(t, "main form", url.Values{"name": {"one more"}}).Want(t, 409)
	if got := p.Texts("#errors li"); len(got) != 1 || !strings.HasPrefix(got[0], "There are 100 tokens already") {
		t.Errorf("%q", got)
	}
	if rows := w.ana.Get("/accounts/" + w.acme + "/tokens").Texts("#tokens tbody tr"); len(rows) != 100 {
		t.Errorf("%d rows", len(rows))
	}
}

func TestTokensOfAnAccount(t *testing.T) {
	w := newWorld(t)
	list := "/accounts/" + w.acme + "/tokens"
	day := time.Now().UTC().AddDate(0, 0, 3)
	p := w.ana.Get(list+"/new").Submit(t, "main form", url.Values{"name": {"Exporter"}, "scopes": {"billing:read"}, "expires": {"day"}, "day": {day.Format(time.DateOnly)}})
	token := made(t, p)
	never := made(t, w.ana.Get(list+"/new").Submit(t, "main form", url.Values{"name": {"Forever"}, "scopes": {"projects:write"}, "expires": {"never"}}))
	rows := w.ana.Get(list).Want(t, ok).Texts("#tokens tbody tr")
	if len(rows) != 2 || !strings.Contains(rows[1], "Exporter") || !strings.Contains(rows[1], "by Ana Lima") || !strings.Contains(rows[1], day.Format("2 Jan 2006")+" Soon") || !strings.Contains(rows[0], "projects:write") {
		t.Errorf("%q", rows)
	}
	// Partial requests get whole pages, and what is of another account or beyond the role nothing.
	if !w.ana.Partial(list, "body").Want(t, ok).IsWhole() {
		t.Error("a part of the page was sent")
	}
	revoke := w.ana.Get(list).Attr("#tokens td a", "href")
	w.unchanged(t, func() {
		for who, c := range map[string]*handlertest.Client{"billing": w.bo, "viewer": w.vi} {
			for _, path := range []string{list, list + "/new", revoke} {
				if p := c.Get(path).Want(t, forbidden); p.Text("h1") != "You need admin access for Acme Cloud" || !strings.Contains(p.Main(), "Ana Lima") {
					t.Errorf("%s is told %s", who, p.Main())
				}
			}
			c.Post(list+"/new", url.Values{"name": {"x"}, "scopes": {"billing:read"}, "expires": {"30"}}).Want(t, forbidden)
			c.Post(revoke, url.Values{}).Want(t, forbidden)
			if settings := c.Get("/accounts/"+w.acme+"/settings").Want(t, ok); !strings.Contains(settings.Main(), "Account admins make and revoke them.") || settings.Has("main a[href='"+list+"']") {
				t.Errorf("%s: %s", who, settings.Main())
			}
		}
		for _, path := range []string{list, list + "/new", revoke} {
			w.zoe.Get(path).Want(t, missing)
		}
		w.zoe.Post(revoke, url.Values{}).Want(t, missing)
		w.zoe.Post(strings.Replace(revoke, w.acme, w.borealis, 1), url.Values{}).Want(t, missing)
		w.zoe.Get(strings.Replace(revoke, w.acme, w.borealis, 1)).Want(t, missing)
	})
	if !w.ana.Get("/accounts/" + w.acme + "/settings").Has("main a[href='" + list + "']") {
		t.Error("the settings do not lead to the tokens")
	}
	if !w.works(t, token) || !w.works(t, never) {
		t.Fatal("a token was ended")
	}
	w.ana.Get(revoke).Submit(t, "main form", nil).WantRedirect(t, list)
	if w.works(t, never) || !w.works(t, token) {
		t.Error("the wrong token was ended")
	}
	if n := w.Count(t, `SELECT count(*) FROM events WHERE account_id = ? AND type LIKE 'token.%'`, w.acme); n != 3 {
		t.Errorf("%d events", n)
	}
}
