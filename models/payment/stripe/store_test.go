package stripe_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"billfold/models"
	"billfold/models/access"
	"billfold/models/account"
	"billfold/models/db"
	"billfold/models/db/dbtest"
	"billfold/models/invoice"
	"billfold/models/payment"
	"billfold/models/payment/stripe"
	"billfold/models/payment/stripe/stripetest"
	"billfold/models/seller"
	"billfold/models/tax"
	"billfold/models/usage"
	"billfold/models/verify"

	"github.com/shopspring/decimal"
	"gorm.io/gorm"
)

var (
	ctx      = context.Background()
	operator = access.OperatorActor()
	back     = payment.Back{Return: "https://b.example/paid", Cancel: "https://b.example/unpaid"}
)

// world is an installation that collects through Stripe, which a fake of it plays.
type world struct {
	testing.TB
	d        *db.DB
	now      time.Time
	fake     *stripetest.Fake
	gateway  *stripe.Gateway
	payments *payment.Store
	invoices *invoice.Store
	accounts *account.Store
	n        int
}

func each(t *testing.T, fn func(w *world)) {
	t.Helper()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		fn(w)
		results, err := verify.Run(ctx, d, nil)
		w.must(err)
		for _, r := range results {
			for _, v := range r.Violations {
				t.Errorf("%s: %+v", r.Name, v)
			}
		}
	})
}

func newWorld(t testing.TB, d *db.DB) *world {
	w := &world{TB: t, d: d, now: time.Date(2024, 9, 1, 0, 0, 0, 0, time.UTC), fake: stripetest.New(t)}
	clock := func() time.Time { return w.now }
	var err error
	w.gateway, err = stripe.New(stripe.Config{SecretKey: stripetest.SecretKey, WebhookSecret: stripetest.WebhookSecret}, stripe.At(w.fake.URL))
	w.must(err)
	w.invoices, w.accounts = invoice.NewStore(d, clock), account.NewStore(d, clock)
	w.payments = payment.NewStore(d, clock, payment.Options{PublicURL: "https://b.example"}, w.gateway)
	w.must(seller.NewStore(d, clock).Set(ctx, operator, seller.Seller{Name: "Seller Oy", AddressLine1: "Katu 1", City: "Helsinki", PostalCode: "00100",
		Country: "FI", VATID: "FI20774740", InvoicePrefix: "BF", PriceCurrency: "EUR"}))
	_, err = tax.NewStore(d, clock).ImportShipped(ctx, operator)
	w.must(err)
	return w
}

func (w *world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

func (w *world) want(what string, got, want any) {
	w.Helper()
	if fmt.Sprint(got) != fmt.Sprint(want) {
		w.Errorf("%s: %v, want %v", what, got, want)
	}
}

// debtor is an account of its own with one issued invoice of 125.50 EUR.
type debtor struct {
	scope             access.Scope
	group, id, number string
}

// debtor makes one whose group pays with a card, one of stripetest's.
func (w *world) debtor(card string) *debtor {
	w.Helper()
	w.n++
	w.now = time.Date(2024, 9, 10, 12, 0, 0, 0, time.UTC)
	made, err := w.accounts.CreateAccount(ctx, operator, fmt.Sprint("Acme ", w.n), "")
	w.must(err)
	p := &debtor{}
	p.scope, err = access.New(w.d).ForAccount(ctx, operator, made.ID, access.Admin)
	w.must(err)
	groups, _, err := w.accounts.Groups(ctx, p.scope, account.GroupQuery{Limit: 1})
	w.must(err)
	p.group = groups[0].ID
	w.must(w.invoices.SetInformation(ctx, p.scope, p.group, account.Information{Company: "Acme Oy", AddressLine1: "Tie 2", City: "Espoo", PostalCode: "02100",
		Country: "FI", Currency: "EUR", InvoiceEmails: []string{"invoices@acme.example"}, ContactEmails: []string{"ana@acme.example"}}))
	w.choose(p, card)
	project, err := w.accounts.CreateProject(ctx, p.scope, account.NewProject{Name: fmt.Sprint("web ", w.n), GroupID: p.group})
	w.must(err)
	cost, start := decimal.NewFromInt(100), time.Date(2024, 9, 5, 0, 0, 0, 0, time.UTC)
	_, err = usage.NewStore(w.d, func() time.Time { return w.now }).Ingest(ctx, operator, []usage.Record{{ID: fmt.Sprint("r", w.n), ProjectID: project.ID,
		ServiceName: "db", ServiceType: "pg", ServicePlan: "small", Cloud: "eu", LineType: usage.ServiceCharge, Start: start, End: start.Add(time.Hour),
		Quantity: decimal.NewFromInt(1), Unit: "hours", Cost: &cost}}, usage.Options{})
	w.must(err)
	w.now = time.Date(2024, 10, 1, 6, 12, 0, 0, time.UTC)
	_, err = w.invoices.Close(ctx, "2024-09", invoice.CloseOptions{})
	w.must(err)
	var row invoice.Row
	w.must(w.d.Read(ctx).Where("group_id = ? AND kind = 'invoice' AND number IS NOT NULL", p.group).Take(&row).Error)
	p.id, p.number = row.ID, *row.Number
	w.want("the invoice", row.DueMinor, 12_550)
	w.must(w.invoices.SaveDocument(ctx, p.id, "pdf", []byte("%PDF-1.4 of "+p.id)))
	return p
}

// choose adds a card on Stripe's page and chooses it for the group.
func (w *world) choose(p *debtor, card string) {
	w.Helper()
	customer, err := w.gateway.Customer(ctx, payment.Customer{AccountID: p.scope.AccountID(), Name: "Acme"})
	w.must(err)
	s, err := w.gateway.StartSetup(ctx, payment.SetupOrder{Key: models.NewID(), CustomerRef: customer, AccountID: p.scope.AccountID(), ReturnURL: back.Return, CancelURL: back.Cancel})
	w.must(err)
	w.fake.AddCard(s.Ref, card)
	out, err := w.gateway.Setup(ctx, s.Ref)
	w.must(err)
	id := models.NewID()
	w.must(w.d.RunTx(ctx, func(tx *gorm.DB) error {
		return tx.Exec(`INSERT INTO payment_methods (id, account_id, kind, terms_days, provider, provider_ref, brand, last4, holder, exp_month, exp_year, created_at)
			VALUES (?, ?, 'card', 0, 'stripe', ?, ?, ?, ?, ?, ?, ?)`, id, p.scope.AccountID(), out.Card.Ref, out.Card.Brand, out.Card.Last4, out.Card.Holder,
			out.Card.ExpMonth, out.Card.ExpYear, w.now).Error
	}))
	w.must(w.accounts.ChoosePaymentMethod(ctx, p.scope, p.group, id))
}

func (w *world) attempts(p *debtor) []payment.Attempt {
	w.Helper()
	list, err := w.payments.Attempts(ctx, p.scope, p.id)
	w.must(err)
	return list
}

// stands is the invoice in short: its state, what is due and the states of its charges.
func (w *world) stands(p *debtor) string {
	w.Helper()
	var row invoice.Row
	w.must(w.d.Read(ctx).Where("id = ?", p.id).Take(&row).Error)
	text := fmt.Sprint(row.State, " ", row.DueMinor)
	for _, a := range w.attempts(p) {
		text += " " + string(a.State)
	}
	return text
}

// deliver posts messages to us.
func (w *world) deliver(list ...stripetest.Message) {
	w.Helper()
	for _, m := range list {
		w.must(w.payments.Receive(ctx, payment.Stripe, m.Header, m.Body))
	}
}

// shuffled delivers all messages so far thrice, in any order.
func (w *world) shuffled() {
	w.Helper()
	list := w.fake.Messages()
	list = append(append(list, list...), list...)
	rand.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
	w.deliver(list...)
}

// notice is what became of the last message of a type.
func (w *world) notice(kind string) string {
	w.Helper()
	var row struct{ Outcome, Reason string }
	w.must(w.d.Read(ctx).Raw(`SELECT outcome, reason FROM gateway_notices WHERE type = ? ORDER BY received_at DESC LIMIT 1`, kind).Scan(&row).Error)
	return row.Outcome + ": " + row.Reason
}
