package credit_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"billfold/models"
	"billfold/models/access"
	"billfold/models/account"
	"billfold/models/credit"
	"billfold/models/db"
	"billfold/models/db/dbtest"
	"billfold/models/seller"

	"gorm.io/gorm"
)

func TestClaimWritesOneEvent(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		f := newFixture(t, d)
		scope, group := f.account("Acme")
		f.billedIn(scope.AccountID(), group, "EUR")
		other := f.group(scope.AccountID(), "Research")
		web := f.project(scope.AccountID(), other, "web-frontend")
		for _, c := range []struct {
			code, sentence         string
			target                 credit.Target
			groups, projects, gone int
		}{
			{"GROUP", "added the credit code GROUP for the billing group Default: 400.00 EUR, expires 31 Dec 2026.", credit.Target{Scope: credit.ForGroup, GroupID: group}, 1, 0, 0},
			{"ACCOUNT", "added the credit code ACCOUNT for all projects of the account: 400.00 EUR, expires 31 Dec 2026.", credit.Target{Scope: credit.ForAccount, GroupID: group}, 2, 0, 0},
			{"PROJECT", "added the credit code PROJECT for the project web-frontend: 400.00 EUR, expires 31 Dec 2026.", credit.Target{Scope: credit.ForProject, GroupID: group, ProjectID: web}, 1, 1, 0},
		} {
			f.issue(c.code, "EUR", func(n *credit.NewCredit) { n.ExpiresOn = day("2026-12-31") })
			made := f.claim(scope, strings.ToLower(c.code)+" ", c.target)
			if made.Code != c.code || made.Remaining.Minor() != 40000 || made.Scope != c.target.Scope || !made.LastDay().Equal(day("2026-12-31")) || !made.ClaimedAt.Equal(start) {
				t.Errorf("%+v", made)
			}
			var e struct {
				Seq      int64
				Sentence string
			}
			must(t, d.Read(ctx).Raw(`SELECT seq, sentence FROM events WHERE account_id = ? AND type = 'credit.claimed' ORDER BY seq DESC LIMIT 1`, scope.AccountID()).Scan(&e).Error)
			groups := f.count(`SELECT COUNT(*) FROM event_subjects WHERE event_seq = ? AND kind = 'group'`, e.Seq)
			projects := f.count(`SELECT COUNT(*) FROM event_subjects WHERE event_seq = ? AND kind = 'project'`, e.Seq)
			if e.Sentence != c.sentence || groups != int64(c.groups) || projects != int64(c.projects) {
				t.Errorf("%q with %d groups and %d projects", e.Sentence, groups, projects)
			}
		}
		if n := f.count(`SELECT COUNT(*) FROM events WHERE type = 'credit.claimed'`); n != 3 {
			t.Errorf("%d events", n)
		}
		list, err := f.store.GroupCredits(ctx, scope, group)
		if err != nil || len(list.Claims) != 2 || list.Remaining.Minor() != 80000 || list.Currency != "EUR" || !list.NextExpiry.Equal(day("2026-12-31")) {
			t.Errorf("%+v %v", list, err)
		}
		list, err = f.store.GroupCredits(ctx, scope, other)
		if err != nil || len(list.Claims) != 2 || list.Claims[0].ProjectName != "web-frontend" || list.Currency != "USD" || !list.Claims[0].Waits || !list.Remaining.IsZero() {
			t.Errorf("%+v %v", list, err)
		}
	})
}

// The words of the screen, each with the field it stands at.
func TestClaimErrors(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		f := newFixture(t, d)
		must(t, seller.NewStore(d, nil).SetPrepaid(ctx, operator, seller.MultiPurpose))
		scope, group := f.account("Acme")
		f.billedIn(scope.AccountID(), group, "EUR")
		research := f.group(scope.AccountID(), "Research")
		web, data := f.project(scope.AccountID(), group, "web"), f.project(scope.AccountID(), research, "data")
		f.billedIn(scope.AccountID(), research, "EUR")
		theirs, theirGroup := f.account("Borealis")
		theirProject := f.project(theirs.AccountID(), theirGroup, "theirs")
		here, all := credit.Target{Scope: credit.ForGroup, GroupID: group}, credit.Target{Scope: credit.ForAccount, GroupID: group}
		one := func(id string) credit.Target {
			return credit.Target{Scope: credit.ForProject, GroupID: group, ProjectID: id}
		}
		f.issue("DOLLARS", "USD")
		f.issue("PREPAID", "EUR", func(n *credit.NewCredit) { n.Type = credit.Purchase })
		for _, code := range []string{"MINE-HERE", "MINE-ALL", "MINE-WEB", "MINE-DATA", "MINE-RESEARCH"} {
			f.issue(code, "EUR")
		}
		f.issue("GONE", "EUR")
		f.issue("EXPIRED", "EUR", func(n *credit.NewCredit) { n.ExpiresOn = day("2026-11-25") })
		f.claim(theirs, "GONE", credit.Target{Scope: credit.ForGroup, GroupID: theirGroup})
		f.claim(scope, "MINE-HERE", here)
		f.claim(scope, "MINE-ALL", all)
		f.claim(scope, "MINE-WEB", one(web))
		f.claim(scope, "MINE-DATA", one(data))
		f.claim(scope, "MINE-RESEARCH", credit.Target{Scope: credit.ForGroup, GroupID: research})
		f.now = day("2026-11-26")
		before := f.count(`SELECT COUNT(*) FROM events`)
		for _, c := range []struct {
			code   string
			target credit.Target
			want   string
		}{
			{" ", here, "code: Enter a credit code"},
			{"SNEAKY-CRAB", here, "code: This credit code was not found. Check it and try again"},
			{"x%_'\";--", here, "code: This credit code was not found. Check it and try again"},
			{strings.Repeat("A", 1025), here, "code: Enter a credit code of at most 1,024 characters"},
			{"expired", here, "code: This credit code expired on 25 Nov 2026"},
			{"GONE", here, "code: This credit code is already in use"},
			{"MINE-HERE", here, "code: MINE-HERE is already in this billing group"},
			{"MINE-HERE", all, "code: MINE-HERE is already in this billing group"},
			{"MINE-ALL", here, "code: MINE-ALL is already in this billing group"},
			{"MINE-WEB", here, "code: MINE-WEB is already in this billing group"},
			{"MINE-DATA", here, "code: This credit code is already in use"},
			{"MINE-RESEARCH", here, "code: This credit code is already in use"},
			{"DOLLARS", here, "code: This credit code is for USD. This billing group is billed in EUR"},
			{"DOLLARS", one(web), "code: This credit code is for USD. This billing group is billed in EUR"},
			{"DOLLARS", one(data), "code: This credit code is for USD. data is billed in EUR"},
			{"PREPAID", one(web), "use_for: Prepaid credit cannot be used for one project. Choose this billing group or all projects of the account"},
			{"DOLLARS", one(""), "use_for: Choose a project"},
			{"DOLLARS", credit.Target{}, "use_for: Choose what the credit is used for"},
			{"DOLLARS", one(theirProject), "Project not found"},
			{"DOLLARS", one("1 OR 1=1"), "Project not found"},
			{"DOLLARS", credit.Target{Scope: credit.ForGroup, GroupID: theirGroup}, "Billing group not found"},
			{"DOLLARS", credit.Target{Scope: credit.ForGroup}, "Billing group not found"},
		} {
			if _, err := f.store.Claim(ctx, scope, c.code, c.target); message(err) != c.want {
				t.Errorf("%.20q: %q, want %q", c.code, message(err), c.want)
			}
		}
		viewer := f.member(scope.AccountID(), access.RoleViewer)
		if _, err := f.store.Claim(ctx, viewer, "DOLLARS", all); models.KindOf(err) != models.Forbidden {
			t.Errorf("a viewer: %v", err)
		}
		if _, err := f.store.Claim(ctx, access.Scope{}, "DOLLARS", all); models.KindOf(err) != models.NotFound {
			t.Errorf("no scope: %v", err)
		}
		if n := f.count(`SELECT COUNT(*) FROM events`); n != before {
			t.Errorf("refused claims wrote %d events", n-before)
		}
		if n := f.count(`SELECT claim_count FROM credits WHERE code = 'DOLLARS'`); n != 0 {
			t.Errorf("refused claims count %d", n)
		}
		f.claim(scope, "DOLLARS", all) // waits for an invoice in USD
	})
}

// A code for n accounts is claimed n times, however many try at once; the others are told why not.
func TestParallelClaimsKeepTheLimit(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		f := newFixture(t, d)
		scopes, groups := make([]access.Scope, 50), make([]string, 50)
		for i := range scopes {
			scopes[i], groups[i] = f.account(fmt.Sprintf("Racer %d", i))
		}
		warm(t, d)
		for round, limit := range []int64{1, 3, 1, 3, 1, 3} {
			code := fmt.Sprintf("RACE-%d", round)
			f.issue(code, "EUR", func(n *credit.NewCredit) { n.Claims = limit })
			errs := race(50, func(i int) error {
				_, err := f.store.Claim(ctx, scopes[i], code, credit.Target{Scope: credit.ForGroup, GroupID: groups[i]})
				return err
			})
			won := int64(0)
			for _, err := range errs {
				if err == nil {
					won++
				} else if message(err) != "code: This credit code is already in use" {
					t.Errorf("a loser was told %q", message(err))
				}
			}
			rows := f.count(`SELECT COUNT(*) FROM credit_claims c JOIN credits k ON k.id = c.credit_id WHERE k.code = ?`, code)
			counted := f.count(`SELECT claim_count FROM credits WHERE code = ?`, code)
			if won != limit || rows != limit || counted != limit {
				t.Errorf("%d won, %d rows, count %d; want %d", won, rows, counted, limit)
			}
		}
	})
}

// race runs fn n times at once.
func race(n int, fn func(i int) error) []error {
	gate, errs := make(chan struct{}), make([]error, n)
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			<-gate
			errs[i] = fn(i)
		})
	}
	close(gate)
	wg.Wait()
	return errs
}

// warm opens every connection of the pool, so that a race is not won by the only one that is open.
func warm(t *testing.T, d *db.DB) {
	if d.Dialect() == db.Postgres {
		for _, err := range race(20, func(int) error { return d.Read(ctx).Exec(`SELECT pg_sleep(0.2)`).Error }) {
			must(t, err)
		}
	}
}

// A claim waits for whatever holds its account, and then sees what that did.
func TestClaimWaitsForTheAccount(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		f := newFixture(t, d)
		scope, _ := f.account("Acme")
		group := f.group(scope.AccountID(), "Research")
		f.issue("LATE", "EUR")
		locked, claimed := make(chan struct{}), make(chan error, 1)
		go func() {
			<-locked
			_, err := f.store.Claim(ctx, scope, "LATE", credit.Target{Scope: credit.ForGroup, GroupID: group})
			claimed <- err
		}()
		must(t, d.RunTx(ctx, func(tx *gorm.DB) error { // deletes the group
			if err := account.Lock(tx, scope.AccountID()); err != nil {
				return err
			}
			close(locked)
			select {
			case err := <-claimed:
				return fmt.Errorf("the claim did not wait: %v", err)
			case <-time.After(300 * time.Millisecond):
			}
			return tx.Exec(`UPDATE billing_groups SET deleted_at = ? WHERE id = ?`, f.now, group).Error
		}))
		if err := <-claimed; message(err) != "Billing group not found" {
			t.Errorf("%v", err)
		}
	})
}

// One account claims a code once, also when a form is sent many times at once.
func TestParallelClaimsOfOneAccount(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		f := newFixture(t, d)
		scope, group := f.account("Acme")
		f.issue("MANY", "EUR", func(n *credit.NewCredit) { n.Claims = 50 })
		warm(t, d)
		errs := race(50, func(int) error {
			_, err := f.store.Claim(ctx, scope, "MANY", credit.Target{Scope: credit.ForGroup, GroupID: group})
			return err
		})
		won := 0
		for _, err := range errs {
			if err == nil {
				won++
			} else if message(err) != "code: MANY is already in this billing group" {
				t.Errorf("%q", message(err))
			}
		}
		if n := f.count(`SELECT COUNT(*) FROM credit_claims`); won != 1 || n != 1 {
			t.Errorf("%d won, %d rows", won, n)
		}
	})
}

func TestAttemptsAreLimited(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		f := newFixture(t, d)
		wall := time.Date(2026, 3, 1, 14, 14, 30, 0, time.UTC)
		credit.WithWall(f.store, func() time.Time { return wall })
		owner, group := f.account("Acme")
		ana, ben := f.member(owner.AccountID(), access.RoleBilling), f.member(owner.AccountID(), access.RoleAdmin)
		here := credit.Target{Scope: credit.ForGroup, GroupID: group}
		try := func(scope access.Scope, code string) string {
			_, err := f.store.Claim(ctx, scope, code, here)
			return message(err)
		}
		for _, code := range []string{"GOOD-1", "GOOD-2", "GOOD-3", "GOOD-4"} {
			f.issue(code, "EUR")
		}
		const missing, blocked = "code: This credit code was not found. Check it and try again", "code: Too many attempts. Try again after 14:30 UTC"
		for range 9 {
			if got := try(ana, "GUESS"); got != missing {
				t.Fatal(got)
			}
		}
		if got := try(ana, "GOOD-1"); got != "" { // does not count
			t.Error(got)
		}
		if got := try(ana, "GUESS"); got != missing {
			t.Error(got)
		}
		if got := try(ana, "GOOD-2"); got != blocked {
			t.Error(got)
		}
		wall = wall.Add(14 * time.Minute)
		if got := try(ana, "GOOD-2"); got != blocked {
			t.Error(got)
		}
		if got := try(ben, "GOOD-3"); got != "" {
			t.Error("another user is blocked:", got)
		}
		for range 30 { // the operator is not limited
			if got := try(owner, "GUESS"); got != missing {
				t.Fatal(got)
			}
		}
		wall = time.Date(2026, 3, 1, 14, 30, 0, 0, time.UTC)
		if got := try(ana, "GOOD-2"); got != "" {
			t.Error("after the wait:", got)
		}
		told := race(40, func(int) error { // of many guesses at once no more than ten are looked at
			_, err := f.store.Claim(ctx, ben, "GUESS", here)
			return err
		})
		looked := 0
		for _, one := range told {
			if message(one) == missing {
				looked++
			}
		}
		if looked != 10 {
			t.Errorf("%d guesses were looked at", looked)
		}
	})
}
