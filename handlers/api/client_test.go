//lint:file-ignore SA1019 Clients still make the calls that the contract calls deprecated; that they work is what is tested.

package api_test

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"billfold/models"
	"billfold/models/access"
	"billfold/models/account"
	"billfold/models/db"
	"billfold/models/db/dbtest"
	"billfold/models/invoice"
	"billfold/models/seller"
	"billfold/models/usage"

	aiven "github.com/aiven/go-client-codegen"
	"github.com/aiven/go-client-codegen/handler/billinggroup"
	"github.com/shopspring/decimal"
)

// client is the client that the contract is spoken by, as people have it.
func (w *world) client(token string) aiven.Client {
	w.t.Helper()
	return must(aiven.NewClient(aiven.HostOpt(w.url), aiven.TokenOpt(w.tokens[token]), aiven.UserAgentOpt("test")))
}

// sell makes the installation able to issue invoices.
func (w *world) sell() {
	w.t.Helper()
	err := seller.NewStore(w.d, nil).Set(w.t.Context(), access.OperatorActor(), seller.Seller{Name: "Seller Inc", AddressLine1: "Street 1", City: "Boston", PostalCode: "02101",
		Country: "US", RegistrationID: "123456789", InvoicePrefix: "BF", PriceCurrency: "USD"})
	if err != nil {
		w.t.Fatal(err)
	}
}

// use takes usage of a project in, 1.25 a record, at a time.
func (w *world) use(project string, at time.Time, ids ...string) {
	w.t.Helper()
	cost := decimal.RequireFromString("1.25")
	var batch []usage.Record
	for _, id := range ids {
		batch = append(batch, usage.Record{ID: id, Project: project, ServiceName: "db-" + id, ServiceType: "pg", Start: at, End: at.Add(time.Hour), Quantity: decimal.NewFromInt(1), Unit: "h", Cost: &cost,
			LineType: "service_charge", Tags: map[string]string{"team": "a"}})
	}
	must(usage.NewStore(w.d, nil).Ingest(w.t.Context(), access.OperatorActor(), batch, usage.Options{AccountID: w.account.ID}))
}

func text(s string) *string { return &s }

func TestTheClientOfTheContractWorksWithBillingGroups(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		w.sell()
		ctx, c := t.Context(), w.client("admin")
		lines := []string{"Tie 2", "B 5"}
		made, err := c.BillingGroupCreate(ctx, &billinggroup.BillingGroupCreateIn{BillingGroupName: "Research", AccountId: &w.account.ID, Company: text("Acme Oy"), AddressLines: &lines,
			City: text("Espoo"), ZipCode: text("02100"), CountryCode: text("FI"), BillingCurrency: "USD", BillingExtraText: text("PO 7"), BillingEmails: &[]billinggroup.BillingEmailIn{{Email: "ap@example.com"}}})
		if err != nil {
			t.Fatal(err)
		}
		if made.BillingGroupName != "Research" || made.AccountName != "Acme" || len(made.AddressLines) != 2 || made.Country != "Finland" || made.BillingEmails[0].Email != "ap@example.com" ||
			made.EstimatedBalanceLocal != "0.00" || made.EstimatedBalanceUsd != "0.00" || made.BillingExtraText != "PO 7" || made.CreateTime.IsZero() {
			t.Errorf("made: %+v", made)
		}
		id := made.BillingGroupId
		// A change of one field leaves the others; an empty list clears.
		changed, err := c.BillingGroupUpdate(ctx, id, &billinggroup.BillingGroupUpdateIn{BillingGroupName: text("Lab"), BillingEmails: &[]billinggroup.BillingEmailIn{}})
		if err != nil || changed.BillingGroupName != "Lab" || len(changed.BillingEmails) != 0 || changed.Company != "Acme Oy" || changed.City != "Espoo" {
			t.Errorf("changed: %+v %v", changed, err)
		}
		// All of a change is made, or nothing of it.
		if _, err := c.BillingGroupUpdate(ctx, id, &billinggroup.BillingGroupUpdateIn{BillingGroupName: text("Other"), CountryCode: text("XX")}); err == nil || !strings.Contains(err.Error(), "country_code") {
			t.Errorf("an unknown country: %v", err)
		}
		if got := must(c.BillingGroupGet(ctx, id)); got.BillingGroupName != "Lab" || got.CountryCode != "FI" {
			t.Errorf("half a change was made: %+v", got)
		}
		if _, err := c.BillingGroupUpdate(ctx, id, &billinggroup.BillingGroupUpdateIn{AccountId: text(models.NewID())}); err == nil {
			t.Error("a group changed its account")
		}
		copied, err := c.BillingGroupCreate(ctx, &billinggroup.BillingGroupCreateIn{BillingGroupName: "Copy", CopyFromBillingGroup: &id, City: text("Oulu")})
		if err != nil || copied.City != "Oulu" || copied.Company != "Acme Oy" || copied.AccountId != w.account.ID {
			t.Errorf("copied: %+v %v", copied, err)
		}
		if _, err := c.BillingGroupCreate(ctx, &billinggroup.BillingGroupCreateIn{BillingGroupName: "Lab"}); err == nil || !strings.Contains(err.Error(), "billing_group_name") {
			t.Errorf("a taken name: %v", err)
		}
		if list := must(c.BillingGroupList(ctx)); len(list) != 3 {
			t.Errorf("%d groups", len(list))
		}
		if list := must(c.AccountBillingGroupList(ctx, w.account.ID)); len(list) != 3 {
			t.Errorf("%d groups of the account", len(list))
		}
		w.project("web")
		if err := c.BillingGroupProjectAssign(ctx, id, "web"); err != nil {
			t.Fatal(err)
		}
		if err := c.BillingGroupProjectAssign(ctx, id, "web"); err != nil {
			t.Errorf("assigned again: %v", err)
		}
		w.use("web", time.Now().Add(time.Minute), "r1") // after the move
		projects := must(c.BillingGroupProjectList(ctx, id))
		if len(projects) != 1 || projects[0].ProjectName != "web" || projects[0].EstimatedBalance != "1.25" {
			t.Errorf("projects: %+v", projects)
		}
		if err := c.BillingGroupDelete(ctx, id); err == nil || !strings.Contains(err.Error(), "409") {
			t.Errorf("a group with a project was deleted: %v", err)
		}
		if err := c.BillingGroupDelete(ctx, copied.BillingGroupId); err != nil {
			t.Error(err)
		}
		w.issue("HELLO10")
		claimed, err := c.BillingGroupCreditsClaim(ctx, id, &billinggroup.BillingGroupCreditsClaimIn{Code: "HELLO10"})
		if err != nil || claimed.Value != "10.00" || claimed.RemainingValue != "10.00" || claimed.Type != "promotion" {
			t.Errorf("claimed: %+v %v", claimed, err)
		}
		if list := must(c.BillingGroupCreditsList(ctx, id)); len(list) != 1 || list[0].Code != "HELLO10" {
			t.Errorf("credits: %+v", list)
		}
		events := must(c.BillingGroupEventList(ctx, id))
		if len(events) < 5 || *events[0].EventType != "credit.claimed" || *events[0].Actor != "test" {
			t.Errorf("%d events, the first %s by %s", len(events), *events[0].EventType, *events[0].Actor)
		}
	})
}

// project makes a project in the account's primary group.
func (w *world) project(name string) {
	w.t.Helper()
	scope := must(access.New(w.d).ForAccount(w.t.Context(), access.OperatorActor(), w.account.ID, access.Admin))
	must(account.NewStore(w.d, nil).CreateProject(w.t.Context(), scope, account.NewProject{Name: name}))
}

func TestInvoicesAndTheirLinesAddUp(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		w.sell()
		w.issue("HELLO10")
		w.project("web")
		ctx, c := t.Context(), w.client("admin")
		group := must(c.BillingGroupList(ctx))[0]
		_, err := c.BillingGroupUpdate(ctx, group.BillingGroupId, &billinggroup.BillingGroupUpdateIn{Company: text("Acme"), AddressLines: &[]string{"Street 2"}, City: text("Austin"),
			ZipCode: text("73301"), State: text("TX"), CountryCode: text("CA"), BillingCurrency: "USD"})
		if err != nil {
			t.Fatal(err)
		}
		must(c.BillingGroupCreditsClaim(ctx, group.BillingGroupId, &billinggroup.BillingGroupCreditsClaimIn{Code: "HELLO10"}))
		now := time.Now().UTC()
		last := models.MonthOf(now).Prev()
		ids := strings.Fields("a b c d e f g h i j k l")
		w.use("web", last.Start().Add(time.Hour), ids...)
		w.use("web", now.Add(-time.Minute), "now")
		check := func(inv billinggroup.InvoiceOut) []billinggroup.LineOut {
			t.Helper()
			lines, sum := must(c.BillingGroupInvoiceLinesList(ctx, group.BillingGroupId, inv.InvoiceNumber)), decimal.Zero
			for _, l := range lines {
				sum = sum.Add(decimal.RequireFromString(*l.LineTotalLocal))
				if l.LineTotalUsd != *l.LineTotalLocal {
					t.Errorf("%s is %s dollars", *l.LineTotalLocal, l.LineTotalUsd)
				}
			}
			if sum.StringFixed(2) != inv.TotalVatZero {
				t.Errorf("%s: the lines add up to %s, the invoice says %s", inv.InvoiceNumber, sum, inv.TotalVatZero)
			}
			return lines
		}
		list := must(c.BillingGroupInvoiceList(ctx, group.BillingGroupId))
		if len(list) != 2 || list[0].InvoiceNumber != "estimate-"+string(models.MonthOf(now)) || list[1].State != "estimate" || list[1].TotalVatZero != "15.00" || list[0].TotalVatZero != "0.00" {
			t.Fatalf("invoices: %+v", list)
		}
		if lines := check(list[0]); len(lines) != 2 || lines[1].LineType != "credit_consumption" || *lines[1].LineTotalLocal != "-1.25" {
			t.Errorf("lines of the estimate: %+v", lines)
		}
		check(list[1])
		must(invoice.NewStore(d, nil).Close(ctx, last, invoice.CloseOptions{}))
		list = must(c.BillingGroupInvoiceList(ctx, group.BillingGroupId))
		issued := list[1]
		if issued.State != "due" || issued.TotalVatZero != "15.00" || issued.PeriodBegin != last.Start().Format(time.RFC3339) || issued.DueDate == nil || *issued.IssueDate != now.Format(time.DateOnly)+"T00:00:00Z" {
			t.Errorf("issued: %+v", issued)
		}
		if lines := check(issued); len(lines) != 12 || *lines[0].ProjectName != "web" || lines[0].Tags["team"] != "a" {
			t.Errorf("lines: %+v", lines)
		}
		if one := must(c.InvoiceGet(ctx, issued.InvoiceNumber)); one.TotalIncVat != issued.TotalIncVat || one.BillingGroupId != group.BillingGroupId {
			t.Errorf("by its number: %+v", one)
		}
		// Download addresses: no token, the cookie of this document only, PDFs once they are made.
		path := "/v1/billing-group/" + group.BillingGroupId + "/invoice/" + issued.InvoiceNumber
		for _, wrong := range []string{"x", list[0].DownloadCookie, issued.DownloadCookie + "A", strings.ToUpper(issued.DownloadCookie)} {
			if status, body := w.send("", "GET", path+"/csv?cookie="+wrong, ""); status != 403 {
				t.Errorf("the cookie %s: %d %s", wrong, status, body)
			}
		}
		if status, _ := w.send("", "GET", path+"X/csv?cookie="+issued.DownloadCookie, ""); status != 403 {
			t.Errorf("another invoice's address: %d", status)
		}
		status, csv := w.send("", "GET", path+"/csv?cookie="+issued.DownloadCookie, "")
		if status != 200 || strings.Count(csv, "service_charge") != 12 {
			t.Errorf("%d %s", status, csv)
		}
		if status, stored := w.send("admin", "GET", path+".csv", ""); status != 200 || stored != csv {
			t.Errorf("the CSV by token: %d", status)
		}
		if status, csv := w.send("", "GET", path+"/csv?project=other&cookie="+issued.DownloadCookie, ""); status != 200 || strings.Contains(csv, "service_charge") {
			t.Errorf("the CSV of another project: %d %s", status, csv)
		}
		if status, body := w.send("", "GET", path+"/"+issued.DownloadCookie, ""); status != 503 {
			t.Errorf("the PDF before it is made: %d %s", status, body)
		}
		row := must(invoice.NewStore(d, nil).GroupOfNumber(ctx, issued.InvoiceNumber))
		if row != group.BillingGroupId {
			t.Errorf("the number's group: %s", row)
		}
		if r := must(http.Get(w.url + path)); r.StatusCode != 401 {
			_, _ = io.Copy(io.Discard, r.Body)
			t.Errorf("without a token: %d", r.StatusCode)
		}
	})
}
