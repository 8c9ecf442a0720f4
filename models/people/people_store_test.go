package people_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"billfold/models"
	"billfold/models/access"
	"billfold/models/db"
	"billfold/models/db/dbtest"
	"billfold/models/people"
)

const password = "correct horse battery"

// now is a real time that tests move.
type now struct{ at atomic.Int64 }

func newNow() *now {
	n := &now{}
	n.at.Store(time.Date(2026, 11, 22, 14, 5, 9, 0, time.UTC).UnixMicro())
	return n
}

func (n *now) clock() models.Clock          { return func() time.Time { return time.UnixMicro(n.at.Load()) } }
func (n *now) advance(d time.Duration)      { n.at.Add(d.Microseconds()) }
func ctx(t *testing.T) context.Context      { return t.Context() }
func kind(err error, want models.Kind) bool { return err != nil && models.KindOf(err) == want }

func newStore(d *db.DB) (*people.Store, *now) {
	n := newNow()
	return people.NewStore(d, n.clock()).OnWallClock(n.clock()), n
}

func create(t *testing.T, s *people.Store, email string) people.User {
	t.Helper()
	u, err := s.CreateUser(ctx(t), access.OperatorActor(), people.NewUser{Email: email, Password: password})
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func count(t *testing.T, d *db.DB, query string, args ...any) (n int64) {
	t.Helper()
	if err := d.Read(ctx(t)).Raw(query, args...).Scan(&n).Error; err != nil {
		t.Fatal(err)
	}
	return n
}

func TestCreateUser(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, _ := newStore(d)
		u := create(t, s, "Ana.Lima@example.com")
		if u.Name != "Ana Lima" || u.Email != "Ana.Lima@example.com" {
			t.Fatalf("%+v", u)
		}
		if n := count(t, d, `SELECT count(*) FROM events WHERE chain = 'installation' AND type = 'user.created'`); n != 1 {
			t.Fatalf("%d events", n)
		}
		if n := count(t, d, `SELECT count(*) FROM users WHERE password_hash LIKE '$argon2id$v=19$m=19456,t=2,p=1$%'`); n != 1 {
			t.Fatal("the password is not stored as argon2id of the agreed strength")
		}
		if n := count(t, d, `SELECT count(*) FROM events WHERE after LIKE '%argon2%' OR after LIKE ?`, "%"+password+"%"); n != 0 {
			t.Fatal("a secret stands in an event")
		}
		_, err := s.CreateUser(ctx(t), access.OperatorActor(), people.NewUser{Email: "ana.lima@EXAMPLE.com", Password: password})
		if !kind(err, models.Conflict) {
			t.Fatalf("same address in other capitals: %v", err)
		}
		_, err = s.CreateUser(ctx(t), access.OperatorActor(), people.NewUser{Email: "bo@example.com", Name: "Bo\x07", Password: "short"})
		if e, ok := models.AsError(err); !ok || e.Kind != models.Invalid || len(e.Fields) != 2 {
			t.Fatalf("two bad fields: %v", err)
		}
		if n := count(t, d, `SELECT count(*) FROM users`); n != 1 {
			t.Fatalf("%d users", n)
		}
		found, err := s.UserByEmail(ctx(t), " ANA.lima@example.com ")
		if err != nil || found.ID != u.ID {
			t.Fatalf("%+v, %v", found, err)
		}
		if _, err := s.User(ctx(t), "' OR 1=1 --"); !kind(err, models.NotFound) {
			t.Fatalf("an id that is none: %v", err)
		}
	})
}

func TestCreateUserOnceOfMany(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, _ := newStore(d)
		var made, refused atomic.Int32
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				_, err := s.CreateUser(ctx(t), access.OperatorActor(), people.NewUser{Email: "ana@example.com", Password: password})
				switch {
				case err == nil:
					made.Add(1)
				case kind(err, models.Conflict):
					refused.Add(1)
				default:
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if made.Load() != 1 || refused.Load() != 7 {
			t.Fatalf("made %d, refused %d", made.Load(), refused.Load())
		}
	})
}

func TestAuthenticate(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, _ := newStore(d)
		u := create(t, s, "ana@example.com")
		got, err := s.Authenticate(ctx(t), " Ana@Example.com", password, "192.0.2.1")
		if err != nil || got.ID != u.ID {
			t.Fatalf("%+v, %v", got, err)
		}
		_, wrong := s.Authenticate(ctx(t), "ana@example.com", "another horse", "192.0.2.1")
		_, unknown := s.Authenticate(ctx(t), "nobody@example.com", password, "192.0.2.1")
		if !kind(wrong, models.Invalid) || !kind(unknown, models.Invalid) || wrong.Error() != unknown.Error() {
			t.Fatalf("a wrong password answers %v, an unknown user %v", wrong, unknown)
		}
		err = d.RunTx(ctx(t), dbExec(`UPDATE users SET disabled_at = created_at`))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.Authenticate(ctx(t), "ana@example.com", password, "192.0.2.1"); !kind(err, models.Invalid) || err.Error() != wrong.Error() {
			t.Fatalf("a disabled user: %v", err)
		}
	})
}

func TestAuthenticateTakesAsLongForUnknownUsers(t *testing.T) {
	d := dbtest.New(t, db.SQLite)
	s, _ := newStore(d)
	create(t, s, "ana@example.com")
	best := func(email string) time.Duration {
		least := time.Hour
		for range 4 {
			start := time.Now()
			if _, err := s.Authenticate(ctx(t), email, "another horse", "192.0.2.1"); !kind(err, models.Invalid) {
				t.Fatal(err)
			}
			least = min(least, time.Since(start))
		}
		return least
	}
	best("first@example.com") // the hash of nobody is made once
	known, unknown := best("ana@example.com"), best("nobody@example.com")
	if unknown < known/4 || known < unknown/4 { // without a hash for nobody it is a twentieth
		t.Fatalf("known %v, unknown %v", known, unknown)
	}
}

func TestAttemptsAreLimited(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, n := newStore(d)
		create(t, s, "ana@example.com")
		try := func(email, word, ip string) error {
			_, err := s.Authenticate(ctx(t), email, word, ip)
			return err
		}
		var blocked *people.Blocked
		for _, email := range []string{"ana@example.com", "nobody@example.com"} {
			for i := range 5 {
				if err := try(email, "another horse", "192.0.2.1"); !kind(err, models.Invalid) {
					t.Fatalf("%s, attempt %d: %v", email, i+1, err)
				}
			}
			if err := try(email, password, "192.0.2.1"); !errors.As(err, &blocked) {
				t.Fatalf("%s, attempt 6: %v", email, err)
			}
		}
		if got := blocked.Error(); got != "Too many attempts. Try again after 14:21 UTC" {
			t.Fatal(got)
		}
		if err := try("ana@example.com", password, "192.0.2.2"); err != nil {
			t.Fatalf("the owner from another address: %v", err)
		}
		n.advance(15 * time.Minute)
		if err := try("ana@example.com", password, "192.0.2.1"); err != nil {
			t.Fatalf("after the wait: %v", err)
		}
	})
}

func TestManyAddressesCannotLockTheOwnerOut(t *testing.T) {
	d := dbtest.New(t, db.SQLite)
	s, n := newStore(d)
	create(t, s, "ana@example.com")
	if _, err := s.Authenticate(ctx(t), "ana@example.com", password, "198.51.100.1"); err != nil {
		t.Fatal(err)
	}
	n.advance(24 * time.Hour)
	var blocked *people.Blocked
	for i := range 60 {
		ip := "192.0.2." + string(rune('0'+i/20)) + string(rune('0'+i/2%10))
		_, err := s.Authenticate(ctx(t), "ana@example.com", "another horse", ip)
		if isBlocked := errors.As(err, &blocked); isBlocked != (i >= 50) {
			t.Fatalf("attempt %d: %v", i+1, err)
		}
	}
	if _, err := s.Authenticate(ctx(t), "ana@example.com", password, "203.0.113.9"); !errors.As(err, &blocked) {
		t.Fatalf("a new address during the wait: %v", err)
	}
	if _, err := s.Authenticate(ctx(t), "ana@example.com", password, "198.51.100.1"); err != nil {
		t.Fatalf("the owner from an address of hers: %v", err)
	}
	n.advance(15 * time.Minute)
	if _, err := s.Authenticate(ctx(t), "ana@example.com", password, "203.0.113.9"); err != nil {
		t.Fatalf("a new address after the wait: %v", err)
	}
}

func TestOneAddressCannotLockOthersOut(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, _ := newStore(d)
		create(t, s, "ana@example.com")
		create(t, s, "bo@example.com")
		var blocked *people.Blocked
		for i := range 110 { // more than the limits of an account and of an address
			_, err := s.Authenticate(ctx(t), "ana@example.com", "another horse", "192.0.2.1")
			if isBlocked := errors.As(err, &blocked); isBlocked != (i >= 5) {
				t.Fatalf("attempt %d: %v", i+1, err)
			}
		}
		if _, err := s.Authenticate(ctx(t), "bo@example.com", password, "192.0.2.1"); err != nil {
			t.Errorf("somebody else at that address: %v", err)
		}
		if _, err := s.Authenticate(ctx(t), "ana@example.com", password, "203.0.113.9"); err != nil {
			t.Errorf("the owner at a new address: %v", err)
		}
	})
}

func TestParallelGuessesAreCounted(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, _ := newStore(d)
		create(t, s, "ana@example.com")
		var looked atomic.Int32
		var wg sync.WaitGroup
		for range 20 {
			wg.Go(func() {
				if _, err := s.Authenticate(ctx(t), "ana@example.com", "another horse", "192.0.2.1"); kind(err, models.Invalid) {
					looked.Add(1)
				}
			})
		}
		wg.Wait()
		if looked.Load() != 5 {
			t.Fatalf("%d of 20 guesses at once were looked at, 5 are allowed", looked.Load())
		}
	})
}

func TestRightPasswordsAtOnceAreNoGuesses(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, _ := newStore(d)
		create(t, s, "ana@example.com")
		var wg sync.WaitGroup
		for range 12 {
			wg.Go(func() {
				if _, err := s.Authenticate(ctx(t), "ana@example.com", password, "192.0.2.1"); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if n := count(t, d, `SELECT COALESCE(SUM(failures), 0) FROM attempts`); n != 0 {
			t.Fatalf("%d failures are counted", n)
		}
	})
}
