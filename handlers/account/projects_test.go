package account_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

func TestAccountsPage(t *testing.T) {
	w := newWorld(t)
	research := w.newGroup(t, "Research")
	db := w.newProject(t, w.admin, "data-platform", research)
	w.estimate(t, w.acme, w.primary, "EUR", map[string]int64{w.project: 1284537})
	w.estimate(t, w.acme, research, "USD", map[string]int64{db: 131000})
	p := w.ana.Get("/accounts").Want(t, ok)
	if p.Title() != "Projects & Accounts – Billfold" || p.Text("h1") != "Projects & Accounts" {
		t.Errorf("title %q, h1 %q", p.Title(), p.Text("h1"))
	}
	row := p.Text("#accounts tbody tr")
	if row != "Acme Cloud Admin 2 2 billing groups of Acme Cloud €12,845.37 $1,310.00 USD" {
		t.Errorf("the account's row reads %q", row)
	}
	if got := p.Texts("#projects tbody th"); !slices.Equal(got, []string{"web-frontend", "data-platform"}) {
		t.Errorf("projects %v, want the highest cost first", got)
	}
	if got := p.Text("#projects tbody tr"); got != "web-frontend Acme Cloud Default EUR 12,845.37" {
		t.Errorf("the project's row reads %q", got)
	}
	if strings.Contains(p.Main(), "secret-project") || strings.Contains(p.Main(), "Borealis") {
		t.Error("another account's things are listed")
	}
	if n := strings.Count(p.Main(), "approximate"); n != 1 {
		t.Errorf("it says %d times that amounts are approximate, want once", n)
	}
}

func TestNobodysAccounts(t *testing.T) {
	w := newWorld(t)
	w.User(t, "New", "new@example.com")
	p := w.SignIn(t, "new@example.com").Get("/accounts").Want(t, ok)
	for _, words := range []string{"You are not a member of any account yet.", "Ask an account admin to invite new@example.com."} {
		if !strings.Contains(p.Main(), words) {
			t.Errorf("it does not say %q: %s", words, p.Main())
		}
	}
}

func TestProjectsFilterAsPageAndAsFragment(t *testing.T) {
	w := newWorld(t)
	w.newProject(t, w.admin, "web-backend", "")
	w.newProject(t, w.admin, "100%_sure", "")
	for _, path := range []string{"/accounts", "/accounts/" + w.acme} {
		p := w.ana.Get(path+"?q=WEB&sort=name").Want(t, ok)
		if got := p.Texts("#projects tbody th"); !slices.Equal(got, []string{"web-backend", "web-frontend"}) {
			t.Errorf("%s: %v", path, got)
		}
		if p.Attr("#f-q", "value") != "WEB" || p.Text("#result-count") != "2 projects" {
			t.Errorf("%s: search %q, count %q", path, p.Attr("#f-q", "value"), p.Text("#result-count"))
		}
		part := w.ana.Partial(path+"?q=%25_", "div#projects-list").Want(t, ok)
		if part.IsWhole() || !part.Has("#projects-list") || part.Has("h1") {
			t.Errorf("%s: the fragment is %s", path, part.Body)
		}
		if got := part.Texts("#projects tbody th"); !slices.Equal(got, []string{"100%_sure"}) {
			t.Errorf("%s: the fragment lists %v", path, got)
		}
		none := w.ana.Get(path+"?q=nothing").Want(t, ok)
		if !strings.Contains(none.Main(), "No projects match these filters.") || !none.Has("#projects thead") || none.Text("#result-count") != "No projects match" {
			t.Errorf("%s without a match: %s", path, none.Main())
		}
		if none.Attr(".no-match a", "href") != path {
			t.Errorf("Clear filters leads to %q", none.Attr(".no-match a", "href"))
		}
	}
	byAccount := w.ana.Get("/accounts?account="+w.borealis).Want(t, ok)
	if !strings.Contains(byAccount.Main(), "No projects match") || strings.Contains(byAccount.Main(), "secret") {
		t.Errorf("filter by another account: %s", byAccount.Main())
	}
}

func TestProjectsPaging(t *testing.T) {
	w := newWorld(t)
	for i := range 59 {
		w.newProject(t, w.admin, fmt.Sprintf("p-%02d", i), "")
	}
	seen := map[string]int{}
	path := "/accounts/" + w.acme + "?sort=name"
	for n := 0; path != "" && n < 9; n++ {
		p := w.ana.Get(path).Want(t, ok)
		if p.Text(".pager .meta") != "60 projects" {
			t.Errorf("count %q", p.Text(".pager .meta"))
		}
		for _, name := range p.Texts("#projects tbody th") {
			seen[name]++
		}
		if n == 1 && w.ana.Get(p.Attr("a[rel='prev']", "href")).Text("#projects tbody th") != "p-00" {
			t.Error("Previous does not lead to the first page")
		}
		path = p.Attr("a[rel='next']", "href")
	}
	for name, n := range seen {
		if n != 1 {
			t.Errorf("%s is listed %d times", name, n)
		}
	}
	if len(seen) != 60 {
		t.Errorf("%d projects listed", len(seen))
	}
	big := w.ana.Get("/accounts/"+w.acme+"?size=100").Want(t, ok)
	if len(big.Texts("#projects tbody th")) != 60 || big.Has("a[rel='next']") {
		t.Error("100 rows a page do not show all 60")
	}
	if sorted := w.ana.Get("/accounts/" + w.acme); sorted.Attr("th[aria-sort]", "aria-sort") != "descending" || !strings.Contains(sorted.Text("th[aria-sort]"), "highest first") {
		t.Errorf("sorted column: %q", sorted.Text("th[aria-sort]"))
	}
}

func TestProjectsOfAnEmptyAccount(t *testing.T) {
	w := newWorld(t)
	if _, err := w.accounts.DeleteProject(t.Context(), w.admin, w.project); err != nil {
		t.Fatal(err)
	}
	p := w.ana.Get("/accounts/"+w.acme).Want(t, ok)
	if p.Text("h3") != "No projects yet." || p.Attr(".empty a", "href") != "/accounts/"+w.acme+"/projects/new" {
		t.Errorf("empty: %s", p.Main())
	}
	if w.vi.Get("/accounts/"+w.acme).Want(t, ok).Has(".empty a") {
		t.Error("a viewer is offered to create a project")
	}
}
