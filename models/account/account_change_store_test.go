package account_test

import (
	"testing"

	"billfold/models"
	"billfold/models/access"
	"billfold/models/account"
)

func TestAnAccountIsRenamed(t *testing.T) {
	each(t, func(w *world) {
		rename := func(scope access.Scope, name string) func() error {
			return func() error { _, err := w.s.RenameAccount(ctx, scope, name); return err }
		}
		w.later(1e9)
		w.expect(rename(w.ana, " Acme  Sky "), "account.renamed")
		w.expect(rename(w.ana, "Acme Sky"))
		now := must(w.s.Account(ctx, w.ana))(w)
		if now.Name != "Acme Sky" || !now.UpdatedAt.After(now.CreatedAt) {
			w.Errorf("%+v", now)
		}
		w.refused(models.Invalid, "Enter a name", rename(w.ana, " "))
		w.refused(models.Forbidden, "You need admin access for Acme Cloud", rename(w.bo, "Bo"))
		w.refused(models.NotFound, "Page not found", rename(access.Scope{}, "Nobody"))
		list := must(w.s.AccountsOf(ctx, []access.Scope{w.ana}))(w)
		if len(list) != 1 || list[0].Name != "Acme Sky" {
			w.Errorf("%+v", list)
		}
		if _, err := w.s.AccountsOf(ctx, []access.Scope{{}}); models.KindOf(err) != models.NotFound {
			w.Errorf("the zero scope: %v", err)
		}
	})
}

func TestOnlyTheOperatorMakesAccounts(t *testing.T) {
	each(t, func(w *world) {
		who := access.New(w.d)
		if _, err := who.ForInstallation(ctx, w.ana.Actor(), access.WriteProjects); models.KindOf(err) != models.Forbidden {
			w.Errorf("an admin: %v", err)
		}
		if _, err := who.ForInstallation(ctx, access.TokenActor(models.NewID(), "gone", access.AllGrants), access.WriteProjects); models.KindOf(err) != models.Forbidden {
			w.Errorf("a token that is not there: %v", err)
		}
		if _, err := w.s.CreateAccountBy(ctx, access.Installation{}, "Nobody's"); models.KindOf(err) != models.Forbidden {
			w.Errorf("the zero value: %v", err)
		}
		operator := must(who.ForInstallation(ctx, access.OperatorActor(), access.WriteProjects))(w)
		made := must(w.s.CreateAccountBy(ctx, operator, "Borealis"))(w)
		if events := w.events(made.ID); len(events) != 1 || events[0].Type != "account.created" {
			w.Errorf("%+v", events)
		}
	})
}

func TestADeletedAccountIsLockedOnlyForWhatGoesOn(t *testing.T) {
	each(t, func(w *world) {
		w.exec(`UPDATE accounts SET deleted_at = ? WHERE id = ?`, noon, w.acme.ID)
		tx := w.d.Read(ctx)
		if err := account.Lock(tx, w.acme.ID); models.KindOf(err) != models.NotFound {
			w.Errorf("Lock: %v", err)
		}
		if err := account.LockEver(tx, w.acme.ID); err != nil {
			w.Errorf("LockEver: %v", err)
		}
		if err := account.LockEver(tx, models.NewID()); models.KindOf(err) != models.NotFound {
			w.Errorf("LockEver of nothing: %v", err)
		}
	})
}
