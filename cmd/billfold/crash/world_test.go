package crash

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"billfold/models/access"
	"billfold/models/account"
	"billfold/models/db"
	"billfold/models/invoice"
)

// The business times of the trials.
const (
	early    = "2024-09-02T09:00:00Z" // the installation is set up
	middle   = "2024-09-30T12:00:00Z" // people use the console
	ended    = "2024-10-01T00:30:00Z" // the month's usage comes in
	dayAfter = "2024-10-02T08:00:00Z" // the month is closed
)

// people have an account each, of the same name, in which they work with forms.
var people = []string{"acme", "borealis", "cygnus"}

const password = "a long enough secret"

// There are so many other accounts that closing takes three transactions; of so many one is billed.
const tenants, billedTenants = 240, 7

func tenantProject(n int) string { return fmt.Sprintf("tenant-%03d", n) }

// world is an installation at the points from which the trials start.
type world struct {
	setUp   *database // no usage yet
	metered *database // all usage is in
	closed  *database // the month is closed, no document is made
	done    *database // the documents are made too

	files   []string // of usage
	records []int    // in each of them
	groups  map[string]string
	notes   map[string]map[string]string // what each person knows
}

// newWorld makes the installation with the product's own commands and forms; only the many accounts
// that nobody looks at come straight from the stores.
func newWorld(t testing.TB, d *database) *world {
	t.Helper()
	w := &world{setUp: d}
	run := func(stdin string, args ...string) string {
		out, _ := d.ok(t, early, stdin, args...)
		return out
	}
	run("", "migrate")
	run("", "seller", "set", "--name", "Seller Oy", "--address-line1", "Katu 1", "--city", "Helsinki", "--postal-code", "00100", "--country", "FI",
		"--vat-id", "FI20774740", "--iban", "FI2112345600000785")
	run("", "seller", "set", "prepaid", "multi-purpose")
	run("", "rates", "import", w.file(t, "rates.csv", "date,base,currency,rate\n2024-09-02,EUR,USD,1.1061\n2024-09-30,EUR,USD,1.1196\n2024-09-30,EUR,GBP,0.83543\n"))
	for _, name := range people {
		run(password+"\n", "users", "create", name+"@example.com")
		run("", "accounts", "create", name, "--owner", name+"@example.com")
	}
	run("", "accounts", "bank-transfer", "acme", "--terms", "30")
	w.address(t, "acme/Default", "Acme Oy", "FI", "EUR")
	w.address(t, "borealis/Default", "Borealis GmbH", "DE", "EUR", "--vat-id", "DE136695976")
	run("", "vat", "confirm", "borealis/Default", "--evidence", "the register")
	w.address(t, "cygnus/Default", "Cygnus Inc", "US", "EUR", "--region", "TX")
	for _, c := range []string{"SEPT-100 promotion 100.00 EUR", "ACCT-30 partner 30.00 EUR", "PREPAID-50 purchase 50.00 EUR", "WEB-20 discount 20.00 EUR", "WEB-30 referral 30.00 EUR"} {
		f := strings.Fields(c)
		run("", "credits", "issue", "--code", f[0], "--type", f[1], "--value", f[2], "--currency", f[3], "--claims", "10")
	}
	w.tenants(t)
	w.forms(t)
	w.files, w.records = usageFiles(t, w.groups)
	w.metered = d.clone(t)
	for _, file := range w.files {
		w.metered.ok(t, ended, "", "usage", "import", file)
	}
	w.metered.verify(t)
	w.closed = w.metered.clone(t)
	w.closed.close(t)
	w.done = w.closed.clone(t)
	w.done.ok(t, dayAfter, "", closeMonth...)
	w.done.verify(t)
	return w
}

// closeMonth closes the month of the trials and makes its documents.
var closeMonth = []string{"invoices", "close", "--month", "2024-09", "--json"}

// close closes the month and leaves the documents to be made.
func (d *database) close(t testing.TB) {
	t.Helper()
	d.look(t, func(ctx context.Context, d *db.DB) {
		if _, err := invoice.NewStore(d, at(t, dayAfter)).Close(ctx, "2024-09", invoice.CloseOptions{}); err != nil {
			t.Fatal(err)
		}
	})
}

func at(t testing.TB, moment string) func() time.Time {
	t.Helper()
	fixed, err := time.Parse(time.RFC3339, moment)
	if err != nil {
		t.Fatal(err)
	}
	return func() time.Time { return fixed }
}

func (w *world) file(t testing.TB, name, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func (w *world) address(t testing.TB, group, company, country, currency string, more ...string) {
	t.Helper()
	args := append([]string{"billing-information", "set", "--group", group, "--company", company, "--address-line1", "Tie 1", "--city", "Town",
		"--postal-code", "02100", "--country", country, "--currency", currency}, more...)
	w.setUp.ok(t, early, "", args...)
}

// tenants makes the many accounts.
func (w *world) tenants(t testing.TB) {
	t.Helper()
	w.setUp.look(t, func(ctx context.Context, d *db.DB) {
		var owner string
		check(t, d.Read(ctx).Raw(`SELECT id FROM users WHERE email = ?`, people[0]+"@example.com").Scan(&owner).Error)
		accounts, operator, clock := account.NewStore(d, at(t, early)), access.OperatorActor(), at(t, early)
		for n := range tenants {
			made, err := accounts.CreateAccount(ctx, operator, fmt.Sprintf("Tenant %03d", n), owner)
			check(t, err)
			if n%billedTenants != 0 {
				continue
			}
			scope, err := access.New(d).ForAccount(ctx, operator, made.ID, access.Write)
			check(t, err)
			project, err := accounts.CreateProject(ctx, scope, account.NewProject{Name: tenantProject(n)})
			check(t, err)
			check(t, invoice.NewStore(d, clock).SetInformation(ctx, scope, project.GroupID, account.Information{Company: made.Name, AddressLine1: "Tie 2",
				City: "Turku", PostalCode: "20100", Country: "FI", Currency: "EUR"}))
		}
	})
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// forms makes what only the console makes: groups, projects and claims.
func (w *world) forms(t testing.TB) {
	t.Helper()
	w.know(t)
	listen := freeAddress(t)
	server := w.setUp.serve(t, early, listen)
	acts := map[string][]act{}
	for _, name := range people {
		for n := range 6 {
			acts[name] = append(acts[name], newProject(fmt.Sprintf("%s-%d", name, n+1)))
		}
	}
	for _, name := range []string{"Refunds", "Nothing", "Swiss", "Nowhere", "Research"} {
		acts["acme"] = append(acts["acme"], newGroup("acme "+name)...)
	}
	acts["acme"] = append(acts["acme"], claim("Default", "SEPT-100", "group"), claim("Default", "ACCT-30", "account"), claim("Default", "PREPAID-50", "group"))
	for _, name := range people {
		p := w.person(t, name, listen)
		for _, x := range acts[name] {
			check(t, p.do(x))
		}
	}
	server.terminate()
	w.know(t)
	acme := w.notes["acme"]
	listen = freeAddress(t)
	server = w.setUp.serve(t, early, listen)
	p := w.person(t, "acme", listen)
	for _, x := range []act{move("acme-5", "Default", "acme Research"), move("acme-6", "Default", "acme Research")} {
		check(t, p.do(x))
	}
	server.terminate()
	w.address(t, acme["group acme Research"], "Acme Research Ltd", "GB", "GBP")
	w.address(t, acme["group acme Swiss"], "Acme AG", "CH", "CHF")
	w.setUp.ok(t, early, "", "billing-information", "set", "--group", acme["group acme Nowhere"], "--company", "", "--address-line1", "")
	w.setUp.verify(t)
}

// know notes what people see of their accounts.
func (w *world) know(t testing.TB) {
	t.Helper()
	w.notes, w.groups = map[string]map[string]string{}, map[string]string{}
	w.setUp.look(t, func(ctx context.Context, d *db.DB) {
		for _, name := range people {
			var rows []struct{ Name, ID string }
			check(t, d.Read(ctx).Raw(`SELECT 'account' AS name, a.id FROM accounts a WHERE a.name = @name
				UNION ALL SELECT 'group ' || g.name, g.id FROM billing_groups g JOIN accounts a ON a.id = g.account_id WHERE a.name = @name
				UNION ALL SELECT 'project ' || p.name, p.id FROM projects p JOIN accounts a ON a.id = p.account_id WHERE a.name = @name`,
				map[string]any{"name": name}).Scan(&rows).Error)
			w.notes[name] = map[string]string{}
			for _, r := range rows {
				w.notes[name][r.Name] = r.ID
				if group, ok := strings.CutPrefix(r.Name, "group "); ok {
					w.groups[group] = r.ID
				}
			}
		}
	})
}

// person is somebody who has signed in to the server.
func (w *world) person(t testing.TB, name, listen string) *person {
	t.Helper()
	p := &person{b: newBrowser(t, "http://"+listen), notes: map[string]string{}, stop: t.Context().Done()}
	for what, id := range w.notes[name] {
		p.notes[what] = id
	}
	check(t, p.b.signIn(name+"@example.com", password))
	return p
}

// complete guards the trials against a world that lost one of the cases they are about.
func (w *world) complete(t *testing.T) {
	var report struct {
		Groups []struct{ Result, Reason string }
	}
	again := w.metered.clone(t)
	out, _ := again.ok(t, dayAfter, "", closeMonth...)
	check(t, json.Unmarshal([]byte(out), &report))
	found := map[string]int{}
	for _, g := range report.Groups {
		found[g.Result]++
	}
	if found["issued"] < 35 || found["parked"] != 2 || found["moved"] != 1 || found["nothing"] != 1 {
		t.Errorf("closing gives %v\n%s", found, out)
	}
	same(t, w.done.print(t), again.print(t))
	for what, query := range map[string]string{
		"months of groups without usage": `SELECT count(*) FROM group_months WHERE state = 'closed' AND invoice_id IS NULL`,
		"reducing credits":               `SELECT count(*) FROM credit_uses WHERE NOT prepaid`,
		"prepaid credits":                `SELECT count(*) FROM credit_uses WHERE prepaid`,
		"taxed invoices":                 `SELECT count(*) FROM invoices WHERE tax_minor > 0`,
		"customers out of scope":         `SELECT count(*) FROM invoice_taxes WHERE category = 'O'`,
		"reverse charge":                 `SELECT count(*) FROM invoice_taxes WHERE category = 'AE'`,
		"converted estimates":            `SELECT count(*) FROM invoices WHERE rate <> '1' AND currency <> price_currency`,
	} {
		if n := w.done.count(t, query); n == 0 {
			t.Errorf("the world has no %s", what)
		}
	}
}
