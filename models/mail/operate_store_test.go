package mail_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"billfold/models"
	"billfold/models/access"
	"billfold/models/event"
	"billfold/models/mail"
)

func TestOperating(t *testing.T) {
	each(t, func(t *testing.T, o *outbox) {
		operator := access.OperatorActor()
		id := o.queue("1", nil)
		if _, err := o.Retry(t.Context(), operator, id); models.KindOf(err) != models.Conflict {
			t.Fatalf("a mail that waits is retried: %v", err)
		}
		if _, err := o.Drop(t.Context(), access.SystemActor(), id); models.KindOf(err) != models.Forbidden {
			t.Fatalf("%v", err)
		}
		if m, err := o.Drop(t.Context(), operator, id); err != nil || m.State != mail.Dropped {
			t.Fatalf("%+v %v", m, err)
		}
		if state, err := o.Send(t.Context(), id); err != nil || state != mail.Dropped || len(o.sent) != 0 {
			t.Fatalf("%s %v: a dropped mail is sent", state, err)
		}
		for _, act := range []func(context.Context, access.Actor, string) (mail.Mail, error){o.Retry, o.Drop} {
			if _, err := act(t.Context(), operator, id); models.KindOf(err) != models.Conflict {
				t.Fatalf("%v", err)
			}
			for _, missing := range []string{"x", models.NewID()} {
				if _, err := act(t.Context(), operator, missing); models.KindOf(err) != models.NotFound {
					t.Fatalf("%v", err)
				}
			}
		}
		var events []event.Row
		if err := o.db.Read(t.Context()).Where("type LIKE 'mail.%'").Find(&events).Error; err != nil {
			t.Fatal(err)
		}
		if len(events) != 1 || events[0].Type != "mail.dropped" || events[0].Sentence != "dropped the mail to a@example.com, b@example.com." {
			t.Fatalf("%+v", events)
		}
	})
}

func TestListing(t *testing.T) {
	each(t, func(t *testing.T, o *outbox) {
		first, second, third := o.queue("1", nil), o.queue("2", nil), o.queue("3", nil)
		if _, err := o.Send(t.Context(), second); err != nil {
			t.Fatal(err)
		}
		ids := func(state mail.State, limit int) (got []string) {
			list, err := o.List(t.Context(), state, limit)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range list {
				got = append(got, m.ID)
			}
			return got
		}
		if got := ids("", 10); !slices.Equal(got, []string{first, third}) {
			t.Errorf("%v", got)
		}
		if got := ids("", 1); !slices.Equal(got, []string{first}) {
			t.Errorf("%v", got)
		}
		if got := ids(mail.Sent, 10); !slices.Equal(got, []string{second}) {
			t.Errorf("%v", got)
		}
		if got, err := o.Before(t.Context(), time.Now().Add(time.Hour)); err != nil || !slices.Equal(got, []string{first, third}) {
			t.Errorf("%v %v", got, err)
		}
		if got, err := o.Before(t.Context(), time.Now().Add(-time.Hour)); err != nil || len(got) != 0 {
			t.Errorf("%v %v", got, err)
		}
	})
}
