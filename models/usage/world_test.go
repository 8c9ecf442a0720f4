package usage_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"gorm.io/gorm"

	"billfold/models"
	"billfold/models/access"
	"billfold/models/account"
	"billfold/models/db"
	"billfold/models/usage"
)

var operator = access.OperatorActor()

// world is an account "Acme" with the groups Default (primary) and Research, and a store on a clock.
type world struct {
	t        testing.TB
	db       *db.DB
	clock    models.Clock
	store    *usage.Store
	accounts *account.Store
	account  string
	primary  string
	research string
}

func newWorld(t testing.TB, d *db.DB) *world {
	return newWorldAt(t, d, func() time.Time { return now })
}

func newWorldAt(t testing.TB, d *db.DB, clock models.Clock) *world {
	t.Helper()
	w := &world{t: t, db: d, clock: clock, store: usage.NewStore(d, clock), accounts: account.NewStore(d, clock)}
	w.account, w.primary = w.newAccount("Acme")
	w.research = w.newGroup(w.account, "Research")
	return w
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) newAccount(name string) (id, primary string) {
	w.t.Helper()
	made, err := w.accounts.CreateAccount(context.Background(), operator, name, "")
	w.must(err)
	w.must(w.db.Read(context.Background()).Raw(`SELECT id FROM billing_groups WHERE account_id = ? AND is_primary`, made.ID).Scan(&primary).Error)
	return made.ID, primary
}

func (w *world) newGroup(accountID, name string) string {
	w.t.Helper()
	made, err := w.accounts.CreateGroup(context.Background(), w.scope(accountID), account.NewGroup{Name: name})
	w.must(err)
	return made.Group.ID
}

// scope is the operator's right on an account.
func (w *world) scope(accountID string) access.Scope {
	w.t.Helper()
	scope, err := access.New(w.db).ForAccount(context.Background(), operator, accountID, access.Admin)
	w.must(err)
	return scope
}

func (w *world) newProject(accountID, name, externalID string) string {
	w.t.Helper()
	var id string
	w.must(w.db.RunTx(context.Background(), func(tx *gorm.DB) error {
		if err := account.Lock(tx, accountID); err != nil {
			return err
		}
		made, err := account.CreateProjectTx(tx, operator, w.clock.Now(), accountID, account.NewProject{Name: name, ExternalID: externalID})
		id = made.ID
		return err
	}))
	return id
}

func (w *world) exec(query string, args ...any) {
	w.t.Helper()
	w.must(w.db.RunTx(context.Background(), func(tx *gorm.DB) error { return tx.Exec(query, args...).Error }))
}

// closeMonth marks a month as closed for a group, as closing does for a group with nothing to bill.
func (w *world) closeMonth(groupID string, month models.Month) {
	w.t.Helper()
	w.exec(`INSERT INTO group_months (account_id, group_id, month, state, reason, updated_at) VALUES (?, ?, ?, 'closed', '', ?)`,
		w.account, groupID, string(month), now)
}

func (w *world) ingest(batch ...usage.Record) (usage.Result, error) {
	return w.store.Ingest(context.Background(), operator, batch, usage.Options{})
}

func (w *world) accept(batch ...usage.Record) {
	w.t.Helper()
	got, err := w.ingest(batch...)
	w.must(err)
	if got.Accepted != len(batch) || got.Duplicates != 0 {
		w.t.Fatalf("%+v, want %d accepted", got, len(batch))
	}
}

func (w *world) strings(query string, args ...any) (out []string) {
	w.t.Helper()
	w.must(w.db.Read(context.Background()).Raw(query, args...).Scan(&out).Error)
	return out
}

func (w *world) count(query string, args ...any) (n int) {
	w.t.Helper()
	w.must(w.db.Read(context.Background()).Raw(query, args...).Scan(&n).Error)
	return n
}

// rec is a record of project api: an hour that began at start and cost something.
func rec(id, start, cost string) usage.Record {
	at, err := time.Parse(time.RFC3339, start)
	if err != nil {
		panic(err)
	}
	return usage.Record{ID: id, Project: "api", ServiceName: "pg-main", ServiceType: "pg", Start: at, End: at.Add(time.Hour),
		Quantity: decimal.New(1, 0), Unit: "hour", Cost: num(cost)}
}

// shape is everything that taking records in changes, in words that do not depend on ids of rows.
func (w *world) shape() string {
	w.t.Helper()
	type row struct {
		Name, Month, Project, Service, ServiceMonth string
		Cost, Quantity                              decimal.Decimal
		AmountMinor, RecordCount, SubtotalMinor     int64
	}
	var rows []row
	w.must(w.db.Read(context.Background()).Raw(`SELECT g.name, i.month, l.project_name AS project, l.service_name AS service, l.service_month,
		l.cost, l.quantity, l.amount_minor, l.record_count, i.subtotal_minor
		FROM invoice_lines l JOIN invoices i ON i.id = l.invoice_id JOIN billing_groups g ON g.id = i.group_id
		ORDER BY g.name, i.month, l.project_name, l.service_name, l.service_month, l.amount_minor`).Scan(&rows).Error)
	out := ""
	for _, r := range rows {
		out += fmt.Sprintf("%s %s: %s/%s of %s x%d q%s %s = %d of %d\n", r.Name, r.Month, r.Project, r.Service, r.ServiceMonth,
			r.RecordCount, r.Quantity, r.Cost, r.AmountMinor, r.SubtotalMinor)
	}
	return out
}

// sound checks what must hold whatever was taken in: domain.md, invariants U1 and U2 and the kept sums.
func (w *world) sound() {
	w.t.Helper()
	var records []struct {
		LineID         string
		Cost, Quantity decimal.Decimal
	}
	w.must(w.db.Read(context.Background()).Raw(`SELECT line_id, cost, quantity FROM usage_records`).Scan(&records).Error)
	type sums struct {
		cost, quantity decimal.Decimal
		n              int64
	}
	byLine := map[string]sums{}
	for _, r := range records {
		s := byLine[r.LineID]
		byLine[r.LineID] = sums{s.cost.Add(r.Cost), s.quantity.Add(r.Quantity), s.n + 1}
	}
	var lines []struct {
		ID, InvoiceID            string
		ProjectID                *string
		Cost, Quantity, Rate     decimal.Decimal
		AmountMinor, RecordCount int64
		Currency, State          string
	}
	w.must(w.db.Read(context.Background()).Raw(`SELECT l.id, l.invoice_id, l.project_id, l.cost, l.quantity, i.rate, l.amount_minor, l.record_count, i.currency, i.state
		FROM invoice_lines l JOIN invoices i ON i.id = l.invoice_id`).Scan(&lines).Error)
	subtotal, project := map[string]int64{}, map[string]int64{}
	for _, l := range lines {
		s := byLine[l.ID]
		if !s.cost.Equal(l.Cost) || !s.quantity.Equal(l.Quantity) || s.n != l.RecordCount {
			w.t.Errorf("line %s keeps %s (%s, %d records), its records are %s (%s, %d)", l.ID, l.Cost, l.Quantity, l.RecordCount, s.cost, s.quantity, s.n)
		}
		if want := l.Cost.Mul(l.Rate).Shift(2).Round(0).IntPart(); l.Currency != "JPY" && want != l.AmountMinor {
			w.t.Errorf("line %s of %s at %s: amount %d, want %d", l.ID, l.Cost, l.Rate, l.AmountMinor, want)
		}
		delete(byLine, l.ID)
		if l.State != "estimate" {
			continue // what pages show of an issued invoice is frozen with it
		}
		subtotal[l.InvoiceID] += l.AmountMinor
		id := models.NilID
		if l.ProjectID != nil {
			id = *l.ProjectID
		}
		project[l.InvoiceID+id] += l.AmountMinor
	}
	if len(byLine) > 0 {
		w.t.Errorf("%d lines of records do not exist", len(byLine))
	}
	var kept []struct {
		ID, ProjectID              string
		SubtotalMinor, AmountMinor int64
	}
	w.must(w.db.Read(context.Background()).Raw(`SELECT i.id, i.subtotal_minor, p.project_id, p.amount_minor
		FROM invoices i LEFT JOIN estimate_projects p ON p.invoice_id = i.id WHERE i.state = 'estimate'`).Scan(&kept).Error)
	for _, k := range kept {
		if k.SubtotalMinor != subtotal[k.ID] || k.AmountMinor != project[k.ID+k.ProjectID] {
			w.t.Errorf("estimate %s keeps subtotal %d and %d for project %s, its lines are %d and %d", k.ID, k.SubtotalMinor, k.AmountMinor,
				k.ProjectID, subtotal[k.ID], project[k.ID+k.ProjectID])
		}
		delete(project, k.ID+k.ProjectID)
	}
	if len(project) > 0 {
		w.t.Errorf("%d projects of estimates have no kept sum", len(project))
	}
}

// move moves projects of Acme, as the console does.
func (w *world) move(group string, projects ...string) {
	w.t.Helper()
	_, err := w.accounts.MoveProjects(context.Background(), w.scope(w.account), projects, group)
	w.must(err)
}
