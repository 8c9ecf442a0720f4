package account_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"billfold/models"
	"billfold/models/access"
	"billfold/models/account"

	"gorm.io/gorm"
)

const crowd = 50

// rush runs try that many times at once, counts the successes and demands the given kind of all others.
func rush(w *world, losers models.Kind, try func(n int) error) (won int) {
	w.Helper()
	errs := make([]error, crowd)
	start := make(chan struct{})
	var all sync.WaitGroup
	for n := range crowd {
		all.Go(func() {
			<-start
			errs[n] = try(n)
		})
	}
	close(start)
	all.Wait()
	for n, err := range errs {
		switch {
		case err == nil:
			won++
		case models.KindOf(err) != losers:
			w.Errorf("try %d: %v", n, err)
		}
	}
	return won
}

// ticking lets each use case have an instant of its own.
func ticking(w *world) *account.Store {
	return account.NewStore(w.d, func() time.Time { return w.later(time.Millisecond) })
}

// Fifty people move the same project out of the group that their pages showed: one does.
func TestRushToMoveOneProject(t *testing.T) {
	each(t, func(w *world) {
		web := w.project("web-frontend")
		var targets []string
		for n := range crowd {
			targets = append(targets, w.group(fmt.Sprintf("Group %d", n)).ID)
		}
		s := ticking(w)
		before := len(w.events(w.acme.ID))
		won := rush(w, models.Conflict, func(n int) error {
			_, err := s.MoveProjectsSeen(ctx, w.bo, []account.Seen{{ProjectID: web.ID, GroupID: w.primary}}, targets[n])
			return err
		})
		if events := len(w.events(w.acme.ID)) - before; won != 1 || events != 1 || len(w.history(web.ID)) != 2 {
			w.Errorf("%d moved, %d events, %v", won, events, w.history(web.ID))
		}
	})
}

// Fifty moves of the same project to different groups, whatever it is in: all succeed, one after the other.
func TestRushOfMoves(t *testing.T) {
	each(t, func(w *world) {
		web, data := w.project("web-frontend"), w.project("data-platform")
		var targets []string
		for n := range crowd {
			targets = append(targets, w.group(fmt.Sprintf("Group %d", n)).ID)
		}
		s := ticking(w)
		before := len(w.events(w.acme.ID))
		won := rush(w, models.Conflict, func(n int) error {
			_, err := s.MoveProjects(ctx, w.bo, []string{web.ID, data.ID}, targets[n])
			return err
		})
		if events := len(w.events(w.acme.ID)) - before; won != crowd || events != crowd || len(w.history(web.ID)) != crowd+1 {
			w.Errorf("%d moved, %d events, %d assignments", won, events, len(w.history(web.ID)))
		}
	})
}

// Fifty people of two accounts create a project of one name: one does. The names have no account lock
// in common, so the unique index decides.
func TestRushToCreateOneProject(t *testing.T) {
	each(t, func(w *world) {
		other, _, _ := w.other("Borealis")
		s := ticking(w)
		won := rush(w, models.Invalid, func(n int) error {
			_, err := s.CreateProject(ctx, []access.Scope{w.ana, other}[n%2], account.NewProject{Name: "web-frontend", ExternalID: fmt.Sprint(n)})
			return err
		})
		if won != 1 {
			w.Errorf("%d created the project", won)
		}
	})
}

func TestRushToCreateOneGroup(t *testing.T) {
	each(t, func(w *world) {
		s := ticking(w)
		won := rush(w, models.Invalid, func(int) error {
			_, err := s.CreateGroup(ctx, w.bo, account.NewGroup{Name: "Research"})
			return err
		})
		if n := len(w.groups()); won != 1 || n != 2 {
			w.Errorf("%d created the group, %d groups", won, n)
		}
	})
}

// Fifty people make fifty groups primary: all succeed in turn, one group is primary in the end.
func TestRushToMakePrimary(t *testing.T) {
	each(t, func(w *world) {
		var ids []string
		for n := range crowd {
			ids = append(ids, w.group(fmt.Sprintf("Group %d", n)).ID)
		}
		s := ticking(w)
		won := rush(w, models.Conflict, func(n int) error {
			_, err := s.MakePrimary(ctx, w.bo, ids[n])
			return err
		})
		if won != crowd {
			w.Errorf("%d of %d made a group primary", won, crowd)
		}
	})
}

// Moving into a group while it is deleted: the group ends up deleted and empty, or alive and full.
func TestRushToDeleteAndMove(t *testing.T) {
	each(t, func(w *world) {
		web := w.project("web-frontend")
		s := ticking(w)
		for round := range 10 {
			target := w.group(fmt.Sprintf("Group %d", round))
			rush(w, models.Conflict, func(n int) error {
				if n%2 == 0 {
					_, err := s.MoveProjects(ctx, w.bo, []string{web.ID}, target.ID)
					return err
				}
				return w.d.RunTx(ctx, func(tx *gorm.DB) error {
					if err := account.Lock(tx, w.acme.ID); err != nil {
						return err
					}
					_, err := account.DeleteGroupTx(tx, w.bo.Actor(), w.clock(), w.acme.ID, target.ID, "")
					return err
				})
			})
		}
	})
}

// Fifty people save the billing information that they all read at the same version: one does.
func TestRushToSaveInformation(t *testing.T) {
	each(t, func(w *world) {
		saveInformation(w, w.bo, w.primary, complete())
		read := must(w.s.BillingInformation(ctx, w.bo, w.primary))(w)
		won := rush(w, models.Conflict, func(n int) error {
			info := read
			info.City = fmt.Sprintf("City %d", n)
			return trySave(w, w.bo, w.primary, info)
		})
		if now := must(w.s.BillingInformation(ctx, w.bo, w.primary))(w); won != 1 || now.Version != read.Version+1 {
			w.Errorf("%d saved, version %d", won, now.Version)
		}
	})
}
