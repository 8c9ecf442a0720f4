package account_test

import (
	"context"
	"net/http"
	"testing"

	"billfold/handlers/handlertest"
	"billfold/models"
	"billfold/models/access"
	"billfold/models/account"

	"gorm.io/gorm"
)

// world is Acme Cloud with its admin Ana, Bo of billing and the viewer Vi, and Borealis, which belongs to
// Zoe alone.
type world struct {
	*handlertest.Server
	accounts                *account.Store
	ana, bo, vi, zoe        *handlertest.Client
	acme, borealis          string
	primary, borealisGroup  string
	admin                   access.Scope
	project, borealisSecret string
}

func newWorld(t *testing.T, options ...handlertest.Option) *world {
	t.Helper()
	w := &world{Server: handlertest.New(t, options...)}
	w.accounts = account.NewStore(w.DB, w.Clock)
	ana, zoe := w.User(t, "Ana Lima", "ana@example.com"), w.User(t, "Zoe Ek", "zoe@example.com")
	w.acme, w.borealis = w.account(t, "Acme Cloud", ana.ID), w.account(t, "Borealis", zoe.ID)
	for name, role := range map[string]access.Role{"bo": access.RoleBilling, "vi": access.RoleViewer} {
		w.Member(t, w.acme, w.User(t, name, name+"@example.com").ID, role)
	}
	w.ana, w.bo, w.vi, w.zoe = w.SignIn(t, "ana@example.com"), w.SignIn(t, "bo@example.com"), w.SignIn(t, "vi@example.com"), w.SignIn(t, "zoe@example.com")
	w.admin = w.scope(t, w.acme)
	w.primary, w.borealisGroup = w.primaryOf(t, w.acme), w.primaryOf(t, w.borealis)
	w.project = w.newProject(t, w.admin, "web-frontend", "")
	w.borealisSecret = w.newProject(t, w.scope(t, w.borealis), "secret-project", "")
	return w
}

func (w *world) account(t *testing.T, name, owner string) string {
	t.Helper()
	made, err := w.accounts.CreateAccount(context.Background(), access.OperatorActor(), name, owner)
	if err != nil {
		t.Fatal(err)
	}
	return made.ID
}

func (w *world) scope(t *testing.T, accountID string) access.Scope {
	t.Helper()
	s, err := access.New(w.DB).ForAccount(context.Background(), access.OperatorActor(), accountID, access.Admin)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func (w *world) primaryOf(t *testing.T, accountID string) string {
	t.Helper()
	groups, _, err := w.accounts.Groups(context.Background(), w.scope(t, accountID), account.GroupQuery{})
	if err != nil || len(groups) != 1 {
		t.Fatal(groups, err)
	}
	return groups[0].ID
}

func (w *world) newProject(t *testing.T, s access.Scope, name, group string) string {
	t.Helper()
	p, err := w.accounts.CreateProject(context.Background(), s, account.NewProject{Name: name, GroupID: group})
	if err != nil {
		t.Fatal(err)
	}
	return p.ID
}

func (w *world) newGroup(t *testing.T, name string) string {
	t.Helper()
	made, err := w.accounts.CreateGroup(context.Background(), w.admin, account.NewGroup{Name: name})
	if err != nil {
		t.Fatal(err)
	}
	return made.Group.ID
}

// estimate gives a group a running estimate with the amounts of projects.
func (w *world) estimate(t *testing.T, accountID, group, currency string, amounts map[string]int64) {
	t.Helper()
	id := models.NewID()
	var sum int64
	for _, minor := range amounts {
		sum += minor
	}
	now := w.Clock.Now()
	err := w.DB.RunTx(context.Background(), func(tx *gorm.DB) error {
		err := tx.Table("invoices").Create(map[string]any{"id": id, "account_id": accountID, "group_id": group, "kind": "invoice", "month": "2026-11",
			"state": "estimate", "reason": "", "currency": currency, "price_currency": "USD", "rate": "1", "rate_source": "", "subtotal_minor": sum,
			"credits_minor": 0, "taxable_minor": sum, "tax_minor": 0, "total_minor": sum, "prepaid_minor": 0, "paid_minor": 0, "credited_minor": 0,
			"due_minor": 0, "tax_local_minor": 0, "tax_local_currency": "", "tax_note": "", "snapshot": "", "frozen": false, "created_at": now, "updated_at": now}).Error
		for project, minor := range amounts {
			if err == nil {
				err = tx.Table("estimate_projects").Create(map[string]any{"invoice_id": id, "project_id": project, "amount_minor": minor,
					"account_id": accountID, "month": "2026-11", "currency": currency}).Error
			}
			var held int64
			if err == nil {
				err = tx.Table("project_assignments").Where("project_id = ? AND group_id = ?", project, group).Count(&held).Error
			}
			if err == nil && held == 0 { // it was in the group before
				err = tx.Table("project_assignments").Create(map[string]any{"id": models.NewID(), "account_id": accountID, "project_id": project, "group_id": group,
					"valid_from": now.AddDate(0, 0, -9), "valid_to": now.AddDate(0, 0, -8), "created_at": now}).Error
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// changes counts what any write leaves behind: events, and rows of every table that these screens write.
func (w *world) changes(t *testing.T) [5]int64 {
	t.Helper()
	var n [5]int64
	for i, q := range []string{`SELECT COUNT(*) FROM events`, `SELECT COUNT(*) FROM projects`, `SELECT COUNT(*) FROM billing_groups`,
		`SELECT COUNT(*) FROM drafts`, `SELECT COUNT(*) FROM project_assignments`} {
		n[i] = w.Count(t, q)
	}
	return n
}

// unchanged runs something that must leave the database as it is.
func (w *world) unchanged(t *testing.T, run func()) {
	t.Helper()
	before := w.changes(t)
	run()
	if after := w.changes(t); after != before {
		t.Errorf("the database changed: events, projects, groups, drafts, assignments were %v, are %v", before, after)
	}
}

const (
	ok        = http.StatusOK
	seeOther  = http.StatusSeeOther
	invalid   = http.StatusUnprocessableEntity
	forbidden = http.StatusForbidden
	missing   = http.StatusNotFound
)
