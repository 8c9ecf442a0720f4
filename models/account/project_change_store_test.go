package account_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"billfold/models"
	"billfold/models/access"
	"billfold/models/account"
)

func settingsOf(w *world, id string) account.ProjectSettings {
	w.Helper()
	return must(account.SettingsTx(w.d.Read(ctx), w.acme.ID, []string{id}))(w)[id]
}

func tags(pairs map[string]string) func(map[string]string) map[string]string {
	return func(map[string]string) map[string]string { return pairs }
}

func TestAProjectIsChangedAllOrNothing(t *testing.T) {
	each(t, func(w *world) {
		w.project("taken")
		lab := w.group("Lab")
		made := must(w.s.CreateProject(ctx, w.ana, account.NewProject{Name: "web", Settings: account.ProjectSettings{Tags: map[string]string{"a": "1"}, DefaultCloud: " eu ",
			TechEmails: []string{"ops@acme.example", "OPS@acme.example"}}}))(w)
		if s := settingsOf(w, made.ID); s.Tags["a"] != "1" || s.DefaultCloud != "eu" || !slices.Equal(s.TechEmails, []string{"ops@acme.example"}) {
			w.Errorf("made with %+v", s)
		}
		change := func(scope access.Scope, c account.ProjectChange) func() error {
			return func() error { _, err := w.s.ChangeProject(ctx, scope, made.ID, c); return err }
		}
		name, cloud, none := "site", "us", ""
		all := account.ProjectChange{Name: &name, GroupID: &lab.ID, SettingsChange: account.SettingsChange{Tags: tags(map[string]string{"b": "2"}), DefaultCloud: &cloud, TechEmails: &[]string{}}}
		events := w.expect(change(w.ana, all), "project.renamed", "project.changed", "project.moved")
		if want := "changed the tags and default cloud and technical contacts of the project site."; events[1].Sentence != want {
			w.Error(events[1].Sentence)
		}
		w.expect(change(w.ana, all)) // again: nothing is to do
		now := must(w.s.Project(ctx, w.ana, made.ID))(w)
		if s := settingsOf(w, made.ID); now.Name != "site" || now.GroupID != lab.ID || !maps.Equal(s.Tags, map[string]string{"b": "2"}) || s.DefaultCloud != "us" || len(s.TechEmails) != 0 {
			w.Errorf("%+v %+v", now, s)
		}
		// Each part refuses all of it.
		other, taken, bad := "other", "TAKEN", "4242 4242 4242 4242"
		w.refused(models.Invalid, "There is already a project called TAKEN", change(w.ana, account.ProjectChange{Name: &taken, SettingsChange: account.SettingsChange{DefaultCloud: &none}}))
		w.refused(models.NotFound, "Billing group not found", change(w.ana, account.ProjectChange{Name: &other, GroupID: &made.ID, SettingsChange: account.SettingsChange{DefaultCloud: &none}}))
		w.refused(models.Invalid, "A tag looks like it holds a card number. Remove it: card numbers are never kept here",
			change(w.ana, account.ProjectChange{Name: &other, SettingsChange: account.SettingsChange{Tags: tags(map[string]string{"x": bad})}}))
		w.refused(models.Forbidden, "You need admin access for Acme Cloud", change(w.bo, account.ProjectChange{Name: &other}))
		if again := must(w.s.Project(ctx, w.ana, made.ID))(w); again.Name != "site" || settingsOf(w, made.ID).DefaultCloud != "us" {
			w.Errorf("half a change: %+v", again)
		}
		eve, theirs, _ := w.other("Borealis")
		w.refused(models.NotFound, "Billing group not found", change(w.ana, account.ProjectChange{GroupID: &theirs.ID}))
		w.refused(models.NotFound, "Page not found", change(eve, account.ProjectChange{Name: &other}))
	})
}

func TestAProjectIsMadeAfterAnother(t *testing.T) {
	each(t, func(w *world) {
		saveInformation(w, w.bo, w.primary, complete())
		web := must(w.s.CreateProject(ctx, w.ana, account.NewProject{Name: "web", Settings: account.ProjectSettings{Tags: map[string]string{"a": "1", "b": "2"}, DefaultCloud: "eu"}}))(w)
		from := account.ProjectCopy{From: web.ID, CopyGroup: true, CopyTags: true, NewProject: account.NewProject{Name: "Lab", Settings: account.ProjectSettings{Tags: map[string]string{"b": "3"}}}}
		w.group("Lab")
		var made account.Project
		w.expect(func() (err error) { made, err = w.s.CreateProjectFrom(ctx, w.ana, from); return err }, "billing_group.created", "project.created")
		if s := settingsOf(w, made.ID); s.DefaultCloud != "eu" || !maps.Equal(s.Tags, map[string]string{"a": "1", "b": "3"}) {
			w.Errorf("copied %+v", s)
		}
		group := must(w.s.Group(ctx, w.ana, made.GroupID))(w)
		if info := must(w.s.BillingInformation(ctx, w.ana, group.ID))(w); group.Name != "Lab (2)" || group.Primary || info.Company != complete().Company {
			w.Errorf("in %+v", group)
		}
		// A taken name leaves no group behind.
		w.refused(models.Invalid, "There is already a project called lab", func() error {
			from.Name = "lab"
			_, err := w.s.CreateProjectFrom(ctx, w.ana, from)
			return err
		})
		if n := len(w.groups()); n != 3 {
			w.Errorf("%d groups", n)
		}
		_, _, theirs := w.other("Borealis")
		w.refused(models.NotFound, "Page not found", func() error {
			_, err := w.s.CreateProjectFrom(ctx, w.ana, account.ProjectCopy{From: theirs.ID, NewProject: account.NewProject{Name: "x"}})
			return err
		})
	})
}

func TestProjectSettings(t *testing.T) {
	many := map[string]string{}
	for n := range account.MaxProjectTags + 1 {
		many[fmt.Sprint("k", n)] = "v"
	}
	for what, c := range map[string]struct {
		s   account.ProjectSettings
		bad string
	}{
		"none":       {account.ProjectSettings{}, ""},
		"good":       {account.ProjectSettings{Tags: map[string]string{"Kostenstelle ä": "", "a:b": "x y"}, DefaultCloud: "eu", TechEmails: []string{"a@b.example"}}, ""},
		"many tags":  {account.ProjectSettings{Tags: many}, "tags: Use at most 64 tags. You gave 65"},
		"empty key":  {account.ProjectSettings{Tags: map[string]string{"": "v"}}, "tags: Give each tag a name without spaces before and after it"},
		"long key":   {account.ProjectSettings{Tags: map[string]string{strings.Repeat("k", 129): "v"}}, "tags: The name of a tag must be 128 characters or less"},
		"long value": {account.ProjectSettings{Tags: map[string]string{"k": strings.Repeat("v", 257)}}, "tags: The value of a tag must be 256 characters or less"},
		"NUL":        {account.ProjectSettings{Tags: map[string]string{"k": "\x00"}}, "tags: Tags must not contain control characters or text that cannot be seen"},
		"cloud":      {account.ProjectSettings{DefaultCloud: "a\x00"}, "default_cloud: Cloud must not contain control characters or text that cannot be seen"},
		"emails":     {account.ProjectSettings{TechEmails: []string{"no"}}, "tech_emails[0]: Enter an email address like name@example.com"},
	} {
		got := ""
		for _, f := range c.s.Check() {
			got += f.Name + ": " + f.Message
		}
		if got != c.bad {
			t.Errorf("%s: %q, want %q", what, got, c.bad)
		}
	}
}

// Fifty programs add a tag each to one project: none is lost.
func TestRushToTag(t *testing.T) {
	each(t, func(w *world) {
		web := w.project("web")
		s := ticking(w)
		won := rush(w, models.Conflict, func(n int) error {
			_, err := s.ChangeProject(ctx, w.ana, web.ID, account.ProjectChange{SettingsChange: account.SettingsChange{Tags: func(old map[string]string) map[string]string {
				old[fmt.Sprint("tag-", n)] = "x"
				return old
			}}})
			return err
		})
		if n := len(settingsOf(w, web.ID).Tags); won != crowd || n != crowd {
			w.Errorf("%d of %d tags after %d changes", n, crowd, won)
		}
	})
}

// Fifty programs rename two projects of two accounts to one name: one does.
func TestRushToRenameProjects(t *testing.T) {
	each(t, func(w *world) {
		web := w.project("web")
		eve, _, theirs := w.other("Borealis")
		s, name := ticking(w), "wanted"
		won := rush(w, models.Invalid, func(n int) error {
			scope, id := w.ana, web.ID
			if n%2 == 0 {
				scope, id = eve, theirs.ID
			}
			_, err := s.ChangeProject(ctx, scope, id, account.ProjectChange{Name: &name})
			return err
		})
		if won != crowd/2 { // the winner's again, which changes nothing
			w.Errorf("%d renamed", won)
		}
	})
}
