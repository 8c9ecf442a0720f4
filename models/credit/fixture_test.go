package credit_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"billfold/models"
	"billfold/models/access"
	"billfold/models/account"
	"billfold/models/credit"
	"billfold/models/db"
	"billfold/models/money"

	"gorm.io/gorm"
)

var (
	ctx      = context.Background()
	operator = access.OperatorActor()
	start    = time.Date(2026, 11, 22, 14, 0, 0, 123456000, time.UTC)
)

// fixture is an installation whose business clock can be set.
type fixture struct {
	t     *testing.T
	d     *db.DB
	now   time.Time
	store *credit.Store
	n     int64
}

func newFixture(t *testing.T, d *db.DB) *fixture {
	f := &fixture{t: t, d: d, now: start}
	f.store = credit.NewStore(d, func() time.Time { return f.now })
	return f
}

func (f *fixture) exec(sql string, args ...any) {
	f.t.Helper()
	must(f.t, f.d.RunTx(ctx, func(tx *gorm.DB) error { return tx.Exec(sql, args...).Error }))
}

func (f *fixture) count(sql string, args ...any) (n int64) {
	f.t.Helper()
	must(f.t, f.d.Read(ctx).Raw(sql, args...).Scan(&n).Error)
	return n
}

// account makes an account with a primary group.
func (f *fixture) account(name string) (scope access.Scope, group string) {
	f.t.Helper()
	a, err := account.NewStore(f.d, func() time.Time { return f.now.AddDate(-1, 0, 0) }).CreateAccount(ctx, operator, name, "")
	must(f.t, err)
	must(f.t, f.d.Read(ctx).Raw(`SELECT id FROM billing_groups WHERE account_id = ?`, a.ID).Scan(&group).Error)
	scope, err = access.New(f.d).ForAccount(ctx, operator, a.ID, access.Write)
	must(f.t, err)
	return scope, group
}

// member makes a user with a role and gives their scope.
func (f *fixture) member(accountID string, role access.Role) access.Scope {
	f.t.Helper()
	id := models.NewID()
	f.exec(`INSERT INTO users (id, email, email_key, name, password_hash, created_at) VALUES (?, ?, ?, 'Ana', '', ?)`, id, id, id, start)
	f.exec(`INSERT INTO members (account_id, user_id, role, created_at) VALUES (?, ?, ?, ?)`, accountID, id, string(role), start)
	scope, err := access.New(f.d).ForAccount(ctx, access.Actor{Kind: access.User, ID: id, Name: "Ana"}, accountID, access.Read)
	must(f.t, err)
	return scope
}

func (f *fixture) group(accountID, name string) string {
	f.t.Helper()
	id := models.NewID()
	f.exec(`INSERT INTO billing_groups (id, account_id, name, name_key, is_primary, created_at) VALUES (?, ?, ?, ?, ?, ?)`, id, accountID, name, name, false, start)
	return id
}

func (f *fixture) billedIn(accountID, group string, c money.Currency) {
	f.t.Helper()
	f.exec(`INSERT INTO billing_information (group_id, account_id, company, address_line1, address_line2, address_line3, city, region, postal_code, country, vat_id, vat_status, vat_source,
		electronic_scheme, electronic_id, buyer_reference, currency, purchase_order, invoice_text, invoice_emails, contact_emails, version, updated_at, updated_by)
		VALUES (?, ?, '', '', '', '', '', '', '', '', '', 'none', '', '', '', '', ?, '', '', '', '', 1, ?, '')`, group, accountID, string(c), start)
}

func (f *fixture) project(accountID, group, name string) string {
	f.t.Helper()
	id := models.NewID()
	f.exec(`INSERT INTO projects (id, account_id, group_id, name, name_key, created_at) VALUES (?, ?, ?, ?, ?, ?)`, id, accountID, group, name, name, start)
	f.exec(`INSERT INTO project_assignments (id, account_id, project_id, group_id, created_at) VALUES (?, ?, ?, ?, ?)`, models.NewID(), accountID, id, group, start)
	return id
}

// move moves a project to another group.
func (f *fixture) move(accountID, project, group string) {
	f.t.Helper()
	f.exec(`UPDATE projects SET group_id = ? WHERE id = ?`, group, project)
	f.exec(`UPDATE project_assignments SET valid_to = ? WHERE project_id = ?`, f.now, project)
	f.exec(`INSERT INTO project_assignments (id, account_id, project_id, group_id, valid_from, created_at) VALUES (?, ?, ?, ?, ?, ?)`, models.NewID(), accountID, project, group, f.now, f.now)
}

// invoice writes the row of an issued invoice.
func (f *fixture) invoice(accountID, group string, month models.Month) string {
	f.t.Helper()
	id := models.NewID()
	f.n++
	f.exec(`INSERT INTO invoices (id, account_id, group_id, kind, month, state, series, series_number, number, reason, currency, price_currency, rate, rate_source, subtotal_minor, credits_minor, taxable_minor, tax_minor,
		total_minor, prepaid_minor, paid_minor, credited_minor, due_minor, tax_local_minor, tax_local_currency, tax_note, snapshot, frozen, created_at, updated_at)
		VALUES (?, ?, ?, 'invoice', ?, 'issued', 'BF-2026', ?, ?, '', 'EUR', 'USD', '1', '', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, '', '', '', ?, ?, ?)`,
		id, accountID, group, string(month), f.n, fmt.Sprintf("BF-2026-%06d", f.n), true, start, start)
	return id
}

// issue issues a promotion of 400.00 in a currency, as changed.
func (f *fixture) issue(code string, c money.Currency, change ...func(*credit.NewCredit)) credit.Credit {
	f.t.Helper()
	n := credit.NewCredit{Code: code, Type: "promotion", Value: money.New(40000, c)}
	for _, one := range change {
		one(&n)
	}
	made, err := f.store.Issue(ctx, operator, n)
	must(f.t, err)
	return made
}

func (f *fixture) claim(scope access.Scope, code string, t credit.Target) credit.Claim {
	f.t.Helper()
	c, err := f.store.Claim(ctx, scope, code, t)
	must(f.t, err)
	return c
}

// message is what the person at the form reads: the field and its message, or the error.
func message(err error) string {
	var e *models.Error
	switch {
	case err == nil:
		return ""
	case errors.As(err, &e) && len(e.Fields) > 0:
		return e.Fields[0].Name + ": " + e.Fields[0].Message
	}
	return err.Error()
}

func day(s string) time.Time {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		panic(err)
	}
	return t
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
