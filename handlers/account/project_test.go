package account_test

import (
	"net/url"
	"strings"
	"testing"
)

func TestCreateProject(t *testing.T) {
	w := newWorld(t)
	research := w.newGroup(t, "Research")
	path := "/accounts/" + w.acme + "/projects/new"
	form := w.ana.Get(path).Want(t, ok)
	if form.Attr("input[name='group'][checked]", "value") != w.primary {
		t.Error("the primary group is not chosen beforehand")
	}
	for _, bad := range []struct {
		name, words string
		values      url.Values
	}{
		{"no name", "Enter a name", url.Values{"name": {""}, "external_id": {"x-1"}}},
		{"taken", "There is already a project called secret-project", url.Values{"name": {"secret-project"}, "external_id": {"x-1"}}},
		{"other account's group", "Choose a billing group of this account", url.Values{"name": {"n"}, "external_id": {"x-1"}, "group": {w.borealisGroup}}},
	} {
		w.unchanged(t, func() {
			p := form.Submit(t, "main form[method='post']", bad.values).Want(t, invalid)
			if p.Text("#errors li") != bad.words || !strings.HasPrefix(p.Title(), "Error: ") || p.Attr("#f-external_id", "value") != "x-1" || p.Attr("#f-name", "value") != bad.values.Get("name") {
				t.Errorf("%s: %q, title %q, kept %q", bad.name, p.Text("#errors li"), p.Title(), p.Attr("#f-external_id", "value"))
			}
		})
	}
	done := form.Submit(t, "main form[method='post']", url.Values{"name": {"  new one "}, "group": {research}}).Want(t, seeOther)
	p := done.Follow().Want(t, ok)
	if p.Text("h1") != "new one" || !strings.Contains(p.Main(), "Research") || p.Text("[data-flash]") != "Project new one created." {
		t.Errorf("after: %s", p.Main())
	}
	w.unchanged(t, func() { // the same form once more: its answer, not another project
		form.Submit(t, "main form[method='post']", url.Values{"name": {"new one"}}).WantRedirect(t, done.Location)
	})
}

func TestProjectHomeSaysWhereItIsBilled(t *testing.T) {
	w := newWorld(t)
	research := w.newGroup(t, "Research")
	w.estimate(t, w.acme, w.primary, "EUR", map[string]int64{w.project: 4250})
	w.estimate(t, w.acme, research, "USD", map[string]int64{w.project: 700})
	p := w.vi.Get("/projects/"+w.project).Want(t, ok)
	if p.Text(".figure-value") != "€42.50" || p.Text(".figure-label") != "Cost, 1–22 Nov 2026" {
		t.Errorf("figure %q of %q", p.Text(".figure-value"), p.Text(".figure-label"))
	}
	if !strings.Contains(p.Main(), "$7.00 USD in Research") || !p.Has("a[href='/billing-groups/"+w.primary+"']") {
		t.Errorf("home: %s", p.Main())
	}
	if got := w.vi.Get("/help").Text("header details summary"); !strings.Contains(got, "web-frontend") {
		t.Errorf("the switcher does not know the last project: %q", got)
	}
}

func TestRenameProject(t *testing.T) {
	w := newWorld(t)
	path := "/projects/" + w.project + "/rename"
	form := w.ana.Get(path).Want(t, ok)
	if form.Attr("#f-name", "value") != "web-frontend" {
		t.Errorf("prefilled %q", form.Attr("#f-name", "value"))
	}
	w.unchanged(t, func() {
		long := strings.Repeat("x", 256)
		p := form.Submit(t, "main form[method='post']", url.Values{"name": {long}}).Want(t, invalid)
		if p.Attr("#f-name", "value") != long || p.Attr("#f-name", "aria-invalid") != "true" || p.Text("#errors li") != "Name must be 255 characters or less" {
			t.Errorf("kept %d characters, %q", len(p.Attr("#f-name", "value")), p.Text("#errors li"))
		}
	})
	p := form.Submit(t, "main form[method='post']", url.Values{"name": {"storefront"}}).Follow().Want(t, ok)
	if p.Text("h1") != "storefront" || p.Has("[data-flash]") {
		t.Errorf("after: %s", p.Main())
	}
}

func TestDeleteProjectSaysWhatStays(t *testing.T) {
	w := newWorld(t)
	w.estimate(t, w.acme, w.primary, "EUR", map[string]int64{w.project: 4250})
	path := "/projects/" + w.project + "/delete"
	form := w.ana.Get(path).Want(t, ok)
	if form.Text("h1") != "Delete web-frontend?" || !strings.Contains(form.Main(), "€42.50 so far, stay in Default and will be invoiced.") {
		t.Errorf("asks: %s", form.Main())
	}
	list := form.Submit(t, "main form[method='post']", nil).WantRedirect(t, "/accounts/"+w.acme).Follow().Want(t, ok)
	if list.Text("[data-flash]") != "Project web-frontend deleted." || len(list.Texts("#projects tbody tr")) != 0 {
		t.Errorf("after: %s", list.Main())
	}
	home := w.ana.Get("/projects/"+w.project).Want(t, ok)
	if !strings.Contains(home.Text("h1"), "Deleted") || home.Has("main .menu") {
		t.Errorf("a deleted project's home: %s", home.Main())
	}
	w.unchanged(t, func() {
		w.ana.Post(path, url.Values{}).Want(t, 409)
		w.ana.Post("/projects/"+w.project+"/rename", url.Values{"name": {"again"}}).Want(t, 409)
	})
	for _, page := range []string{path, "/projects/" + w.project + "/rename"} {
		w.ana.Get(page).WantRedirect(t, "/projects/"+w.project)
	}
}
