package account_test

import (
	"testing"

	"billfold/models"
	"billfold/models/access"
	"billfold/models/account"
)

// Nothing of another account can be read or named (T1): the answer is the one for what does not exist.
func TestOtherAccounts(t *testing.T) {
	each(t, func(w *world) {
		web := w.project("web-frontend")
		research := w.group("Research", web.ID)
		saveInformation(w, w.bo, research.ID, complete())
		eve, _, own := w.other("Borealis")
		for name, try := range map[string]func(id string) error{
			"Project":     func(id string) error { _, err := w.s.Project(ctx, eve, id); return err },
			"Rename":      func(id string) error { _, err := w.s.RenameProject(ctx, eve, id, "x"); return err },
			"Delete":      func(id string) error { _, err := w.s.DeleteProject(ctx, eve, id); return err },
			"Group":       func(id string) error { _, err := w.s.Group(ctx, eve, id); return err },
			"RenameGroup": func(id string) error { _, err := w.s.RenameGroup(ctx, eve, id, "x"); return err },
			"MakePrimary": func(id string) error { _, err := w.s.MakePrimary(ctx, eve, id); return err },
			"Information": func(id string) error { _, err := w.s.BillingInformation(ctx, eve, id); return err },
			"Method":      func(id string) error { return w.s.ChoosePaymentMethod(ctx, eve, id, "") },
			"Preview":     func(id string) error { _, err := w.s.PreviewMove(ctx, eve, []string{own.ID}, id); return err },
			"Into":        func(id string) error { _, err := w.s.MoveProjects(ctx, eve, []string{own.ID}, id); return err },
			"Copy": func(id string) error {
				_, err := w.s.CreateGroup(ctx, eve, account.NewGroup{Name: "x", CopyFrom: id})
				return err
			},
			"DeleteGroup": func(id string) error { return tryDelete(w, eve, id, "") },
			"Undo": func(id string) error {
				m := account.Move{Moved: []account.Moved{{ProjectID: web.ID, From: account.GroupRef{ID: own.GroupID}, To: account.GroupRef{ID: id}}}}
				_, err := w.s.UndoMove(ctx, eve, m)
				return err
			},
		} {
			for _, id := range []string{web.ID, research.ID, w.primary} {
				got, want := try(id), try(models.NewID())
				if models.KindOf(got) != models.NotFound || got.Error() != want.Error() {
					w.Errorf("%s of another account: %v; of nobody: %v", name, got, want)
				}
			}
		}
		for _, q := range []account.ProjectQuery{{}, {GroupID: research.ID}, {Text: "web"}, {ExceptGroup: own.GroupID}} {
			list, total, err := w.s.Projects(ctx, eve, q)
			if err != nil || total > 1 || len(list) > 1 || len(list) == 1 && list[0].ID != own.ID {
				w.Errorf("%+v: %v %v", q, list, err)
			}
		}
		read := w.d.Read(ctx)
		if got := must(account.LoadHistory(read, eve.AccountID(), []string{web.ID, "x"}))(w); len(got) != 0 {
			w.Errorf("%v", got)
		}
		if got := must(account.InformationTx(read, eve.AccountID(), research.ID))(w); got.Version != 0 {
			w.Errorf("%+v", got)
		}
		if len(w.events(eve.AccountID())) != 3 {
			w.Error("a refused change wrote an event")
		}
	})
}

// The zero scope is allowed nothing, a viewer nothing that changes.
func TestRoles(t *testing.T) {
	each(t, func(w *world) {
		web := w.project("web-frontend")
		viewer := w.member(w.acme.ID, w.user("Vi"), "Vi", access.RoleViewer)
		writes := map[string]func(scope access.Scope) error{
			"create project": func(s access.Scope) error {
				_, err := w.s.CreateProject(ctx, s, account.NewProject{Name: "x"})
				return err
			},
			"rename project": func(s access.Scope) error { _, err := w.s.RenameProject(ctx, s, web.ID, "x"); return err },
			"delete project": func(s access.Scope) error { _, err := w.s.DeleteProject(ctx, s, web.ID); return err },
			"create group":   func(s access.Scope) error { _, err := w.s.CreateGroup(ctx, s, account.NewGroup{Name: "x"}); return err },
			"rename group":   func(s access.Scope) error { _, err := w.s.RenameGroup(ctx, s, w.primary, "x"); return err },
			"make primary":   func(s access.Scope) error { _, err := w.s.MakePrimary(ctx, s, w.primary); return err },
			"move": func(s access.Scope) error {
				_, err := w.s.MoveProjects(ctx, s, []string{web.ID}, w.primary)
				return err
			},
			"undo":           func(s access.Scope) error { _, err := w.s.UndoMove(ctx, s, account.Move{}); return err },
			"preview":        func(s access.Scope) error { _, err := w.s.PreviewMove(ctx, s, nil, ""); return err },
			"payment method": func(s access.Scope) error { return w.s.ChoosePaymentMethod(ctx, s, w.primary, "") },
			"draft":          func(s access.Scope) error { _, err := w.s.SaveDraft(ctx, s, account.Draft{Data: "{}"}); return err },
		}
		for name, write := range writes {
			if err := write(viewer); models.KindOf(err) != models.Forbidden {
				w.Errorf("%s as viewer: %v", name, err)
			}
			if err := write(access.Scope{}); models.KindOf(err) != models.NotFound {
				w.Errorf("%s without scope: %v", name, err)
			}
		}
		for name, read := range map[string]func(scope access.Scope) error{
			"account":     func(s access.Scope) error { _, err := w.s.Account(ctx, s); return err },
			"project":     func(s access.Scope) error { _, err := w.s.Project(ctx, s, web.ID); return err },
			"projects":    func(s access.Scope) error { _, _, err := w.s.Projects(ctx, s, account.ProjectQuery{}); return err },
			"group":       func(s access.Scope) error { _, err := w.s.Group(ctx, s, w.primary); return err },
			"groups":      func(s access.Scope) error { _, _, err := w.s.Groups(ctx, s, account.GroupQuery{}); return err },
			"deleted":     func(s access.Scope) error { _, err := w.s.DeletedGroups(ctx, s); return err },
			"information": func(s access.Scope) error { _, err := w.s.BillingInformation(ctx, s, w.primary); return err },
			"methods":     func(s access.Scope) error { _, err := w.s.PaymentMethods(ctx, s); return err },
		} {
			if err := read(viewer); err != nil {
				w.Errorf("%s as viewer: %v", name, err)
			}
			if err := read(access.Scope{}); models.KindOf(err) != models.NotFound {
				w.Errorf("%s without scope: %v", name, err)
			}
		}
	})
}
