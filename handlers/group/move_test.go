package group_test

import (
	"net/url"
	"slices"
	"strings"
	"testing"

	"billfold/models"
	"billfold/models/access"
	"billfold/models/money"
	"billfold/views"
)

const explained = "From now on their usage is billed to Research in EUR. Usage before 22 Nov 2026 14:05 UTC stays on the November invoice of Production."

func (o *office) currency(t *testing.T, group string, c money.Currency) {
	t.Helper()
	info, err := o.accounts.BillingInformation(ctx, o.acme, group)
	if err != nil {
		t.Fatal(err)
	}
	info.Currency = c
	if err := o.invoices.SetInformation(ctx, o.acme, group, info); err != nil {
		t.Fatal(err)
	}
}

func TestMove(t *testing.T) {
	o := newOffice(t)
	o.currency(t, o.research, "EUR")
	list, form := views.GroupProjectsPath(o.production), "form[action='"+views.MoveProjectsPath(o.production)+"']"
	p := o.ana.Get(views.MoveProjectsPath(o.production, o.web, o.api)).Want(t, 200)
	if p.Text("h1") != "Production" || p.Text("[data-focus]") != "Move 2 projects" || p.Text("legend") != "Move 2 projects to" || p.Title() != "Move projects – Production – Billfold" {
		t.Errorf("h1 %q, h2 %q, legend %q, title %q", p.Text("h1"), p.Text("[data-focus]"), p.Text("legend"), p.Title())
	}
	if got := p.Texts("fieldset .tick"); !slices.Equal(got, []string{"Default (primary) USD, no payment method yet", "Research EUR, no payment method yet"}) {
		t.Errorf("groups %q", got)
	}
	if !strings.Contains(p.Text("#move-preview"), "the billing group that you choose") {
		t.Errorf("preview %q", p.Text("#move-preview"))
	}
	before := o.fingerprint(t)
	preview := url.Values{"step": {"preview"}, "ids": {o.web, o.api}, "group": {o.research}}
	part := o.ana.PostPartial(views.MoveProjectsPath(o.production), preview, "div#move-preview").Want(t, 200)
	if part.IsWhole() || part.Text("#move-preview") != explained+" Research is billed in EUR. Costs are converted at the invoice date." {
		t.Errorf("part %q", part.Text("#move-preview"))
	}
	whole := o.ana.Post(views.MoveProjectsPath(o.production), preview).Want(t, 200)
	if !strings.Contains(whole.Text("#move-preview"), explained) || !whole.Has("input[type='radio'][checked]") || o.fingerprint(t) != before {
		t.Error("the preview does not say what the move does, or changes something")
	}
	empty := p.Submit(t, form, nil).Want(t, 422)
	if empty.Text("#errors li") != "Choose a billing group" || empty.Attr("#errors a", "href") != "#f-group" || len(empty.Find(form+" input[name='ids']")) != 2 {
		t.Errorf("%s", empty.Main())
	}
	after := p.Submit(t, form, url.Values{"group": {o.research}}).WantRedirect(t, list).Follow().Want(t, 200)
	if got := after.Text("[data-flash] p"); got != "2 projects moved to Research. "+explained+" Go to Research" {
		t.Errorf("flash %q", got)
	}
	sentence := o.lastEvent(t)
	if !strings.HasSuffix(sentence, explained) || o.holder(t, o.web) != "Research" || o.holder(t, o.api) != "Research" {
		t.Errorf("event %q, web in %s", sentence, o.holder(t, o.web))
	}
	if again := p.Submit(t, form, url.Values{"group": {o.research}}); again.Location != list || o.events(t, "project.moved") != 1 {
		t.Errorf("a second submit leads to %q, %d moves", again.Location, o.events(t, "project.moved"))
	}
	undone := after.Submit(t, "[data-flash] form", nil).WantRedirect(t, list).Follow()
	if got := undone.Text("[data-flash] p"); !strings.HasPrefix(got, "2 projects moved back. From now on their usage is billed to Production") || undone.Has("[data-flash] form") {
		t.Errorf("undone %q", got)
	}
	if o.holder(t, o.web) != "Production" || o.events(t, "project.move_undone") != 1 {
		t.Errorf("web is in %s after the undo", o.holder(t, o.web))
	}
	after.Submit(t, "[data-flash] form", nil).WantRedirect(t, list) // the same form again
	if o.events(t, "project.move_undone") != 1 {
		t.Error("undone twice")
	}
}

func (o *office) lastEvent(t *testing.T) (sentence string) {
	t.Helper()
	if err := o.DB.Read(ctx).Raw(`SELECT sentence FROM events ORDER BY seq DESC LIMIT 1`).Scan(&sentence).Error; err != nil {
		t.Fatal(err)
	}
	return sentence
}

func TestMoveRefusedByWhatHappenedMeanwhile(t *testing.T) {
	o := newOffice(t)
	form := "form[action='" + views.MoveProjectsPath(o.production) + "']"
	p := o.ana.Get(views.MoveProjectsPath(o.production, o.web, o.api))
	bo, err := access.New(o.DB).ForAccount(ctx, access.Actor{Kind: access.User, ID: o.userID(t, "bo@example.com"), Name: "Bo Chen"}, o.acme.AccountID(), access.Write)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := o.accounts.MoveProjects(ctx, bo, []string{o.web}, o.primary); err != nil {
		t.Fatal(err)
	}
	again := p.Submit(t, form, url.Values{"group": {o.research}}).Want(t, 409)
	if got := again.Texts("#errors li"); !slices.Equal(got, []string{"No project was moved.", "web-frontend was moved by Bo Chen a moment ago"}) {
		t.Errorf("errors %q", got)
	}
	if o.holder(t, o.api) != "Production" || o.events(t, "project.moved") != 1 {
		t.Error("something moved")
	}
	if again.Text("[data-focus]") != "Move 1 project" || !strings.Contains(again.Main(), "web-frontend is in Default now. It does not move.") || !again.Has("input[type='radio'][value='"+o.research+"'][checked]") {
		t.Errorf("%s", again.Main())
	}
	again.Submit(t, form, nil).WantRedirect(t, views.GroupProjectsPath(o.production))
	if o.holder(t, o.api) != "Research" || o.holder(t, o.web) != "Default" {
		t.Error("the rest did not move")
	}
}

func (o *office) userID(t *testing.T, email string) (id string) {
	t.Helper()
	if err := o.DB.Read(ctx).Raw(`SELECT id FROM users WHERE email = ?`, email).Scan(&id).Error; err != nil {
		t.Fatal(err)
	}
	return id
}

func TestUndoRefusedAndForged(t *testing.T) {
	o := newOffice(t)
	moved, err := o.accounts.MoveProjects(ctx, o.acme, []string{o.web}, o.research)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := o.accounts.MoveProjects(ctx, o.acme, []string{o.web}, o.primary); err != nil {
		t.Fatal(err)
	}
	undo := views.UndoMovePath(o.production)
	p := o.ana.Post(undo, url.Values{"move": {moved.Key()}}).Want(t, 409)
	if !strings.Contains(p.Main(), "web-frontend was moved by Operator a moment ago") || o.holder(t, o.web) != "Default" {
		t.Errorf("%s", p.Main())
	}
	for _, bad := range []string{"", "x", "AAAA", strings.Repeat("A", 64)} {
		o.ana.Post(undo, url.Values{"move": {bad}}).Want(t, 404)
	}
	o.refused(t, undo, url.Values{"move": {moved.Key()}})
	theirs, err := o.accounts.PreviewMove(ctx, o.acme, []string{o.web}, o.research)
	if err != nil {
		t.Fatal(err)
	}
	o.zoe.Post(views.UndoMovePath(o.theirGroup), url.Values{"move": {theirs.Key()}}).Want(t, 404)
}

func TestMoveNeedsTheRole(t *testing.T) {
	o := newOffice(t)
	path := views.MoveProjectsPath(o.production)
	o.refused(t, path, url.Values{"ids": {o.web}, "group": {o.research}})
	o.vi.Get(views.MoveProjectsPath(o.production, o.web)).Want(t, 403)
	o.zoe.Get(views.MoveProjectsPath(o.production, o.web)).Want(t, 404)
	o.ana.Post(path, url.Values{"ids": {o.theirProject}, "group": {o.research}}).Want(t, 404)
	o.ana.Post(path, url.Values{"ids": {o.web}, "group": {o.theirGroup}}).Want(t, 404)
	if o.holder(t, o.web) != "Production" {
		t.Error("moved")
	}
	o.bo.Post(path, url.Values{"ids": {o.web}, "group": {o.research}}).WantRedirect(t, views.GroupProjectsPath(o.production))
}

func TestMoveOfTooMany(t *testing.T) {
	o := newOffice(t)
	ids := make([]string, 1025)
	for i := range ids {
		ids[i] = models.NewID()
	}
	ids[0] = o.web
	p := o.ana.Post(views.MoveProjectsPath(o.production), url.Values{"ids": ids, "group": {o.research}}).Want(t, 422)
	if p.Text("#errors li") != "Choose at most 1,024 projects. You chose 1,025" || p.Has("#errors a") || o.holder(t, o.web) != "Production" {
		t.Errorf("%q", p.Text("#errors"))
	}
	o.ana.Get(views.MoveProjectsPath(o.production, ids...)).Want(t, 200)
}

func TestMoveWithoutAnotherGroup(t *testing.T) {
	o := newOffice(t)
	p := o.zoe.Get(views.MoveProjectsPath(o.theirGroup, o.theirProject)).Want(t, 200)
	if !strings.Contains(p.Main(), "There is no other billing group to move to. Create billing group") || !p.Has("main a[href='"+views.NewGroupPath(o.borealis.AccountID(), "")+"']") || p.Has("input[type='radio']") {
		t.Errorf("%s", p.Main())
	}
}

func TestMoveSearchesManyGroups(t *testing.T) {
	o := newOffice(t)
	for i := range 60 {
		o.group(t, "Team "+string(rune('A'+i/26))+string(rune('A'+i%26)))
	}
	path := views.MoveProjectsPath(o.production)
	p := o.ana.Get(views.MoveProjectsPath(o.production, o.web)).Want(t, 200)
	if !strings.Contains(p.Main(), "50 of 62. Type to narrow.") || len(p.Find("input[type='radio']")) != 50 {
		t.Errorf("%d groups", len(p.Find("input[type='radio']")))
	}
	found := o.ana.Post(path, url.Values{"step": {"search"}, "ids": {o.web}, "group_text": {"resea"}}).Want(t, 200)
	if len(found.Find("input[type='radio']")) != 1 || len(found.Find("input[name='ids']")) != 1 || found.Attr("input[name='group_text']", "value") != "resea" {
		t.Errorf("%s", found.Main())
	}
}

func TestAssign(t *testing.T) {
	o := newOffice(t)
	path := views.AssignProjectsPath(o.research)
	form := "form[action='" + path + "'][method='post']"
	p := o.ana.Get(path).Want(t, 200)
	if p.Text("[data-focus]") != "Assign projects" || !strings.Contains(p.Main(), "A project belongs to one billing group. Assigning it here removes it from its present one.") || p.Text(form+" button") != "Assign projects" {
		t.Errorf("%s", p.Main())
	}
	if got := strings.Join(p.Texts("#projects tbody tr"), "|"); got != "api Production|web-frontend Production" {
		t.Errorf("rows %q", got)
	}
	none := p.Submit(t, form, nil).Want(t, 422)
	if none.Text("#errors li") != "Choose at least one project" || !none.Has(none.Attr("#errors a", "href")) {
		t.Errorf("%q", none.Text("#errors"))
	}
	part := o.ana.Partial(path+"?q=web", "div#assign-list").Want(t, 200)
	if part.IsWhole() || len(part.Find("#projects tbody tr")) != 1 {
		t.Errorf("part %s", part.Body)
	}
	after := p.Submit(t, form, url.Values{"ids": {o.web}}).WantRedirect(t, views.GroupProjectsPath(o.research)).Follow()
	if got := after.Text("[data-flash] p"); got != "web-frontend moved to Research. From now on its usage is billed to Research. Usage before 22 Nov 2026 14:05 UTC stays on the November invoice of Production." {
		t.Errorf("flash %q", got)
	}
	p.Submit(t, form, url.Values{"ids": {o.web}}).WantRedirect(t, views.GroupProjectsPath(o.research))
	if o.events(t, "project.moved") != 1 || o.holder(t, o.web) != "Research" {
		t.Error("a second submit counts")
	}
	fresh := o.ana.Get(path)
	if _, err := o.accounts.MoveProjects(ctx, o.acme, []string{o.api}, o.primary); err != nil {
		t.Fatal(err)
	}
	stale := fresh.Submit(t, form, url.Values{"ids": {o.api}}).Want(t, 409)
	if got := stale.Texts("#errors li"); len(got) != 2 || got[1] != "api was moved by Operator a moment ago" || !stale.Has("input[name='ids'][checked]") {
		t.Errorf("%q", got)
	}
	o.refused(t, views.AssignProjectsPath(o.production), url.Values{"ids": {o.api}, "shown": {o.api}, "in": {o.primary}})
	o.ana.Post(path, url.Values{"ids": {o.theirProject}}).Want(t, 404)
	o.vi.Get(path).Want(t, 403)
	if _, err := o.accounts.MoveProjects(ctx, o.acme, []string{o.api}, o.research); err != nil {
		t.Fatal(err)
	}
	if all := o.ana.Get(path).Want(t, 200); !strings.Contains(all.Main(), "Every project of Acme Cloud is already in this billing group.") {
		t.Errorf("%s", all.Main())
	}
}
