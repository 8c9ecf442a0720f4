package account_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"billfold/models"
	"billfold/models/access"
	"billfold/models/account"
)

func TestEachProject(t *testing.T) {
	each(t, func(w *world) {
		lab := w.group("Lab")
		var want []string
		for i := range 3 {
			want = append(want, w.project(fmt.Sprint("p", i)).Name)
		}
		made := must(w.s.CreateProject(ctx, w.ana, account.NewProject{Name: "Lab 1", GroupID: lab.ID, Settings: account.ProjectSettings{Tags: map[string]string{"team": "a"}, TechEmails: []string{"ops@acme.example"}}}))(w)
		gone := w.project("gone")
		if _, err := w.s.DeleteProject(ctx, w.ana, gone.ID); err != nil {
			w.Fatal(err)
		}
		names := func(scope access.Scope, group string) (list []string) {
			w.Helper()
			err := w.s.EachProject(ctx, scope, group, func(part []account.SetProject) error {
				for _, p := range part {
					list = append(list, p.Name)
				}
				return nil
			})
			if err != nil {
				w.Fatal(err)
			}
			return list
		}
		if got := names(w.bo, ""); !slices.Equal(got, append([]string{"Lab 1"}, want...)) {
			w.Errorf("%q", got)
		}
		if got := names(w.bo, lab.ID); !slices.Equal(got, []string{"Lab 1"}) {
			w.Errorf("%q", got)
		}
		if got := names(w.bo, "x"); got != nil {
			w.Errorf("%q", got)
		}
		if got := must(w.s.SetProject(ctx, w.bo, made.ID))(w); got.Settings.Tags["team"] != "a" || got.Settings.TechEmails[0] != "ops@acme.example" || got.GroupID != lab.ID {
			w.Errorf("%+v", got)
		}
		eve, _, own := w.other("Borealis")
		if got := names(eve, ""); !slices.Equal(got, []string{own.Name}) || names(eve, lab.ID) != nil {
			w.Errorf("%q", got)
		}
		for _, c := range []struct {
			scope access.Scope
			id    string
		}{{eve, made.ID}, {w.bo, gone.ID}, {w.bo, "x"}, {access.Scope{}, made.ID}} {
			if _, err := w.s.SetProject(ctx, c.scope, c.id); models.KindOf(err) != models.NotFound {
				w.Errorf("%s: %v", c.id, err)
			}
		}
		stop := errors.New("stop")
		if err := w.s.EachProject(ctx, w.bo, "", func([]account.SetProject) error { return stop }); !errors.Is(err, stop) {
			w.Error(err)
		}
	})
}
