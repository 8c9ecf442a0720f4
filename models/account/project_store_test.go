package account_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"billfold/models"
	"billfold/models/access"
	"billfold/models/account"

	"gorm.io/gorm"
)

func TestCreateProject(t *testing.T) {
	each(t, func(w *world) {
		research := w.group("Research")
		var p account.Project
		made := w.expect(func() (err error) {
			p, err = w.s.CreateProject(ctx, w.ana, account.NewProject{Name: " Atlas  Nimbus", ExternalID: " 51738928782 "})
			return err
		}, "project.created")
		if p.Name != "Atlas Nimbus" || p.ExternalID != "51738928782" || p.GroupID != w.primary || p.AccountID != w.acme.ID {
			w.Fatalf("%+v", p)
		}
		if made[0].Sentence != "created the project Atlas Nimbus in Default." || !slices.Equal(w.subjects(made[0], "project"), []string{p.ID}) {
			w.Fatalf("%+v", made[0])
		}
		in := must(w.s.CreateProject(ctx, w.ana, account.NewProject{Name: "/subscriptions/8c1d/resourceGroups/rg-data", GroupID: research.ID}))(w)
		if in.GroupID != research.ID || in.ExternalID != "" {
			w.Fatalf("%+v", in)
		}
		// A project's first assignment has no lower bound.
		if got := must(account.HoldersAt(w.d.Read(ctx), w.acme.ID, []string{p.ID, in.ID}, noon.AddDate(-50, 0, 0)))(w); got[p.ID] != w.primary || got[in.ID] != research.ID {
			w.Fatalf("%v", got)
		}
		other, foreign, _ := w.other("Borealis")
		create := func(scope access.Scope, p account.NewProject) func() error {
			return func() error { _, err := w.s.CreateProject(ctx, scope, p); return err }
		}
		w.refused(models.Invalid, "There is already a project called ATLAS NIMBUS", create(w.ana, account.NewProject{Name: "ATLAS NIMBUS"}))
		w.refused(models.Invalid, "There is already a project called atlas nimbus", create(other, account.NewProject{Name: "atlas nimbus"}))
		w.refused(models.Invalid, "The project Atlas Nimbus already has the external id 51738928782", create(w.ana, account.NewProject{Name: "y", ExternalID: "51738928782"}))
		w.refused(models.Invalid, "Choose a billing group of this account", create(w.ana, account.NewProject{Name: "y", GroupID: foreign.ID}))
		w.refused(models.Invalid, "Choose a billing group of this account", create(w.ana, account.NewProject{Name: "y", GroupID: "x"}))
		w.refused(models.Forbidden, "You need admin access for Acme Cloud", create(w.bo, account.NewProject{Name: "y"}))
		w.refused(models.Invalid, "Enter a name", create(w.ana, account.NewProject{}))
		// External ids are unique per account, not beyond.
		if err := create(other, account.NewProject{Name: "z", ExternalID: "51738928782"})(); err != nil {
			w.Fatal(err)
		}
		must(w.s.DeleteProject(ctx, w.ana, p.ID))(w)
		w.refused(models.Invalid, "There is already a project called Atlas Nimbus", create(w.ana, account.NewProject{Name: "Atlas Nimbus"}))
		w.refused(models.Invalid, "The project Atlas Nimbus already has the external id 51738928782", create(w.ana, account.NewProject{Name: "y", ExternalID: "51738928782"}))
	})
}

func TestCreateProjectUnderATakenName(t *testing.T) {
	each(t, func(w *world) {
		other, _, taken := w.other("Borealis")
		create := func(p account.NewProject) (made account.Project, err error) {
			err = w.d.RunTx(ctx, func(tx *gorm.DB) error {
				if err := account.Lock(tx, w.acme.ID); err != nil {
					return err
				}
				if made, err = account.CreateProjectTx(tx, w.ana.Actor(), noon, w.acme.ID, p); err != nil {
					return err
				}
				// The transaction goes on after the name was found taken.
				return tx.Exec(`UPDATE accounts SET name = name WHERE id = ?`, w.acme.ID).Error
			})
			return made, err
		}
		external := "arn:aws:43883916739"
		p := account.NewProject{Name: taken.Name, ExternalID: external, IfTaken: account.BracketedName(taken.Name, external)}
		made := must(create(p))(w)
		if made.Name != "Borealis project (83916739)" || made.AccountID != w.acme.ID {
			w.Fatalf("%+v", made)
		}
		p.ExternalID = "another"
		if _, err := create(p); models.KindOf(err) != models.Invalid {
			w.Fatalf("both names taken: %v", err)
		}
		free := must(create(account.NewProject{Name: "free", IfTaken: "never"}))(w)
		if free.Name != "free" {
			w.Fatalf("%+v", free)
		}
		_ = other
	})
}

func TestRenameAndDeleteProject(t *testing.T) {
	each(t, func(w *world) {
		p, q := w.project("web-frontend"), w.project("data-platform")
		rename := func(scope access.Scope, id, name string) func() error {
			return func() error { _, err := w.s.RenameProject(ctx, scope, id, name); return err }
		}
		made := w.expect(rename(w.ana, p.ID, " web "), "project.renamed")
		if made[0].Sentence != "renamed the project web-frontend to web." || made[0].Before != `{"name":"web-frontend"}` || made[0].After != `{"name":"web"}` {
			w.Fatalf("%+v", made[0])
		}
		w.expect(rename(w.ana, p.ID, "web"))
		w.expect(rename(w.ana, p.ID, "WEB"), "project.renamed")
		w.refused(models.Invalid, "There is already a project called Data-Platform", rename(w.ana, p.ID, "Data-Platform"))
		w.refused(models.Invalid, "Enter a name", rename(w.ana, p.ID, ""))
		w.refused(models.Forbidden, "You need admin access for Acme Cloud", rename(w.bo, p.ID, "x"))
		w.refused(models.NotFound, "Page not found", rename(w.ana, models.NewID(), "x"))
		w.refused(models.NotFound, "Page not found", rename(w.ana, "1 OR 1=1", "x"))

		drop := func() error { _, err := w.s.DeleteProject(ctx, w.ana, q.ID); return err }
		w.refused(models.Forbidden, "You need admin access for Acme Cloud", func() error { _, err := w.s.DeleteProject(ctx, w.bo, q.ID); return err })
		w.expect(drop, "project.deleted")
		w.refused(models.Conflict, "The project data-platform is deleted", drop)
		w.refused(models.Conflict, "The project data-platform is deleted", rename(w.ana, q.ID, "x"))
		gone := must(w.s.Project(ctx, w.ana, q.ID))(w)
		if !gone.Deleted() || !gone.DeletedAt.Equal(noon) {
			w.Fatalf("%+v", gone)
		}
		// Its history stays, open at both ends, so that late usage still has a group.
		if held := w.history(q.ID); len(held) != 1 || held[0].From != nil || held[0].To != nil {
			w.Fatalf("%+v", held)
		}
		list, total, err := w.s.Projects(ctx, w.ana, account.ProjectQuery{})
		if err != nil || total != 1 || list[0].ID != p.ID {
			w.Fatalf("live projects: %v %d %v", list, total, err)
		}
	})
}

func TestFindProjects(t *testing.T) {
	each(t, func(w *world) {
		var ids []string
		for _, name := range []string{"b_1", "B-2", "a%", "straße"} {
			p := must(w.s.CreateProject(ctx, w.ana, account.NewProject{Name: name, ExternalID: "id of " + name}))(w)
			ids = append(ids, p.ID)
		}
		_, _, foreign := w.other("Borealis")
		read := w.d.Read(ctx)
		byID := must(account.ProjectsByID(read, w.acme.ID, append(slices.Clone(ids), foreign.ID, "x")))(w)
		byExternal := must(account.ProjectsByExternalID(read, w.acme.ID, []string{"id of b_1", "ID OF B_1", "ext-1"}))(w)
		byName := must(account.ProjectsByName(read, w.acme.ID, []string{"STRASSE", foreign.Name, "none"}))(w)
		if len(byID) != 4 || byID[ids[1]].Name != "B-2" {
			w.Fatalf("by id: %v", byID)
		}
		if len(byExternal) != 1 || byExternal["id of b_1"].ID != ids[0] {
			w.Fatalf("by external id: %v", byExternal)
		}
		if len(byName) != 1 || byName[account.NameKey("Straße")].ID != ids[3] {
			w.Fatalf("by name: %v", byName)
		}
		for key, want := range map[string]string{foreign.ID: foreign.AccountID, "borealis PROJECT": foreign.AccountID, "B_1": w.acme.ID, "nothing": ""} {
			if got := must(account.AccountOfProject(read, key))(w); got != want {
				w.Errorf("the account of %q is %q", key, got)
			}
		}
		if got := must(account.AccountsOfExternalID(read, "ext-1"))(w); !slices.Equal(got, []string{foreign.AccountID}) {
			w.Errorf("%v", got)
		}
		find := func(q account.ProjectQuery) string {
			list, total, err := w.s.Projects(ctx, w.bo, q)
			if err != nil {
				w.Fatal(err)
			}
			names := []string{}
			for _, p := range list {
				names = append(names, p.Name)
			}
			if q.Limit == 0 && total != len(list) {
				w.Errorf("%+v: %d of %d", q, len(list), total)
			}
			return strings.Join(sorted(names...), " ")
		}
		research := w.group("Research", ids[0], ids[1])
		for want, q := range map[string]account.ProjectQuery{
			"b_1":               {Text: "_"},
			"a%":                {Text: "%"},
			"straße":            {Text: "STRASS"},
			"B-2 b_1":           {GroupID: research.ID},
			"a% straße":         {ExceptGroup: research.ID},
			"B-2":               {GroupID: research.ID, Text: "b-"},
			"":                  {Text: "none"},
			"B-2 a% b_1 straße": {},
		} {
			if got := find(q); got != want {
				w.Errorf("%+v: %q, want %q", q, got, want)
			}
		}
		list, total, err := w.s.Projects(ctx, w.bo, account.ProjectQuery{Limit: 1})
		if err != nil || total != 4 || len(list) != 1 || list[0].Name != "a%" {
			w.Errorf("the first of all: %v %d %v", list, total, err)
		}
	})
}

func TestDeletedProjectKeepsItsHolder(t *testing.T) {
	each(t, func(w *world) {
		p := w.project("web")
		research := w.group("Research")
		w.later(time.Hour)
		must(w.s.MoveProjects(ctx, w.bo, []string{p.ID}, research.ID))(w)
		must(w.s.DeleteProject(ctx, w.ana, p.ID))(w)
		got := must(account.HoldersAt(w.d.Read(ctx), w.acme.ID, []string{p.ID}, noon.AddDate(1, 0, 0)))(w)
		if got[p.ID] != research.ID {
			w.Fatalf("%v", got)
		}
	})
}
