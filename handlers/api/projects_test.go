//lint:file-ignore SA1019 Clients still make the calls that the contract calls deprecated; that they work is what is tested.

package api_test

import (
	"strings"
	"testing"
	"time"

	"billfold/models"
	"billfold/models/access"
	"billfold/models/db"
	"billfold/models/db/dbtest"
	"billfold/models/people"

	"github.com/aiven/go-client-codegen/handler/billinggroup"
	"github.com/aiven/go-client-codegen/handler/project"
)

// grant gives the world a token of its admin with some scopes.
func (w *world) grant(name string, grants ...access.Grant) {
	w.t.Helper()
	actor := access.Actor{Kind: access.User, ID: w.admin.ID, Name: w.admin.Name}
	token, _, err := people.NewStore(w.d, nil).CreateUserToken(w.t.Context(), actor, w.admin.ID, people.NewToken{Name: name, Scopes: grants})
	if err != nil {
		w.t.Fatal(err)
	}
	w.tokens[name] = token
}

func TestTheClientOfTheContractWorksWithProjects(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		w.sell()
		ctx, c := t.Context(), w.client("admin")
		group := must(c.BillingGroupList(ctx))[0]
		must(c.BillingGroupUpdate(ctx, group.BillingGroupId, &billinggroup.BillingGroupUpdateIn{Company: text("Acme Oy"), AddressLines: &[]string{"Tie 2"}, City: text("Espoo"), ZipCode: text("02100"),
			CountryCode: text("FI"), BillingCurrency: "USD", BillingExtraText: text("PO 7"), BillingEmails: &[]billinggroup.BillingEmailIn{{Email: "ap@example.com"}}}))
		made, err := c.ProjectCreate(ctx, &project.ProjectCreateIn{Project: "web", Cloud: text("google-europe-west1"), Tags: &map[string]string{"team": "a", "env": "prod"},
			TechEmails: &[]project.TechEmailIn{{Email: "ops@example.com"}}})
		if err != nil {
			t.Fatal(err)
		}
		if made.ProjectName != "web" || made.AccountId != w.account.ID || *made.AccountName != "Acme" || made.OrganizationId != "org"+w.account.ID || made.BillingGroupId != group.BillingGroupId ||
			made.BillingGroupName != "Default" || made.DefaultCloud != "google-europe-west1" || made.Tags["team"] != "a" || made.TechEmails[0].Email != "ops@example.com" || made.Country != "Finland" ||
			made.EstimatedBalance != "0.00" || *made.EstimatedBalanceLocal != "0.00" || *made.AvailableCredits != "0.00" || made.BillingCurrency != "USD" || *made.BillingExtraText != "PO 7" ||
			made.BillingEmails[0].Email != "ap@example.com" || made.BillingAddress != "Tie 2, 02100 Espoo, Finland" {
			t.Errorf("made: %+v", made)
		}
		if _, err := c.ProjectCreate(ctx, &project.ProjectCreateIn{Project: "WEB"}); err == nil || !strings.Contains(err.Error(), "409") || !strings.Contains(err.Error(), "already exists") {
			t.Errorf("a taken name: %v", err)
		}
		w.expect("admin", "POST", "/v1/project", `{"project":"web"}`, 409, `"error_code":"project_already_exists"`)
		w.expect("admin", "POST", "/v1/project", `{"project":"x","tech_emails":[{"email":"no"}]}`, 400, "tech_emails")
		w.expect("admin", "POST", "/v1/project", `{"project":"x","billing_group_id":"`+models.NewID()+`"}`, 404, "billing_group_not_found")

		// After another project: a copy of its billing group, or the group itself.
		yes := true
		copied, err := c.ProjectCreate(ctx, &project.ProjectCreateIn{Project: "web-2", CopyFromProject: text("web"), CopyTags: &yes, Tags: &map[string]string{"env": "dev"}})
		if err != nil || copied.BillingGroupId == group.BillingGroupId || copied.BillingGroupName != "web-2" || *copied.Company != "Acme Oy" || copied.Tags["team"] != "a" || copied.Tags["env"] != "dev" ||
			copied.DefaultCloud != "google-europe-west1" || copied.TechEmails[0].Email != "ops@example.com" {
			t.Errorf("copied: %+v %v", copied, err)
		}
		shared, err := c.ProjectCreate(ctx, &project.ProjectCreateIn{Project: "web-3", CopyFromProject: text("web"), UseSourceProjectBillingGroup: &yes})
		if err != nil || shared.BillingGroupId != group.BillingGroupId || len(shared.Tags) != 0 {
			t.Errorf("in the same group: %+v %v", shared, err)
		}

		// All of a change, or nothing of it.
		if _, err := c.ProjectUpdate(ctx, "web", &project.ProjectUpdateIn{ProjectName: text("site"), BillingGroupId: text(models.NewID())}); err == nil {
			t.Error("moved to a group that is not there")
		}
		if _, err := c.ProjectGet(ctx, "web"); err != nil {
			t.Errorf("half a change was made: %v", err)
		}
		w.expect("admin", "PUT", "/v1/project/web", `{"account_id":"`+models.NewID()+`"}`, 400, "never changes its account")
		w.expect("admin", "PUT", "/v1/project/web", `{"project_name":"web-2"}`, 409, "project_already_exists")
		changed, err := c.ProjectUpdate(ctx, "web", &project.ProjectUpdateIn{ProjectName: text("site / 1"), BillingGroupId: &copied.BillingGroupId, AccountId: &w.account.ID, Cloud: text("aws-eu-north-1"),
			Tags: &map[string]string{"x": "y"}, TechEmails: &[]project.TechEmailIn{}})
		if err != nil || changed.ProjectName != "site / 1" || changed.BillingGroupId != copied.BillingGroupId || changed.DefaultCloud != "aws-eu-north-1" || len(changed.Tags) != 1 || len(changed.TechEmails) != 0 {
			t.Errorf("changed: %+v %v", changed, err)
		}
		got, err := c.ProjectGet(ctx, "site / 1")
		if err != nil || got.ProjectName != "site / 1" || got.BillingGroupId != copied.BillingGroupId {
			t.Fatalf("%+v %v", got, err)
		}

		// Tags
		if err := c.ProjectTagsReplace(ctx, "site / 1", &project.ProjectTagsReplaceIn{Tags: map[string]string{"a": "1", "b": "2"}}); err != nil {
			t.Error(err)
		}
		if err := c.ProjectTagsUpdate(ctx, "site / 1", &project.ProjectTagsUpdateIn{Tags: map[string]string{"b": "3", "c": "4"}}); err != nil {
			t.Error(err)
		}
		w.expect("admin", "PATCH", "/v1/project/web-3/tags", `{"tags":{"gone":null,"k":"v"}}`, 200, "{")
		w.expect("admin", "PATCH", "/v1/project/web-3/tags", `{"tags":{"k":null}}`, 200, "{")
		w.expect("admin", "GET", "/v1/project/web-3/tags", "", 200, `{"tags":{}}`)
		w.expect("admin", "PUT", "/v1/project/web-3/tags", `{"tags":{"card":"4242 4242 4242 4242"}}`, 400, "card number")
		if tags := must(c.ProjectTagsList(ctx, "site / 1")); len(tags) != 3 || tags["b"] != "3" || tags["c"] != "4" {
			t.Errorf("tags: %v", tags)
		}

		w.use("web-2", time.Now().Add(time.Minute), "r1")
		list, err := c.ProjectList(ctx)
		if err != nil || len(list.Projects) != 3 || list.ProjectMembership["site / 1"] != "admin" || len(list.ProjectMemberships["web-2"]) != 1 {
			t.Fatalf("list: %+v %v", list, err)
		}
		if p := list.Projects[1]; p.ProjectName != "web-2" || p.EstimatedBalance != "1.25" || *p.EstimatedBalanceLocal != "1.25" {
			t.Errorf("used: %+v", p)
		}
		events := must(c.ProjectGetEventLogs(ctx, "site / 1"))
		var types []string
		for _, e := range events {
			types = append(types, e.EventType)
		}
		if want := "project.changed project.changed project.moved project.changed project.renamed project.created"; strings.Join(types, " ") != want || events[0].Actor != "test" || events[0].Id == "" {
			t.Errorf("events: %s", types)
		}
		if err := c.ProjectDelete(ctx, "web-3"); err != nil {
			t.Error(err)
		}
		if _, err := c.ProjectGet(ctx, "web-3"); err == nil || !strings.Contains(err.Error(), "404") {
			t.Errorf("deleted: %v", err)
		}

		// Each change takes its own scope.
		w.grant("projects", access.WriteProjects)
		w.grant("billing", access.WriteBilling)
		w.expect("projects", "PUT", "/v1/project/web-2", `{"billing_group_id":"`+group.BillingGroupId+`"}`, 403, "")
		w.expect("projects", "POST", "/v1/project", `{"project":"p","copy_from_project":"web-2"}`, 403, "")
		w.expect("projects", "POST", "/v1/project", `{"project":"p","copy_from_project":"web-2","use_source_project_billing_group":true}`, 200, `"project_name":"p"`)
		w.expect("billing", "PUT", "/v1/project/web-2", `{"cloud":"x"}`, 403, "insufficient_scope")
		w.expect("billing", "PATCH", "/v1/project/web-2/tags", `{"tags":{"a":"b"}}`, 403, "insufficient_scope")
		if n := len(must(c.BillingGroupList(ctx))); n != 2 {
			t.Errorf("a refused copy left a group behind: %d", n)
		}
	})
}

func TestWhatProjectsHaveOfTheirBillingGroup(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		w.sell()
		w.project("web")
		w.project("other")
		w.issue("HELLO10")
		ctx, c := t.Context(), w.client("admin")
		w.expect("admin", "POST", "/v1/project/other/credits", `{"code":"HELLO10"}`, 200, `"credit":{"code":"HELLO10"`)
		if list := must(c.ProjectCreditsList(ctx, "other")); len(list) != 1 || list[0].Code != "HELLO10" || list[0].RemainingValue != "10.00" {
			t.Errorf("credits: %+v", list)
		}
		if list := must(c.ProjectCreditsList(ctx, "web")); len(list) != 0 {
			t.Errorf("another project's credits: %+v", list)
		}
		if _, err := c.ProjectCreditsClaim(ctx, "web"); err == nil || !strings.Contains(err.Error(), "code") { // the client sends none
			t.Errorf("a claim without a code: %v", err)
		}
		w.use("web", time.Now().Add(-time.Minute), "r1")
		invoices := must(c.ProjectInvoiceList(ctx, "web"))
		if len(invoices) != 1 || invoices[0].State != "estimate" || invoices[0].TotalVatZero != "1.25" {
			t.Fatalf("invoices: %+v", invoices)
		}
		for _, path := range []string{"web/invoice/BF-2026-000001/x", "nothing/invoice/BF-2026-000001/x", "web/invoice/" + invoices[0].InvoiceNumber + "/" + invoices[0].DownloadCookie} {
			w.expect("", "GET", "/v1/project/"+path, "", 403, "invalid_download_cookie")
		}
	})
}

func TestCodesAreCheckedByAnybody(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		w.sell()
		w.project("web")
		w.issue("HELLO10")
		w.expect("", "GET", "/v1/user/credit_code/hello10", "", 200, "{")
		w.expect("", "GET", "/v1/me/referral/validation/HELLO10", "", 404, "credit_code_not_found")
		w.expect("admin", "POST", "/v1/project/web/credits", `{"code":"HELLO10"}`, 200, "HELLO10")
		_, unknown := w.send("", "GET", "/v1/user/credit_code/NOTHING", "")
		_, taken := w.send("", "GET", "/v1/user/credit_code/HELLO10", "")
		if unknown != taken || !strings.Contains(taken, "credit_code_not_found") {
			t.Errorf("unknown %s, taken %s", unknown, taken)
		}
		for range 7 {
			w.expect("", "GET", "/v1/user/credit_code/NOTHING", "", 404, "")
		}
		w.expect("", "GET", "/v1/user/credit_code/NOTHING", "", 429, "too_many_requests")
		w.expect("", "GET", "/v1/me/referral/validation/HELLO10", "", 429, "too_many_requests")
	})
}
