package invoice_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"billfold/models"
	"billfold/models/access"
	"billfold/models/account"
	"billfold/models/credit"
	"billfold/models/db"
	"billfold/models/invoice"
	"billfold/models/money"
	"billfold/models/people"
	"billfold/models/rate"
	"billfold/models/seller"
	"billfold/models/tax"
	"billfold/models/usage"

	"github.com/shopspring/decimal"
)

// world is an account with one billable group in Finland, at a clock that tests move.
type world struct {
	testing.TB
	ctx      context.Context
	db       *db.DB
	now      time.Time
	clock    models.Clock
	accounts *account.Store
	invoices *invoice.Store
	credits  *credit.Store
	usage    *usage.Store
	account  string
	group    string
	project  string
	records  int
}

var operator = access.OperatorActor()

func newWorld(t testing.TB, d *db.DB) *world {
	w := &world{TB: t, ctx: context.Background(), db: d, now: utc("2024-09-10T12:00:00Z")}
	w.clock = func() time.Time { return w.now }
	w.accounts, w.invoices = account.NewStore(d, w.clock), invoice.NewStore(d, w.clock)
	w.credits, w.usage = credit.NewStore(d, w.clock), usage.NewStore(d, w.clock)
	w.must(seller.NewStore(d, w.clock).Set(w.ctx, operator, seller.Seller{Name: "Seller Oy", AddressLine1: "Katu 1", City: "Helsinki", PostalCode: "00100",
		Country: "FI", VATID: "FI20774740", InvoicePrefix: "BF", PriceCurrency: "EUR"}))
	_, err := tax.NewStore(d, w.clock).ImportShipped(w.ctx, operator)
	w.must(err)
	owner, err := people.NewStore(d, w.clock).CreateUser(w.ctx, operator, people.NewUser{Email: "ana@example.com", Password: "a long enough secret"})
	w.must(err)
	made, err := w.accounts.CreateAccount(w.ctx, operator, "Acme", owner.ID)
	w.must(err)
	w.account = made.ID
	groups, _, err := w.accounts.Groups(w.ctx, w.scope(""), account.GroupQuery{Limit: 1})
	w.must(err)
	w.group = groups[0].ID
	w.bill(w.group, func(*account.Information) {})
	w.project = w.newProject("web", w.group)
	return w
}

func utc(s string) time.Time {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		panic(err)
	}
	return t
}

func (w *world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

func (w *world) scope(group string) access.Scope {
	w.Helper()
	a := access.New(w.db)
	if group == "" {
		s, err := a.ForAccount(w.ctx, operator, w.account, access.Admin)
		w.must(err)
		return s
	}
	s, err := a.ForGroup(w.ctx, operator, group, access.Admin)
	w.must(err)
	return s
}

// bill gives a group complete Finnish billing information, changed as wanted.
func (w *world) bill(group string, change func(*account.Information)) {
	w.Helper()
	info, err := w.accounts.BillingInformation(w.ctx, w.scope(group), group)
	w.must(err)
	info.Company, info.AddressLine1, info.City, info.PostalCode, info.Country, info.Currency = "Acme Oy", "Tie 2", "Espoo", "02100", "FI", "EUR"
	change(&info)
	w.must(w.invoices.SetInformation(w.ctx, w.scope(group), group, info))
}

func (w *world) newGroup(name string) string {
	w.Helper()
	made, err := w.accounts.CreateGroup(w.ctx, w.scope(""), account.NewGroup{Name: name})
	w.must(err)
	w.bill(made.Group.ID, func(*account.Information) {})
	return made.Group.ID
}

func (w *world) newProject(name, group string) string {
	w.Helper()
	p, err := w.accounts.CreateProject(w.ctx, w.scope(""), account.NewProject{Name: name, GroupID: group})
	w.must(err)
	return p.ID
}

// use takes in one record of an hour that starts at an instant and costs something.
func (w *world) use(project, start, cost string) {
	w.Helper()
	w.records++
	c := decimal.RequireFromString(cost)
	from := utc(start)
	if w.now.Before(from.Add(time.Hour)) {
		w.now = from.Add(time.Hour)
	}
	_, err := w.usage.Ingest(w.ctx, operator, []usage.Record{{ID: fmt.Sprint("r", w.records), ProjectID: project, ServiceName: "db-" + fmt.Sprint(w.records%3),
		ServiceType: "pg", ServicePlan: "small", Cloud: "eu", LineType: usage.ServiceCharge, Start: from, End: from.Add(time.Hour),
		Quantity: decimal.NewFromInt(1), Unit: "hours", Cost: &c}}, usage.Options{})
	w.must(err)
}

// close closes a month at 06:12 on its next day 1, or later when the clock is there already.
func (w *world) close(month models.Month) map[string]invoice.Outcome {
	w.Helper()
	if at := month.End().Add(6*time.Hour + 12*time.Minute); w.now.Before(at) {
		w.now = at
	}
	run, err := w.invoices.Close(w.ctx, month, invoice.CloseOptions{})
	w.must(err)
	byGroup := map[string]invoice.Outcome{}
	for _, o := range run.Outcomes {
		byGroup[o.GroupID] = o
	}
	return byGroup
}

// row is the invoice of a group and month.
func (w *world) row(group string, month models.Month) invoice.Row {
	w.Helper()
	var rows []invoice.Row
	w.must(w.db.Read(w.ctx).Where("group_id = ? AND month = ? AND kind = 'invoice'", group, string(month)).Find(&rows).Error)
	if len(rows) == 0 {
		return invoice.Row{}
	}
	return rows[0]
}

func (w *world) claim(group string, value int64, currency money.Currency, change func(*credit.NewCredit), target credit.Target) credit.Claim {
	w.Helper()
	n := credit.NewCredit{Type: "promotion", Value: money.New(value, currency)}
	change(&n)
	made, err := w.credits.Issue(w.ctx, operator, n)
	w.must(err)
	target.GroupID = group
	claim, err := w.credits.Claim(w.ctx, w.scope(group), made.Code, target)
	w.must(err)
	return claim
}

func (w *world) rates(csv string) {
	w.Helper()
	_, err := rate.NewStore(w.db, w.clock).Import(w.ctx, operator, "Test", newReader(csv))
	w.must(err)
	_, err = w.invoices.RevalueOpen(w.ctx, nil)
	w.must(err)
}

func (w *world) want(what string, got, want any) {
	w.Helper()
	if fmt.Sprint(got) != fmt.Sprint(want) {
		w.Errorf("%s is %v, want %v", what, got, want)
	}
}
