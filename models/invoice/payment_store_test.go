package invoice_test

import (
	"sync"
	"testing"

	"billfold/models"
	"billfold/models/account"
	"billfold/models/credit"
	"billfold/models/invoice"

	"gorm.io/gorm"
)

func rawly(sql string, args ...any) func(*gorm.DB) error {
	return func(tx *gorm.DB) error { return tx.Exec(sql, args...).Error }
}

func TestPayments(t *testing.T) {
	each(t, func(w *world) {
		w.use(w.project, "2024-09-05T00:00:00Z", "100")
		w.close("2024-09")
		number := *w.row(w.group, "2024-09").Number
		pay := func(amount, reference string) (invoice.Payment, error) {
			return w.invoices.RecordPayment(w.ctx, operator, invoice.NewPayment{Number: number, Amount: amount, Reference: reference})
		}
		for _, bad := range [][2]string{{"0", "a"}, {"-1", "a"}, {"1.005", "a"}, {"x", "a"}, {"1", ""}} {
			if _, err := pay(bad[0], bad[1]); models.KindOf(err) != models.Invalid {
				w.Errorf("payment of %q with reference %q: %v", bad[0], bad[1], err)
			}
		}
		part, err := pay("25.50", "one")
		w.must(err)
		w.want("due after a part", part.Due, "100.00 EUR")
		w.want("state after a part", part.State, invoice.Issued)
		_, err = pay("1", "one")
		w.want("the same reference again", models.KindOf(err), models.Conflict)
		rest, err := pay("", "two")
		w.must(err)
		w.want("state", rest.State, invoice.Paid)
		_, err = pay("1", "three")
		w.want("a paid invoice", models.KindOf(err), models.Conflict)
		w.want("waiving a paid invoice", models.KindOf(w.invoices.SetState(w.ctx, operator, number, invoice.Waived, "x")), models.Conflict)
	})
}

func TestOnePaymentOfManyAtOnce(t *testing.T) {
	each(t, func(w *world) {
		w.use(w.project, "2024-09-05T00:00:00Z", "100")
		w.close("2024-09")
		number := *w.row(w.group, "2024-09").Number
		var wait sync.WaitGroup
		done := make(chan error, 20)
		for range 20 {
			wait.Go(func() {
				_, err := w.invoices.RecordPayment(w.ctx, operator, invoice.NewPayment{Number: number, Reference: models.NewID()})
				done <- err
			})
		}
		wait.Wait()
		close(done)
		ok := 0
		for err := range done {
			if err == nil {
				ok++
			} else if models.KindOf(err) != models.Conflict {
				w.Error(err)
			}
		}
		w.want("payments that were taken", ok, 1)
		w.want("paid", w.row(w.group, "2024-09").PaidMinor, 12_550)
	})
}

func TestDeletingAGroup(t *testing.T) {
	each(t, func(w *world) {
		w.want("the primary", models.KindOf(w.invoices.DeleteGroup(w.ctx, w.scope(w.group), false)), models.Conflict)
		g := w.newGroup("Research")
		p := w.newProject("lab", g)
		w.use(p, "2024-09-05T00:00:00Z", "10")
		w.claim(g, 500, "EUR", func(*credit.NewCredit) {}, credit.Target{Scope: credit.ForGroup})
		facts, err := w.invoices.DeleteFacts(w.ctx, w.scope(g))
		w.must(err)
		w.want("its last invoice uses all of its credit", facts.Lost, "[]")
		w.want("not invoiced yet", facts.Running, "10.00 EUR")
		w.claim(g, 1_500, "EUR", func(*credit.NewCredit) {}, credit.Target{Scope: credit.ForGroup})
		w.claim(g, 9_999, "EUR", func(*credit.NewCredit) {}, credit.Target{Scope: credit.ForAccount})
		facts, err = w.invoices.DeleteFacts(w.ctx, w.scope(g))
		w.must(err)
		w.want("lost", facts.Lost, "[10.00 EUR]")
		w.want("with a project", models.KindOf(w.invoices.DeleteGroup(w.ctx, w.scope(g), true)), models.Conflict)
		_, err = w.accounts.MoveProjects(w.ctx, w.scope(""), []string{p}, w.group)
		w.must(err)
		err = w.invoices.DeleteGroup(w.ctx, w.scope(g), false)
		w.want("credit would be lost", models.KindOf(err), models.Invalid)
		w.must(w.invoices.DeleteGroup(w.ctx, w.scope(g), true))
		w.want("again", models.KindOf(w.invoices.DeleteGroup(w.ctx, w.scope(g), true)), models.NotFound)
		w.bill(g, func(i *account.Information) { i.PurchaseOrder = "PO 1" })
		got := w.close("2024-09")[g]
		w.want("its running estimate is still billed", got.Result, invoice.ResultIssued)
		w.want("with its credit", w.row(g, "2024-09").CreditsMinor, 1_000)
		w.use(p, "2024-09-04T00:00:00Z", "1")
		w.want("late usage too", w.row(g, "2024-10").SubtotalMinor, 100)
		w.want("and that is billed", w.close("2024-10")[g].Result, invoice.ResultIssued)
	})
}

func TestRenamingAProjectKeepsIssuedNames(t *testing.T) {
	each(t, func(w *world) {
		w.use(w.project, "2024-09-05T00:00:00Z", "10")
		w.close("2024-09")
		w.use(w.project, "2024-10-05T00:00:00Z", "10")
		_, err := w.accounts.RenameProject(w.ctx, w.scope(""), w.project, "site")
		w.must(err)
		name := func(month models.Month) string {
			full, err := w.invoices.Full(w.ctx, w.row(w.group, month).ID)
			w.must(err)
			return full.Lines[0].ProjectName
		}
		w.want("issued", name("2024-09"), "web")
		w.want("running", name("2024-10"), "site")
	})
}
