package verify_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"billfold/models"
	"billfold/models/access"
	"billfold/models/account"
	"billfold/models/credit"
	"billfold/models/db"
	"billfold/models/invoice"
	"billfold/models/money"
	"billfold/models/payment"
	"billfold/models/payment/paymenttest"
	"billfold/models/rate"
	"billfold/models/seller"
	"billfold/models/tax"
	"billfold/models/usage"

	"github.com/shopspring/decimal"
)

var (
	ctx      = context.Background()
	operator = access.OperatorActor()
)

// world is an installation that went through three months of everything the product does, made by the
// product's own stores alone.
type world struct {
	testing.TB
	d        *db.DB
	now      time.Time
	accounts *account.Store
	invoices *invoice.Store
	credits  *credit.Store
	usage    *usage.Store
	gateway  *paymenttest.Gateway
	payments *payment.Store
	n        int
}

func newWorld(t testing.TB, d *db.DB, at string) *world {
	t.Helper()
	w := &world{TB: t, d: d}
	w.at(at)
	clock := func() time.Time { return w.now }
	w.accounts, w.invoices = account.NewStore(d, clock), invoice.NewStore(d, clock)
	w.credits, w.usage = credit.NewStore(d, clock), usage.NewStore(d, clock)
	w.collecting(clock)
	w.must(seller.NewStore(d, clock).Set(ctx, operator, seller.Seller{Name: "Cloud Oy", AddressLine1: "Mannerheimintie 1", City: "Helsinki",
		Country: "FI", VATID: "FI20774740", PriceCurrency: "USD", Prepaid: seller.MultiPurpose}))
	_, err := tax.NewStore(d, clock).ImportShipped(ctx, operator)
	w.must(err)
	return w
}

func (w *world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

func day(s string) time.Time {
	t, err := time.Parse("2006-01-02 15:04", s)
	if err != nil {
		panic(err)
	}
	return t.UTC()
}

func (w *world) at(s string) { w.now = day(s) }

func (w *world) rates(lines ...string) {
	w.Helper()
	_, err := rate.NewStore(w.d, func() time.Time { return w.now }).Import(ctx, operator, "Test", strings.NewReader("date,base,currency,rate\n"+strings.Join(lines, "\n")+"\n"))
	w.must(err)
	_, err = w.invoices.RevalueOpen(ctx, nil)
	w.must(err)
}

// account makes an account and gives the operator's scope on it.
func (w *world) account(name string) access.Scope {
	w.Helper()
	made, err := w.accounts.CreateAccount(ctx, operator, name, "")
	w.must(err)
	scope, err := access.New(w.d).ForAccount(ctx, operator, made.ID, access.Admin)
	w.must(err)
	return scope
}

func (w *world) group(scope access.Scope, name string, info *account.Information) string {
	w.Helper()
	made, err := w.accounts.CreateGroup(ctx, scope, account.NewGroup{Name: name, Information: info})
	w.must(err)
	return made.Group.ID
}

func (w *world) primary(scope access.Scope) string {
	w.Helper()
	var id string
	w.must(w.d.Read(ctx).Raw(`SELECT id FROM billing_groups WHERE account_id = ? AND is_primary`, scope.AccountID()).Scan(&id).Error)
	return id
}

func (w *world) project(scope access.Scope, name, group string) string {
	w.Helper()
	made, err := w.accounts.CreateProject(ctx, scope, account.NewProject{Name: name, GroupID: group})
	w.must(err)
	return made.ID
}

// use takes in one record: an hour of a service from a time on.
func (w *world) use(project, service, start, cost string) {
	w.Helper()
	w.take(usage.Record{Project: project, ServiceName: service}, start, cost)
}

// charge takes in a charge of a group that belongs to no project.
func (w *world) charge(group, description, start, cost string) {
	w.Helper()
	w.take(usage.Record{BillingGroupID: group, ServiceName: "support", Description: description, LineType: usage.SupportCharge}, start, cost)
}

func (w *world) take(r usage.Record, start, cost string) {
	w.Helper()
	w.n++
	c := decimal.RequireFromString(cost)
	r.ID, r.Start, r.End, r.Cost, r.Quantity, r.Unit = fmt.Sprintf("r%d", w.n), day(start), day(start).Add(time.Hour), &c, decimal.New(15, -1), "hour"
	got, err := w.usage.Ingest(ctx, operator, []usage.Record{r}, usage.Options{})
	w.must(err)
	if got.Accepted != 1 {
		w.Fatalf("%+v", got)
	}
}

// credit issues a code and claims it.
func (w *world) credit(scope access.Scope, kind credit.Type, value, code, expires string, target credit.Target) credit.Claim {
	w.Helper()
	amount, err := money.Parse(value, "EUR")
	w.must(err)
	n := credit.NewCredit{Code: code, Type: kind, Value: amount, Claims: 3}
	if expires != "" {
		n.ExpiresOn = day(expires + " 00:00")
	}
	_, err = w.credits.Issue(ctx, operator, n)
	w.must(err)
	claim, err := w.credits.Claim(ctx, scope, code, target)
	w.must(err)
	return claim
}

func (w *world) close(month models.Month) map[string]invoice.Outcome {
	w.Helper()
	run, err := w.invoices.Close(ctx, month, invoice.CloseOptions{})
	w.must(err)
	outcomes := map[string]invoice.Outcome{}
	for _, o := range run.Outcomes {
		outcomes[o.GroupName] = o
	}
	var open []string
	w.must(w.d.Read(ctx).Raw(`SELECT id FROM invoices i WHERE number IS NOT NULL AND NOT EXISTS (SELECT 1 FROM invoice_documents d WHERE d.invoice_id = i.id)`).Scan(&open).Error)
	for _, id := range open {
		w.must(w.invoices.SaveDocument(ctx, id, "pdf", []byte("%PDF-1.4 of "+id)))
	}
	return outcomes
}

func (w *world) pay(number, amount, reference string) {
	w.Helper()
	_, err := w.invoices.RecordPayment(ctx, operator, invoice.NewPayment{Number: number, Amount: amount, Reference: reference})
	w.must(err)
}

func finnish() *account.Information {
	return &account.Information{Company: "Acme Oy", AddressLine1: "Katu 1", City: "Espoo", PostalCode: "02100", Country: "FI", Currency: "EUR"}
}

// live lives through August and September 2024 and into October. The Finnish standard rate rose from 24
// to 25.5 per cent on 1 September, so late usage makes two taxes on one invoice.
func live(w *world) {
	acme := w.account("Acme")
	product := w.group(acme, "Product", finnish())
	german := w.group(acme, "German", &account.Information{Company: "Acme GmbH", AddressLine1: "Weg 1", City: "Berlin", PostalCode: "10115", Country: "DE",
		VATID: "DE136695976", Currency: "USD"})
	_, err := w.accounts.ConfirmVAT(ctx, operator, german, "seen at VIES")
	w.must(err)
	refunds := w.group(acme, "Refunds", finnish())
	free := w.group(acme, "Free", finnish())
	w.group(acme, "Idle", nil)
	_, err = w.accounts.AllowBankTransfer(ctx, operator, acme.AccountID(), 30)
	w.must(err)
	web, api := w.project(acme, "web", product), w.project(acme, "api", product)
	w.project(acme, "lab", german)
	w.project(acme, "back", refunds)
	w.project(acme, "gift", free)
	w.project(acme, "stray", w.primary(acme)) // without billing information: parked
	borealis := w.account("Borealis")
	w.must(w.invoices.SetInformation(ctx, borealis, w.primary(borealis), *finnish()))
	w.project(borealis, "north", "")
	startCirrus, correctCirrus := joinCirrus(w)

	w.at("2024-08-10 12:00")
	w.rates("2024-08-09,USD,EUR,0.9")
	for _, target := range []credit.Target{{Scope: credit.ForProject, GroupID: product, ProjectID: web}, {Scope: credit.ForGroup, GroupID: product}, {Scope: credit.ForAccount, GroupID: product}} {
		w.credit(acme, "promotion", "3.00", "CUT-"+strings.ToUpper(string(target.Scope)), "2024-08-31", target)
	}
	w.credit(acme, "outage", "5.00", "GONE", "2024-08-20", credit.Target{Scope: credit.ForGroup, GroupID: product})
	rebound := w.credit(acme, "other", "80.00", "LATER", "", credit.Target{Scope: credit.ForGroup, GroupID: refunds})
	w.credit(acme, credit.Purchase, "10.00", "PREPAID", "", credit.Target{Scope: credit.ForGroup, GroupID: product})
	w.credit(borealis, "trial", "999.00", "NORTH", "", credit.Target{Scope: credit.ForAccount, GroupID: w.primary(borealis)})
	for i := range 3 {
		start := fmt.Sprintf("2024-08-0%d 01:00", i+1)
		w.use("web", "pg", start, "10.123456789012345678")
		w.use("api", "kafka", start, "7.000000000000000001")
		w.use("lab", "pg", start, "40.005")
		w.use("back", "pg", start, "-1.5")
		w.use("gift", "pg", start, "0")
		w.use("stray", "pg", start, "3")
		w.use("north", "pg", start, "11")
	}
	w.charge(product, "gold support", "2024-08-01 00:00", "2.345")
	move, err := w.accounts.MoveProjects(ctx, acme, []string{api}, german)
	w.must(err)
	w.at("2024-08-20 12:00")
	w.use("api", "kafka", "2024-08-15 01:00", "5")
	w.use("api", "kafka", "2024-08-05 01:00", "0.004")
	_, err = w.accounts.UndoMove(ctx, acme, move)
	w.must(err)

	w.at("2024-09-03 06:00")
	w.rates("2024-08-30,USD,EUR,0.905", "2024-08-30,EUR,JPY,160")
	w.close("2024-08")
	w.at("2024-09-05 12:00")
	w.use("web", "pg", "2024-08-31 01:00", "1.11") // late: on September's estimate, taxed as August
	w.use("web", "pg", "2024-09-04 01:00", "30")
	w.use("back", "pg", "2024-09-04 01:00", "60.5")
	w.use("lab", "pg", "2024-09-04 01:00", "0.5")
	w.use("north", "pg", "2024-09-04 01:00", "12")
	startCirrus()
	w.pay("BF-2024-000001", "1.00", "part")
	w.pay("BF-2024-000001", "", "rest")
	w.must(w.invoices.SetState(ctx, operator, "BF-2024-000002", invoice.Waived, "goodwill"))
	takeCards := joinDelphi(w)

	w.at("2024-10-02 06:00")
	w.rates("2024-09-30,USD,EUR,0.89")
	w.close("2024-09")
	correctCirrus()
	takeCards()
	_, err = w.credits.Rebind(ctx, acme, rebound.ID, credit.Target{Scope: credit.ForGroup, GroupID: product})
	w.must(err)
	w.use("web", "pg", "2024-10-01 01:00", "4.2")
	w.use("north", "pg", "2024-10-01 01:00", "4.3")
	w.charge(product, "gold support", "2024-10-01 00:00", "2.345")
	w.at("2024-10-03 12:00")
}
