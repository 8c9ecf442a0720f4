package credit_test

import (
	"errors"
	"testing"
	"time"

	"billfold/models"
	"billfold/models/credit"
	"billfold/models/db"
	"billfold/models/db/dbtest"
	"billfold/models/money"
)

func TestACodeIsCheckedWithoutTellingMore(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		f := newFixture(t, d)
		scope, group := f.account("Acme")
		issue := func(code string, kind credit.Type, lastDay time.Time) {
			t.Helper()
			_, err := f.store.Issue(ctx, operator, credit.NewCredit{Code: code, Type: kind, Value: money.New(500, "EUR"), ExpiresOn: lastDay})
			must(t, err)
		}
		issue("FREE5", "promotion", time.Time{})
		issue("FRIEND5", "referral", time.Time{})
		issue("TAKEN5", "promotion", time.Time{})
		issue("OVER5", "promotion", f.now)
		_, err := f.store.Claim(ctx, scope, "TAKEN5", credit.Target{Scope: credit.ForGroup, GroupID: group})
		must(t, err)
		f.now = f.now.AddDate(0, 0, 2)
		check := func(ip, code string, referral bool) error { return f.store.CheckCode(ctx, ip, code, referral) }
		for range 15 { // right ones do not count
			must(t, check("192.0.2.1", " free 5", false))
			must(t, check("192.0.2.1", "FRIEND5", true))
			must(t, check("192.0.2.1", "FRIEND5", false))
		}
		said := map[string]bool{}
		for _, code := range []string{"NOTHING", "TAKEN5", "OVER5", "", "Ünïcode", "\x00"} {
			err := check("192.0.2.1", code, false)
			if models.KindOf(err) != models.NotFound {
				t.Errorf("%q: %v", code, err)
			}
			said[err.Error()] = true
		}
		if err := check("192.0.2.1", "FREE5", true); models.KindOf(err) != models.NotFound {
			t.Errorf("a promotion as a referral: %v", err)
		}
		if len(said) != 1 {
			t.Errorf("they are told apart: %v", said)
		}
		for range 3 {
			_ = check("192.0.2.1", "NOTHING", false)
		}
		var wait *credit.TooMany
		if err := check("192.0.2.1", "FREE5", false); !errors.As(err, &wait) || models.KindOf(err) != models.Invalid {
			t.Errorf("the eleventh: %v", err)
		}
		must(t, check("192.0.2.2", "FREE5", false)) // others go on
		must(t, check("2001:db8::1", "FREE5", false))
		for range 10 {
			_ = check("2001:db8::1", "NOTHING", false)
		}
		if err := check("2001:db8::ffff", "FREE5", false); !errors.As(err, &wait) { // the same network
			t.Errorf("another address of the network: %v", err)
		}
	})
}

func TestWhatIsLeftInAnAccount(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		f := newFixture(t, d)
		scope, group := f.account("Acme")
		for code, c := range map[string]money.Amount{"ONE1": money.New(500, "EUR"), "TWO2": money.New(700, "EUR"), "USD3": money.New(100, "USD")} {
			_, err := f.store.Issue(ctx, operator, credit.NewCredit{Code: code, Type: "promotion", Value: c})
			must(t, err)
			_, err = f.store.Claim(ctx, scope, code, credit.Target{Scope: credit.ForGroup, GroupID: group})
			must(t, err)
		}
		prepaid, other, err := credit.LeftInAccount(d.Read(ctx), scope.AccountID(), f.now)
		must(t, err)
		if len(prepaid) != 0 || len(other) != 2 || other[0] != money.New(1200, "EUR") || other[1] != money.New(100, "USD") {
			t.Errorf("%v %v", prepaid, other)
		}
		f.exec(`UPDATE credits SET type = 'purchase' WHERE code = 'ONE1'`)
		if prepaid, other, err = credit.LeftInAccount(d.Read(ctx), scope.AccountID(), f.now); err != nil || len(prepaid) != 1 || prepaid[0] != money.New(500, "EUR") || len(other) != 2 {
			t.Errorf("%v %v %v", prepaid, other, err)
		}
	})
}
