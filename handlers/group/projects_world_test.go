package group_test

import (
	"context"
	"net/url"
	"testing"
	"time"

	"billfold/handlers/handlertest"
	"billfold/models"
	"billfold/models/access"
	"billfold/models/account"
	"billfold/models/credit"
	"billfold/models/invoice"
	"billfold/models/money"
	"billfold/models/usage"

	"github.com/shopspring/decimal"
)

// office is Acme Cloud with its admin Ana, Bo of billing and the viewer Vi, and Borealis, which is Zoe's.
// Acme has the groups Default (primary), Production and Research; web-frontend and api are in Production.
type office struct {
	*handlertest.Server
	accounts                      *account.Store
	invoices                      *invoice.Store
	credits                       *credit.Store
	ana, bo, vi, zoe              *handlertest.Client
	acme, borealis                access.Scope
	primary, production, research string
	web, api                      string
	theirGroup, theirProject      string
}

var ctx = context.Background()

func newOffice(t *testing.T) *office {
	t.Helper()
	o := &office{Server: handlertest.New(t)}
	o.accounts, o.invoices, o.credits = account.NewStore(o.DB, o.Clock), invoice.NewStore(o.DB, o.Clock), credit.NewStore(o.DB, o.Clock)
	ana, zoe := o.User(t, "Ana Lima", "ana@example.com"), o.User(t, "Zoe Ek", "zoe@example.com")
	o.acme, o.borealis = o.account(t, "Acme Cloud", ana.ID), o.account(t, "Borealis", zoe.ID)
	o.Member(t, o.acme.AccountID(), o.User(t, "Bo Chen", "bo@example.com").ID, access.RoleBilling)
	o.Member(t, o.acme.AccountID(), o.User(t, "Vi Day", "vi@example.com").ID, access.RoleViewer)
	o.ana, o.bo, o.vi, o.zoe = o.SignIn(t, "ana@example.com"), o.SignIn(t, "bo@example.com"), o.SignIn(t, "vi@example.com"), o.SignIn(t, "zoe@example.com")
	o.primary, o.theirGroup = o.groups(t, o.acme)[0].ID, o.groups(t, o.borealis)[0].ID
	o.production, o.research = o.group(t, "Production"), o.group(t, "Research")
	o.web, o.api = o.project(t, o.acme, "web-frontend", o.production), o.project(t, o.acme, "api", o.production)
	o.theirProject = o.project(t, o.borealis, "secret-project", "")
	return o
}

func (o *office) account(t *testing.T, name, owner string) access.Scope {
	t.Helper()
	made, err := o.accounts.CreateAccount(ctx, access.OperatorActor(), name, owner)
	if err != nil {
		t.Fatal(err)
	}
	scope, err := access.New(o.DB).ForAccount(ctx, access.OperatorActor(), made.ID, access.Admin)
	if err != nil {
		t.Fatal(err)
	}
	return scope
}

func (o *office) groups(t *testing.T, s access.Scope) []account.Group {
	t.Helper()
	list, _, err := o.accounts.Groups(ctx, s, account.GroupQuery{Limit: 100})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func (o *office) group(t *testing.T, name string, projects ...string) string {
	t.Helper()
	made, err := o.accounts.CreateGroup(ctx, o.acme, account.NewGroup{Name: name, ProjectIDs: projects})
	if err != nil {
		t.Fatal(err)
	}
	return made.Group.ID
}

func (o *office) project(t *testing.T, s access.Scope, name, group string) string {
	t.Helper()
	p, err := o.accounts.CreateProject(ctx, s, account.NewProject{Name: name, GroupID: group})
	if err != nil {
		t.Fatal(err)
	}
	return p.ID
}

// use takes in usage of an hour ago: of a project, or of a group itself.
func (o *office) use(t *testing.T, project, group, service, cost string) {
	t.Helper()
	amount, start := decimal.RequireFromString(cost), o.Clock().Add(-time.Hour)
	r := usage.Record{ID: models.NewID(), ProjectID: project, BillingGroupID: group, ServiceName: service, ServiceType: "pg",
		Start: start, End: start.Add(time.Minute), Quantity: decimal.NewFromInt(1), Unit: "hours", Cost: &amount}
	if _, err := usage.NewStore(o.DB, o.Clock).Ingest(ctx, access.OperatorActor(), []usage.Record{r}, usage.Options{AccountID: o.acme.AccountID()}); err != nil {
		t.Fatal(err)
	}
}

// holder is the name of the group that holds a project.
func (o *office) holder(t *testing.T, project string) string {
	t.Helper()
	p, err := o.accounts.Project(ctx, o.acme, project)
	if err != nil {
		t.Fatal(err)
	}
	g, err := o.accounts.Group(ctx, o.acme, p.GroupID)
	if err != nil {
		t.Fatal(err)
	}
	return g.Name
}

// issue makes a credit code.
func (o *office) issue(t *testing.T, code string, minor int64, currency money.Currency, expires time.Time) {
	t.Helper()
	_, err := o.credits.Issue(ctx, access.OperatorActor(), credit.NewCredit{Code: code, Type: "promotion", Value: money.New(minor, currency), ExpiresOn: expires})
	if err != nil {
		t.Fatal(err)
	}
}

// events counts the events of a type.
func (o *office) events(t *testing.T, kind string) int64 {
	t.Helper()
	return o.Count(t, `SELECT COUNT(*) FROM events WHERE type = ?`, kind)
}

// fingerprint changes with every change of the billing of an account.
func (o *office) fingerprint(t *testing.T) int64 {
	t.Helper()
	return o.Count(t, `SELECT COUNT(*) FROM events`)
}

// refused checks one form from outside and from below: the viewer gets 403, another account's member
// 404, and nothing changes.
func (o *office) refused(t *testing.T, path string, values url.Values) {
	t.Helper()
	before := o.fingerprint(t)
	o.vi.Post(path, values).Want(t, 403)
	o.zoe.Post(path, values).Want(t, 404)
	if after := o.fingerprint(t); after != before {
		t.Errorf("%s wrote %d events for those who may not", path, after-before)
	}
}

// readOnly checks that a page has no form that writes, but for those of the frame.
func readOnly(t *testing.T, p *handlertest.Page) {
	t.Helper()
	p.Want(t, 200)
	if p.Has("main form[method='post']") || p.Has("main a.btn") {
		t.Errorf("%s has something to change for a viewer", p.Path)
	}
}
