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

func TestMove(t *testing.T) {
	each(t, func(w *world) {
		web, data, api := w.project("web-frontend"), w.project("data-platform"), w.project("api")
		research := w.group("Research", api.ID)
		at := w.later(time.Hour)
		preview := must(w.s.PreviewMove(ctx, w.bo, []string{web.ID, data.ID}, research.ID))(w)
		var m account.Move
		made := w.expect(func() (err error) {
			m, err = w.s.MoveProjects(ctx, w.bo, []string{web.ID, data.ID, web.ID}, research.ID)
			return err
		}, "project.moved")
		if !m.At.Equal(at) || len(m.Moved) != 2 || m.Moved[0].ProjectName != "data-platform" || m.Moved[0].From.Name != "Default" || m.Moved[1].To.ID != research.ID {
			w.Fatalf("%+v", m)
		}
		if preview.Explanation() != m.Explanation() {
			w.Errorf("the page says %q, the flash %q", preview.Explanation(), m.Explanation())
		}
		e := made[0]
		want := "moved 2 projects (data-platform and web-frontend) from Default to Research. From now on their usage is billed to Research. Usage before 22 Nov 2026 15:00 UTC stays on the November invoice of Default."
		if e.Sentence != want || e.Category != "projects" || !e.OccurredAt.Equal(at) {
			w.Errorf("%q at %s", e.Sentence, e.OccurredAt)
		}
		if got := w.subjects(e, "group"); !slices.Equal(got, sorted(w.primary, research.ID)) {
			w.Errorf("groups %v", got)
		}
		if got := w.subjects(e, "project"); !slices.Equal(got, sorted(web.ID, data.ID)) {
			w.Errorf("projects %v", got)
		}
		// start < t to the old group, start >= t to the new.
		for when, group := range map[time.Time]string{
			at.Add(-time.Microsecond): w.primary, at: research.ID, at.AddDate(-9, 0, 0): w.primary, at.AddDate(9, 0, 0): research.ID} {
			got := must(account.HoldersAt(w.d.Read(ctx), w.acme.ID, []string{web.ID, data.ID}, when))(w)
			if len(got) != 2 || got[web.ID] != group || got[data.ID] != group {
				w.Errorf("holders at %s: %v", when, got)
			}
		}
		if got := must(w.s.Project(ctx, w.bo, web.ID))(w).GroupID; got != research.ID {
			w.Errorf("web-frontend is in %s", got)
		}
	})
}

func TestMoveRefusals(t *testing.T) {
	each(t, func(w *world) {
		web, data, api := w.project("web-frontend"), w.project("data-platform"), w.project("api")
		research, gone := w.group("Research"), w.group("Gone")
		w.exec(`UPDATE billing_groups SET deleted_at = ? WHERE id = ?`, noon, gone.ID)
		must(w.s.DeleteProject(ctx, w.ana, api.ID))(w)
		other, foreignGroup, foreign := w.other("Borealis")
		move := func(scope access.Scope, target string, ids ...string) func() error {
			return func() error { _, err := w.s.MoveProjects(ctx, scope, ids, target); return err }
		}
		viewer := w.member(w.acme.ID, w.user("Vi"), "Vi", access.RoleViewer)
		many := make([]string, 1025)
		for i := range many {
			many[i] = models.NewID()
		}
		w.refused(models.Forbidden, "You need billing access for Acme Cloud", move(viewer, research.ID, web.ID))
		w.refused(models.NotFound, "Page not found", move(access.Scope{}, research.ID, web.ID))
		w.refused(models.Invalid, "Choose a billing group", move(w.bo, "", web.ID))
		w.refused(models.Invalid, "Choose at least one project", move(w.bo, research.ID))
		w.refused(models.Invalid, "Choose at most 1,024 projects. You chose 1,025", move(w.bo, research.ID, many...))
		w.refused(models.NotFound, "One of the projects was not found", move(w.bo, research.ID, many[:1024]...))
		w.refused(models.NotFound, "One of the projects was not found", move(w.bo, research.ID, web.ID, foreign.ID))
		w.refused(models.NotFound, "One of the projects was not found", move(w.bo, research.ID, web.ID, "x"))
		w.refused(models.NotFound, "Billing group not found", move(w.bo, foreignGroup.ID, web.ID))
		w.refused(models.NotFound, "Billing group not found", move(w.bo, "x", web.ID))
		w.refused(models.NotFound, "One of the projects was not found", move(other, foreignGroup.ID, web.ID))

		reasons := func(target string, ids ...string) string {
			w.Helper()
			err := move(w.bo, target, ids...)()
			e, ok := models.AsError(err)
			if !ok || e.Kind != models.Conflict || e.Message != "No project was moved." {
				w.Fatalf("got %v", err)
			}
			var lines []string
			for _, f := range e.Fields {
				lines = append(lines, f.Message)
			}
			return strings.Join(lines, "; ")
		}
		if got := reasons(w.primary, web.ID, data.ID); got != "data-platform is already in Default; web-frontend is already in Default" {
			w.Error(got)
		}
		if got := reasons(gone.ID, web.ID); got != "web-frontend cannot move to Gone, which is deleted" {
			w.Error(got)
		}
		if got := reasons(research.ID, web.ID, api.ID); got != "api was deleted by Ana Lima a moment ago" {
			w.Error(got)
		}
		// All or nothing: what could have moved did not.
		if got := must(w.s.Project(ctx, w.bo, web.ID))(w).GroupID; got != w.primary {
			w.Errorf("web-frontend is in %s", got)
		}
		for _, p := range []account.Project{web, data} {
			if n := len(w.history(p.ID)); n != 1 {
				w.Errorf("%s has %d assignments", p.Name, n)
			}
		}
	})
}

func TestMoveFromAStaleForm(t *testing.T) {
	each(t, func(w *world) {
		web, data := w.project("web-frontend"), w.project("data-platform")
		research, staging := w.group("Research"), w.group("Staging")
		seen := []account.Seen{{ProjectID: web.ID, GroupID: w.primary}, {ProjectID: data.ID, GroupID: w.primary}}
		must(w.s.MoveProjects(ctx, w.bo, []string{web.ID}, research.ID))(w)
		try := func() string {
			w.Helper()
			_, err := w.s.MoveProjectsSeen(ctx, w.ana, seen, staging.ID)
			e, ok := models.AsError(err)
			if !ok || e.Kind != models.Conflict || len(e.Fields) != 1 || e.Fields[0].Name != web.ID {
				w.Fatalf("got %v", err)
			}
			return e.Fields[0].Message
		}
		if got := try(); got != "web-frontend was moved by Bo Chen a moment ago" {
			w.Error(got)
		}
		w.later(5 * time.Minute)
		if got := try(); got != "web-frontend was moved by Bo Chen on 22 Nov 2026 14:00 UTC" {
			w.Error(got)
		}
		seen[0].GroupID = research.ID
		m := must(w.s.MoveProjectsSeen(ctx, w.ana, seen, staging.ID))(w)
		if target, ok := m.Target(); !ok || target.ID != staging.ID {
			w.Errorf("%+v", m)
		}
	})
}

func TestUndoMove(t *testing.T) {
	each(t, func(w *world) {
		web, data := w.project("web-frontend"), w.project("data-platform")
		research, staging := w.group("Research", data.ID), w.group("Staging")
		moved := w.later(time.Hour)
		m := must(w.s.MoveProjects(ctx, w.bo, []string{web.ID, data.ID}, staging.ID))(w)
		undone := w.later(time.Minute)
		// The page keeps the move in one form field.
		parsed := must(account.ParseMove(m.Key()))(w)
		var back account.Move
		made := w.expect(func() (err error) { back, err = w.s.UndoMove(ctx, w.bo, parsed); return err }, "project.move_undone")
		want := "undid a move: moved 2 projects (data-platform and web-frontend) from Staging to Research and Default. From now on their usage is billed to Research and Default. Usage before 22 Nov 2026 15:01 UTC stays on the November invoice of Staging."
		if made[0].Sentence != want || !back.At.Equal(undone) {
			w.Errorf("%q", made[0].Sentence)
		}
		if _, one := back.Target(); one {
			w.Error("an undo to two groups has one target")
		}
		if got := w.subjects(made[0], "group"); !slices.Equal(got, sorted(w.primary, research.ID, staging.ID)) {
			w.Errorf("groups %v", got)
		}
		// A new move at its own instant: what Staging held in between stays Staging's.
		for id, home := range map[string]string{web.ID: w.primary, data.ID: research.ID} {
			for when, group := range map[time.Time]string{moved.Add(-1000): home, moved: staging.ID, undone.Add(-1000): staging.ID, undone: home} {
				if got := must(account.HoldersAt(w.d.Read(ctx), w.acme.ID, []string{id}, when))(w); got[id] != group {
					w.Errorf("holder at %s: %s", when, got[id])
				}
			}
		}
		again := func() error { _, err := w.s.UndoMove(ctx, w.bo, m); return err }
		w.refused(models.Conflict, "No project was moved.", again)
		w.refused(models.Invalid, "Choose at least one project", func() error { _, err := w.s.UndoMove(ctx, w.bo, account.Move{}); return err })
	})
}

// A second move at the same instant replaces the first: it never held anything.
func TestMoveTwiceAtOneInstant(t *testing.T) {
	each(t, func(w *world) {
		web := w.project("web-frontend")
		research, staging := w.group("Research"), w.group("Staging")
		at := w.later(time.Hour)
		for i, target := range []string{research.ID, staging.ID, w.primary, research.ID} {
			must(w.s.MoveProjects(ctx, w.bo, []string{web.ID}, target))(w)
			held := w.history(web.ID)
			if len(held) != 2 || held[1].GroupID != target || !held[1].From.Equal(at) || held[0].GroupID != w.primary {
				w.Fatalf("after move %d: %+v", i+1, held)
			}
		}
		// A clock that is behind (another replica's) does not turn time back.
		w.later(-time.Second)
		m := must(w.s.MoveProjects(ctx, w.bo, []string{web.ID}, staging.ID))(w)
		if held := w.history(web.ID); !m.At.Equal(at) || len(held) != 2 || held[1].GroupID != staging.ID {
			w.Fatalf("%s %+v", m.At, held)
		}
		w.later(2 * time.Second)
		must(w.s.MoveProjects(ctx, w.bo, []string{web.ID}, w.primary))(w)
		if held := w.history(web.ID); len(held) != 3 {
			w.Fatalf("%+v", held)
		}
	})
}

// The limit of one request, with projects whose present assignments began at different instants.
func TestMoveManyProjects(t *testing.T) {
	each(t, func(w *world) {
		var ids []string
		err := w.d.RunTx(ctx, func(tx *gorm.DB) error {
			ids = nil
			if err := account.Lock(tx, w.acme.ID); err != nil {
				return err
			}
			for i := range 1024 {
				p, err := account.CreateProjectTx(tx, w.ana.Actor(), noon, w.acme.ID, account.NewProject{Name: fmt.Sprintf("p%04d", i)})
				if err != nil {
					return err
				}
				ids = append(ids, p.ID)
			}
			return nil
		})
		if err != nil {
			w.Fatal(err)
		}
		research, staging := w.group("Research"), w.group("Staging")
		must(w.s.MoveProjects(ctx, w.bo, ids[:300], research.ID))(w)
		w.later(time.Hour)
		must(w.s.MoveProjects(ctx, w.bo, ids[300:700], research.ID))(w)
		m := must(w.s.MoveProjects(ctx, w.bo, ids, staging.ID))(w)
		if len(m.Moved) != 1024 || len(m.Key()) == 0 {
			w.Fatalf("%d moved", len(m.Moved))
		}
		_, total, err := w.s.Projects(ctx, w.bo, account.ProjectQuery{GroupID: staging.ID})
		if err != nil || total != 1024 {
			w.Fatalf("%d %v", total, err)
		}
		must(w.s.UndoMove(ctx, w.bo, must(account.ParseMove(m.Key()))(w)))(w)
		_, total, err = w.s.Projects(ctx, w.bo, account.ProjectQuery{GroupID: research.ID})
		if err != nil || total != 700 {
			w.Fatalf("%d %v", total, err)
		}
	})
}
