package account_test

import (
	"strings"
	"testing"

	"billfold/views"
)

func TestSearch(t *testing.T) {
	w := newWorld(t)
	web2 := w.newProject(t, w.admin, "web_admin", "")
	for _, c := range []struct {
		name, path, location string
		want                 []string // links, with their texts
	}{
		{"nothing asked", "/go", "", nil},
		{"part of names", "/go?q=WEB", "", []string{"web-frontend", "web_admin"}},
		{"percent and underscore are letters", "/go?q=b_a", "", []string{"web_admin"}},
		{"a percent sign", "/go?q=%25", "", nil},
		{"a whole name", "/go?q=web_admin", views.ProjectPath(web2), nil},
		{"an account", "/go?q=acme+cloud", views.AccountPath(w.acme), nil},
		{"only projects", "/go?q=acme&type=project", "", nil},
		{"a billing group", "/go?q=Default", views.GroupPath(w.primary), nil},
		{"another account's project", "/go?q=secret", "", nil},
		{"another account", "/go?q=Borealis", "", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := w.vi.Get(c.path)
			if c.location != "" {
				if p.Status != seeOther || p.Location != c.location {
					t.Errorf("answers %d to %q, want %q", p.Status, p.Location, c.location)
				}
				return
			}
			p.Want(t, ok)
			if got := strings.Join(p.Texts("main li a"), "|"); got != strings.Join(c.want, "|") {
				t.Errorf("found %q, want %q", got, c.want)
			}
		})
	}
}
