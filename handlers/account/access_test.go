package account_test

import (
	"net/url"
	"strings"
	"testing"

	"billfold/handlers/handlertest"
)

// paths are all pages of this room, with the least role that may see them.
func (w *world) paths(account, project string) map[string]string {
	a, p := "/accounts/"+account, "/projects/"+project
	return map[string]string{a: "viewer", a + "/billing": "viewer", a + "/billing/deleted": "viewer", a + "/settings": "viewer", p: "viewer",
		a + "/billing/assign": "billing", a + "/billing/new": "billing", a + "/billing/new/details": "billing",
		a + "/billing/new/projects": "billing", a + "/billing/new/summary": "billing",
		a + "/projects/new": "admin", p + "/rename": "admin", p + "/delete": "admin"}
}

// posts are the addresses that take forms, with the least role.
func (w *world) posts(account, project string) map[string]string {
	posts := map[string]string{"/accounts/" + account + "/settings": "billing"}
	for path, need := range w.paths(account, project) {
		if need != "viewer" {
			posts[path] = need
		}
	}
	return posts
}

func TestAnotherAccountsPagesAreNotFound(t *testing.T) {
	w := newWorld(t)
	values := url.Values{"name": {"stolen"}, "group": {w.borealisGroup}, "do": {""}}
	w.unchanged(t, func() {
		for path := range w.paths(w.borealis, w.borealisSecret) {
			for _, p := range []*handlertest.Page{w.ana.Get(path), w.ana.Partial(path, "div#projects-list"), w.vi.Get(path)} {
				p.Want(t, missing)
				if strings.Contains(string(p.Body), "Borealis") || strings.Contains(string(p.Body), "secret-project") {
					t.Errorf("%s tells of another account", path)
				}
			}
		}
		for path := range w.posts(w.borealis, w.borealisSecret) {
			w.ana.Post(path, values).Want(t, missing)
		}
		for _, bad := range []string{"/accounts/x", "/accounts/x/billing", "/projects/x", "/projects/00000000-0000-0000-0000-000000000000"} {
			w.ana.Get(bad).Want(t, missing)
		}
	})
}

func TestRolesOnEveryPageAndForm(t *testing.T) {
	w := newWorld(t)
	clients := map[string]*handlertest.Client{"viewer": w.vi, "billing": w.bo, "admin": w.ana}
	rank := map[string]int{"viewer": 0, "billing": 1, "admin": 2}
	for role, c := range clients {
		for path, need := range w.paths(w.acme, w.project) {
			p := c.Get(path)
			if rank[role] < rank[need] {
				p.Want(t, forbidden)
				if !strings.Contains(p.Main(), "Ana Lima") {
					t.Errorf("%s as %s does not say who can help: %s", path, role, p.Main())
				}
			} else if p.Status != ok && p.Status != seeOther {
				t.Errorf("%s as %s answers %d", path, role, p.Status)
			}
		}
	}
	w.unchanged(t, func() {
		values := url.Values{"name": {"mine"}, "group": {w.primary}}
		for path, need := range w.posts(w.acme, w.project) {
			w.vi.Post(path, values).Want(t, forbidden)
			if need == "admin" {
				w.bo.Post(path, values).Want(t, forbidden)
			}
			w.Anonymous(t).Post(path, values).Want(t, seeOther)
		}
	})
}

func TestAViewerSeesNoWayToWrite(t *testing.T) {
	w := newWorld(t)
	for path, need := range w.paths(w.acme, w.project) {
		if need != "viewer" {
			continue
		}
		p := w.vi.Get(path).Want(t, ok)
		if !strings.Contains(p.Main(), "You can view billing for this account. Account admins can change it.") {
			t.Errorf("%s does not say that it is read only", path)
		}
		for _, selector := range []string{"main form[method='post']", "main .menu", "main .btn-primary", "main a[href^='/accounts/" + w.acme + "/billing/new']",
			"main a[href^='/accounts/" + w.acme + "/projects/new']", "main a[href^='/accounts/" + w.acme + "/billing/assign']"} {
			if p.Has(selector) {
				t.Errorf("%s offers a viewer %s", path, selector)
			}
		}
	}
	if p := w.bo.Get("/accounts/"+w.acme).Want(t, ok); p.Has("main a[href^='/accounts/" + w.acme + "/projects/new']") {
		t.Error("a billing member, who may not create projects, is offered it")
	}
}
