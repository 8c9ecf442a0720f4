package account_test

import (
	"strings"
	"testing"

	"billfold/models"
	"billfold/models/access"
	"billfold/models/account"

	"gorm.io/gorm"
)

func TestCreateAccount(t *testing.T) {
	each(t, func(w *world) {
		events := w.events(w.acme.ID)
		if len(events) != 1 || events[0].Type != "account.created" || !strings.Contains(events[0].Sentence, "Ana Lima") {
			w.Fatalf("events of a new account: %+v", events)
		}
		groups := w.groups()
		if len(groups) != 1 || groups[0].Name != "Default" || !groups[0].Primary {
			w.Fatalf("groups of a new account: %+v", groups)
		}
		if got := w.subjects(events[0], "group"); len(got) != 1 || got[0] != groups[0].ID {
			w.Fatalf("the event touches %v", got)
		}
		if w.ana.Role() != access.RoleAdmin {
			w.Fatalf("the owner's role is %q", w.ana.Role())
		}
		create := func(actor access.Actor, name, owner string) error {
			_, err := w.s.CreateAccount(ctx, actor, name, owner)
			return err
		}
		operator := access.OperatorActor()
		w.refused(models.Forbidden, "Only the operator can do this", func() error { return create(w.ana.Actor(), "Mine", "") })
		w.refused(models.NotFound, "There is no such user", func() error { return create(operator, "X", models.NewID()) })
		w.refused(models.NotFound, "There is no such user", func() error { return create(operator, "X", "ana@example.com") })
		w.refused(models.Invalid, "Enter a name", func() error { return create(operator, " \t ", "") })
		w.refused(models.Invalid, "Name must be 83 characters or less", func() error { return create(operator, strings.Repeat("ä", 84), "") })
		for _, name := range []string{strings.Repeat("ä", 83), "acme cloud", "Årdal", "Borealis"} {
			if err := create(operator, name, ""); err != nil {
				w.Fatal(err)
			}
		}
		var names []string
		for _, a := range must(w.s.Accounts(ctx))(w) {
			names = append(names, a.Name)
		}
		if got := strings.Join(names, ","); len(names) != 5 || !strings.HasPrefix(got, "Acme Cloud,acme cloud,Borealis,") {
			w.Fatalf("accounts in order: %q", names)
		}
	})
}

func TestFindAccount(t *testing.T) {
	each(t, func(w *world) {
		for _, key := range []string{w.acme.ID, "acme  CLOUD "} {
			if got := must(w.s.FindAccount(ctx, key))(w); got.ID != w.acme.ID {
				w.Fatalf("%q finds %+v", key, got)
			}
		}
		w.refused(models.NotFound, `There is no account "Nope"`, func() error { _, err := w.s.FindAccount(ctx, "Nope"); return err })
		must(w.s.CreateAccount(ctx, access.OperatorActor(), "ACME cloud", ""))(w)
		w.refused(models.Conflict, `Several accounts are called "Acme Cloud". Name the account by its id.`,
			func() error { _, err := w.s.FindAccount(ctx, "Acme Cloud"); return err })
		if got := must(w.s.Account(ctx, w.bo))(w); got.Name != "Acme Cloud" {
			w.Fatalf("%+v", got)
		}
	})
}

func TestLock(t *testing.T) {
	each(t, func(w *world) {
		other, _, _ := w.other("Borealis")
		lock := func(ids ...string) error {
			return w.d.RunTx(ctx, func(tx *gorm.DB) error { return account.Lock(tx, ids...) })
		}
		for _, ids := range [][]string{{}, {w.acme.ID}, {w.acme.ID, other.AccountID()}, {other.AccountID(), w.acme.ID, w.acme.ID}} {
			if err := lock(ids...); err != nil {
				w.Errorf("%v: %v", ids, err)
			}
		}
		for _, ids := range [][]string{{""}, {"1"}, {models.NewID()}, {w.acme.ID, models.NewID()}} {
			if err := lock(ids...); models.KindOf(err) != models.NotFound {
				w.Errorf("%v: %v", ids, err)
			}
		}
		w.exec(`UPDATE accounts SET deleted_at = ? WHERE id = ?`, noon, other.AccountID())
		if err := lock(other.AccountID()); models.KindOf(err) != models.NotFound {
			w.Errorf("a deleted account: %v", err)
		}
	})
}
