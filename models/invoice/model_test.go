package invoice_test

import (
	"context"
	"flag"
	"fmt"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"

	"billfold/models/access"
	"billfold/models/account"
	"billfold/models/credit"
	"billfold/models/db"
	"billfold/models/db/dbtest"
	"billfold/models/invoice"
	"billfold/models/seller"
	"billfold/models/tax"
	"billfold/models/usage"
	"billfold/models/verify"
	"billfold/views/documents"

	"github.com/shopspring/decimal"
	"pgregory.net/rapid"
)

// TestModel walks a random way through everything that moves money, with the clock going on, and after
// each step holds the database against the oracle and runs every check of verify. A short walk by
// default; BILLFOLD_MODEL_ROUNDS=20 makes twenty long ones for each database.
func TestModel(t *testing.T) {
	rounds, steps := 1, 25
	if n, err := strconv.Atoi(os.Getenv("BILLFOLD_MODEL_ROUNDS")); err == nil {
		rounds, steps = n, 120
	}
	checks := flag.Lookup("rapid.checks").Value.String()
	defer func() { _ = flag.Set("rapid.checks", checks) }()
	_ = flag.Set("rapid.checks", fmt.Sprint(rounds))
	dbtest.Each(t, func(t *testing.T, first *db.DB) {
		unused := first
		rapid.Check(t, func(r *rapid.T) {
			d := unused
			if unused = nil; d == nil {
				d = dbtest.New(t, first.Dialect())
			}
			m := newModel(t, r, d)
			for range steps {
				m.step()
				m.compare()
			}
		})
	})
}

// model is the product on a database beside the oracle.
type model struct {
	*rapid.T
	oracle
	t        testing.TB
	ctx      context.Context
	db       *db.DB
	now      time.Time
	accounts *account.Store
	invoices *invoice.Store
	credits  *credit.Store
	usage    *usage.Store
	scopes   map[string]access.Scope
	ids      []string // of the accounts, in order
	sent     []usage.Record
	names    int
	printed  int // issued invoices whose PDF was made
}

func newModel(t testing.TB, r *rapid.T, d *db.DB) *model {
	m := &model{T: r, t: t, ctx: context.Background(), db: d, now: utc("2024-08-05T12:00:00Z"), scopes: map[string]access.Scope{}}
	m.rates, m.runs, m.numbers = map[string]map[string]string{}, map[string]time.Time{}, map[int]int64{}
	clock := func() time.Time { return m.now }
	m.accounts, m.invoices = account.NewStore(d, clock), invoice.NewStore(d, clock)
	m.credits, m.usage = credit.NewStore(d, clock), usage.NewStore(d, clock)
	sell := seller.NewStore(d, clock)
	m.must(sell.Set(m.ctx, operator, seller.Seller{Name: "Seller Oy", AddressLine1: "Katu 1", City: "Helsinki", PostalCode: "00100", Country: "FI",
		VATID: "FI20774740", InvoicePrefix: "BF", PriceCurrency: "USD", Prepaid: seller.MultiPurpose}))
	_, err := tax.NewStore(d, clock).ImportShipped(m.ctx, operator)
	m.must(err)
	for _, name := range []string{"Acme", "Borealis"} {
		made, err := m.accounts.CreateAccount(m.ctx, operator, name, "")
		m.must(err)
		m.ids = append(m.ids, made.ID)
		scope, err := access.New(d).ForAccount(m.ctx, operator, made.ID, access.Admin)
		m.must(err)
		m.scopes[made.ID] = scope
		groups, _, err := m.accounts.Groups(m.ctx, scope, account.GroupQuery{Limit: 1})
		m.must(err)
		m.groups = append(m.groups, &oGroup{id: groups[0].ID, account: made.ID, created: m.now, open: map[string]*oEstimate{}})
		m.newGroup(made.ID)
	}
	for range 3 {
		m.importRates()
	}
	for _, g := range m.groups {
		m.information(g, false)
		m.newProject(g)
	}
	return m
}

func (m *model) must(err error) {
	if err != nil {
		m.Helper()
		m.Fatalf("%s: %v", m.now.Format(time.RFC3339), err)
	}
}

func (m *model) chance(percent int, what string) bool {
	return m.between(0, 99, what) < percent
}

// between draws evenly; rapid by itself prefers small numbers, which would be the same few steps again and again.
func (m *model) between(low, high int, what string) int {
	n := rapid.Uint64().Draw(m.T, what) * 0x9e3779b97f4a7c15
	return low + int((n^n>>32)*0xd6e8feb86659fd93>>33%uint64(high-low+1))
}

func (m *model) name(kind string) string {
	m.names++
	return fmt.Sprint(kind, " ", m.names)
}

func pick[V any](m *model, list []V, what string) V { return list[m.between(0, len(list)-1, what)] }

// keep is the part of a list that something is true of.
func keep[V any](list []V, is func(V) bool) (kept []V) {
	for _, v := range list {
		if is(v) {
			kept = append(kept, v)
		}
	}
	return kept
}

func live(g *oGroup) bool     { return g.deleted == nil }
func living(p *oProject) bool { return p.deleted == nil }

// step does one thing, after some time.
func (m *model) step() {
	m.now = m.now.Add(time.Duration(pick(m, []int{1, 3600, 40_000, 200_000, 500_000}, "seconds")) * time.Second)
	g := pick(m, keep(m.groups, live), "group")
	switch what := m.between(0, 99, "what"); {
	case what < 34:
		m.ingest()
	case what < 38:
		m.repeat()
	case what < 48:
		m.move()
	case what < 66:
		m.closeMonth()
	case what < 72:
		m.claim(g)
	case what < 75:
		m.rebind()
	case what < 80:
		m.information(g, true)
	case what < 88:
		m.importRates()
	case what < 90:
		m.pay()
	case what < 92:
		m.newProject(g)
	case what < 94:
		m.newGroup(g.account)
	case what < 96:
		m.rename()
	case what < 98:
		m.deleteProject()
	default:
		m.deleteGroup()
	}
}

// compare holds the database against the oracle, makes the PDFs of new invoices, and runs verify.
func (m *model) compare() {
	var rows []invoice.Row
	m.must(m.db.Read(m.ctx).Where("NOT frozen").Find(&rows).Error)
	estimates := 0
	for _, g := range m.groups {
		estimates += len(g.open)
	}
	if len(rows) != estimates {
		m.Fatalf("%d open estimates, want %d", len(rows), estimates)
	}
	for _, row := range rows {
		g := m.groups[slices.IndexFunc(m.groups, func(g *oGroup) bool { return g.id == row.GroupID })]
		e := g.open[row.Month]
		if e == nil {
			m.Fatalf("an estimate of %s that nobody expects", row.Month)
		}
		has := fmt.Sprint(row.Currency, " at ", row.Rate, ": ", row.SubtotalMinor, " ", m.lines(row.ID))
		if want := fmt.Sprint(e.currency, " at ", e.rate, ": ", m.subtotal(e), " ", e.lines); has != want {
			m.Fatalf("%s: estimate of %s is\n%s, want\n%s", m.now.Format(time.RFC3339), row.Month, has, want)
		}
	}
	for n, i := range m.issued {
		var row invoice.Row
		m.must(m.db.Read(m.ctx).Where("number = ?", i.number).Take(&row).Error)
		has := oInvoice{i.group, row.Month, *row.Number, row.Currency, row.TaxLocalCurrency, row.SubtotalMinor, row.CreditsMinor, row.TaxMinor, row.TotalMinor,
			row.PrepaidMinor, row.DueMinor, row.TaxLocalMinor, row.PaidMinor, string(row.State)}
		if has != *i || row.GroupID != i.group.id {
			m.Fatalf("invoice is\n%+v, want\n%+v", has, *i)
		}
		if n >= m.printed {
			full, err := m.invoices.Full(m.ctx, row.ID)
			m.must(err)
			pdf, err := documents.PDF(documents.FromFrozen(full))
			m.must(err)
			m.must(m.invoices.SaveDocument(m.ctx, row.ID, "pdf", pdf))
		}
	}
	m.printed = len(m.issued)
	var remaining []struct {
		ID    string
		Minor int64
	}
	m.must(m.db.Read(m.ctx).Raw(`SELECT id, remaining_minor AS minor FROM credit_claims`).Scan(&remaining).Error)
	for _, c := range remaining {
		if i := slices.IndexFunc(m.claims, func(o *oClaim) bool { return o.id == c.ID }); i < 0 || m.claims[i].remaining != c.Minor {
			m.Fatalf("a credit has %d left, want %+v", c.Minor, m.claims)
		}
	}
	results, err := verify.Run(m.ctx, m.db, nil)
	m.must(err)
	for _, r := range results {
		for _, v := range r.Violations {
			m.Errorf("invariant %s: %s: %s", v.Invariant, v.Subject, v.Message)
		}
	}
}

// lines are the exact costs of an invoice's lines; each project stands there by its present name.
func (m *model) lines(id string) map[oLine]decimal.Decimal {
	var rows []invoice.LineRow
	m.must(m.db.Read(m.ctx).Where("invoice_id = ?", id).Find(&rows).Error)
	lines := map[oLine]decimal.Decimal{}
	for _, l := range rows {
		line := oLine{service: l.ServiceName, month: l.ServiceMonth}
		if l.UnitPrice != nil {
			line.price = l.UnitPrice.String()
		}
		if l.ProjectID != nil {
			line.project = *l.ProjectID
			p := m.projects[slices.IndexFunc(m.projects, func(p *oProject) bool { return p.id == line.project })]
			if p.name != l.ProjectName {
				m.Fatalf("a line of %s is called %s", p.name, l.ProjectName)
			}
		}
		if _, twice := lines[line]; twice {
			m.Fatalf("two lines for %+v", line)
		}
		lines[line] = l.Cost
	}
	return lines
}
