//lint:file-ignore SA1019 Clients still make the calls that the contract calls deprecated; that they work is what is tested.

package api_test

import (
	"strings"
	"testing"

	"billfold/models"
	"billfold/models/access"
	"billfold/models/account"
	"billfold/models/db"
	"billfold/models/db/dbtest"

	"github.com/aiven/go-client-codegen/handler/billinggroup"
	"github.com/aiven/go-client-codegen/handler/organization"
	"github.com/aiven/go-client-codegen/handler/organizationbilling"
	"github.com/aiven/go-client-codegen/handler/organizationprojects"
)

func (w *world) organization() string { return "org" + w.account.ID }

func (w *world) newAddress(city string) *organization.OrganizationAddressCreateOut {
	w.t.Helper()
	return must(w.client("admin").OrganizationAddressCreate(w.t.Context(), w.organization(), &organization.OrganizationAddressCreateIn{AddressLines: []string{"Tie 2", "B 5"}, City: city,
		CountryCode: "FI", Name: "Acme Oy", ZipCode: text("02100")}))
}

func TestTheClientOfTheContractWorksWithAddresses(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		ctx, c, org := t.Context(), w.client("admin"), w.organization()
		made := w.newAddress("Espoo")
		if made.City == nil || *made.City != "Espoo" || made.Name != "Acme Oy" || len(made.AddressLines) != 2 || made.CountryCode != "FI" || *made.ZipCode != "02100" || made.State != nil ||
			made.OrganizationId != org || made.CreateTime.IsZero() || !made.UpdateTime.Equal(made.CreateTime) {
			t.Errorf("made: %+v", made)
		}
		if got := must(c.OrganizationAddressGet(ctx, org, made.AddressId)); *got.City != "Espoo" || got.AddressId != made.AddressId {
			t.Errorf("got: %+v", got)
		}
		if list := must(c.OrganizationAddressList(ctx, org)); len(list) != 1 || list[0].AddressId != made.AddressId || list[0].AddressLines[1] != "B 5" {
			t.Errorf("list: %+v", list)
		}
		changed, err := c.OrganizationAddressUpdate(ctx, org, made.AddressId, &organization.OrganizationAddressUpdateIn{City: text("Oulu"), State: text("Pohjois"), ZipCode: text(""), AddressLines: &[]string{"Katu 1"}})
		if err != nil || *changed.City != "Oulu" || *changed.State != "Pohjois" || changed.ZipCode != nil || len(changed.AddressLines) != 1 || changed.Name != "Acme Oy" {
			t.Errorf("changed: %+v %v", changed, err)
		}
		path := "/v1/organization/" + org + "/address"
		for _, c := range []struct {
			method, path, body string
			status             int
			words              string
		}{
			{"POST", path + "es", `{"address_lines":["a"],"city":"Espoo","country_code":"XX","name":"A"}`, 400, `"field":"country_code"`},
			{"POST", path + "es", `{"address_lines":["a"],"city":"","country_code":"FI","name":""}`, 400, `"field":"name"`},
			{"POST", path + "es", `{"address_lines":[],"city":"Espoo","country_code":"FI","name":"A"}`, 400, `address_lines`},
			{"POST", path + "es", `{"city":"Espoo"}`, 400, `address_lines`},
			{"PATCH", path + "/" + made.AddressId, `{"address_lines":["a","b","c","d"]}`, 400, `address_lines`},
			{"PATCH", path + "/" + made.AddressId, `{"country_code":""}`, 400, `country_code`},
			{"PATCH", path + "/" + models.NewID(), `{}`, 404, `"address_not_found"`},
			{"GET", path + "/x", ``, 404, `"address_not_found"`},
			{"GET", "/v1/organization/" + w.account.ID + "/addresses", ``, 404, `"organization_not_found"`},
		} {
			if status, body := w.send("admin", c.method, c.path, c.body); status != c.status || !strings.Contains(body, c.words) {
				t.Errorf("%s %s %s: %d %s", c.method, c.path, c.body, status, body)
			}
		}
		if err := c.OrganizationAddressDelete(ctx, org, made.AddressId); err != nil {
			t.Error(err)
		}
		if err := c.OrganizationAddressDelete(ctx, org, made.AddressId); err == nil || !strings.Contains(err.Error(), "404") {
			t.Errorf("deleted again: %v", err)
		}
	})
}

func TestTheClientOfTheContractWorksWithOrganizationBilling(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		ctx, c, org := t.Context(), w.client("admin"), w.organization()
		bank := must(account.NewStore(d, nil).AllowBankTransfer(ctx, access.OperatorActor(), w.account.ID, 30))
		method := organizationbilling.PaymentMethodIn{PaymentMethodId: bank.ID, PaymentMethodType: organizationbilling.PaymentMethodTypeBankTransfer}
		if list := must(c.PaymentMethodsList(ctx, org)); len(list) != 1 || list[0].PaymentMethodId != bank.ID || list[0].PaymentMethodType != "bank_transfer" {
			t.Errorf("payment methods: %+v", list)
		}
		first, second := w.newAddress("Espoo"), w.newAddress("Turku")
		in := organizationbilling.OrganizationBillingGroupCreateIn{BillingAddressId: first.AddressId, ShippingAddressId: second.AddressId, BillingGroupName: "Research", PaymentMethod: method,
			BillingEmails: []organizationbilling.BillingEmailIn{{Email: "ap@example.com"}}, CustomInvoiceText: text("PO 7"), VatId: text("FI20774740")}
		made, err := c.OrganizationBillingGroupCreate(ctx, org, &in)
		if err != nil {
			t.Fatal(err)
		}
		if made.BillingGroupName != "Research" || made.OrganizationId != org || made.BillingAddressId != first.AddressId || made.ShippingAddressId != second.AddressId || made.BillingEmails[0].Email != "ap@example.com" ||
			len(made.BillingContactEmails) != 0 || *made.CustomInvoiceText != "PO 7" || *made.VatId != "FI20774740" || made.PaymentMethod.PaymentMethodId != bank.ID || made.PaymentMethod.PaymentMethodType != "bank_transfer" || made.CreateTime.IsZero() {
			t.Errorf("made: %+v", made)
		}
		id := made.BillingGroupId
		old := func() *billinggroup.BillingGroupGetOut { t.Helper(); return must(c.BillingGroupGet(ctx, id)) }
		if g := old(); g.City != "Espoo" || g.Company != "Acme Oy" || g.BillingAddressId != first.AddressId || g.ShippingAddressId != second.AddressId || g.PaymentMethod != "accrual" {
			t.Errorf("in the old shape: %+v", g)
		}
		// A change of the address changes the group; a change of the group's own information lets go of it.
		must(c.OrganizationAddressUpdate(ctx, org, first.AddressId, &organization.OrganizationAddressUpdateIn{City: text("Vantaa")}))
		if g := old(); g.City != "Vantaa" {
			t.Errorf("the group is still in %s", g.City)
		}
		if err := c.OrganizationAddressDelete(ctx, org, first.AddressId); err == nil || !strings.Contains(err.Error(), "409") || !strings.Contains(err.Error(), "Research uses this address") {
			t.Errorf("an address in use was deleted: %v", err)
		}
		if status, body := w.send("admin", "DELETE", "/v1/organization/"+org+"/address/"+second.AddressId, ""); status != 409 || !strings.Contains(body, `"error_code":"address_in_use"`) {
			t.Errorf("%d %s", status, body)
		}
		must(c.BillingGroupUpdate(ctx, id, &billinggroup.BillingGroupUpdateIn{BillingAddressId: &first.AddressId, City: text("Oulu")}))
		if g := must(c.OrganizationBillingGroupGet(ctx, org, id)); g.BillingAddressId != "" || g.ShippingAddressId != second.AddressId || old().City != "Oulu" {
			t.Errorf("a group with an address of its own: %+v", g)
		}
		// Another address by its id is copied, whatever the fields say; what is left out stays.
		must(c.BillingGroupUpdate(ctx, id, &billinggroup.BillingGroupUpdateIn{BillingAddressId: &first.AddressId, City: text("Pori")}))
		if g := old(); g.City != "Vantaa" || g.BillingAddressId != first.AddressId {
			t.Errorf("by its id: %+v", g)
		}
		changed, err := c.OrganizationBillingGroupUpdate(ctx, org, id, &organizationbilling.OrganizationBillingGroupUpdateIn{BillingGroupName: text("Lab"), BillingAddressId: &second.AddressId,
			BillingEmails: &[]organizationbilling.BillingEmailIn{}, VatId: text(""), PaymentMethod: &organizationbilling.PaymentMethodIn{}})
		if err != nil || changed.BillingGroupName != "Lab" || changed.BillingAddressId != second.AddressId || len(changed.BillingEmails) != 0 || changed.VatId != nil || changed.PaymentMethod != nil || *changed.CustomInvoiceText != "PO 7" {
			t.Errorf("changed: %+v %v", changed, err)
		}
		list := must(c.OrganizationBillingGroupList(ctx, org))
		if len(list.BillingGroups) != 2 || list.Next != nil || list.BillingGroups[0].BillingEmails == nil || list.BillingGroups[1].BillingGroupName != "Lab" {
			t.Errorf("list: %+v", list)
		}
		path := "/v1/organization/" + org + "/billing-group"
		full := `{"billing_group_name":"X","billing_address_id":"` + first.AddressId + `","shipping_address_id":"` + second.AddressId + `","payment_method":{"payment_method_id":"` + bank.ID + `","payment_method_type":"bank_transfer"},"billing_emails":[],"billing_contact_emails":[]}`
		for _, c := range []struct {
			method, path, body string
			status             int
			words              string
		}{
			{"POST", path + "s", strings.Replace(full, `"billing_emails":[]`, `"billing_emails":[{"email":"nobody"}]`, 1), 400, `"error_code":"invalid_email_format"`},
			{"POST", path + "s", strings.Replace(full, `,"billing_emails":[]`, ``, 1), 400, `billing_emails`},
			{"POST", path + "s", strings.Replace(full, `"bank_transfer"`, `"credit_card"`, 1), 400, `payment_method_type`},
			{"POST", path + "s", strings.Replace(full, bank.ID, models.NewID(), 1), 404, `"payment_method_not_found"`},
			{"POST", path + "s", strings.Replace(full, first.AddressId, models.NewID(), 1), 404, `"address_not_found"`},
			{"POST", path + "s", strings.Replace(full, first.AddressId, "", 1), 400, `billing_address_id`},
			{"POST", path + "s", strings.Replace(full, `"X"`, `"Lab"`, 1), 400, `billing_group_name`},
			{"PUT", path + "/" + id, `{"billing_address_id":"` + models.NewID() + `","billing_group_name":"Never"}`, 404, `"address_not_found"`},
			{"PUT", path + "/" + id, `{"custom_invoice_text":"4111 1111 1111 1111"}`, 400, `custom_invoice_text`},
			{"GET", path + "/" + models.NewID(), ``, 404, `"billing_group_not_found"`},
			{"GET", "/v1/organization/org" + models.NewID() + "/billing-groups", ``, 404, `"organization_not_found"`},
		} {
			if status, body := w.send("admin", c.method, c.path, c.body); status != c.status || !strings.Contains(body, c.words) {
				t.Errorf("%s %s %s: %d %s", c.method, c.path, c.body, status, body)
			}
		}
		if got := must(c.OrganizationBillingGroupGet(ctx, org, id)); got.BillingGroupName != "Lab" {
			t.Errorf("half a change was made: %+v", got)
		}
		if err := c.OrganizationBillingGroupDelete(ctx, org, list.BillingGroups[0].BillingGroupId); err == nil || !strings.Contains(err.Error(), "409") {
			t.Errorf("the primary group was deleted: %v", err)
		}
		if err := c.OrganizationBillingGroupDelete(ctx, org, id); err != nil {
			t.Error(err)
		}
		if err := c.OrganizationBillingGroupDelete(ctx, org, id); err == nil || !strings.Contains(err.Error(), "404") {
			t.Errorf("deleted again: %v", err)
		}
		if err := c.OrganizationAddressDelete(ctx, org, second.AddressId); err != nil {
			t.Errorf("the address of a deleted group: %v", err)
		}
	})
}

func TestTheClientOfTheContractWorksWithOrganizationProjects(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		ctx, c, org := t.Context(), w.client("admin"), w.organization()
		primary := must(c.BillingGroupList(ctx))[0].BillingGroupId
		lab := must(c.BillingGroupCreate(ctx, &billinggroup.BillingGroupCreateIn{BillingGroupName: "Lab"})).BillingGroupId
		made, err := c.OrganizationProjectsCreate(ctx, org, &organizationprojects.OrganizationProjectsCreateIn{ProjectId: "web", BillingGroupId: primary, ParentId: &org,
			Tags: map[string]string{"team": "a"}, TechEmails: &[]organizationprojects.TechEmailIn{{Email: "ops@example.com"}}})
		if err != nil {
			t.Fatal(err)
		}
		if made.ProjectId != "web" || *made.BillingGroupId != primary || made.OrganizationId != org || made.ParentId != org || *made.AccountId != w.account.ID || made.Tags["team"] != "a" ||
			made.TechEmails[0].Email != "ops@example.com" || made.EndOfLifeExtension == nil {
			t.Errorf("made: %+v", made)
		}
		must(c.OrganizationProjectsCreate(ctx, org, &organizationprojects.OrganizationProjectsCreateIn{ProjectId: "api", BillingGroupId: lab}))
		if got := must(c.OrganizationProjectsGet(ctx, org, "web")); got.Tags["team"] != "a" || got.ProjectId != "web" {
			t.Errorf("got: %+v", got)
		}
		list := must(c.OrganizationProjectsList(ctx, org))
		if list.TotalProjectCount != 2 || len(list.Projects) != 2 || list.Projects[0].ProjectId != "api" || list.Projects[0].Tags == nil || list.Projects[0].TechEmails == nil {
			t.Errorf("list: %+v", list)
		}
		list = must(c.OrganizationProjectsList(ctx, org, organizationprojects.OrganizationProjectsListBillingGroupId(lab)))
		if list.TotalProjectCount != 1 || len(list.Projects) != 1 || list.Projects[0].ProjectId != "api" {
			t.Errorf("list of a group: %+v", list)
		}
		if none := must(c.OrganizationProjectsList(ctx, org, organizationprojects.OrganizationProjectsListBillingGroupId("x"))); none.TotalProjectCount != 0 || none.Projects == nil {
			t.Errorf("list of no group: %+v", none)
		}
		changed, err := c.OrganizationProjectsUpdate(ctx, org, "web", &organizationprojects.OrganizationProjectsUpdateIn{ProjectName: text("site"), BillingGroupId: &lab, OrganizationId: &org,
			Tags: &map[string]string{"env": "prod"}, TechEmails: &[]organizationprojects.TechEmailIn{}})
		if err != nil || changed.ProjectId != "site" || *changed.BillingGroupId != lab || len(changed.Tags) != 1 || changed.Tags["env"] != "prod" || len(changed.TechEmails) != 0 {
			t.Errorf("changed: %+v %v", changed, err)
		}
		w.grant("projects", access.WriteProjects)
		path := "/v1/organization/" + org + "/project"
		for _, c := range []struct {
			token, method, path, body string
			status                    int
			words                     string
		}{
			{"admin", "POST", path + "s", `{"project_id":"API","billing_group_id":"` + lab + `","tags":{}}`, 409, `already exists`},
			{"admin", "POST", path + "s", `{"project_id":"new","billing_group_id":"","tags":{}}`, 400, `billing_group_id`},
			{"admin", "POST", path + "s", `{"project_id":"new","billing_group_id":"` + models.NewID() + `","tags":{}}`, 400, `billing_group_id`},
			{"admin", "POST", path + "s", `{"project_id":"","billing_group_id":"` + lab + `","tags":{}}`, 400, `"field":"project_id"`},
			{"admin", "POST", path + "s", `{"project_id":"new","billing_group_id":"` + lab + `","tags":{},"parent_id":"orgx"}`, 400, `parent_id`},
			{"admin", "PATCH", path + "/site", `{"project_name":"api","tags":{"a":"b"}}`, 409, `"project_already_exists"`},
			{"admin", "PATCH", path + "/site", `{"organization_id":"org` + models.NewID() + `"}`, 400, `organization_id`},
			{"admin", "GET", path + "/web", ``, 404, `"project_not_found"`},
			{"projects", "PATCH", path + "/site", `{"billing_group_id":"` + lab + `","tags":{"env":"test"}}`, 200, `"env":"test"`},
			{"projects", "PATCH", path + "/site", `{"billing_group_id":"` + primary + `","tags":{}}`, 403, ``},
		} {
			if status, body := w.send(c.token, c.method, c.path, c.body); status != c.status || !strings.Contains(body, c.words) {
				t.Errorf("%s %s %s: %d %s", c.method, c.path, c.body, status, body)
			}
		}
		if got := must(c.OrganizationProjectsGet(ctx, org, "site")); got.Tags["env"] != "test" {
			t.Errorf("half a change was made: %+v", got)
		}
		if err := c.OrganizationProjectsDelete(ctx, org, "site"); err != nil {
			t.Error(err)
		}
		if err := c.OrganizationProjectsDelete(ctx, org, "site"); err == nil || !strings.Contains(err.Error(), "404") {
			t.Errorf("deleted again: %v", err)
		}
		other := must(account.NewStore(d, nil).CreateAccount(ctx, access.OperatorActor(), "Other", ""))
		scope := must(access.New(d).ForAccount(ctx, access.OperatorActor(), other.ID, access.Admin))
		must(account.NewStore(d, nil).CreateProject(ctx, scope, account.NewProject{Name: "theirs"}))
		for _, path := range []string{path + "/theirs", "/v1/organization/org" + other.ID + "/project/theirs", "/v1/organization/org" + other.ID + "/projects"} {
			if status, body := w.send("admin", "GET", path, ""); status != 404 {
				t.Errorf("%s: %d %s", path, status, body)
			}
		}
	})
}
