package verify_test

import (
	"database/sql"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"billfold/models/access"
	"billfold/models/account"
	"billfold/models/credit"
	"billfold/models/db"
	"billfold/models/db/dbtest"
	"billfold/models/invoice"
	"billfold/models/payment/paymenttest"
	"billfold/models/people"
	"billfold/models/usage"

	"github.com/shopspring/decimal"
)

// faultWorld is an installation on 3 September 2024 in which everything can be done that is disturbed:
// July is closed and its first invoice unpaid, August is not closed yet.
type faultWorld struct {
	dialect db.Dialect
	address string
	copies  atomic.Int64
	now     time.Time
	acme    access.Scope // as the operator
	member  access.Scope // as somebody signed in
	old     access.Scope // the group that can be deleted
	german  string
	product string
	web     string
	api     string
	owed    string // the invoice of July, to be charged to a card
	before  dump   // the database as it was made
}

// newFaultWorld makes the world; more adds that many groups with projects, credits and usage to it.
func newFaultWorld(t *testing.T, dialect db.Dialect, more int) *faultWorld {
	t.Helper()
	f := &faultWorld{dialect: dialect, address: dbtest.URL(t, dialect)}
	d := open(t, f.address)
	w := newWorld(t, d, "2024-07-01 00:00")
	w.rates("2024-06-28,USD,EUR,0.93", "2024-07-31,USD,EUR,0.92")
	f.make(w, more)
	f.now = w.now
	if _, found := run(t, d); len(found) > 0 {
		t.Fatalf("the world is not sound: %+v", found)
	}
	f.before = read(t, d).origin()
	w.must(d.Close())
	return f
}

func (f *faultWorld) make(w *world, more int) {
	f.acme = w.account("Acme")
	f.product = w.group(f.acme, "Product", finnish())
	f.german = w.group(f.acme, "German", &account.Information{Company: "Acme GmbH", AddressLine1: "Weg 1", City: "Berlin", PostalCode: "10115", Country: "DE",
		VATID: "DE136695976", Currency: "USD"})
	_, err := w.accounts.ConfirmVAT(ctx, operator, f.german, "seen at VIES")
	w.must(err)
	refunds := w.group(f.acme, "Refunds", finnish())
	old := w.group(f.acme, "Old", finnish())
	f.old, err = access.New(w.d).ForGroup(ctx, operator, old, access.Admin)
	w.must(err)
	f.web, f.api = w.project(f.acme, "web", f.product), w.project(f.acme, "api", f.product)
	w.project(f.acme, "lab", f.german)
	w.project(f.acme, "back", refunds)
	w.project(f.acme, "stray", w.primary(f.acme)) // without billing information: parked
	borealis := w.account("Borealis")
	w.must(w.invoices.SetInformation(ctx, borealis, w.primary(borealis), *finnish()))
	w.project(borealis, "north", "")
	f.join(w)
	forGroup := credit.Target{Scope: credit.ForGroup, GroupID: f.product}
	w.credit(f.acme, "promotion", "3.00", "CUT-PROJECT", "2024-12-31", credit.Target{Scope: credit.ForProject, GroupID: f.product, ProjectID: f.web})
	w.credit(f.acme, "promotion", "30.00", "CUT-GROUP", "2024-12-31", forGroup)
	w.credit(f.acme, "outage", "4.00", "CUT-ACCOUNT", "", credit.Target{Scope: credit.ForAccount, GroupID: f.product})
	w.credit(f.acme, credit.Purchase, "20.00", "PREPAID", "", forGroup)
	w.credit(f.acme, "trial", "7.00", "LEFT-OVER", "", credit.Target{Scope: credit.ForGroup, GroupID: old})
	w.credit(borealis, "trial", "5.00", "NEWCOMER", "", credit.Target{Scope: credit.ForAccount, GroupID: w.primary(borealis)}) // Acme claims it later
	for i := range more {
		f.another(w, i)
	}
	w.at("2024-07-10 12:00")
	w.use("web", "pg", "2024-07-02 01:00", "40.123456789012345678")
	w.use("api", "kafka", "2024-07-02 01:00", "25.5")
	w.at("2024-08-02 06:00")
	w.card(f.acme, f.product, paymenttest.Works)
	w.close("2024-07")
	w.must(w.d.Read(ctx).Raw(`SELECT id FROM invoices WHERE number = ?`, n1).Scan(&f.owed).Error)
	w.at("2024-08-20 12:00")
	for i := range 2 {
		start := fmt.Sprintf("2024-08-0%d 01:00", i+1)
		w.use("web", "pg", start, "10.123456789012345678")
		w.use("api", "kafka", start, "7.000000000000000001")
		w.use("lab", "pg", start, "40.005")
		w.use("back", "pg", start, "-1.5")
		w.use("stray", "pg", start, "3")
		w.use("north", "pg", start, "11")
		for i := range more {
			w.use(fmt.Sprintf("more %d", i), "pg", start, "8.00000605990")
		}
	}
	w.charge(f.product, "gold support", "2024-08-01 00:00", "2.345")
	w.at("2024-09-03 06:00")
	w.rates("2024-08-30,USD,EUR,0.905")
}

// another makes a group of Acme with two credits.
func (f *faultWorld) another(w *world, i int) {
	group := w.group(f.acme, fmt.Sprintf("More %d", i), finnish())
	project := w.project(f.acme, fmt.Sprintf("more %d", i), group)
	w.credit(f.acme, "promotion", "3.00", fmt.Sprintf("MORE-PROJECT-%d", i), "2024-12-31", credit.Target{Scope: credit.ForProject, GroupID: group, ProjectID: project})
	w.credit(f.acme, credit.Purchase, "2.00", fmt.Sprintf("MORE-PREPAID-%d", i), "", credit.Target{Scope: credit.ForGroup, GroupID: group})
}

// join makes Bo a member of Acme.
func (f *faultWorld) join(w *world) {
	users := people.NewStore(w.d, func() time.Time { return w.now })
	bo, err := users.CreateUser(ctx, operator, people.NewUser{Name: "Bo Chen", Email: "bo@example.com", Password: "a long enough password for Bo"})
	w.must(err)
	w.must(users.AddMember(ctx, operator, f.acme.AccountID(), bo.ID, access.RoleBilling))
	f.member, err = access.New(w.d).ForAccount(ctx, access.Actor{Kind: access.User, ID: bo.ID, Name: "Bo Chen"}, f.acme.AccountID(), access.Write)
	w.must(err)
}

// copied is a copy of the world whose statements can be disturbed.
type copied struct {
	*world
	disturb *dbtest.Disturber
	look    *db.DB // the same database on a way that nobody disturbs
}

func (f *faultWorld) copy(t testing.TB) *copied {
	t.Helper()
	address := f.clone(t)
	d, disturb := dbtest.Disturbed(t, address)
	w := &world{TB: t, d: d, now: f.now}
	clock := func() time.Time { return w.now }
	w.accounts, w.invoices = account.NewStore(d, clock), invoice.NewStore(d, clock)
	w.credits, w.usage = credit.NewStore(d, clock), usage.NewStore(d, clock)
	w.collecting(clock)
	look := open(t, address)
	t.Cleanup(func() { w.must(look.Close()) })
	return &copied{w, disturb, look}
}

func (f *faultWorld) clone(t testing.TB) string {
	t.Helper()
	n := f.copies.Add(1)
	if path, lite := strings.CutPrefix(f.address, "sqlite:"); lite {
		content, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		path = filepath.Join(inMemory(t), "copy.db")
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		return "sqlite:" + path
	}
	address, err := url.Parse(f.address)
	if err != nil {
		t.Fatal(err)
	}
	from := strings.TrimPrefix(address.Path, "/")
	name := fmt.Sprintf("%s_fault_%d", from, n)
	address.Path = "/postgres"
	admin, err := sql.Open("pgx", address.String())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := admin.Exec("CREATE DATABASE " + name + " TEMPLATE " + from + " STRATEGY file_copy"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if _, err := admin.Exec("DROP DATABASE " + name + " WITH (FORCE)"); err != nil {
			t.Error(err)
		}
		_ = admin.Close()
	})
	address.Path = "/" + name
	return address.String()
}

// inMemory is a folder of the test's own, in memory where that can be: a copy lives for a moment, and SQLite
// waits for the disk at every COMMIT.
func inMemory(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("/dev/shm", "billfold-fault-")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

// batch is usage of two accounts: for lines that are there and new ones, of two months, late for July,
// and without a project.
func (f *faultWorld) batch() []usage.Record {
	var all []usage.Record
	add := func(r usage.Record, start, cost string) {
		c := decimal.RequireFromString(cost)
		r.ID, r.Start, r.End, r.Cost = fmt.Sprintf("batch-%d", len(all)), day(start), day(start).Add(time.Hour), &c
		r.Quantity, r.Unit = decimal.New(15, -1), "hour"
		all = append(all, r)
	}
	for _, start := range []string{"2024-08-03 01:00", "2024-08-04 01:00", "2024-09-02 01:00", "2024-07-20 01:00"} {
		add(usage.Record{Project: "web", ServiceName: "pg"}, start, "1.111111111111111111")
		add(usage.Record{Project: "api", ServiceName: "opensearch"}, start, "0.00001605990")
		add(usage.Record{Project: "north", ServiceName: "pg"}, start, "2.5")
		add(usage.Record{BillingGroupID: f.german, ServiceName: "support", Description: "silver", LineType: usage.SupportCharge}, start, "9.99")
	}
	return all
}
