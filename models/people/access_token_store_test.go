package people_test

import (
	"testing"
	"time"

	"billfold/models"
	"billfold/models/access"
	accounting "billfold/models/account"
	"billfold/models/db"
	"billfold/models/db/dbtest"
	"billfold/models/people"
)

func TestTokensLastByAge(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, now := newStore(d)
		u := create(t, s, "ana@example.com")
		actor := access.Actor{Kind: access.User, ID: u.ID, Name: u.Name}
		make := func(n people.NewToken) string {
			t.Helper()
			n.Name, n.Scopes = "t", []access.Grant{access.ReadBilling}
			token, _, err := s.CreateUserToken(ctx(t), actor, u.ID, n)
			if err != nil {
				t.Fatal(err)
			}
			return token
		}
		works := func(token string) bool { _, _, err := s.TokenOf(ctx(t), token, "192.0.2.1"); return err == nil }
		fixed, extended, short := make(people.NewToken{MaxAge: time.Hour}), make(people.NewToken{MaxAge: time.Hour, Extended: true}), make(people.NewToken{MaxAge: 20 * time.Second, Extended: true})
		for range 6 { // more often than a use is noted
			now.advance(15 * time.Second)
			if !works(short) {
				t.Fatal("a token in use ran out")
			}
		}
		now.advance(50 * time.Minute)
		if !works(fixed) || !works(extended) || works(short) {
			t.Error("before the hour is over")
		}
		now.advance(50 * time.Minute)
		if works(fixed) || !works(extended) {
			t.Error("after the hour")
		}
		now.advance(time.Hour)
		if works(extended) {
			t.Error("an unused token lived on")
		}
		for _, n := range []people.NewToken{{MaxAge: -1}, {MaxAge: time.Millisecond}, {MaxAge: 20 * 365 * 24 * time.Hour}} {
			n.Name, n.Scopes = "t", []access.Grant{access.ReadBilling}
			if _, _, err := s.CreateUserToken(ctx(t), actor, u.ID, n); !kind(err, models.Invalid) {
				t.Errorf("%v: %v", n.MaxAge, err)
			}
		}
	})
}

func TestTokensManageEachOther(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, now := newStore(d)
		ana, bo := create(t, s, "ana@example.com"), create(t, s, "bo@example.com")
		acme := must(accounting.NewStore(d, now.clock()).CreateAccount(ctx(t), access.OperatorActor(), "Acme", ana.ID))
		scope := must(access.New(d).ForAccount(ctx(t), access.Actor{Kind: access.User, ID: ana.ID, Name: ana.Name}, acme.ID, access.Admin))
		type held struct {
			actor access.Actor
			people.Token
		}
		hold := func(token string, _ people.Token, err error) held {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
			actor, kept, err := s.TokenOf(ctx(t), token, "")
			if err != nil {
				t.Fatal(err)
			}
			return held{actor, kept}
		}
		read, all := []access.Grant{access.ReadBilling}, access.AccountGrants
		full := hold(s.CreateUserToken(ctx(t), scope.Actor(), ana.ID, people.NewToken{Name: "full", Scopes: all}))
		weak := hold(s.CreateUserToken(ctx(t), scope.Actor(), ana.ID, people.NewToken{Name: "weak", Scopes: read}))
		others := hold(s.CreateUserToken(ctx(t), scope.Actor(), bo.ID, people.NewToken{Name: "other", Scopes: all}))
		acc := hold(s.CreateAccountToken(ctx(t), scope, people.NewToken{Name: "acc", Scopes: []access.Grant{access.WriteBilling}}))
		accAdmin := hold(s.CreateAccountToken(ctx(t), scope, people.NewToken{Name: "acc admin", Scopes: all}))
		op := hold(s.CreateOperatorToken(ctx(t), access.OperatorActor(), people.NewToken{Name: "op", Scopes: access.AllGrants}))

		made := hold(s.CreateTokenBeside(ctx(t), weak.actor, weak.Token, people.NewToken{Name: "copy"}))
		if made.UserID != ana.ID || len(made.Scopes) != 1 || made.Scopes[0] != access.ReadBilling {
			t.Errorf("made %+v", made.Token)
		}
		for what, c := range map[string]struct {
			by   held
			n    people.NewToken
			kind models.Kind
		}{
			"more scopes than its own": {weak, people.NewToken{Name: "x", Scopes: all}, models.Forbidden},
			"no scopes":                {full, people.NewToken{Name: "x", Scopes: []access.Grant{}}, models.Invalid},
			"usage":                    {full, people.NewToken{Name: "x", Scopes: []access.Grant{access.WriteUsage}}, models.Invalid},
			"the account's":            {acc, people.NewToken{Name: "x"}, models.Forbidden},
			"the operator's":           {op, people.NewToken{Name: "x", Scopes: read}, models.Forbidden},
		} {
			if _, _, err := s.CreateTokenBeside(ctx(t), c.by.actor, c.by.Token, c.n); !kind(err, c.kind) {
				t.Errorf("%s: %v", what, err)
			}
		}
		if of := hold(s.CreateTokenBeside(ctx(t), accAdmin.actor, accAdmin.Token, people.NewToken{Name: "y", Scopes: read})); of.AccountID != acme.ID {
			t.Errorf("of the account: %+v", of.Token)
		}
		for what, c := range map[string]struct {
			by, of held
			kind   models.Kind
		}{
			"a mightier one":          {weak, full, models.Forbidden},
			"another user's":          {full, others, models.NotFound},
			"the account's by a user": {full, acc, models.NotFound},
			"the account's by a token without projects:write": {acc, accAdmin, models.Forbidden},
			"a user's by the operator's":                      {op, full, models.NotFound},
		} {
			if err := s.RevokeTokenBeside(ctx(t), c.by.actor, c.by.Token, c.of.Prefix); !kind(err, c.kind) {
				t.Errorf("revoke %s: %v", what, err)
			}
			if _, err := s.RenameTokenBeside(ctx(t), c.by.actor, c.by.Token, c.of.Prefix, "z"); !kind(err, c.kind) {
				t.Errorf("rename %s: %v", what, err)
			}
		}
		events := func() int64 { return count(t, d, `SELECT COUNT(*) FROM events`) }
		before := events()
		for range 2 { // the second changes nothing
			if got, err := s.RenameTokenBeside(ctx(t), full.actor, full.Token, weak.Prefix, " nightly "); err != nil || got.Name != "nightly" {
				t.Errorf("%+v %v", got, err)
			}
		}
		if events() != before+1 {
			t.Errorf("%d events of renaming", events()-before)
		}
		for _, h := range []held{weak, acc, op} { // each may end itself
			if err := s.RevokeTokenBeside(ctx(t), h.actor, h.Token, h.Prefix); err != nil {
				t.Errorf("%s: %v", h.Name, err)
			}
			if err := s.RevokeTokenBeside(ctx(t), h.actor, h.Token, h.Prefix); !kind(err, models.NotFound) {
				t.Errorf("%s again: %v", h.Name, err)
			}
		}
		if events() != before+4 {
			t.Errorf("%d events", events()-before)
		}
		if list := must(s.TokensBeside(ctx(t), full.Token)); len(list) != 2 {
			t.Errorf("left: %+v", list)
		}
		if _, err := s.RenameTokenBeside(ctx(t), full.actor, full.Token, "bft_\x00\xff", "z"); !kind(err, models.NotFound) {
			t.Errorf("a prefix that is none: %v", err)
		}
	})
}
