package group_test

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"

	"billfold/models"
	"billfold/views"
)

func TestProjectsTab(t *testing.T) {
	o := newOffice(t)
	path := views.GroupProjectsPath(o.production)
	o.use(t, o.web, "", "db-main", "75.00")
	o.use(t, o.web, "", "cache", "0.00000001")
	o.use(t, o.api, "", "db-api", "20.50")
	o.use(t, "", o.production, "support", "4.50")
	if _, err := o.accounts.MoveProjects(ctx, o.acme, []string{o.api}, o.research); err != nil {
		t.Fatal(err)
	}
	p := o.ana.Get(path).Want(t, 200)
	if p.Title() != "Projects – Production – Billfold" || p.Text("h1") != "Production" || p.Text("main h2") != "Projects" {
		t.Errorf("title %q, h1 %q, h2 %q", p.Title(), p.Text("h1"), p.Text("main h2"))
	}
	if got := p.Texts("#projects tbody th"); !slices.Equal(got, []string{"web-frontend", "api moved out 22 Nov", "Without project"}) {
		t.Errorf("rows %q", got)
	}
	if got := strings.Join(p.Texts("#projects tbody td"), "|"); got != "|2|75.00|75.0%|22 Nov 2026|Move to another billing group||1|20.50|20.5%|Now in Research|||1|4.50|4.5%|Charges of the group itself|" {
		t.Errorf("cells %q", got)
	}
	if got := p.Text("#projects tfoot"); got != "Accumulated cost 100.00" || !strings.Contains(p.Text("main .figure"), "$100.00 USD") {
		t.Errorf("total %q, header %q", got, p.Text("main .figure"))
	}
	if p.Text("#result-count") != "1 project" || len(p.Find("input[name='ids']")) != 1 || !p.Has("th[aria-sort='descending']") {
		t.Errorf("count %q, %d boxes", p.Text("#result-count"), len(p.Find("input[name='ids']")))
	}
	part := o.ana.Partial(path+"?q=WEB", "div#projects-list").Want(t, 200)
	if part.IsWhole() || !part.Has("#projects-list") || part.Text("#result-count") != "1 project" || part.Has("tfoot") {
		t.Errorf("part: %s", part.Body)
	}
	none := o.ana.Get(path+"?q=nothing").Want(t, 200)
	if none.Text("#result-count") != "No projects match" || !strings.Contains(none.Main(), "No projects match these filters. Clear filters") || !none.Has("#projects thead") {
		t.Errorf("no match: %s", none.Main())
	}
	for _, wrong := range []string{"?sort=wrong&size=7&after=x&select=x", "?q=%25", "?q=%00'"} {
		o.ana.Get(path+wrong).Want(t, 200)
	}
	o.zoe.Get(path).Want(t, 404)
	readOnly(t, o.vi.Get(path))
	if v := o.vi.Get(path); v.Has("input[name='ids']") || v.Has("[popover]") || !v.Has("#projects tbody th a") {
		t.Error("the viewer sees boxes or menus, or no projects")
	}
}

func TestProjectsTabEmpty(t *testing.T) {
	o := newOffice(t)
	path := views.GroupProjectsPath(o.research)
	p := o.ana.Get(path).Want(t, 200)
	if p.Text(".empty") != "No projects in this billing group. Assign projectsor delete this billing group" || !p.Has(".empty a[href='"+views.AssignProjectsPath(o.research)+"']") {
		t.Errorf("%q", p.Text(".empty"))
	}
	if part := o.ana.Partial(path, "div#projects-list").Want(t, 200); !part.Has(".empty") {
		t.Errorf("part: %s", part.Body)
	}
	if v := o.vi.Get(path).Want(t, 200); v.Text(".empty") != "No projects in this billing group." {
		t.Errorf("viewer: %q", v.Text(".empty"))
	}
}

func TestProjectsTabSelectsByTheServer(t *testing.T) {
	o := newOffice(t)
	for i := range 30 {
		o.project(t, o.acme, fmt.Sprintf("batch-%02d", i), o.production)
	}
	path := views.GroupProjectsPath(o.production)
	p := o.ana.Get(path+"?sort=name").Want(t, 200)
	if got := p.Text("form .select-bar"); !strings.Contains(got, "Select all on this page") || !strings.Contains(got, "Select all 32 projects") {
		t.Errorf("bar %q", got)
	}
	next := o.ana.Get(p.Attr("a[rel='next']", "href")).Want(t, 200)
	if len(next.Find("#projects tbody tr")) != 7 || !next.Has("a[rel='prev']") || next.Has("a[rel='next']") {
		t.Errorf("second page has %d rows", len(next.Find("#projects tbody tr")))
	}
	onPage := o.ana.Get(path+"?q=batch&select=page").Want(t, 200)
	if n := len(onPage.Find("input[name='ids'][checked]")); n != 25 {
		t.Errorf("%d ticked", n)
	}
	all := o.ana.Get(path+"?q=batch&select=all").Want(t, 200)
	if all.Has("input[name='ids']") || !strings.Contains(all.Main(), "All 30 projects that match are selected.") {
		t.Errorf("%s", all.Main())
	}
	move := all.Submit(t, "#projects-list form", nil).Follow().Want(t, 200)
	if len(move.Find("input[name='ids']")) != 30 || move.Text("[data-focus]") != "Move 30 projects" {
		t.Errorf("%q with %d ids", move.Text("[data-focus]"), len(move.Find("input[name='ids']")))
	}
	move.Submit(t, "form[action='"+views.MoveProjectsPath(o.production)+"']", url.Values{"group": {o.research}}).WantRedirect(t, path)
	if n := o.Count(t, `SELECT COUNT(*) FROM projects WHERE group_id = ?`, o.research); n != 30 {
		t.Errorf("%d moved", n)
	}
}

func TestChoosingProjectsToMove(t *testing.T) {
	o := newOffice(t)
	move := views.MoveProjectsPath(o.production)
	p := o.ana.Get(views.GroupProjectsPath(o.production))
	none := p.Submit(t, "#projects-list form", nil).Want(t, 422)
	if none.Text("#errors li") != "Choose at least one project" || !strings.HasPrefix(none.Title(), "Error: ") {
		t.Errorf("%q", none.Text("#errors"))
	}
	p.Submit(t, "#projects-list form", url.Values{"ids": {o.web, o.api}}).WantRedirect(t, views.MoveProjectsPath(o.production, o.web, o.api))
	many := make([]string, 60)
	for i := range many {
		many[i] = o.project(t, o.acme, fmt.Sprintf("many-%02d", i), o.production)
	}
	page := o.ana.Post(move, url.Values{"step": {"choose"}, "ids": many}).Want(t, 200)
	if len(page.Find("input[name='ids']")) != 60 || !strings.Contains(page.Main(), "and 10 more projects") {
		t.Errorf("%s", page.Main())
	}
	if got := o.ana.Get(move+"?ids="+models.NewID()+"&ids=x&ids="+o.theirProject).Want(t, 200); !strings.Contains(got.Main(), "There is no project to move.") || strings.Contains(got.Main(), "secret") {
		t.Errorf("%s", got.Main())
	}
}
