package group_test

import (
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"billfold/models/access"
	"billfold/models/credit"
	"billfold/models/money"
	"billfold/models/seller"
	"billfold/views"
)

func TestRename(t *testing.T) {
	o := newOffice(t)
	path := views.GroupRenamePath(o.production)
	form := "form[action='" + path + "']"
	p := o.ana.Get(path).Want(t, 200)
	if p.Text("h1") != "Rename billing group" || p.Attr("#f-name", "value") != "Production" || p.Text(form+" button") != "Rename billing group" {
		t.Errorf("%s", p.Main())
	}
	for name, want := range map[string]string{"": "Enter a name", strings.Repeat("x", 129): "Name must be 128 characters or less", "research": "Acme Cloud already has a billing group called Research"} {
		bad := p.Submit(t, form, url.Values{"name": {name}}).Want(t, 422)
		if bad.Text("#errors li") != want || bad.Attr("#f-name", "value") != name || bad.Attr("#errors a", "href") != "#f-name" {
			t.Errorf("%q: %q", name, bad.Text("#errors li"))
		}
	}
	done := p.Submit(t, form, url.Values{"name": {" Live  systems "}}).WantRedirect(t, views.GroupPath(o.production)).Follow()
	if done.Text("h1") != "Live systems" || done.Has("[data-flash]") {
		t.Errorf("h1 %q", done.Text("h1"))
	}
	p.Submit(t, form, url.Values{"name": {"Other"}}).WantRedirect(t, views.GroupPath(o.production))
	if o.events(t, "billing_group.renamed") != 1 {
		t.Error("a second submit counts")
	}
	o.refused(t, path, url.Values{"name": {"Evil"}})
	o.vi.Get(path).Want(t, 403)
	o.zoe.Get(path).Want(t, 404)
}

func TestMakePrimary(t *testing.T) {
	o := newOffice(t)
	path := views.GroupPrimaryPath(o.research)
	p := o.ana.Get(path).Want(t, 200)
	if p.Text("h1") != "Make Research the primary billing group?" || !strings.Contains(p.Main(), "New projects in Acme Cloud are assigned to it unless you choose another one. Existing projects stay where they are. It replaces Default.") {
		t.Errorf("%s", p.Main())
	}
	o.refused(t, path, nil)
	p.Submit(t, "form[action='"+path+"']", nil).WantRedirect(t, views.GroupPath(o.research))
	p.Submit(t, "form[action='"+path+"']", nil).WantRedirect(t, views.GroupPath(o.research))
	if g, err := o.invoices.PrimaryGroup(ctx, o.acme); err != nil || g.Name != "Research" || o.events(t, "billing_group.made_primary") != 1 {
		t.Errorf("%+v, %v", g, err)
	}
	if p := o.ana.Get(path).Want(t, 200); p.Text("h1") != "Research is the primary billing group" || p.Has("form[action='"+path+"']") {
		t.Errorf("%s", p.Main())
	}
	o.vi.Get(path).Want(t, 403)
	o.zoe.Get(path).Want(t, 404)
}

func TestDeleteRefusals(t *testing.T) {
	o := newOffice(t)
	path := views.GroupDeletePath(o.production)
	p := o.ana.Get(path).Want(t, 200)
	if p.Text("h1") != "Move the projects out first" || !strings.Contains(p.Main(), "Production has 2 projects. You can delete a billing group once it has none.") || p.Has("form[action='"+path+"']") {
		t.Errorf("%s", p.Main())
	}
	if got := p.Texts("main li"); !slices.Contains(got, "api") || !slices.Contains(got, "web-frontend") {
		t.Errorf("projects %q", got)
	}
	move := o.ana.Get(p.Attr("main a.btn", "href")).Want(t, 200)
	if p.Text("main a.btn") != "Move all projects" || len(move.Find("input[name='ids']")) != 2 {
		t.Errorf("%q leads to %s", p.Text("main a.btn"), move.Main())
	}
	before := o.fingerprint(t)
	if forced := o.ana.Post(path, nil).Want(t, 409); forced.Text("h1") != "Move the projects out first" {
		t.Errorf("%s", forced.Main())
	}
	primary := o.ana.Post(views.GroupDeletePath(o.primary), url.Values{"accept_loss": {"true"}}).Want(t, 409)
	if primary.Text("h1") != "Make another group primary first" || !strings.Contains(primary.Main(), "This is the primary billing group of Acme Cloud. Make another group primary first.") {
		t.Errorf("%s", primary.Main())
	}
	o.refused(t, path, nil)
	o.vi.Get(path).Want(t, 403)
	o.zoe.Get(path).Want(t, 404)
	if o.fingerprint(t) != before {
		t.Error("something was written")
	}
}

func TestDeletePrepaidIsRefused(t *testing.T) {
	o := newOffice(t)
	sells := seller.NewStore(o.DB, o.Clock)
	o.withSeller(t)
	if err := sells.SetPrepaid(ctx, access.OperatorActor(), seller.MultiPurpose); err != nil {
		t.Fatal(err)
	}
	if _, err := o.credits.Issue(ctx, access.OperatorActor(), credit.NewCredit{Code: "PAID-AHEAD", Type: credit.Purchase, Value: money.New(5000, "USD")}); err != nil {
		t.Fatal(err)
	}
	if _, err := o.credits.Claim(ctx, o.acme, "PAID-AHEAD", credit.Target{Scope: credit.ForGroup, GroupID: o.research}); err != nil {
		t.Fatal(err)
	}
	p := o.ana.Post(views.GroupDeletePath(o.research), url.Values{"accept_loss": {"true"}}).Want(t, 409)
	if p.Text("h1") != "Use the prepaid credit first" || p.Has("form[method='post'][action='"+views.GroupDeletePath(o.research)+"']") {
		t.Errorf("%s", p.Main())
	}
}

func TestDelete(t *testing.T) {
	o := newOffice(t)
	path, form := views.GroupDeletePath(o.research), "form[action='"+views.GroupDeletePath(o.research)+"']"
	if p := o.ana.Get(path).Want(t, 200); p.Text("h1") != "Delete Research?" || p.Has("input[name='accept_loss']") || !slices.Contains(p.Texts("main li"), "It has no projects.") || !slices.Contains(p.Texts("main a"), "Keep it") {
		t.Errorf("%s", p.Main())
	}
	o.issue(t, "SNEAKY-CRAB", 12000, "USD", time.Time{})
	if _, err := o.credits.Claim(ctx, o.acme, "SNEAKY-CRAB", credit.Target{Scope: credit.ForGroup, GroupID: o.research}); err != nil {
		t.Fatal(err)
	}
	o.use(t, "", o.research, "support", "5.00")
	p := o.ana.Get(path).Want(t, 200)
	for _, want := range []string{"$120.00 USD of credits will be lost.", "Its cost that is not invoiced yet, $5.00 USD, will still be invoiced."} {
		if !slices.Contains(p.Texts("main li"), want) {
			t.Errorf("no %q in %q", want, p.Texts("main li"))
		}
	}
	bad := p.Submit(t, form, nil).Want(t, 422)
	if !strings.HasPrefix(bad.Text("#errors li"), "Confirm that") || !bad.Has(bad.Attr("#errors a", "href")) || !strings.Contains(bad.Main(), "I understand that $120.00 USD of credits will be lost") {
		t.Errorf("%s", bad.Main())
	}
	done := bad.Submit(t, form, url.Values{"accept_loss": {"true"}}).WantRedirect(t, views.AccountBillingPath(o.acme.AccountID())).Follow()
	if done.Text("[data-flash]") != "Billing group Research deleted." {
		t.Errorf("flash %q", done.Text("[data-flash]"))
	}
	bad.Submit(t, form, url.Values{"accept_loss": {"true"}}).WantRedirect(t, views.AccountBillingPath(o.acme.AccountID()))
	if o.events(t, "billing_group.deleted") != 1 {
		t.Error("a second submit counts")
	}
	o.ana.Get(path).Want(t, 409)
	o.ana.Post(path, url.Values{"accept_loss": {"true"}}).Want(t, 409)
	for _, gone := range []string{views.AssignProjectsPath(o.research), views.NewCreditPath(o.research), views.GroupRenamePath(o.research), views.GroupPrimaryPath(o.research), views.MoveProjectsPath(o.research)} {
		o.ana.Get(gone).Want(t, 409)
	}
	if tab := o.ana.Get(views.GroupProjectsPath(o.research)).Want(t, 200); tab.Has("main a.btn") {
		t.Error("a deleted group has something to assign")
	}
}
