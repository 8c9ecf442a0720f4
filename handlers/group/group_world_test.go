package group_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"billfold/handlers/handlertest"
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
	"billfold/views/documents"

	"github.com/shopspring/decimal"
	"gorm.io/gorm"
)

// books are Acme's billing group Production with an invoice of October and an estimate of November,
// made by the product's own use cases: prices in USD, invoices in EUR, Finnish VAT, a credit. Borealis
// is another account with an invoice of its own.
type books struct {
	*handlertest.Server
	t                          *testing.T
	invoices                   *invoice.Store
	accounts                   *account.Store
	usage                      *usage.Store
	acme, production, research string
	web, api                   string
	borealis, foreign          string
	number, foreignNumber      string
	ana, bo, vi, eve           *handlertest.Client // admin, billing and viewer of Acme; admin of Borealis
	anaScope                   access.Scope
}

var october = models.Month("2026-10")

func newBooks(t *testing.T) *books { return newBooksOn(t, db.SQLite) }

// eachBooks runs a test on both databases.
func eachBooks(t *testing.T, run func(t *testing.T, b *books)) {
	for _, dialect := range []db.Dialect{db.SQLite, db.Postgres} {
		t.Run(string(dialect), func(t *testing.T) { run(t, newBooksOn(t, dialect)) })
	}
}

func newBooksOn(t *testing.T, dialect db.Dialect, options ...handlertest.Option) *books {
	t.Helper()
	options = append(options, handlertest.On(dialect), handlertest.At(time.Date(2026, 9, 1, 8, 0, 0, 0, time.UTC)))
	b := &books{Server: handlertest.New(t, options...), t: t}
	b.invoices, b.accounts, b.usage = invoice.NewStore(b.DB, b.Clock), account.NewStore(b.DB, b.Clock), usage.NewStore(b.DB, b.Clock)
	operator := access.OperatorActor()
	b.must(seller.NewStore(b.DB, b.Clock).Set(ctx, operator, seller.Seller{Name: "Northwind Oy", AddressLine1: "Kalevankatu 12", City: "Helsinki", PostalCode: "00100", Country: "FI",
		VATID: "FI20774740", ContactEmail: "billing@northwind.example", InvoicePrefix: "BF", PriceCurrency: "USD"}))
	_, err := tax.NewStore(b.DB, b.Clock).ImportShipped(ctx, operator)
	b.must(err)
	_, err = rate.NewStore(b.DB, b.Clock).Import(ctx, operator, "Test rates", strings.NewReader("date,base,currency,rate\n2026-10-30,EUR,USD,1.0837\n2026-11-20,EUR,USD,1.0911\n2026-10-15,EUR,USD,1.0800\n"))
	b.must(err)
	ana, bo, vi, eve := b.User(t, "Ana Lima", "ana@example.com"), b.User(t, "Bo Chen", "bo@example.com"), b.User(t, "Vi Nomura", "vi@example.com"), b.User(t, "Eve", "eve@example.com")
	b.acme, b.production = b.account("Acme Cloud", ana, "Production", "Acme Cloud Oy")
	b.borealis, b.foreign = b.account("Borealis", eve, "Secret group", "Borealis Oy")
	b.Member(t, b.acme, bo.ID, access.RoleBilling)
	b.Member(t, b.acme, vi.ID, access.RoleViewer)
	b.anaScope = b.scope(ana, b.production)
	made, err := b.accounts.CreateGroup(ctx, b.anaScope, account.NewGroup{Name: "Research"})
	b.must(err)
	b.research = made.Group.ID
	b.web, b.api = b.project(b.anaScope, "web-frontend"), b.project(b.anaScope, "api")
	b.project(b.scope(eve, b.foreign), "secret-project")
	credits := credit.NewStore(b.DB, b.Clock)
	_, err = credits.Issue(ctx, operator, credit.NewCredit{Code: "SNEAKY-CRAB", Type: "promotion", Value: money.New(4000, "EUR"), ExpiresOn: time.Date(2026, 12, 31, 0, 0, 0, 0, time.UTC)})
	b.must(err)
	_, err = credits.Claim(ctx, b.anaScope, "SNEAKY-CRAB", credit.Target{Scope: credit.ForGroup, GroupID: b.production})
	b.must(err)

	b.SetClock(time.Date(2026, 10, 20, 12, 0, 0, 0, time.UTC))
	b.ingest(
		b.used("o1", "web-frontend", "pg-main", "pg", "business-4", "2026-10-03T00:00:00Z", 24, "0.3561"),
		b.used("o2", "web-frontend", "pg-main", "pg", "business-4", "2026-10-04T00:00:00Z", 24, "0.3561"),
		b.used("o3", "web-frontend", "kafka-events", "kafka", "business-4", "2026-10-04T00:00:00Z", 24, "0.8904"),
		b.used("o4", "api", "pg-api", "pg", "startup-4", "2026-10-05T00:00:00Z", 100, "0.12330000001"),
		b.support("o5", b.production, "2026-10-01T00:00:00Z", "29.99"),
		b.used("b1", "secret-project", "pg-secret", "pg", "startup-4", "2026-10-05T00:00:00Z", 10, "1"))
	b.SetClock(time.Date(2026, 11, 1, 6, 12, 0, 0, time.UTC))
	b.close(october)
	b.SetClock(time.Date(2026, 11, 22, 13, 5, 0, 0, time.UTC))
	b.ingest(b.used("n1", "web-frontend", "pg-main", "pg", "business-4", "2026-11-03T00:00:00Z", 240, "0.3561"), b.used("n2", "api", "pg-api", "pg", "startup-4", "2026-11-05T00:00:00Z", 100, "0.1233"))
	b.SetClock(handlertest.Start)
	b.ana, b.bo, b.vi, b.eve = b.SignIn(t, "ana@example.com"), b.SignIn(t, "bo@example.com"), b.SignIn(t, "vi@example.com"), b.SignIn(t, "eve@example.com")
	return b
}

func (b *books) must(err error) {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
}

// account makes an account whose primary group bills a Finnish company in EUR.
func (b *books) account(name string, owner people.User, group, company string) (id, groupID string) {
	b.t.Helper()
	made, err := b.accounts.CreateAccount(ctx, access.OperatorActor(), name, owner.ID)
	b.must(err)
	b.must(b.DB.Read(ctx).Raw(`SELECT id FROM billing_groups WHERE account_id = ?`, made.ID).Scan(&groupID).Error)
	scope := b.scope(owner, groupID)
	_, err = b.accounts.RenameGroup(ctx, scope, groupID, group)
	b.must(err)
	b.must(b.invoices.SetInformation(ctx, scope, groupID, account.Information{Company: company, AddressLine1: "Mannerheimintie 5", City: "Helsinki", PostalCode: "00100",
		Country: "FI", Currency: "EUR", PurchaseOrder: "PO-118", InvoiceText: "Cost centre 4200"}))
	return made.ID, groupID
}

func (b *books) scope(u people.User, groupID string) access.Scope {
	b.t.Helper()
	s, err := access.New(b.DB).ForGroup(ctx, access.Actor{Kind: access.User, ID: u.ID, Name: u.Name, RequestID: "req-1", IP: "192.0.2.7"}, groupID, access.Admin)
	b.must(err)
	return s
}

func (b *books) project(scope access.Scope, name string) string {
	b.t.Helper()
	made, err := b.accounts.CreateProject(ctx, scope, account.NewProject{Name: name})
	b.must(err)
	return made.ID
}

func (b *books) used(id, project, service, kind, plan, start string, hours int64, price string) usage.Record {
	from, err := time.Parse(time.RFC3339, start)
	b.must(err)
	each := decimal.RequireFromString(price)
	return usage.Record{ID: id, Project: project, ServiceName: service, ServiceType: kind, ServicePlan: plan, Cloud: "aws-eu-central-1",
		Start: from, End: from.Add(24 * time.Hour), Quantity: decimal.NewFromInt(hours), Unit: "hours", UnitPrice: &each}
}

func (b *books) support(id, groupID, start, cost string) usage.Record {
	from, err := time.Parse(time.RFC3339, start)
	b.must(err)
	price := decimal.RequireFromString(cost)
	return usage.Record{ID: id, BillingGroupID: groupID, ServiceName: "Business support", LineType: usage.SupportCharge, Start: from, End: from.AddDate(0, 0, 1),
		Quantity: decimal.NewFromInt(1), Unit: "month", Cost: &price}
}

func (b *books) ingest(batch ...usage.Record) {
	b.t.Helper()
	_, err := b.usage.Ingest(ctx, access.OperatorActor(), batch, usage.Options{})
	b.must(err)
}

// close closes a month and makes the PDFs, as the jobs do.
func (b *books) close(m models.Month) {
	b.t.Helper()
	run, err := b.invoices.Close(ctx, m, invoice.CloseOptions{})
	b.must(err)
	for _, o := range run.Outcomes {
		if o.Number == "" {
			continue
		}
		scope, err := access.New(b.DB).ForGroup(ctx, access.OperatorActor(), o.GroupID, access.Read)
		b.must(err)
		row, err := b.invoices.Find(ctx, scope, o.Number)
		b.must(err)
		full, err := b.invoices.Full(ctx, row.ID)
		b.must(err)
		pdf, err := documents.PDF(documents.FromFrozen(full))
		b.must(err)
		b.must(b.invoices.SaveDocument(context.Background(), row.ID, "pdf", pdf))
		switch o.GroupID {
		case b.production:
			b.number = o.Number
		case b.foreign:
			b.foreignNumber = o.Number
		}
	}
}

func cost(s string) *decimal.Decimal {
	d := decimal.RequireFromString(s)
	return &d
}

// exec writes rows that no use case makes.
func (b *books) exec(query string, args ...any) {
	b.t.Helper()
	b.must(b.DB.RunTx(ctx, func(tx *gorm.DB) error { return tx.Exec(query, args...).Error }))
}
