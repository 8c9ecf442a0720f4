package account_test

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"

	"billfold/handlers/handlertest"
	"billfold/models/account"
)

const postForm = "main form[method='post']"

// begin answers step 1 and gives the page of step 2.
func (w *world) begin(t *testing.T, c *handlertest.Client, name string) *handlertest.Page {
	t.Helper()
	return c.Get("/accounts/"+w.acme+"/billing/new").Want(t, ok).Submit(t, postForm, url.Values{"name": {name}}).Follow().Want(t, ok)
}

func TestCreateGroupInFourSteps(t *testing.T) {
	w := newWorld(t)
	backend := w.newProject(t, w.admin, "web-backend", "")
	first := w.bo.Get("/accounts/"+w.acme+"/billing/new").Want(t, ok)
	if first.Text("h1") != "Create billing group" || first.Text("h2") != "Step 1 of 4: Name" || first.Title() != "Step 1 of 4: Name – Acme Cloud – Billfold" {
		t.Errorf("h1 %q, h2 %q, title %q", first.Text("h1"), first.Text("h2"), first.Title())
	}
	details := w.begin(t, w.bo, "Research")
	if details.Text("h2") != "Step 2 of 4: Billing details" {
		t.Errorf("step 2 is %q", details.Text("h2"))
	}
	projects := details.Submit(t, postForm, url.Values{"company": {"Acme GmbH"}, "address_line1": {"Hauptstr. 1"}, "postal_code": {"10115"}, "city": {"Berlin"}, "country": {"DE"},
		"currency": {"EUR"}, "invoice_emails": {"billing@acme.example"}}).Follow().Want(t, ok)
	if projects.Text("h2") != "Step 3 of 4: Projects" || !strings.Contains(projects.Main(), "Now in Default, will be moved") {
		t.Errorf("step 3: %s", projects.Main())
	}
	summary := projects.Submit(t, postForm, url.Values{"projects": {backend, w.project}}).Follow().Want(t, ok)
	for _, want := range []string{"Step 4 of 4: Summary", "Research", "Acme GmbH", "Hauptstr. 1 10115 Berlin Germany", "EUR", "billing@acme.example", "Decide later",
		"2 projects will move", "web-backend, now in Default", "Change company name"} {
		if !strings.Contains(summary.Main(), want) {
			t.Errorf("the summary does not say %q: %s", want, summary.Main())
		}
	}
	if n := w.Count(t, `SELECT COUNT(*) FROM billing_groups WHERE account_id = ?`, w.acme); n != 1 {
		t.Errorf("%d groups before the last step", n)
	}
	done := summary.Submit(t, postForm, nil).Want(t, seeOther)
	id := strings.TrimPrefix(done.Location, "/billing-groups/")
	info, err := w.accounts.BillingInformation(context.Background(), w.admin, id)
	if err != nil || info.Company != "Acme GmbH" || info.Currency != "EUR" || !slices.Equal(info.InvoiceEmails, []string{"billing@acme.example"}) {
		t.Errorf("%+v, %v", info, err)
	}
	list, _, err := w.accounts.Projects(context.Background(), w.admin, account.ProjectQuery{GroupID: id})
	if err != nil || len(list) != 2 {
		t.Errorf("%v, %v", list, err)
	}
	if got := w.bo.Get("/accounts/" + w.acme + "/billing").Text("[data-flash]"); got != "Billing group Research created. 2 projects assigned." {
		t.Errorf("flash %q", got)
	}
	w.unchanged(t, func() { // a second click
		summary.Submit(t, postForm, nil).WantRedirect(t, done.Location)
	})
	back := w.bo.Get(summary.Path).WantRedirect(t, "/accounts/"+w.acme+"/billing").Follow()
	if !strings.HasPrefix(back.Text("[data-flash]"), "These answers are no longer kept") {
		t.Errorf("going back: %s", back.Main())
	}
}

func TestNewGroupNameErrors(t *testing.T) {
	w := newWorld(t)
	w.newGroup(t, "Research")
	form := w.bo.Get("/accounts/"+w.acme+"/billing/new").Want(t, ok)
	w.unchanged(t, func() {
		for name, want := range map[string]string{"": "Enter a name", strings.Repeat("ä", 129): "Name must be 128 characters or less", "RESEARCH": "Acme Cloud already has a billing group called Research"} {
			p := form.Submit(t, postForm, url.Values{"name": {name}}).Want(t, invalid)
			if p.Text("#errors li") != want || p.Text("#f-name-error") != "Error: "+want || p.Attr("#f-name", "value") != name {
				t.Errorf("%q: %q, kept %q", name, p.Text("#errors li"), p.Attr("#f-name", "value"))
			}
		}
	})
}

func TestNewGroupDetailsKeepWhatIsWrong(t *testing.T) {
	w := newWorld(t)
	details := w.begin(t, w.bo, "Research")
	p := details.Submit(t, postForm, url.Values{"company": {strings.Repeat("x", 84)}, "city": {"Espoo"}, "country": {"FI"}, "vat_id": {"DE123"}, "currency": {""},
		"invoice_emails": {"good@example.com", "bad"}, "invoice_text": {"first\nsecond"}, "payment_method": {w.project}}).Want(t, invalid)
	errors := strings.Join(p.Texts("#errors li"), "; ")
	for _, want := range []string{"Company must be 83 characters or less", "Enter a VAT ID that starts with FI", "Choose a currency", "Choose a payment method from the list"} {
		if !strings.Contains(errors, want) {
			t.Errorf("errors %q, want %q", errors, want)
		}
	}
	if p.Attr("#f-city", "value") != "Espoo" || p.Attr("#f-vat_id", "value") != "DE123" || p.Attr("select[name='country'] option[selected]", "value") != "FI" || len(p.Find("input[name='invoice_emails']")) != 2 {
		t.Errorf("not everything typed was kept: %s", p.Body)
	}
	if p.Attr("#f-invoice_emails-1", "aria-invalid") != "true" || !p.Has("#errors a[href='#f-invoice_emails-1']") {
		t.Error("the wrong email is not marked at its box")
	}
}

// follow goes where a redirect leads that names a field; a browser does not send that part.
func (w *world) follow(t *testing.T, p *handlertest.Page) *handlertest.Page {
	t.Helper()
	path, field, found := strings.Cut(p.Want(t, seeOther).Location, "#")
	next := w.bo.Get(path).Want(t, ok)
	if !found || !next.Has("#"+field) {
		t.Errorf("%s leads to no field", p.Location)
	}
	return next
}

func TestNewGroupEmailsAreAddedAndRemovedWithoutScript(t *testing.T) {
	w := newWorld(t)
	details := w.begin(t, w.bo, "Research")
	added := details.Submit(t, postForm, url.Values{"company": {"Acme"}, "contact_emails": {"a@example.com"}, "add": {"contact_emails"}})
	two := w.follow(t, added)
	if n := len(two.Find("input[name='contact_emails']")); n != 2 || two.Attr("#f-company", "value") != "Acme" {
		t.Fatalf("%d boxes, company %q", n, two.Attr("#f-company", "value"))
	}
	one := w.follow(t, two.Submit(t, postForm, url.Values{"contact_emails": {"a@example.com", "b@example.com"}, "remove": {"contact_emails.0"}}))
	if n := len(one.Find("input[name='contact_emails']")); n != 1 || one.Attr("input[name='contact_emails']", "value") != "b@example.com" {
		t.Errorf("%d boxes, %q", n, one.Attr("input[name='contact_emails']", "value"))
	}
	one.Submit(t, postForm, url.Values{"remove": {"contact_emails.99"}}).Want(t, seeOther)
}

func TestNewGroupCopiesDetails(t *testing.T) {
	w := newWorld(t)
	from, err := w.accounts.CreateGroup(context.Background(), w.admin, account.NewGroup{Name: "Production", Information: &account.Information{
		Company: "Acme Oy", AddressLine1: "Katu 1", City: "Espoo", Country: "FI", VATID: "FI01120389", Currency: "EUR", ContactEmails: []string{"x@example.com"}}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.accounts.ConfirmVAT(context.Background(), w.admin.Actor(), from.Group.ID, "VIES 1"); err != nil {
		t.Fatal(err)
	}
	details := w.begin(t, w.bo, "Research")
	copied := details.Submit(t, postForm, url.Values{"copy_from": {from.Group.ID}, "do": {"copy"}}).Follow().Want(t, ok)
	if copied.Attr("#f-company", "value") != "Acme Oy" || copied.Attr("select[name='copy_from'] option[selected]", "value") != from.Group.ID {
		t.Fatalf("not copied: %s", copied.Main())
	}
	summary := copied.Submit(t, postForm, url.Values{"city": {"Helsinki"}, "postal_code": {"00100"}}).Follow().Want(t, ok).Submit(t, postForm, nil).Follow().Want(t, ok)
	if !strings.Contains(summary.Main(), "Copied from Production") {
		t.Errorf("summary: %s", summary.Main())
	}
	id := strings.TrimPrefix(summary.Submit(t, postForm, nil).Want(t, seeOther).Location, "/billing-groups/")
	info, err := w.accounts.BillingInformation(context.Background(), w.admin, id)
	if err != nil || info.Company != "Acme Oy" || info.City != "Helsinki" || info.VATStatus != account.VATConfirmed {
		t.Errorf("%+v, %v", info, err)
	}
	// Chosen without the button, in an empty form.
	silent := w.begin(t, w.bo, "Lab").Submit(t, postForm, url.Values{"copy_from": {from.Group.ID}}).Follow().Want(t, ok)
	if silent.Text("h2") != "Step 3 of 4: Projects" {
		t.Errorf("leads to %q", silent.Text("h2"))
	}
	w.begin(t, w.bo, "Else").Submit(t, postForm, url.Values{"copy_from": {w.borealisGroup}, "do": {"copy"}}).Want(t, invalid)
}

func TestNewGroupSearchKeepsWhatIsTicked(t *testing.T) {
	w := newWorld(t)
	for i := range 60 {
		w.newProject(t, w.admin, fmt.Sprintf("api-%02d", i), "")
	}
	step := w.begin(t, w.bo, "Research").Submit(t, postForm, url.Values{"currency": {"EUR"}}).Follow().Want(t, ok)
	if n := len(step.Find("input[name='projects']")); n != 50 || !strings.Contains(step.Main(), "50 of 61. Type to narrow.") {
		t.Errorf("%d projects listed: %s", n, step.Main())
	}
	tick := step.Attr("input[name='projects']", "value")
	found := step.Submit(t, postForm, url.Values{"projects": {tick}, "q": {"web"}, "do": {"search"}}).Follow().Want(t, ok)
	if len(found.Find("input[name='projects']")) != 1 || !strings.Contains(found.Main(), "Also chosen: api-00") {
		t.Errorf("search: %s", found.Main())
	}
	summary := found.Submit(t, postForm, url.Values{"projects": {w.project, w.borealisSecret}}).Follow().Want(t, ok)
	if !strings.Contains(summary.Main(), "2 projects will move") || strings.Contains(summary.Main(), "secret") {
		t.Errorf("summary: %s", summary.Main())
	}
	none := found.Submit(t, postForm, url.Values{"projects": nil, "q": {"nothing-like-it"}, "do": {"search"}, "form_key": {}}).Follow().Want(t, ok)
	if !strings.Contains(none.Main(), "No projects match") {
		t.Errorf("no match: %s", none.Main())
	}
}

func TestNewGroupChangeComesBackToTheSummary(t *testing.T) {
	w := newWorld(t)
	summary := w.begin(t, w.bo, "Research").Submit(t, postForm, url.Values{"currency": {"EUR"}}).Follow().Submit(t, postForm, nil).Follow().Want(t, ok)
	change := summary.Attr("main .summary a[href^='/accounts/']", "href")
	name := w.bo.Get(change).Want(t, ok)
	if name.Attr("#f-name", "value") != "Research" {
		t.Errorf("step 1 shows %q", name.Attr("#f-name", "value"))
	}
	back := name.Submit(t, postForm, url.Values{"name": {"Lab"}}).Follow().Want(t, ok)
	if back.Text("h2") != "Step 4 of 4: Summary" || !strings.Contains(back.Main(), "Lab") {
		t.Errorf("after Change: %s", back.Main())
	}
	// Somebody else takes the name meanwhile: the answer is asked for again, and nothing is created.
	w.newGroup(t, "lab")
	w.unchanged(t, func() {
		p := back.Submit(t, postForm, nil).Want(t, invalid)
		if p.Text("#errors li") != "Acme Cloud already has a billing group called lab" || p.Attr("#f-name", "value") != "Lab" {
			t.Errorf("name taken: %s", p.Main())
		}
	})
}

func TestADraftIsItsMakersAlone(t *testing.T) {
	w := newWorld(t)
	details := w.begin(t, w.bo, "Research")
	draft := details.Attr("input[name='draft']", "value")
	for _, step := range []string{"", "/details", "/projects", "/summary"} {
		path := "/accounts/" + w.acme + "/billing/new" + step
		w.unchanged(t, func() {
			w.ana.Get(path+"?draft="+draft).WantRedirect(t, "/accounts/"+w.acme+"/billing")
			p := w.ana.Post(path, url.Values{"draft": {draft}, "name": {"Mine"}, "currency": {"EUR"}})
			if p.Status != seeOther && p.Status != missing {
				t.Errorf("%s of another's draft answers %d", path, p.Status)
			}
		})
	}
	if got := w.bo.Get(details.Path).Want(t, ok).Text("h2"); got != "Step 2 of 4: Billing details" {
		t.Errorf("the draft's maker sees %q", got)
	}
}
