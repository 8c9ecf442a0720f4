package account_test

import (
	"strings"
	"testing"
	"time"

	"billfold/models"
	"billfold/models/access"
	"billfold/models/account"
)

func TestDrafts(t *testing.T) {
	each(t, func(w *world) {
		const kind = account.DraftNewGroup
		d := must(w.s.SaveDraft(ctx, w.bo, account.Draft{Kind: kind, Data: `{"Name":"Research"}`}))(w)
		d.Data = `{"Name":"Labs"}`
		w.later(time.Hour)
		again := must(w.s.SaveDraft(ctx, w.bo, d))(w)
		got := must(w.s.Draft(ctx, w.bo, kind, d.ID))(w)
		if again.ID != d.ID || got.Data != `{"Name":"Labs"}` || !got.UpdatedAt.Equal(noon.Add(time.Hour)) {
			w.Fatalf("%+v", got)
		}
		missing := func(scope access.Scope, kind, id string) {
			w.Helper()
			if _, err := w.s.Draft(ctx, scope, kind, id); models.KindOf(err) != models.NotFound {
				w.Errorf("read: %v", err)
			}
		}
		// Nobody but its maker sees it, in no other account, under no other kind.
		other, _, _ := w.other("Borealis")
		missing(w.ana, kind, d.ID)
		missing(other, kind, d.ID)
		missing(w.bo, "other", d.ID)
		missing(w.bo, kind, "x")
		inBorealis := w.member(other.AccountID(), w.bo.Actor().ID, "Bo Chen", access.RoleBilling)
		missing(inBorealis, kind, d.ID)
		for _, scope := range []access.Scope{w.ana, other, inBorealis} {
			if _, err := w.s.SaveDraft(ctx, scope, d); models.KindOf(err) != models.NotFound {
				w.Errorf("save over somebody else's: %v", err)
			}
			if err := w.s.DeleteDraft(ctx, scope, d.ID); models.KindOf(err) != models.NotFound {
				w.Errorf("delete somebody else's: %v", err)
			}
		}
		if _, err := w.s.SaveDraft(ctx, w.operator(w.acme.ID), account.Draft{Kind: kind, Data: "{}"}); models.KindOf(err) != models.Forbidden {
			w.Errorf("the operator: %v", err)
		}
		for _, data := range []string{"", "{", `"` + strings.Repeat("x", 256<<10) + `"`} {
			if _, err := w.s.SaveDraft(ctx, w.bo, account.Draft{Kind: kind, Data: data}); models.KindOf(err) != models.Invalid {
				w.Errorf("data of %d bytes: %v", len(data), err)
			}
		}
		if len(w.events(w.acme.ID)) != 1 {
			w.Error("a draft wrote an event")
		}
		// The group and the end of its draft are one change.
		w.expect(func() error {
			_, err := w.s.CreateGroup(ctx, w.bo, account.NewGroup{Name: "Labs", DraftID: d.ID})
			return err
		}, "billing_group.created")
		missing(w.bo, kind, d.ID)
		old := must(w.s.SaveDraft(ctx, w.bo, account.Draft{Kind: kind, Data: "{}"}))(w)
		w.later(31 * 24 * time.Hour)
		fresh := must(w.s.SaveDraft(ctx, w.bo, account.Draft{Kind: kind, Data: "{}"}))(w)
		missing(w.bo, kind, old.ID)
		if err := w.s.DeleteDraft(ctx, w.bo, fresh.ID); err != nil {
			w.Fatal(err)
		}
		missing(w.bo, kind, fresh.ID)
	})
}
