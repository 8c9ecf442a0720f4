package account_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"billfold/models"
	"billfold/models/access"
	"billfold/models/account"

	"gorm.io/gorm"
)

func TestCreateGroup(t *testing.T) {
	each(t, func(w *world) {
		web, data := w.project("web-frontend"), w.project("data-platform")
		info := complete()
		at := w.later(time.Hour)
		var made account.CreatedGroup
		events := w.expect(func() (err error) {
			made, err = w.s.CreateGroup(ctx, w.bo, account.NewGroup{Name: " Research ", Information: &info, ProjectIDs: []string{web.ID, data.ID}})
			return err
		}, "billing_group.created", "project.moved")
		g := made.Group
		if g.Name != "Research" || g.Primary || g.Currency != "EUR" || g.PaymentMethodID != "" || len(made.Move.Moved) != 2 {
			w.Fatalf("%+v", made)
		}
		if events[0].Sentence != "created the billing group Research." || !strings.Contains(events[0].After, `"company":"Acme Oy"`) {
			w.Errorf("%+v", events[0])
		}
		if !strings.Contains(events[1].Sentence, "From now on their usage is billed to Research in EUR.") {
			w.Errorf("%q", events[1].Sentence)
		}
		if got := must(account.HoldersAt(w.d.Read(ctx), w.acme.ID, []string{web.ID}, at))(w); got[web.ID] != g.ID {
			w.Errorf("%v", got)
		}
		saved := must(w.s.BillingInformation(ctx, w.bo, g.ID))(w)
		if saved.Company != "Acme Oy" || saved.Version != 1 || saved.VATStatus != account.VATUnconfirmed {
			w.Errorf("%+v", saved)
		}
		empty := must(w.s.CreateGroup(ctx, w.bo, account.NewGroup{Name: "Empty"}))(w)
		if info := must(w.s.BillingInformation(ctx, w.bo, empty.Group.ID))(w); info.Version != 0 || len(empty.Move.Moved) != 0 {
			w.Errorf("%+v %+v", info, empty)
		}
	})
}

func TestCreateGroupCopies(t *testing.T) {
	each(t, func(w *world) {
		saveInformation(w, w.bo, w.primary, complete())
		must(w.s.ConfirmVAT(ctx, access.OperatorActor(), w.primary, "VIES"))(w)
		method := must(w.s.AllowBankTransfer(ctx, access.OperatorActor(), w.acme.ID, 30))(w)
		if err := w.s.ChoosePaymentMethod(ctx, w.bo, w.primary, method.ID); err != nil {
			w.Fatal(err)
		}
		create := func(n account.NewGroup) (account.Group, account.Information) {
			w.Helper()
			g := must(w.s.CreateGroup(ctx, w.bo, n))(w).Group
			return g, must(w.s.BillingInformation(ctx, w.bo, g.ID))(w)
		}
		g, info := create(account.NewGroup{Name: "Plain copy", CopyFrom: w.primary})
		if g.PaymentMethodID != method.ID || info.Company != "Acme Oy" || info.VATStatus != account.VATConfirmed || info.VATSource != "Operator: VIES" || info.Version != 1 {
			w.Errorf("%+v %+v", g, info)
		}
		// What the form changed wins; the VAT id's state goes along with the same id only.
		changed := complete()
		changed.Company, changed.VATStatus = "Acme Labs Oy", account.VATNone
		g, info = create(account.NewGroup{Name: "Changed", CopyFrom: w.primary, Information: &changed})
		if g.PaymentMethodID != "" || info.Company != "Acme Labs Oy" || info.VATStatus != account.VATConfirmed {
			w.Errorf("%+v %+v", g, info)
		}
		changed.VATID, changed.VATStatus = "FI01120389", account.VATConfirmed
		if _, info = create(account.NewGroup{Name: "Other id", CopyFrom: w.primary, Information: &changed}); info.VATStatus != account.VATUnconfirmed {
			w.Errorf("%+v", info)
		}
		g, info = create(account.NewGroup{Name: "Copy of nothing", CopyFrom: w.group("Empty").ID, PaymentMethodID: method.ID})
		if g.PaymentMethodID != method.ID || info.Version != 0 {
			w.Errorf("%+v %+v", g, info)
		}
	})
}

func TestCreateGroupRefusals(t *testing.T) {
	each(t, func(w *world) {
		web := w.project("web-frontend")
		other, foreign, foreignProject := w.other("Borealis")
		create := func(scope access.Scope, n account.NewGroup) func() error {
			return func() error { _, err := w.s.CreateGroup(ctx, scope, n); return err }
		}
		bad := complete()
		bad.Country = "ZZ"
		viewer := w.member(w.acme.ID, w.user("Vi"), "Vi", access.RoleViewer)
		w.refused(models.Forbidden, "You need billing access for Acme Cloud", create(viewer, account.NewGroup{Name: "x"}))
		w.refused(models.Invalid, "Enter a name", create(w.bo, account.NewGroup{}))
		w.refused(models.Invalid, "Name must be 128 characters or less", create(w.bo, account.NewGroup{Name: strings.Repeat("x", 129)}))
		w.refused(models.Invalid, "Acme Cloud already has a billing group called Default", create(w.bo, account.NewGroup{Name: "DEFAULT"}))
		w.refused(models.Invalid, "Choose a country from the list", create(w.bo, account.NewGroup{Name: "x", Information: &bad}))
		w.refused(models.NotFound, "Billing group not found", create(w.bo, account.NewGroup{Name: "x", CopyFrom: foreign.ID}))
		w.refused(models.NotFound, "Payment method not found", create(w.bo, account.NewGroup{Name: "x", PaymentMethodID: models.NewID()}))
		w.refused(models.NotFound, "One of the projects was not found", create(w.bo, account.NewGroup{Name: "x", ProjectIDs: []string{web.ID, foreignProject.ID}}))
		w.refused(models.NotFound, "Page not found", create(w.bo, account.NewGroup{Name: "x", DraftID: models.NewID()}))
		if n := len(w.groups()); n != 1 {
			w.Fatalf("%d groups after refusals", n)
		}
		must(w.s.CreateGroup(ctx, w.bo, account.NewGroup{Name: strings.Repeat("ä", 128)}))(w)
		// The name is another account's too, and free again once its group is deleted.
		must(w.s.CreateGroup(ctx, other, account.NewGroup{Name: "Research"}))(w)
		research := w.group("Research")
		deleteGroup(w, research.ID)
		again := w.group("research")
		if again.ID == research.ID {
			w.Fatal("the deleted group came back")
		}
	})
}

func deleteGroup(w *world, id string) {
	w.Helper()
	if err := tryDelete(w, w.bo, id, ""); err != nil {
		w.Fatal(err)
	}
}

func tryDelete(w *world, scope access.Scope, id, note string) error {
	return w.d.RunTx(ctx, func(tx *gorm.DB) error {
		if err := account.Lock(tx, scope.AccountID()); err != nil {
			return err
		}
		_, err := account.DeleteGroupTx(tx, scope.Actor(), w.clock(), scope.AccountID(), id, note)
		return err
	})
}

func TestDeleteGroup(t *testing.T) {
	each(t, func(w *world) {
		web, data := w.project("web-frontend"), w.project("data-platform")
		research := w.group("Research", web.ID, data.ID)
		other, _, _ := w.other("Borealis")
		del := func(scope access.Scope, id string) func() error {
			return func() error { return tryDelete(w, scope, id, "") }
		}
		w.refused(models.Conflict, "This is the primary billing group of Acme Cloud. Make another group primary first.", del(w.bo, w.primary))
		w.refused(models.Conflict, "Research has 2 projects. You can delete a billing group once it has none.", del(w.bo, research.ID))
		must(w.s.MoveProjects(ctx, w.bo, []string{web.ID}, w.primary))(w)
		w.refused(models.Conflict, "Research has 1 project. You can delete a billing group once it has none.", del(w.bo, research.ID))
		w.refused(models.NotFound, "Billing group not found", del(other, research.ID))
		// A deleted project keeps its history and no longer counts.
		must(w.s.DeleteProject(ctx, w.ana, data.ID))(w)
		at := w.later(time.Hour)
		made := w.expect(func() error { return tryDelete(w, w.bo, research.ID, "€120.00 of credits were lost.") }, "billing_group.deleted")
		if made[0].Sentence != "deleted the billing group Research. €120.00 of credits were lost." || !slices.Equal(w.subjects(made[0], "group"), []string{research.ID}) {
			w.Errorf("%+v", made[0])
		}
		w.refused(models.Conflict, "Research is deleted", del(w.bo, research.ID))
		gone := must(w.s.DeletedGroups(ctx, w.bo))(w)
		if len(gone) != 1 || gone[0].ID != research.ID || !gone[0].DeletedAt.Equal(at) || len(w.groups()) != 1 {
			w.Errorf("%+v", gone)
		}
		if g := must(w.s.Group(ctx, w.bo, research.ID))(w); !g.Deleted() {
			w.Errorf("%+v", g)
		}
		for _, change := range []func() error{
			func() error { _, err := w.s.RenameGroup(ctx, w.bo, research.ID, "y"); return err },
			func() error { _, err := w.s.MakePrimary(ctx, w.bo, research.ID); return err },
		} {
			w.refused(models.Conflict, "Research is deleted", change)
		}
		// Until nothing is unissued or unpaid its billing information can be edited.
		saveInformation(w, w.bo, research.ID, complete())
	})
}

func TestRenameGroup(t *testing.T) {
	each(t, func(w *world) {
		research := w.group("Research")
		rename := func(scope access.Scope, id, name string) func() error {
			return func() error { _, err := w.s.RenameGroup(ctx, scope, id, name); return err }
		}
		made := w.expect(rename(w.bo, research.ID, "Labs"), "billing_group.renamed")
		if made[0].Sentence != "renamed the billing group Research to Labs." || made[0].Before != `{"name":"Research"}` {
			w.Errorf("%+v", made[0])
		}
		w.expect(rename(w.bo, research.ID, " Labs "))
		w.expect(rename(w.bo, research.ID, "LABS"), "billing_group.renamed")
		w.refused(models.Invalid, "Acme Cloud already has a billing group called Default", rename(w.bo, research.ID, "default"))
		w.refused(models.NotFound, "Billing group not found", rename(w.bo, models.NewID(), "x"))
		other, _, _ := w.other("Borealis")
		w.refused(models.NotFound, "Billing group not found", rename(other, research.ID, "x"))
	})
}

func TestMakePrimary(t *testing.T) {
	each(t, func(w *world) {
		old := w.project("web-frontend")
		research := w.group("Research")
		made := w.expect(func() error { _, err := w.s.MakePrimary(ctx, w.bo, research.ID); return err }, "billing_group.made_primary")
		if made[0].Sentence != "made Research the primary billing group. It replaces Default." || !slices.Equal(w.subjects(made[0], "group"), sorted(w.primary, research.ID)) {
			w.Errorf("%+v", made[0])
		}
		w.expect(func() error { _, err := w.s.MakePrimary(ctx, w.bo, research.ID); return err })
		if p := w.project("api"); p.GroupID != research.ID {
			w.Errorf("a new project joined %s", p.GroupID)
		}
		if p := must(w.s.Project(ctx, w.bo, old.ID))(w); p.GroupID != w.primary {
			w.Error("an existing project moved")
		}
		deleteGroup(w, w.emptied(w.primary, old.ID, research.ID))
	})
}

// emptied moves a project out of a group and gives the group.
func (w *world) emptied(group, project, to string) string {
	w.Helper()
	must(w.s.MoveProjects(ctx, w.bo, []string{project}, to))(w)
	return group
}

func TestListGroups(t *testing.T) {
	each(t, func(w *world) {
		for _, name := range []string{"research", "Alpha_1", "Zeta"} {
			w.group(name)
		}
		w.other("Borealis")
		find := func(q account.GroupQuery) string {
			w.Helper()
			list, total, err := w.s.Groups(ctx, w.bo, q)
			if err != nil {
				w.Fatal(err)
			}
			var names []string
			for _, g := range list {
				names = append(names, g.Name)
			}
			return fmt.Sprint(total, names)
		}
		for want, q := range map[string]account.GroupQuery{
			"4 [Alpha_1 Default research Zeta]": {},
			"4 [Alpha_1 Default]":               {Limit: 2},
			"1 [Alpha_1]":                       {Text: "A_"},
			"1 [research]":                      {Text: "SEAR"},
			"0 []":                              {Text: "Borealis"},
		} {
			if got := find(q); got != want {
				w.Errorf("%+v: %s, want %s", q, got, want)
			}
		}
	})
}
