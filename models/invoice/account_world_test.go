package invoice_test

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
	"billfold/models/money"

	"github.com/shopspring/decimal"
	"gorm.io/gorm"
)

// accountWorld is an installation for the read models of the account screens: Acme Cloud with its admin
// Ana Lima, on 22 Nov 2026. Estimates are written as rows, because these tests are about reading them.
type accountWorld struct {
	*testing.T
	d       *db.DB
	s       *invoice.Store
	actor   access.Actor
	acme    access.Scope
	primary string
}

var accountNow = time.Date(2026, 11, 22, 14, 5, 0, 0, time.UTC)

func eachAccountWorld(t *testing.T, run func(w *accountWorld)) {
	t.Helper()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		clock := func() time.Time { return accountNow }
		w := &accountWorld{T: t, d: d, s: invoice.NewStore(d, clock), actor: access.Actor{Kind: access.User, ID: models.NewID(), Name: "Ana Lima"}}
		w.exec(`INSERT INTO users (id, email, email_key, name, password_hash, created_at) VALUES (?, 'ana@example.com', 'ana@example.com', 'Ana Lima', 'x', ?)`, w.actor.ID, accountNow)
		w.acme = w.account("Acme Cloud")
		w.primary = w.ids(`SELECT id FROM billing_groups WHERE account_id = ?`, w.acme.AccountID())[0]
		run(w)
	})
}

func (w *accountWorld) exec(sql string, args ...any) {
	w.Helper()
	err := w.d.RunTx(context.Background(), func(tx *gorm.DB) error { return tx.Exec(sql, args...).Error })
	if err != nil {
		w.Fatal(err)
	}
}

func (w *accountWorld) ids(sql string, args ...any) (ids []string) {
	w.Helper()
	if err := w.d.Read(context.Background()).Raw(sql, args...).Scan(&ids).Error; err != nil {
		w.Fatal(err)
	}
	return ids
}

// account makes an account of which Ana is admin.
func (w *accountWorld) account(name string) access.Scope {
	w.Helper()
	ctx := context.Background()
	made, err := account.NewStore(w.d, func() time.Time { return accountNow }).CreateAccount(ctx, access.OperatorActor(), name, w.actor.ID)
	if err != nil {
		w.Fatal(err)
	}
	scope, err := access.New(w.d).ForAccount(ctx, w.actor, made.ID, access.Admin)
	if err != nil {
		w.Fatal(err)
	}
	return scope
}

func (w *accountWorld) group(scope access.Scope, name string) string {
	id := models.NewID()
	w.exec(`INSERT INTO billing_groups (id, account_id, name, name_key, is_primary, created_at) VALUES (?, ?, ?, ?, ?, ?)`,
		id, scope.AccountID(), name, account.NameKey(name), false, accountNow)
	return id
}

func (w *accountWorld) project(scope access.Scope, groupID, name string) string {
	return w.projects(scope, groupID, name)[0]
}

// projects makes projects without events, so that ten thousand of them take no minute.
func (w *accountWorld) projects(scope access.Scope, groupID string, names ...string) []string {
	w.Helper()
	ids := make([]string, len(names))
	var projects, held []map[string]any
	for i, n := range names {
		ids[i] = models.NewID()
		projects = append(projects, map[string]any{"id": ids[i], "account_id": scope.AccountID(), "group_id": groupID, "name": n, "name_key": account.NameKey(n), "created_at": accountNow})
		held = append(held, map[string]any{"id": models.NewID(), "account_id": scope.AccountID(), "project_id": ids[i], "group_id": groupID, "created_at": accountNow})
	}
	err := w.d.RunTx(context.Background(), func(tx *gorm.DB) error {
		if err := tx.Table("projects").CreateInBatches(projects, 500).Error; err != nil {
			return err
		}
		return tx.Table("project_assignments").CreateInBatches(held, 500).Error
	})
	if err != nil {
		w.Fatal(err)
	}
	return ids
}

// estimate writes the running estimate of a group with the amounts of its projects; the subtotal is
// theirs and that of extra, which belongs to no project.
func (w *accountWorld) estimate(scope access.Scope, groupID, month, currency, rate string, extra int64, amounts map[string]int64) string {
	w.Helper()
	sum := extra
	var rows []map[string]any
	id := models.NewID()
	for project, minor := range amounts {
		sum += minor
		rows = append(rows, map[string]any{"invoice_id": id, "project_id": project, "amount_minor": minor,
			"account_id": scope.AccountID(), "month": month, "currency": currency})
	}
	row := invoice.Row{ID: id, AccountID: scope.AccountID(), GroupID: groupID, Kind: "invoice", Month: month, State: invoice.Estimate,
		Currency: currency, PriceCurrency: "USD", Rate: decimal.RequireFromString(rate), SubtotalMinor: sum, TaxableMinor: sum, TotalMinor: sum,
		CreatedAt: accountNow, UpdatedAt: accountNow}
	err := w.d.RunTx(context.Background(), func(tx *gorm.DB) error {
		if err := tx.Create(&row).Error; err != nil || len(rows) == 0 {
			return err
		}
		return tx.Table("estimate_projects").CreateInBatches(rows, 500).Error
	})
	if err != nil {
		w.Fatal(err)
	}
	return id
}

// issued writes an issued invoice of a group.
func (w *accountWorld) issued(scope access.Scope, groupID, month, number string, state invoice.State, total int64) string {
	w.Helper()
	var series int64
	if _, err := fmt.Sscanf(number, "BF-2026-%d", &series); err != nil {
		w.Fatal(err)
	}
	name, due := "BF-2026", accountNow.AddDate(0, 0, -8)
	row := invoice.Row{ID: models.NewID(), AccountID: scope.AccountID(), GroupID: groupID, Kind: "invoice", Month: month, State: state,
		Series: &name, SeriesNumber: &series, Number: &number, Currency: "EUR", PriceCurrency: "USD", Rate: decimal.NewFromInt(1),
		SubtotalMinor: total, TaxableMinor: total, TotalMinor: total, DueMinor: total, DueDate: &due, Frozen: true, CreatedAt: accountNow, UpdatedAt: accountNow}
	if err := w.d.RunTx(context.Background(), func(tx *gorm.DB) error { return tx.Create(&row).Error }); err != nil {
		w.Fatal(err)
	}
	return row.ID
}

func eur(minor int64) money.Amount { return money.New(minor, "EUR") }
func usd(minor int64) money.Amount { return money.New(minor, "USD") }
