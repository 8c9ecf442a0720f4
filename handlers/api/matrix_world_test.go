package api_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"billfold/handlers"
	"billfold/handlers/api"
	"billfold/models"
	"billfold/models/access"
	"billfold/models/account"
	"billfold/models/credit"
	"billfold/models/db"
	"billfold/models/invoice"
	"billfold/models/money"
	"billfold/models/people"
	"billfold/models/seller"
	"billfold/models/usage"

	"github.com/shopspring/decimal"
)

// tenant is an account with one of everything that an address can name. All in it is called by its word, so
// that an answer to somebody else that says the word has leaked.
type tenant struct {
	word                    string
	account, group, project string // the group of the invoice, and the name of the project in it
	number                  string // of the invoice
	payment                 string // bank transfer
	scope                   access.Scope
	users                   map[access.Role]people.User
	made                    int
}

// tenants is an installation with two accounts, made by the product's own use cases, and the API before it.
type tenants struct {
	t          *testing.T
	d          *db.DB
	people     *people.Store
	accounts   *account.Store
	credits    *credit.Store
	api        *api.API // the table of routes
	recorder   *recorder
	url        string
	quarz, erz *tenant
}

const password = "correct horse battery"

func newTenants(t *testing.T, d *db.DB) *tenants {
	t.Helper()
	ctx, operator := context.Background(), access.OperatorActor()
	deps := handlers.Deps{DB: d}
	w := &tenants{t: t, d: d, people: deps.People(), accounts: account.NewStore(d, nil), credits: credit.NewStore(d, nil), api: handlers.NewAPI(deps)}
	w.recorder = recorded(t, handlers.New(deps))
	server := httptest.NewServer(w.recorder)
	t.Cleanup(server.Close)
	w.url = server.URL
	w.must(seller.NewStore(d, nil).Set(ctx, operator, seller.Seller{Name: "Operator Inc", AddressLine1: "Street 1", City: "Boston", PostalCode: "02101", Country: "US",
		RegistrationID: "123456789", InvoicePrefix: "BF", PriceCurrency: "USD"}))
	w.quarz, w.erz = w.tenant("quarz"), w.tenant("erz")
	last := models.MonthOf(time.Now()).Prev()
	invoices := invoice.NewStore(d, nil)
	must(invoices.Close(ctx, last, invoice.CloseOptions{}))
	for _, a := range []*tenant{w.quarz, w.erz} {
		a.number = w.one(`SELECT number FROM invoices WHERE account_id = ? AND number IS NOT NULL`, a.account)
		w.must(invoices.SaveDocument(ctx, w.one(`SELECT id FROM invoices WHERE number = ?`, a.number), "pdf", []byte("%PDF-1.4 "+a.word)))
		w.use(a, a.project, time.Now().Add(-time.Minute))
	}
	return w
}

// tenant makes an account with an admin, a member with the billing role, and a viewer.
func (w *tenants) tenant(word string) *tenant {
	w.t.Helper()
	ctx, operator := context.Background(), access.OperatorActor()
	a := &tenant{word: word, users: map[access.Role]people.User{}, project: word + "projekt"}
	a.account = must(w.accounts.CreateAccount(ctx, operator, word+"werk", "")).ID
	for _, role := range []access.Role{access.RoleViewer, access.RoleBilling, access.RoleAdmin} {
		a.users[role] = must(w.people.CreateUser(ctx, operator, people.NewUser{Email: string(role) + "@" + word + ".example", Name: word + " " + string(role), Password: password}))
		w.must(w.people.AddMember(ctx, operator, a.account, a.users[role].ID, role))
	}
	a.scope = must(access.New(w.d).ForAccount(ctx, operator, a.account, access.Admin))
	a.payment = must(w.accounts.AllowBankTransfer(ctx, operator, a.account, 30)).ID
	a.group = w.group(a)
	must(w.accounts.CreateProject(ctx, a.scope, account.NewProject{Name: a.project, GroupID: a.group}))
	must(w.credits.Claim(ctx, a.scope, w.code(a, "promotion"), credit.Target{Scope: credit.ForGroup, GroupID: a.group}))
	w.use(a, a.project, models.MonthOf(time.Now()).Prev().Start().Add(time.Hour))
	return a
}

// spare is the tenant with another account, which has nothing and the same people.
func (w *tenants) spare(a *tenant) *tenant {
	w.t.Helper()
	a.made++
	other := *a
	other.account = must(w.accounts.CreateAccount(context.Background(), access.OperatorActor(), fmt.Sprint(a.word, "rest ", a.made), "")).ID
	for role, u := range a.users {
		w.must(w.people.AddMember(context.Background(), access.OperatorActor(), other.account, u.ID, role))
	}
	return &other
}

// group makes another billing group that nothing depends on.
func (w *tenants) group(a *tenant) string {
	w.t.Helper()
	a.made++
	made, err := w.accounts.CreateGroup(context.Background(), a.scope, account.NewGroup{Name: fmt.Sprint(a.word, "gruppe ", a.made), PaymentMethodID: a.payment,
		Information: &account.Information{Company: a.word + " Inc", AddressLine1: "Street 2", City: "Austin", PostalCode: "73301", Region: "TX", Country: "US", Currency: "USD",
			InvoiceEmails: []string{"ap@" + a.word + ".example"}}})
	w.must(err)
	return made.Group.ID
}

// newProject makes another project, in the account's first group.
func (w *tenants) newProject(a *tenant) string {
	w.t.Helper()
	a.made++
	return must(w.accounts.CreateProject(context.Background(), a.scope, account.NewProject{Name: fmt.Sprint(a.word, "-projekt-", a.made)})).Name
}

// code issues a credit code that nobody has claimed.
func (w *tenants) code(a *tenant, kind credit.Type) string {
	w.t.Helper()
	a.made++
	code := strings.ToUpper(fmt.Sprint(a.word, "-CODE-", a.made))
	must(w.credits.Issue(context.Background(), access.OperatorActor(), credit.NewCredit{Code: code, Type: kind, Value: money.New(500, "USD")}))
	return code
}

// use takes in a record of a project.
func (w *tenants) use(a *tenant, project string, at time.Time) {
	w.t.Helper()
	cost := decimal.New(100, 0)
	must(usage.NewStore(w.d, nil).Ingest(context.Background(), access.OperatorActor(), []usage.Record{{ID: models.NewID(), Project: project, ServiceName: a.word + "dienst",
		Start: at, End: at.Add(time.Hour), Cost: &cost, Quantity: decimal.New(1, 0), Unit: "hour"}}, usage.Options{AccountID: a.account}))
}

// send sends a request with a token, "" for none, and gives status and body.
func (w *tenants) send(token, method, path, body string) (int, string) {
	w.t.Helper()
	r := must(http.NewRequestWithContext(context.Background(), method, w.url+path, strings.NewReader(body)))
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	got := must(http.DefaultClient.Do(r))
	defer func() { _ = got.Body.Close() }()
	return got.StatusCode, string(must(io.ReadAll(got.Body)))
}

func (w *tenants) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *tenants) one(query string, args ...any) (value string) {
	w.t.Helper()
	w.must(w.d.Read(context.Background()).Raw(query, args...).Scan(&value).Error)
	if value == "" {
		w.t.Fatalf("%s %q gives nothing", query, args)
	}
	return value
}

// fleeting are tables and columns that a request may change that is refused.
var fleeting = []string{"goose_db_version", "sqlite_sequence", "api_tokens.last_used_at", "api_tokens.last_used_ip"}

// dump is every row of every other table, one a line.
func (w *tenants) dump() []string {
	w.t.Helper()
	query := `SELECT name FROM sqlite_master WHERE type = 'table'`
	if w.d.Dialect() == db.Postgres {
		query = `SELECT tablename FROM pg_tables WHERE schemaname = current_schema()`
	}
	var names, lines []string
	w.must(w.d.Read(context.Background()).Raw(query).Scan(&names).Error)
	for _, name := range names {
		if !slices.Contains(fleeting, name) {
			lines = append(lines, w.rowsOf(name)...)
		}
	}
	if len(names) < 20 || len(lines) < 50 {
		w.t.Fatalf("the dump has %d tables and %d rows", len(names), len(lines))
	}
	slices.Sort(lines)
	return lines
}

func (w *tenants) rowsOf(table string) (lines []string) {
	w.t.Helper()
	rows, err := w.d.Read(context.Background()).Raw("SELECT * FROM " + table).Rows()
	w.must(err)
	defer func() { _ = rows.Close() }()
	columns := must(rows.Columns())
	for rows.Next() {
		values, into := make([]any, len(columns)), make([]any, len(columns))
		for i := range values {
			into[i] = &values[i]
		}
		w.must(rows.Scan(into...))
		line := table
		for i, v := range values {
			if slices.Contains(fleeting, table+"."+columns[i]) {
				continue
			}
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
