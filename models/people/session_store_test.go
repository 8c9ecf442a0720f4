package people_test

import (
	"strings"
	"testing"
	"time"

	"billfold/models"
	"billfold/models/access"
	"billfold/models/db"
	"billfold/models/db/dbtest"
	"billfold/models/people"

	"gorm.io/gorm"
)

func dbExec(query string, args ...any) func(tx *gorm.DB) error {
	return func(tx *gorm.DB) error { return tx.Exec(query, args...).Error }
}

func TestSessions(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, n := newStore(d)
		u := create(t, s, "ana@example.com")
		start := func() string {
			token, err := s.StartSession(ctx(t), u.ID, "{}", "192.0.2.1", "Browser\x00 \xff"+string(make([]byte, 400)))
			if err != nil {
				t.Fatal(err)
			}
			return token
		}
		ends := func(token, why string) {
			t.Helper()
			if _, err := s.SessionOf(ctx(t), token); !kind(err, models.NotFound) {
				t.Fatalf("%s: %v", why, err)
			}
		}
		lives := func(token, why string) people.Session {
			t.Helper()
			got, err := s.SessionOf(ctx(t), token)
			if err != nil || got.User.ID != u.ID {
				t.Fatalf("%s: %+v, %v", why, got, err)
			}
			return got
		}
		token := start()
		lives(token, "a new session")
		if count(t, d, `SELECT count(*) FROM sessions WHERE agent LIKE 'Browser %'`) != 1 {
			t.Fatal("the browser's name is not kept")
		}
		ends("", "no token")
		ends(token[1:]+"A", "another token")
		if err := s.SaveSession(ctx(t), token, `{"flash":"x"}`); err != nil {
			t.Fatal(err)
		}
		if got := lives(token, "with data"); got.Data != `{"flash":"x"}` {
			t.Fatal(got.Data)
		}
		for range 14 { // kept alive every 11 hours for 6 days
			n.advance(11 * time.Hour)
			lives(token, "used every 11 hours")
		}
		n.advance(15 * time.Hour)
		ends(token, "idle for 15 hours")

		token = start()
		for range 16 {
			n.advance(10 * time.Hour)
			lives(token, "used every 10 hours")
		}
		n.advance(8 * time.Hour)
		ends(token, "7 days old")
		token = start()
		if c := count(t, d, `SELECT count(*) FROM sessions`); c != 1 {
			t.Fatalf("%d sessions are kept, expired ones among them", c)
		}
		if err := s.EndSession(ctx(t), token); err != nil {
			t.Fatal(err)
		}
		ends(token, "signed out")

		token = start()
		if err := s.SetPassword(ctx(t), access.OperatorActor(), u.ID, "another horse"); err != nil {
			t.Fatal(err)
		}
		ends(token, "after a new password")
		if _, err := s.Authenticate(ctx(t), u.Email, "another horse", ""); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Authenticate(ctx(t), u.Email, password, ""); err == nil {
			t.Fatal("the old password still works")
		}
		token = start()
		if err := d.RunTx(ctx(t), dbExec(`UPDATE users SET disabled_at = created_at`)); err != nil {
			t.Fatal(err)
		}
		ends(token, "of a disabled user")
	})
}

func TestFormKeys(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, n := newStore(d)
		ana, bo := create(t, s, "ana@example.com"), create(t, s, "bo@example.com")
		begin := func(u people.User, want people.FormState, location string) {
			t.Helper()
			state, got, err := s.BeginForm(ctx(t), u.ID, "key-1")
			if err != nil || state != want || got != location {
				t.Fatalf("state %v, location %q, %v", state, got, err)
			}
		}
		begin(ana, people.FormNew, "")
		begin(ana, people.FormBusy, "")
		begin(bo, people.FormNew, "")
		if err := s.DropForm(ctx(t), ana.ID, "key-1"); err != nil {
			t.Fatal(err)
		}
		begin(ana, people.FormNew, "")
		if err := s.EndForm(ctx(t), ana.ID, "key-1", "/accounts"); err != nil {
			t.Fatal(err)
		}
		begin(ana, people.FormDone, "/accounts")
		if err := s.DropForm(ctx(t), ana.ID, "key-1"); err != nil {
			t.Fatal(err)
		}
		begin(ana, people.FormDone, "/accounts")
		n.advance(3 * time.Minute)
		if _, _, err := s.BeginForm(ctx(t), bo.ID, "key-1"); !kind(err, models.Conflict) {
			t.Fatalf("a form without end: %v", err)
		}
		for _, key := range []string{"a\x00b", "\xff\xfe"} { // PostgreSQL has no text for them
			if _, _, err := s.BeginForm(ctx(t), bo.ID, key); !kind(err, models.Invalid) {
				t.Errorf("%q: %v", key, err)
			}
		}
		if _, _, err := s.BeginForm(ctx(t), bo.ID, strings.Repeat("a", 65)); !kind(err, models.Invalid) {
			t.Fatalf("a long key: %v", err)
		}
	})
}
