package event_test

import (
	"strings"
	"testing"

	"billfold/models/event"
)

func TestPartsOfASentence(t *testing.T) {
	ref := func(kind, id, name string) event.Ref { return event.Ref{Kind: kind, ID: id, Name: name} }
	for _, c := range []struct {
		sentence string
		refs     []event.Ref
		want     string
	}{
		{"moved web-frontend from Research to Production.", []event.Ref{ref("project", "1", "web-frontend"), ref("group", "2", "Research"), ref("group", "3", "Production")}, "moved [web-frontend] from [Research] to [Production]."},
		{"moved web-frontend.", []event.Ref{ref("project", "1", "web")}, "moved web-frontend."},
		{"moved web and web-frontend.", []event.Ref{ref("project", "1", "web"), ref("project", "2", "web-frontend")}, "moved [web] and [web-frontend]."},
		{"moved preweb webs web.", []event.Ref{ref("project", "1", "web")}, "moved preweb webs [web]."},
		{"issued invoice BF-2026-000412 for October 2026: €5.", []event.Ref{ref("invoice", "1", "BF-2026-000412")}, "issued invoice [BF-2026-000412] for October 2026: €5."},
		{"renamed a to b.", []event.Ref{ref("project", "1", "b")}, "renamed a to [b]."},
		{"renamed old to new.", []event.Ref{ref("project", "1", "newest")}, "renamed old to new."},
		{"created Öre-kanal. Then Öre.", []event.Ref{ref("group", "1", "Öre")}, "created Öre-kanal. Then [Öre]."},
		{"deleted x. It had no projects.", []event.Ref{ref("group", "1", "x")}, "deleted [x]. It had no projects."},
		{"", []event.Ref{ref("group", "1", "")}, ""},
	} {
		var b strings.Builder
		for _, p := range (event.Entry{Sentence: c.sentence, Refs: c.refs}).Parts() {
			if p.Ref != nil {
				b.WriteString("[" + p.Text + "]")
			} else {
				b.WriteString(p.Text)
			}
		}
		if b.String() != c.want {
			t.Errorf("%q, want %q", b.String(), c.want)
		}
	}
}
