package payment_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"billfold/models"
	"billfold/models/access"
	"billfold/models/account"
	"billfold/models/db"
	"billfold/models/db/dbtest"
	"billfold/models/invoice"
	"billfold/models/payment"
	"billfold/models/payment/paymenttest"
	"billfold/models/seller"
	"billfold/models/tax"
	"billfold/models/usage"
	"billfold/models/verify"

	"github.com/shopspring/decimal"
)

var (
	ctx      = context.Background()
	operator = access.OperatorActor()
)

// world is an installation with accounts whose invoices are collected through a gateway for tests, at a
// clock that tests move.
type world struct {
	testing.TB
	d        *db.DB
	now      time.Time
	gateway  *paymenttest.Gateway
	payments *payment.Store
	invoices *invoice.Store
	accounts *account.Store
	usage    *usage.Store
	n        int
}

func each(t *testing.T, fn func(w *world)) {
	t.Helper()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		fn(w)
		w.sound()
	})
}

func newWorld(t testing.TB, d *db.DB) *world {
	w := &world{TB: t, d: d, now: time.Date(2024, 9, 1, 0, 0, 0, 0, time.UTC)}
	clock := func() time.Time { return w.now }
	w.gateway = paymenttest.New(payment.Sandbox).On(clock)
	w.invoices, w.accounts, w.usage = invoice.NewStore(d, clock), account.NewStore(d, clock), usage.NewStore(d, clock)
	w.payments = payment.NewStore(d, clock, payment.Options{}, w.gateway)
	w.must(seller.NewStore(d, clock).Set(ctx, operator, seller.Seller{Name: "Seller Oy", AddressLine1: "Katu 1", City: "Helsinki", PostalCode: "00100",
		Country: "FI", VATID: "FI20774740", InvoicePrefix: "BF", PriceCurrency: "EUR"}))
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

func (w *world) want(what string, got, want any) {
	w.Helper()
	if fmt.Sprint(got) != fmt.Sprint(want) {
		w.Errorf("%s: %v, want %v", what, got, want)
	}
}

// debtor is an account of its own with one issued invoice of 125.50 EUR.
type debtor struct {
	scope     access.Scope // of the operator on the group
	group, id string       // of the invoice
	number    string
	card      string
}

// debtor makes one whose group pays with a card, one of paymenttest's; "" for none, "bank" for a transfer.
func (w *world) debtor(card string) *debtor {
	w.Helper()
	w.n++
	w.now = time.Date(2024, 9, 10, 12, 0, 0, 0, time.UTC)
	made, err := w.accounts.CreateAccount(ctx, operator, fmt.Sprint("Acme ", w.n), "")
	w.must(err)
	scope, err := access.New(w.d).ForAccount(ctx, operator, made.ID, access.Admin)
	w.must(err)
	groups, _, err := w.accounts.Groups(ctx, scope, account.GroupQuery{Limit: 1})
	w.must(err)
	p := &debtor{group: groups[0].ID}
	p.scope, err = access.New(w.d).ForGroup(ctx, operator, p.group, access.Admin)
	w.must(err)
	w.must(w.invoices.SetInformation(ctx, scope, p.group, account.Information{Company: "Acme Oy", AddressLine1: "Tie 2", City: "Espoo", PostalCode: "02100",
		Country: "FI", Currency: "EUR", InvoiceEmails: []string{"invoices@acme.example"}, ContactEmails: []string{"ana@acme.example"}}))
	switch card {
	case "":
	case "bank":
		m, err := w.accounts.AllowBankTransfer(ctx, operator, made.ID, 14)
		w.must(err)
		w.must(w.accounts.ChoosePaymentMethod(ctx, scope, p.group, m.ID))
	default:
		w.choose(p, card)
	}
	project, err := w.accounts.CreateProject(ctx, scope, account.NewProject{Name: fmt.Sprint("web ", w.n), GroupID: p.group})
	w.must(err)
	cost, start := decimal.NewFromInt(100), time.Date(2024, 9, 5, 0, 0, 0, 0, time.UTC)
	_, err = w.usage.Ingest(ctx, operator, []usage.Record{{ID: fmt.Sprint("r", w.n), ProjectID: project.ID, ServiceName: "db", ServiceType: "pg", ServicePlan: "small",
		Cloud: "eu", LineType: usage.ServiceCharge, Start: start, End: start.Add(time.Hour), Quantity: decimal.NewFromInt(1), Unit: "hours", Cost: &cost}}, usage.Options{})
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

// choose gives the group a new card and chooses it.
func (w *world) choose(p *debtor, card string) {
	w.Helper()
	p.card = models.NewID()
	w.exec(`INSERT INTO payment_methods (id, account_id, kind, terms_days, provider, provider_ref, brand, last4, holder, exp_month, exp_year, created_at)
		VALUES (?, ?, 'card', 0, 'sandbox', ?, 'Visa', '4242', 'Ana Lima', 8, 2028, ?)`, p.card, p.scope.AccountID(), card+"-"+p.card, w.now)
	w.must(w.accounts.ChoosePaymentMethod(ctx, p.scope, p.group, p.card))
}

func (w *world) exec(sql string, args ...any) {
	w.Helper()
	pool, err := w.d.SQL()
	w.must(err)
	if w.d.Dialect() == db.Postgres {
		for i := range args {
			sql = replaceFirst(sql, "?", fmt.Sprint("$", i+1))
		}
	}
	_, err = pool.ExecContext(ctx, sql, args...)
	w.must(err)
}

func replaceFirst(s, old, with string) string {
	for i := range s {
		if s[i:i+len(old)] == old {
			return s[:i] + with + s[i+len(old):]
		}
	}
	return s
}

func (w *world) row(p *debtor) (row invoice.Row) {
	w.Helper()
	w.must(w.d.Read(ctx).Where("id = ?", p.id).Take(&row).Error)
	return row
}

// stands is the invoice in short: its state, what is due and the states of its charges.
func (w *world) stands(p *debtor) string {
	w.Helper()
	row := w.row(p)
	text := fmt.Sprint(row.State, " ", row.DueMinor)
	for _, a := range w.attempts(p) {
		text += " " + string(a.State)
	}
	return text
}

func (w *world) attempts(p *debtor) []payment.Attempt {
	w.Helper()
	list, err := w.payments.Attempts(ctx, p.scope, p.id)
	w.must(err)
	return list
}

func (w *world) last(p *debtor) payment.Attempt {
	w.Helper()
	list := w.attempts(p)
	if len(list) == 0 {
		w.Fatal("there is no attempt")
	}
	return list[len(list)-1]
}

// mails are the kinds of the mails about an invoice, in order, with who gets them.
func (w *world) mails(p *debtor) (kinds []string) {
	w.Helper()
	w.must(w.d.Read(ctx).Raw(`SELECT kind || ' ' || recipients FROM mails WHERE invoice_id = ? ORDER BY created_at, id`, p.id).Scan(&kinds).Error)
	return kinds
}

// events are the types of the events of an invoice, in order.
func (w *world) events(p *debtor) (types []string) {
	w.Helper()
	w.must(w.d.Read(ctx).Raw(`SELECT e.type FROM events e JOIN event_subjects s ON s.event_seq = e.seq WHERE s.subject_id = ? ORDER BY e.seq`, p.id).Scan(&types).Error)
	return types
}

func (w *world) receive(m paymenttest.Message) error {
	return w.payments.Receive(ctx, payment.Sandbox, m.Header, m.Body)
}

// pay records a bank transfer, "" for all that is due.
func (w *world) pay(p *debtor, amount, reference string) {
	w.Helper()
	_, err := w.invoices.RecordPayment(ctx, operator, invoice.NewPayment{Number: p.number, Amount: amount, Reference: reference})
	w.must(err)
}

// sweep does what is due, to its end.
func (w *world) sweep() {
	w.Helper()
	_, err := w.payments.Sweep(ctx)
	w.must(err)
}

// sound runs every check of verify.
func (w *world) sound() {
	w.Helper()
	if w.Failed() {
		return
	}
	results, err := verify.Run(ctx, w.d, nil)
	w.must(err)
	for _, r := range results {
		for _, v := range r.Violations {
			w.Errorf("%s: %+v", r.Name, v)
		}
	}
}
