package invoice_test

import (
	"strings"
	"sync"
	"testing"
	"time"

	"billfold/models"
	"billfold/models/access"
	"billfold/models/account"
	"billfold/models/credit"
	"billfold/models/db"
	"billfold/models/db/dbtest"
	"billfold/models/invoice"
	"billfold/models/money"
	"billfold/models/people"
	"billfold/models/usage"

	"github.com/shopspring/decimal"
	"gorm.io/gorm"
)

func (w *world) deleteAccount() error { return w.invoices.DeleteAccount(w.ctx, w.scope("")) }

// stays expects that the account cannot be deleted now, for a reason.
func (w *world) stays(reason string) {
	w.Helper()
	if err := w.deleteAccount(); models.KindOf(err) != models.Conflict || !strings.Contains(err.Error(), reason) {
		w.Errorf("deleting the account: %v, want %q", err, reason)
	}
}

func TestAnAccountIsDeletedOnlyWhenNothingIsLeftToBill(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		if _, err := w.accounts.AllowBankTransfer(w.ctx, operator, w.account, 14); err != nil {
			t.Fatal(err)
		}
		w.use(w.project, "2024-09-10T10:00:00Z", "12.50")
		w.stays("projects: web")
		_, err := w.accounts.DeleteProject(w.ctx, w.scope(""), w.project)
		w.must(err)
		w.stays("September 2024 is not invoiced yet")
		w.close("2024-09")
		row := w.row(w.group, "2024-09")
		w.stays("1 invoice is not paid yet: " + *row.Number)
		_, err = w.invoices.RecordPayment(w.ctx, operator, invoice.NewPayment{Number: *row.Number, Reference: "ref-1", Date: w.now})
		w.must(err)
		issue := func(kind credit.Type, code string) {
			t.Helper()
			_, err := w.credits.Issue(w.ctx, operator, credit.NewCredit{Code: code, Type: kind, Value: money.New(500, "EUR"), Claims: 1})
			w.must(err)
			_, err = w.credits.Claim(w.ctx, w.scope(w.group), code, credit.Target{Scope: credit.ForAccount, GroupID: w.group})
			w.must(err)
		}
		issue("promotion", "GIFT5")
		kind := func(k credit.Type) {
			w.must(d.RunTx(w.ctx, func(tx *gorm.DB) error {
				return tx.Exec(`UPDATE credits SET type = ? WHERE code = 'GIFT5'`, string(k)).Error
			}))
		}
		kind(credit.Purchase)
		w.stays("The account holds 5.00 EUR of prepaid credit")
		kind("promotion")
		spare := w.newGroup("Spare")
		w.must(w.deleteAccount())
		a := access.New(d)
		if _, err := a.ForAccount(w.ctx, operator, w.account, access.Read); models.KindOf(err) != models.NotFound {
			t.Errorf("the deleted account is still there: %v", err)
		}
		var events []struct{ Type, Sentence string }
		w.must(d.Read(w.ctx).Raw(`SELECT type, sentence FROM events WHERE account_id = ? ORDER BY position DESC LIMIT 1`, w.account).Scan(&events).Error)
		if events[0].Type != "account.deleted" || !strings.Contains(events[0].Sentence, "2 billing groups (Default and Spare)") || !strings.Contains(events[0].Sentence, "5.00 EUR of credits were lost") {
			t.Errorf("%+v", events)
		}
		for _, id := range []string{w.group, spare} {
			scope, err := a.ForGroup(w.ctx, operator, id, access.Read)
			w.must(err)
			g, err := w.accounts.Group(w.ctx, scope, id)
			if err != nil || !g.Deleted() || g.Primary {
				t.Errorf("%+v %v", g, err)
			}
		}
		// Its invoices stay readable, and the next month closes without it.
		scope, err := a.ForGroup(w.ctx, operator, w.group, access.Read)
		w.must(err)
		if _, err := w.invoices.FullInvoice(w.ctx, scope, *row.Number); err != nil {
			t.Error(err)
		}
		if out := w.close("2024-10"); len(out) != 0 {
			t.Errorf("closed: %+v", out)
		}
		if err := w.invoices.DeleteAccount(w.ctx, scope); models.KindOf(err) != models.NotFound {
			t.Errorf("deleted again: %v", err)
		}
	})
}

func TestWhoMayDeleteAnAccount(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		if err := w.invoices.DeleteAccount(w.ctx, access.Scope{}); models.KindOf(err) != models.Forbidden {
			t.Errorf("the zero scope: %v", err)
		}
		bo, err := people.NewStore(d, w.clock).CreateUser(w.ctx, operator, people.NewUser{Email: "bo@example.com", Password: "a long enough secret"})
		w.must(err)
		w.must(people.NewStore(d, w.clock).AddMember(w.ctx, operator, w.account, bo.ID, access.RoleBilling))
		scope, err := access.New(d).ForAccount(w.ctx, access.Actor{Kind: access.User, ID: bo.ID, Name: bo.Name}, w.account, access.Write)
		w.must(err)
		if err := w.invoices.DeleteAccount(w.ctx, scope); models.KindOf(err) != models.Forbidden {
			t.Errorf("the billing role: %v", err)
		}
	})
}

// Usage, a new project and the deletion of the account at once: it ends deleted with nothing in it, or
// alive; usage that was taken in is never lost with an account.
func TestRushToDeleteAnAccountAndUseIt(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		for round := range 8 {
			made, err := w.accounts.CreateAccount(w.ctx, operator, "Rush", "")
			w.must(err)
			scope, err := access.New(d).ForAccount(w.ctx, operator, made.ID, access.Admin)
			w.must(err)
			groups, _, err := w.accounts.Groups(w.ctx, scope, account.GroupQuery{Limit: 1})
			w.must(err)
			cost := decimal.RequireFromString("1.25")
			tries := []func() error{
				func() error { return w.invoices.DeleteAccount(w.ctx, scope) },
				func() error {
					_, err := w.accounts.CreateProject(w.ctx, scope, account.NewProject{Name: "rush-" + models.NewID()})
					return err
				},
				func() error {
					_, err := w.usage.Ingest(w.ctx, operator, []usage.Record{{ID: models.NewID(), BillingGroupID: groups[0].ID, ServiceName: "support", Description: "help", LineType: usage.SupportCharge,
						Start: w.now.Add(-time.Hour), End: w.now, Quantity: decimal.NewFromInt(1), Unit: "hours", Cost: &cost}}, usage.Options{})
					return err
				},
			}
			errs := make([]error, len(tries))
			start := make(chan struct{})
			var all sync.WaitGroup
			for n := range tries {
				all.Go(func() {
					<-start
					errs[(n+round)%len(tries)] = tries[(n+round)%len(tries)]()
				})
			}
			close(start)
			all.Wait()
			if deleted := errs[0] == nil; deleted && (errs[1] == nil || errs[2] == nil) || !deleted && errs[1] != nil && errs[2] != nil {
				t.Errorf("delete %v, create %v, use %v", errs[0], errs[1], errs[2])
			}
			var left int64
			w.must(d.Read(w.ctx).Raw(`SELECT (SELECT COUNT(*) FROM invoices WHERE account_id = a.id) + (SELECT COUNT(*) FROM projects WHERE account_id = a.id AND deleted_at IS NULL)
				FROM accounts a WHERE a.id = ? AND a.deleted_at IS NOT NULL`, made.ID).Scan(&left).Error)
			if left != 0 {
				t.Errorf("%d things were left in a deleted account", left)
			}
		}
	})
}
