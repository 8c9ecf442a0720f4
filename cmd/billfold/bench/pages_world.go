package bench

import (
	"context"
	"fmt"
	"strings"
	"time"

	"billfold/models"
	"billfold/models/access"
	"billfold/models/account"
	"billfold/models/credit"
	"billfold/models/db"
	"billfold/models/invoice"
	"billfold/models/money"
	"billfold/models/people"
	"billfold/models/seller"
	"billfold/models/tax"
	"billfold/models/usage"

	"github.com/shopspring/decimal"
)

// pageSize is how much one account holds whose pages are read.
type pageSize struct {
	projects int // all in the billing group that is looked at
	groups   int // others of the account, each with an estimate
	months   int // closed, an invoice each; the first has a line for every project
	days     int // of the running month, each with a batch of usage of every project
	events   int // written besides those of all this
}

// pageWorld is an account and the billing group whose pages are read. All of it but its projects and most
// of its events came about through the product's own stores; `verify` finds nothing wrong with it.
type pageWorld struct {
	pageSize
	d        *db.DB
	at       time.Time // business time
	people   *people.Store
	accounts *account.Store
	invoices *invoice.Store
	usage    *usage.Store
	credits  *credit.Store

	user    people.User
	actor   access.Actor
	account string
	group   string
	ids     []string // of the projects
	first   string   // number of the first invoice
}

// pageEnd is the business time at which the pages are read.
var pageEnd = time.Date(2026, 10, 24, 14, 0, 0, 0, time.UTC)

const (
	pageEmail    = "ana.lima@acme.example"
	pagePassword = "correct horse battery"
)

var pageSeller = seller.Seller{Name: "Northwind Platforms Oy", AddressLine1: "Kalevankatu 12", City: "Helsinki", PostalCode: "00100", Country: "FI",
	VATID: "FI20774740", RegistrationID: "2077474-0", LegalLine: "Northwind Platforms Oy, Helsinki. Business ID 2077474-0.",
	ContactEmail: "billing@northwind.example", IBAN: "FI2112345600000785", BIC: "NDEAFIHH", Bank: "Bank", InvoicePrefix: "BF",
	PriceCurrency: "EUR", Prepaid: seller.MultiPurpose}

var pageCustomer = account.Information{Company: "Acme Cloud Oy", AddressLine1: "Mannerheimintie 5", City: "Helsinki", PostalCode: "00100", Country: "FI",
	VATID: "FI12345671", Currency: "EUR", InvoiceEmails: []string{"invoices@acme.example"}}

// pageTaxes reach back as far as the oldest invoice.
const pageTaxes = `country,region,valid_from,rate,name,source
FI,,1994-06-01,0.22,Finnish VAT,AVL 84 §
FI,,2010-07-01,0.23,Finnish VAT,AVL 84 §
FI,,2013-01-01,0.24,Finnish VAT,AVL 84 §
FI,,2024-09-01,0.255,Finnish VAT,AVL 84 §
`

// buildPages fills an empty database.
func buildPages(ctx context.Context, d *db.DB, size pageSize, progress func(done, total int)) (*pageWorld, error) {
	w := &pageWorld{pageSize: size, d: d}
	clock := models.Clock(func() time.Time { return w.at })
	w.people, w.accounts, w.invoices = people.NewStore(d, clock), account.NewStore(d, clock), invoice.NewStore(d, clock)
	w.usage, w.credits = usage.NewStore(d, clock), credit.NewStore(d, clock)
	month := models.MonthOf(pageEnd)
	for range size.months {
		month = models.MonthOf(month.Start().AddDate(0, -1, 0))
	}
	w.at = month.Start().Add(8 * time.Hour)
	if err := w.cast(ctx, clock); err != nil {
		return nil, err
	}
	if err := w.makeProjects(ctx); err != nil {
		return nil, err
	}
	restore, err := unindexed(ctx, d, "events", "event_subjects")
	if err != nil {
		return nil, err
	}
	steps := size.months + size.days + 2
	for i := range size.months {
		if err := w.past(ctx, month, i); err != nil {
			return nil, fmt.Errorf("%s: %w", month.Label(), err)
		}
		month = month.Next()
		progress(i+1, steps)
	}
	for i := range size.days {
		w.at = pageEnd.AddDate(0, 0, i-size.days)
		if err := w.use(ctx, w.at.Add(-time.Hour), w.projects); err != nil {
			return nil, err
		}
		progress(size.months+i+1, steps)
	}
	if err := w.present(ctx); err != nil {
		return nil, err
	}
	progress(steps-1, steps)
	err = restore(ctx)
	progress(steps, steps)
	return w, err
}

// cast makes the operator, the user, the account and its group.
func (w *pageWorld) cast(ctx context.Context, clock models.Clock) (err error) {
	if err = seller.NewStore(w.d, clock).Set(ctx, operator, pageSeller); err != nil {
		return err
	}
	if _, err = tax.NewStore(w.d, clock).Import(ctx, operator, strings.NewReader(pageTaxes)); err != nil {
		return err
	}
	if w.user, err = w.people.CreateUser(ctx, operator, people.NewUser{Email: pageEmail, Name: "Ana Lima", Password: pagePassword}); err != nil {
		return err
	}
	w.actor = access.Actor{Kind: access.User, ID: w.user.ID, Name: w.user.Name, RequestID: "bench", IP: "192.0.2.10"}
	made, err := w.accounts.CreateAccount(ctx, operator, "Acme Cloud", w.user.ID)
	if err != nil {
		return err
	}
	w.account = made.ID
	scope, err := access.New(w.d).ForAccount(ctx, operator, w.account, access.Admin)
	if err != nil {
		return err
	}
	groups, _, err := w.accounts.Groups(ctx, scope, account.GroupQuery{})
	if err != nil {
		return err
	}
	w.group = groups[0].ID
	method, err := w.accounts.AllowBankTransfer(ctx, operator, w.account, 30)
	if err != nil {
		return err
	}
	if scope, err = w.scope(ctx); err != nil {
		return err
	}
	if err := w.invoices.SetInformation(ctx, scope, w.group, pageCustomer); err != nil {
		return err
	}
	return w.accounts.ChoosePaymentMethod(ctx, scope, w.group, method.ID)
}

// scope is the user's right to the group.
func (w *pageWorld) scope(ctx context.Context) (access.Scope, error) {
	return access.New(w.d).ForGroup(ctx, w.actor, w.group, access.Admin)
}

// past is one month that is closed: usage, its invoice and document, the payment of the one before, and
// this month's part of the events.
func (w *pageWorld) past(ctx context.Context, month models.Month, nth int) error {
	used := min(w.projects, 5)
	if nth == 0 {
		used = w.projects
	}
	w.at = month.End().Add(-time.Hour)
	if err := w.use(ctx, month.Start().AddDate(0, 0, 1), used); err != nil {
		return err
	}
	w.at = month.End().Add(6 * time.Hour)
	run, err := w.invoices.Close(ctx, month, invoice.CloseOptions{})
	if err != nil {
		return err
	}
	if len(run.Outcomes) != 1 || run.Outcomes[0].Result != invoice.ResultIssued {
		return fmt.Errorf("no invoice was issued: %+v", run.Outcomes)
	}
	number := run.Outcomes[0].Number
	if nth == 0 {
		w.first = number
	}
	if err := w.document(ctx, number); err != nil {
		return err
	}
	from := w.at.Add(time.Hour)
	w.at = month.End().AddDate(0, 0, 14)
	if nth < w.months-1 {
		_, err := w.invoices.RecordPayment(ctx, operator, invoice.NewPayment{Number: number, Reference: "transfer " + number, Date: w.at.Truncate(24 * time.Hour)})
		if err != nil {
			return err
		}
	}
	return w.writeEvents(ctx, w.events*(nth+1)/w.months-w.events*nth/w.months, from, w.at)
}

// use takes in one record of each of the first n projects.
func (w *pageWorld) use(ctx context.Context, start time.Time, n int) error {
	records := make([]usage.Record, n)
	for i := range records {
		cost := decimal.New(int64(i*37%9973)*1000+123, -5) // many different ones, so that the order by cost is one of its own
		records[i] = usage.Record{ID: fmt.Sprintf("%d-%05d", start.Unix(), i), Project: projectName(i), ServiceName: fmt.Sprintf("db-%d", i%3), ServiceType: "pg",
			ServicePlan: "business-4", Cloud: "google-europe-west1", Start: start, End: start.Add(time.Hour), Quantity: decimal.NewFromInt(1), Unit: "hours", Cost: &cost}
	}
	for at := 0; at < n; at += usage.MaxBatch {
		batch := records[at:min(at+usage.MaxBatch, n)]
		if _, err := w.usage.Ingest(ctx, operator, batch, usage.Options{AccountID: w.account}); err != nil {
			return err
		}
	}
	return nil
}

func projectName(i int) string { return fmt.Sprintf("project-%05d", (i*7919)%100_000) }

// present makes the running month what it often is: other groups with usage of their own, late usage,
// credits of every kind.
func (w *pageWorld) present(ctx context.Context) error {
	w.at = pageEnd.Add(-2 * time.Hour)
	scope, err := w.scope(ctx)
	if err != nil {
		return err
	}
	if w.months > 0 {
		if err := w.use(ctx, models.MonthOf(pageEnd).Start().AddDate(0, 0, -3), min(3, w.projects)); err != nil {
			return err
		}
	}
	var records []usage.Record
	for i := range w.groups {
		made, err := w.accounts.CreateGroup(ctx, scope, account.NewGroup{Name: fmt.Sprintf("Team %04d", i), CopyFrom: w.group})
		if err != nil {
			return err
		}
		cost := decimal.New(int64(105+i*310%970), -1)
		records = append(records, usage.Record{ID: fmt.Sprintf("support-%05d", i), BillingGroupID: made.Group.ID, ServiceName: "Support", LineType: usage.SupportCharge,
			Start: w.at.Add(-time.Hour), End: w.at, Quantity: decimal.NewFromInt(1), Unit: "hours", Cost: &cost})
	}
	if len(records) > 0 {
		if _, err := w.usage.Ingest(ctx, operator, records, usage.Options{AccountID: w.account}); err != nil {
			return err
		}
	}
	for i, c := range []struct {
		kind credit.Type
		use  credit.Scope
	}{{"promotion", credit.ForProject}, {"partner", credit.ForGroup}, {"sponsorship", credit.ForAccount}, {credit.Purchase, credit.ForGroup}} {
		code := fmt.Sprintf("BENCH-%d", i)
		if _, err := w.credits.Issue(ctx, operator, credit.NewCredit{Code: code, Type: c.kind, Value: money.New(500, "EUR")}); err != nil {
			return err
		}
		target := credit.Target{Scope: c.use, GroupID: w.group}
		if c.use == credit.ForProject {
			target.ProjectID = w.ids[0]
		}
		if _, err := w.credits.Claim(ctx, scope, code, target); err != nil {
			return err
		}
	}
	w.at = pageEnd
	return nil
}
