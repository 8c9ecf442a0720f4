package group_test

import (
	"strings"
	"testing"

	"billfold/models/access"
	"billfold/views"
)

func TestEventsTab(t *testing.T) {
	eachBooks(t, func(t *testing.T, b *books) {
		_, err := b.accounts.MoveProjects(ctx, b.anaScope, []string{b.api}, b.research)
		b.must(err)
		p := b.ana.Get(views.EventsPath(b.production)).Want(t, 200)
		if p.Title() != "Events – Production – Billfold" || p.Text("h2[data-focus]") != "Events" {
			t.Errorf("title %q, h2 %q", p.Title(), p.Text("h2[data-focus]"))
		}
		rows := p.Texts("#events tbody tr")
		if rows[0] != "22 Nov 2026" || !strings.HasPrefix(rows[1], "2026-11-22 14:05:09 just now Ana Lima Moved api from Production to Research.") {
			t.Errorf("%q", rows[:2])
		}
		for _, href := range []string{views.ProjectPath(b.api), views.GroupPath(b.research), views.InvoicePath(b.production, b.number)} {
			if !p.Has("#events td a[href='" + href + "']") {
				t.Errorf("no link to %s", href)
			}
		}
		if p.Has("#events td a[href='" + views.GroupPath(b.production) + "']") {
			t.Error("a link to the page's own group")
		}
		// The address of an event leads to the page that has it, at its row.
		address := p.Attr("#events tbody th a", "href")
		path, anchor, found := strings.Cut(address, "#")
		if !found || !b.ana.Get(path).Want(t, 200).Has("tr#"+anchor) {
			t.Errorf("the address %s does not lead to the event", address)
		}
		for _, words := range []string{"request req-1", "from 192.0.2.7", "project.moved", "14:05:09.000 UTC"} {
			if !strings.Contains(p.Text("#events details"), words) {
				t.Errorf("details %q do not say %q", p.Text("#events details"), words)
			}
		}
		if strings.Contains(string(b.bo.Get(views.EventsPath(b.production)).Body), "192.0.2.7") || strings.Contains(string(b.vi.Get(views.EventsCSVPath(b.production)).Body), "192.0.2.7") {
			t.Error("somebody who is no admin sees an address")
		}
		if !strings.Contains(string(b.ana.Get(views.EventsCSVPath(b.production)).Body), "192.0.2.7") {
			t.Error("the admin's file has no address")
		}
	})
}

func TestEventFilterForm(t *testing.T) {
	eachBooks(t, func(t *testing.T, b *books) {
		for query, want := range map[string]string{
			"?type=credits":                                                "1 event",
			"?type=credits&person=nobody":                                  "No events match",
			"?project=API&type=projects":                                   "1 event",
			"?project=nothing-of-that-name":                                "No events match",
			"?from=2026-11-01&to=2026-11-01":                               "1 event", // the invoice was issued
			"?from=2026-11-02&to=2026-11-01":                               "No events match",
			"?type=credits&from=yesterday&to=%00&after=x&before=-4&size=3": "1 event",
		} {
			p := b.ana.Partial(views.EventsPath(b.production)+query, "div#event-list").Want(t, 200)
			if p.IsWhole() || p.Text("#result-count") != want {
				t.Errorf("%s: %q, want %q", query, p.Text("#result-count"), want)
			}
		}
		p := b.ana.Get(views.EventsPath(b.production)+"?type=credits&project=nope&from=2026-11-01").Want(t, 200)
		if !strings.Contains(p.Main(), "No events match these filters. Clear filters") || p.Attr("input[name='project']", "value") != "nope" || p.Attr("input[name='from']", "value") != "2026-11-01" ||
			p.Text("select[name='type'] [selected]") != "Credits" || len(p.Texts("#events thead th")) != 4 {
			t.Errorf("%s", p.Main())
		}
		if people := p.Texts("select[name='person'] option"); strings.Join(people, "; ") != "Everybody; Ana Lima; Operator or system" {
			t.Errorf("people %q", people)
		}
		filtered := b.ana.Get(views.EventsPath(b.production) + "?type=credits")
		file := b.ana.Get(filtered.Attr("#event-list a[download]", "href")).Want(t, 200)
		rows := csvRows(t, file.Body)
		if len(rows) != 2 || rows[1][3] != "Ana Lima" || rows[1][5] != "credits" || !strings.Contains(rows[1][6], "SNEAKY-CRAB") || !strings.HasPrefix(file.Header.Get("Content-Disposition"), "attachment; filename=events_") {
			t.Errorf("%q", rows)
		}
	})
}

// Text that a spreadsheet would run stays text; links and names are escaped on the page.
func TestEventsOfStrangeNames(t *testing.T) {
	b := newBooks(t)
	made, err := b.accounts.RenameProject(ctx, b.anaScope, b.api, "=HYPERLINK(1)")
	b.must(err)
	_, err = b.accounts.RenameProject(ctx, b.anaScope, b.web, `<img src=x>`)
	b.must(err)
	p := b.ana.Get(views.EventsPath(b.production)).Want(t, 200)
	if p.Has("#events img") || !strings.Contains(p.Main(), "<img src=x>") {
		t.Error("a name became markup")
	}
	for _, row := range csvRows(t, b.ana.Get(views.EventsCSVPath(b.production)).Body) {
		for _, cell := range row {
			if strings.HasPrefix(cell, "=") {
				t.Errorf("%s (%s) would run", cell, made.ID)
			}
		}
	}
	b.exec(`DELETE FROM members WHERE role = ?`, string(access.RoleBilling))
	if removed := b.ana.Get(views.EventsPath(b.production)).Main(); strings.Contains(removed, "Ana Lima (removed)") {
		t.Error("a member is called removed")
	}
}
