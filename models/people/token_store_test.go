package people_test

import (
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"billfold/models"
	"billfold/models/access"
	accounting "billfold/models/account"
	"billfold/models/db"
	"billfold/models/db/dbtest"
	"billfold/models/people"

	"gorm.io/gorm"
)

func TestTokensOfUsersAccountsAndTheOperator(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, now := newStore(d)
		admin, viewer := create(t, s, "admin@example.com"), create(t, s, "viewer@example.com")
		accounts := accounting.NewStore(d, now.clock())
		own := must(accounts.CreateAccount(ctx(t), access.OperatorActor(), "Acme", admin.ID))
		other := must(accounts.CreateAccount(ctx(t), access.OperatorActor(), "Other", ""))
		if err := s.AddMember(ctx(t), access.OperatorActor(), own.ID, viewer.ID, access.RoleViewer); err != nil {
			t.Fatal(err)
		}
		who := access.New(d)
		scope := must(who.ForAccount(ctx(t), access.Actor{Kind: access.User, ID: admin.ID, Name: admin.Name}, own.ID, access.Admin))
		make := func(token string, kept people.Token, err error) string {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
			if !strings.HasPrefix(token, kept.Prefix) || len(kept.Prefix) != 12 {
				t.Errorf("token %q has the prefix %q", token, kept.Prefix)
			}
			if n := count(t, d, `SELECT COUNT(*) FROM api_tokens WHERE name = ? OR prefix = ? OR scopes = ?`, token, token, token); n != 0 {
				t.Error("the token itself is stored")
			}
			return token
		}
		all := access.AccountGrants
		tokens := map[string]string{
			"admin":    make(s.CreateUserToken(ctx(t), scope.Actor(), admin.ID, people.NewToken{Name: "a", Scopes: all})),
			"viewer":   make(s.CreateUserToken(ctx(t), scope.Actor(), viewer.ID, people.NewToken{Name: "v", Scopes: all})),
			"read":     make(s.CreateUserToken(ctx(t), scope.Actor(), admin.ID, people.NewToken{Name: "r", Scopes: []access.Grant{access.ReadBilling}})),
			"projects": make(s.CreateUserToken(ctx(t), scope.Actor(), admin.ID, people.NewToken{Name: "p", Scopes: []access.Grant{access.WriteProjects}})),
			"account":  make(s.CreateAccountToken(ctx(t), scope, people.NewToken{Name: "acc", Scopes: all})),
			"operator": make(s.CreateOperatorToken(ctx(t), access.OperatorActor(), people.NewToken{Name: "op", Scopes: access.AllGrants})),
		}
		// What each may in its own account and in another one: the need it satisfies, or the error.
		cases := []struct {
			token            string
			read, write, all models.Kind
			other            models.Kind
		}{
			{"admin", 0, 0, 0, models.NotFound},
			{"viewer", 0, models.Forbidden, models.Forbidden, models.NotFound},
			{"read", 0, models.Forbidden, models.Forbidden, models.NotFound},
			{"projects", 0, models.Forbidden, 0, models.NotFound},
			{"account", 0, 0, 0, models.NotFound},
			{"operator", 0, 0, 0, 0},
		}
		for _, c := range cases {
			actor, kept, err := s.TokenOf(ctx(t), tokens[c.token], "192.0.2.1")
			if err != nil {
				t.Fatalf("%s: %v", c.token, err)
			}
			if actor.Kind != access.Token || actor.ID != kept.ID || actor.Name != kept.Name {
				t.Errorf("%s: actor %+v", c.token, actor)
			}
			for need, want := range map[access.Need]models.Kind{access.Read: c.read, access.Write: c.write, access.Admin: c.all} {
				if got := tried(who.ForAccount(ctx(t), actor, own.ID, need)); got != want {
					t.Errorf("%s with need %d: %v, want %v", c.token, need, got, want)
				}
			}
			if got := tried(who.ForAccount(ctx(t), actor, other.ID, access.Read)); got != c.other {
				t.Errorf("%s in another account: %v, want %v", c.token, got, c.other)
			}
		}
		if _, _, err := s.CreateUserToken(ctx(t), scope.Actor(), admin.ID, people.NewToken{Name: "u", Scopes: []access.Grant{access.WriteUsage}}); !kind(err, models.Invalid) {
			t.Errorf("a user's token for usage: %v", err)
		}
		actor, _, _ := s.TokenOf(ctx(t), tokens["read"], "")
		if _, _, err := s.CreateUserToken(ctx(t), actor, admin.ID, people.NewToken{Name: "more", Scopes: all}); !kind(err, models.Forbidden) {
			t.Errorf("a token made one that may more: %v", err)
		}
	})
}

func TestTokensEnd(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, now := newStore(d)
		u := create(t, s, "admin@example.com")
		actor := access.Actor{Kind: access.User, ID: u.ID, Name: u.Name}
		token, kept, err := s.CreateUserToken(ctx(t), actor, u.ID, people.NewToken{Name: "t", Scopes: access.AccountGrants, ExpiresAt: now.clock().Now().Add(time.Hour)})
		if err != nil {
			t.Fatal(err)
		}
		works := func(want bool, when string) {
			t.Helper()
			if _, _, err := s.TokenOf(ctx(t), token, ""); (err == nil) != want {
				t.Errorf("%s: %v", when, err)
			}
		}
		works(true, "new")
		now.advance(time.Hour - time.Microsecond)
		works(true, "just before its end")
		now.advance(time.Microsecond)
		works(false, "at its end")
		if list := must(s.UserTokens(ctx(t), u.ID)); len(list) != 0 {
			t.Errorf("an expired token is listed: %v", list)
		}
		token, kept, err = s.CreateUserToken(ctx(t), actor, u.ID, people.NewToken{Name: "t", Scopes: access.AccountGrants})
		if err != nil {
			t.Fatal(err)
		}
		stranger := create(t, s, "stranger@example.com")
		if err := s.RevokeUserToken(ctx(t), actor, stranger.ID, kept.Prefix); !kind(err, models.NotFound) {
			t.Errorf("another user's token was revoked: %v", err)
		}
		works(true, "after a stranger's try")
		live, _, _ := s.TokenOf(ctx(t), token, "")
		if err := s.RevokeUserToken(ctx(t), actor, u.ID, kept.Prefix); err != nil {
			t.Fatal(err)
		}
		works(false, "revoked")
		own := must(accounting.NewStore(d, now.clock()).CreateAccount(ctx(t), access.OperatorActor(), "Acme", u.ID))
		if got := tried(access.New(d).ForAccount(ctx(t), live, own.ID, access.Read)); got != models.NotFound {
			t.Errorf("an actor of a revoked token may: %v", got)
		}
		signed, _, err := s.SignInForToken(ctx(t), u, "")
		if err != nil {
			t.Fatal(err)
		}
		token = signed
		works(true, "signed in")
		if err := d.RunTx(ctx(t), disable(u.ID, now.clock().Now())); err != nil {
			t.Fatal(err)
		}
		works(false, "of a disabled user")
	})
}

func TestTokensAreBounded(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, _ := newStore(d)
		u := create(t, s, "admin@example.com")
		actor := access.Actor{Kind: access.User, ID: u.ID, Name: u.Name}
		var wait sync.WaitGroup
		var mu sync.Mutex
		made := 0
		for range 110 {
			wait.Go(func() {
				_, _, err := s.CreateUserToken(t.Context(), actor, u.ID, people.NewToken{Name: "t", Scopes: access.AccountGrants})
				mu.Lock()
				defer mu.Unlock()
				if err == nil {
					made++
				} else if !kind(err, models.Conflict) {
					t.Error(err)
				}
			})
		}
		wait.Wait()
		if made != 100 {
			t.Errorf("%d tokens were made", made)
		}
		for _, n := range []people.NewToken{{}, {Name: " ", Scopes: access.AccountGrants}, {Name: strings.Repeat("n", 101), Scopes: access.AccountGrants},
			{Name: "n", Scopes: []access.Grant{"other"}}, {Name: "n\x00", Scopes: access.AccountGrants}} {
			if _, _, err := s.CreateUserToken(t.Context(), actor, u.ID, n); !kind(err, models.Invalid) {
				t.Errorf("%+v: %v", n, err)
			}
		}
		if slices.Contains(access.AccountGrants, access.WriteUsage) {
			t.Error("accounts may write usage")
		}
	})
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// tried is the kind of a refusal, 0 for none.
func tried(_ access.Scope, err error) models.Kind {
	if err == nil {
		return 0
	}
	return models.KindOf(err)
}

func disable(userID string, at time.Time) func(tx *gorm.DB) error {
	return func(tx *gorm.DB) error {
		return tx.Exec(`UPDATE users SET disabled_at = ? WHERE id = ?`, at, userID).Error
	}
}
