package handlers_test

import (
	"context"
	"fmt"
	"slices"
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
	"billfold/models/seller"
	"billfold/models/tax"
	"billfold/models/usage"

	"github.com/shopspring/decimal"
)

// tenant is an account with one of everything that an address can name. Everything in it is called by
// its word, so that a page of somebody else that says the word has leaked.
type tenant struct {
	word                                              string
	account, group, project, number, line, claim, pay string
	billed                                            string // the group of the invoice
	used                                              string // the claim that the invoice used
	move                                              string // the last move, to be undone
	payment                                           string // of a part of the invoice
	token, own                                        string // the last application token, and one of somebody's own
	card, setup, setupRef, payRef                     string // the last card, an open visit that adds one, its page, the page that pays the invoice
	people                                            map[access.Role]*handlertest.Client
	drafts                                            map[access.Role]string // of who may write
	users                                             map[access.Role]people.User
	scope                                             access.Scope // the operator's
	made                                              int
}

// tenants is an installation with two accounts, made by the product's own use cases.
type tenants struct {
	*handlertest.Server
	t          *testing.T
	accounts   *account.Store
	invoices   *invoice.Store
	credits    *credit.Store
	quarz, erz *tenant
}

func newTenants(t *testing.T, dialect db.Dialect) *tenants {
	t.Helper()
	ctx, operator := context.Background(), access.OperatorActor()
	w := &tenants{Server: handlertest.New(t, handlertest.Sandbox(), handlertest.On(dialect), handlertest.At(time.Date(2026, 10, 20, 12, 0, 0, 0, time.UTC))), t: t}
	w.accounts, w.invoices, w.credits = account.NewStore(w.DB, w.Clock), invoice.NewStore(w.DB, w.Clock), credit.NewStore(w.DB, w.Clock)
	w.must(seller.NewStore(w.DB, w.Clock).Set(ctx, operator, seller.Seller{Name: "Operator Oy", AddressLine1: "Katu 1", City: "Helsinki", Country: "FI", PriceCurrency: "EUR"}))
	_, err := tax.NewStore(w.DB, w.Clock).ImportShipped(ctx, operator)
	w.must(err)
	w.quarz, w.erz = w.tenant("quarz"), w.tenant("erz")
	w.SetClock(handlertest.Start)
	_, err = w.invoices.Close(ctx, "2026-10", invoice.CloseOptions{})
	w.must(err)
	for _, a := range []*tenant{w.quarz, w.erz} {
		var ids []string
		w.must(w.DB.Read(ctx).Raw(`SELECT id FROM invoices WHERE account_id = ? AND number IS NOT NULL`, a.account).Scan(&ids).Error)
		w.must(w.invoices.SaveDocument(ctx, ids[0], "pdf", []byte("%PDF-1.4 "+a.word)))
		w.use(a, a.word+"projekt", "2026-11-03T00:00:00Z")
		a.number = w.one(`SELECT number FROM invoices WHERE id = ?`, ids[0])
		a.used = w.one(`SELECT claim_id FROM credit_uses WHERE invoice_id = ?`, ids[0])
		a.line = w.one(`SELECT id FROM invoice_lines WHERE invoice_id = ?`, ids[0])
		w.openPages(a)
		_, err = w.invoices.RecordPayment(ctx, operator, invoice.NewPayment{Number: a.number, Amount: "1.00", Reference: a.word + "beleg"})
		w.must(err)
		a.payment = w.one(`SELECT id FROM payments WHERE invoice_id = ?`, ids[0])
		w.must(w.invoices.SaveReceipt(ctx, a.payment, []byte("%PDF-1.4 "+a.word+" receipt")))
	}
	return w
}

// tenant makes an account with an admin, a member with the billing role, and a viewer.
func (w *tenants) tenant(word string) *tenant {
	w.t.Helper()
	ctx, operator := context.Background(), access.OperatorActor()
	a := &tenant{word: word, people: map[access.Role]*handlertest.Client{}, drafts: map[access.Role]string{}, users: map[access.Role]people.User{}}
	made, err := w.accounts.CreateAccount(ctx, operator, word+"werk", "")
	w.must(err)
	a.account = made.ID
	for _, role := range []access.Role{access.RoleViewer, access.RoleBilling, access.RoleAdmin} {
		u := w.User(w.t, word+" "+string(role), string(role)+"@"+word+".example")
		w.Member(w.t, a.account, u.ID, role)
		a.people[role], a.users[role] = w.SignIn(w.t, u.Email), u
		if role.May(access.Write) {
			scope, err := access.New(w.DB).ForAccount(ctx, access.Actor{Kind: access.User, ID: u.ID, Name: u.Name}, a.account, access.Write)
			w.must(err)
			draft, err := w.accounts.SaveDraft(ctx, scope, account.Draft{Kind: account.DraftNewGroup, Data: `{"Name":"` + word + `entwurf"}`})
			w.must(err)
			a.drafts[role] = draft.ID
		}
	}
	a.scope, err = access.New(w.DB).ForAccount(ctx, operator, a.account, access.Admin)
	w.must(err)
	method, err := w.accounts.AllowBankTransfer(ctx, operator, a.account, 30)
	w.must(err)
	a.pay = method.ID
	w.renew(a)
	a.billed = a.group
	w.use(a, word+"projekt", "2026-10-20T12:00:00Z")
	return a
}

// renew gives the tenant another group, a project that moved into it, and a claim, for requests that may
// end them.
func (w *tenants) renew(a *tenant) {
	w.t.Helper()
	ctx := context.Background()
	suffix := ""
	if a.made++; a.made > 1 {
		suffix = fmt.Sprint(" ", a.made)
	}
	group, err := w.accounts.CreateGroup(ctx, a.scope, account.NewGroup{Name: a.word + "gruppe" + suffix, PaymentMethodID: a.pay, Information: &account.Information{Company: a.word + " Oy",
		AddressLine1: "Katu 2", City: "Espoo", Country: "FI", Currency: "EUR", InvoiceEmails: []string{"rechnung@" + a.word + ".example"}}})
	w.must(err)
	a.group = group.Group.ID
	project, err := w.accounts.CreateProject(ctx, a.scope, account.NewProject{Name: a.word + "projekt" + suffix})
	w.must(err)
	a.project = project.ID
	move, err := w.accounts.MoveProjects(ctx, a.scope, []string{a.project}, a.group)
	w.must(err)
	a.move = move.Key()
	code := strings.ToUpper(fmt.Sprint(a.word, "-CODE-", a.made))
	_, err = w.credits.Issue(ctx, access.OperatorActor(), credit.NewCredit{Code: code, Type: "promotion", Value: money.New(500, "EUR")})
	w.must(err)
	claim, err := w.credits.Claim(ctx, a.scope, code, credit.Target{Scope: credit.ForGroup, GroupID: a.group})
	w.must(err)
	a.claim = claim.ID
	a.card = w.newCard(a)
	if a.token != "" { // an account has only so many
		_ = w.People.RevokeAccountToken(ctx, a.scope, a.token) // NotFound once a request has ended it
	}
	_, token, err := w.People.CreateAccountToken(ctx, a.scope, people.NewToken{Name: a.word + "token", Scopes: access.AccountGrants})
	w.must(err)
	a.token = token.ID
}

// ownToken gives a member a token of their own.
func (w *tenants) ownToken(a *tenant, role access.Role) string {
	w.t.Helper()
	u := a.users[role]
	_, token, err := w.People.CreateUserToken(context.Background(), access.Actor{Kind: access.User, ID: u.ID, Name: u.Name}, u.ID, people.NewToken{Name: a.word + "token", Scopes: access.AccountGrants})
	w.must(err)
	return token.ID
}

// use takes in a record of a project. Its invoice is of the first group: renew leaves number and line.
func (w *tenants) use(a *tenant, project, start string) {
	w.t.Helper()
	at, err := time.Parse(time.RFC3339, start)
	w.must(err)
	cost := decimal.New(100, 0)
	_, err = usage.NewStore(w.DB, w.Clock).Ingest(context.Background(), access.OperatorActor(), []usage.Record{{ID: models.NewID(), Project: project, ServiceName: a.word + "dienst",
		Start: at, End: at.Add(time.Hour), Cost: &cost, Quantity: decimal.New(1, 0), Unit: "hour"}}, usage.Options{})
	w.must(err)
}

func (w *tenants) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *tenants) one(query string, args ...any) (value string) {
	w.t.Helper()
	w.must(w.DB.Read(context.Background()).Raw(query, args...).Scan(&value).Error)
	if value == "" {
		w.t.Fatalf("nothing: %s", query)
	}
	return value
}

// fleeting are tables that a mere look may change.
var fleeting = []string{"sessions", "attempts", "form_keys", "recent_projects", "drafts", "goose_db_version", "sqlite_sequence"}

// dump is every row of every other table, one a line.
func (w *tenants) dump() []string {
	w.t.Helper()
	query := `SELECT name FROM sqlite_master WHERE type = 'table'`
	if w.DB.Dialect() == db.Postgres {
		query = `SELECT tablename FROM pg_tables WHERE schemaname = current_schema()`
	}
	var names, lines []string
	w.must(w.DB.Read(context.Background()).Raw(query).Scan(&names).Error)
	for _, name := range names {
		if slices.Contains(fleeting, name) {
			continue
		}
		lines = append(lines, w.rowsOf(name)...)
	}
	if len(names) < 20 || len(lines) < 50 {
		w.t.Fatalf("the dump has %d tables and %d rows", len(names), len(lines))
	}
	slices.Sort(lines)
	return lines
}

func (w *tenants) rowsOf(table string) (lines []string) {
	w.t.Helper()
	rows, err := w.DB.Read(context.Background()).Raw("SELECT * FROM " + table).Rows()
	w.must(err)
	defer func() { _ = rows.Close() }()
	columns, err := rows.Columns()
	w.must(err)
	for rows.Next() {
		values, into := make([]any, len(columns)), make([]any, len(columns))
		for i := range values {
			into[i] = &values[i]
		}
		w.must(rows.Scan(into...))
		line := table
		for i, v := range values {
			if b, ok := v.([]byte); ok {
				v = fmt.Sprintf("%x", b)
			}
			line += fmt.Sprintf(" %s=%v", columns[i], v)
		}
		lines = append(lines, line)
	}
	w.must(rows.Err())
	return lines
}

// difference is what stands in one dump only, for messages.
func difference(before, after []string) string {
	var out []string
	for _, line := range before {
		if !slices.Contains(after, line) {
			out = append(out, "- "+line)
		}
	}
	for _, line := range after {
		if !slices.Contains(before, line) {
			out = append(out, "+ "+line)
		}
	}
	return strings.Join(out, "\n")
}
