package credit_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"billfold/models"
	"billfold/models/access"
	"billfold/models/account"
	"billfold/models/credit"
	"billfold/models/db"
	"billfold/models/db/dbtest"
	"billfold/models/money"
	"billfold/models/seller"

	"gorm.io/gorm"
)

// closeGroup does with credits what closing does, and tells the uses as text.
func (f *fixture) closeGroup(accountID, group string, month models.Month, byProject map[string]int64, subtotal, tax int64) string {
	f.t.Helper()
	invoice := f.invoice(accountID, group, month)
	var said []string
	must(f.t, f.d.RunTx(ctx, func(tx *gorm.DB) error {
		said = nil
		if err := account.Lock(tx, accountID); err != nil {
			return err
		}
		pool, err := credit.LoadPool(tx, []string{accountID}, []string{group}, slices.Sorted(maps.Keys(byProject)), month.End())
		if err != nil {
			return err
		}
		reducing, prepaid := pool.Usable(accountID, group, "EUR")
		uses, err := credit.Apply(reducing, byProject, money.New(subtotal, "EUR"))
		if err != nil {
			return err
		}
		sum, err := credit.Sum(uses, "EUR")
		if err != nil {
			return err
		}
		pays, err := credit.ApplyPrepaid(prepaid, money.New(subtotal-sum.Minor()+tax, "EUR"))
		if err != nil {
			return err
		}
		uses = append(uses, pays...)
		for _, u := range uses {
			said = append(said, fmt.Sprintf("%s %d/%d", u.Claim.Code, u.Amount.Minor(), u.RemainingAfter.Minor()))
		}
		if err := pool.Use(invoice, uses); err != nil {
			return err
		}
		return pool.Write(tx, f.now)
	}))
	return strings.Join(said, " ")
}

func TestCreditsAreUsedInOrder(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		f := newFixture(t, d)
		must(t, seller.NewStore(d, nil).SetPrepaid(ctx, operator, seller.MultiPurpose))
		scope, group := f.account("Acme")
		id := scope.AccountID()
		research := f.group(id, "Research")
		web, data := f.project(id, group, "web"), f.project(id, research, "data")
		kind := func(t credit.Type) func(*credit.NewCredit) { return func(n *credit.NewCredit) { n.Type = t } }
		value := func(v int64, c money.Currency) func(*credit.NewCredit) {
			return func(n *credit.NewCredit) { n.Value = money.New(v, c) }
		}
		until := func(s string) func(*credit.NewCredit) {
			return func(n *credit.NewCredit) { n.ExpiresOn = day(s) }
		}
		in := func(g string) credit.Target { return credit.Target{Scope: credit.ForGroup, GroupID: g} }
		add := func(code string, t credit.Target, change ...func(*credit.NewCredit)) {
			f.issue(code, "EUR", change...)
			f.claim(scope, code, t)
			f.now = f.now.Add(time.Second)
		}
		f.now = time.Date(2026, 10, 5, 9, 0, 0, 0, time.UTC)
		add("ACCOUNT", credit.Target{Scope: credit.ForAccount}, value(100, "EUR"))
		add("GROUP-NEVER", in(group), value(1000, "EUR"))
		add("GROUP-OCTOBER", in(group), value(200, "EUR"), until("2026-10-31"))
		add("GROUP-EXPIRED", in(group), value(200, "EUR"), until("2026-10-30"))
		add("FRONT", credit.Target{Scope: credit.ForProject, ProjectID: web}, value(5000, "EUR"))
		add("DATA", credit.Target{Scope: credit.ForProject, ProjectID: data}, value(5000, "EUR"))
		add("RESEARCH", in(research), value(300, "EUR"))
		add("DOLLARS", in(group), value(9999, "USD"))
		add("PAID", in(group), value(700, "EUR"), kind(credit.Purchase))
		add("LATER", in(group), value(9999, "EUR"), func(n *credit.NewCredit) { n.Starts = day("2026-11-01") })
		f.now = time.Date(2026, 11, 1, 6, 0, 0, 0, time.UTC)
		add("TOO-LATE", in(group), value(9999, "EUR"))

		preview, err := credit.Usable(d.Read(ctx), id, group, "EUR", models.Month("2026-10").End())
		if err != nil || len(preview) != 4 || preview[0].Code != "FRONT" || preview[0].ProjectName != "web" {
			t.Errorf("preview: %+v %v", preview, err)
		}
		if got := f.closeGroup(id, group, "2026-10", map[string]int64{web: 400}, 2000, 300); got != "FRONT 400/4600 GROUP-OCTOBER 200/0 GROUP-NEVER 1000/0 ACCOUNT 100/0 PAID 600/100" {
			t.Errorf("October: %s", got)
		}
		if got := f.closeGroup(id, research, "2026-10", map[string]int64{data: 50}, 1000, 0); got != "DATA 50/4950 RESEARCH 300/0" {
			t.Errorf("October of the other group: %s", got)
		}
		f.move(id, web, research)
		f.now = time.Date(2026, 12, 1, 6, 0, 0, 0, time.UTC)
		if got := f.closeGroup(id, research, "2026-11", map[string]int64{web: 10, data: 20}, 30, 0); got != "FRONT 10/4590 DATA 20/4930" {
			t.Errorf("November: %s", got)
		}
		if got := f.closeGroup(id, group, "2026-11", nil, 10500, 0); got != "LATER 9999/0 TOO-LATE 501/9498" {
			t.Errorf("November of the old group: %s", got)
		}

		list, err := f.store.GroupCredits(ctx, scope, group)
		must(t, err)
		got := ""
		for _, c := range list.Claims {
			got += fmt.Sprintf("%s %s %d", c.Code, c.Status, c.Remaining.Minor())
			for _, u := range c.Uses {
				got += fmt.Sprintf(" %s:%d", u.Number, u.Amount.Minor())
			}
			got += ";"
		}
		if got != "DOLLARS Active 9999;PAID Active 100 BF-2026-000001:600;TOO-LATE Active 9498 BF-2026-000004:501;GROUP-OCTOBER Used up 0 BF-2026-000001:200;"+
			"GROUP-NEVER Used up 0 BF-2026-000001:1000;LATER Used up 0 BF-2026-000004:9999;ACCOUNT Used up 0 BF-2026-000001:100;GROUP-EXPIRED Expired 200;" {
			t.Error(got)
		}
		if n := f.count(`SELECT COUNT(*) FROM credit_claims c WHERE c.remaining_minor <> c.value_minor - (SELECT COALESCE(SUM(u.amount_minor), 0) FROM credit_uses u WHERE u.claim_id = c.id)`); n != 0 {
			t.Errorf("%d claims do not add up", n)
		}
		if n := f.count(`SELECT COUNT(*) FROM credit_uses WHERE prepaid`); n != 1 {
			t.Errorf("%d prepaid uses", n)
		}
	})
}

func TestAPoolRefusesStaleClaims(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		f := newFixture(t, d)
		scope, group := f.account("Acme")
		id, end := scope.AccountID(), f.now.AddDate(0, 1, 0)
		f.issue("ONCE", "EUR")
		f.claim(scope, "ONCE", credit.Target{Scope: credit.ForGroup, GroupID: group})
		var stale *credit.Pool
		must(t, d.RunTx(ctx, func(tx *gorm.DB) (err error) {
			stale, err = credit.LoadPool(tx, []string{id}, []string{group}, nil, end)
			return err
		}))
		claims, _ := stale.Usable(id, group, "EUR")
		uses, err := credit.Apply(claims, nil, money.New(100, "EUR"))
		must(t, err)
		f.closeGroup(id, group, "2026-11", nil, 100, 0)
		invoice := f.invoice(id, group, "2026-12")
		must(t, stale.Use(invoice, uses))
		if err := d.RunTx(ctx, func(tx *gorm.DB) error { return stale.Write(tx, f.now) }); err == nil || f.count(`SELECT remaining_minor FROM credit_claims`) != 39900 {
			t.Errorf("a claim read before another use was used again: %v", err)
		}
		if err := stale.Use(invoice, uses); err == nil {
			t.Error("a claim was used twice with what remained before the first use")
		}
	})
}

// Two groups of a pool share an account's credit: what the first takes is gone for the second.
func TestAPoolIsShared(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		f := newFixture(t, d)
		scope, group := f.account("Acme")
		id := scope.AccountID()
		other := f.group(id, "Research")
		f.issue("SHARED", "EUR", func(n *credit.NewCredit) { n.Value = money.New(150, "EUR") })
		f.claim(scope, "SHARED", credit.Target{Scope: credit.ForAccount, GroupID: group})
		one, two := f.invoice(id, group, "2026-11"), f.invoice(id, other, "2026-11")
		must(t, d.RunTx(ctx, func(tx *gorm.DB) error {
			pool, err := credit.LoadPool(tx, []string{id}, []string{group, other}, nil, f.now.AddDate(0, 1, 0))
			must(t, err)
			for i, want := range []int64{100, 50} {
				claims, _ := pool.Usable(id, []string{group, other}[i], "EUR")
				uses, err := credit.Apply(claims, nil, money.New(100, "EUR"))
				must(t, err)
				if len(uses) != 1 || uses[0].Amount.Minor() != want {
					t.Errorf("group %d takes %+v, not %d", i+1, uses, want)
				}
				must(t, pool.Use([]string{one, two}[i], uses))
			}
			return pool.Write(tx, f.now)
		}))
		if n := f.count(`SELECT remaining_minor FROM credit_claims`); n != 0 {
			t.Errorf("%d remain", n)
		}
		if n := f.count(`SELECT COUNT(*) FROM credit_uses WHERE amount_minor + remaining_after_minor IN (150, 50)`); n != 2 {
			t.Errorf("%d uses with the right remains", n)
		}
	})
}

func TestRebind(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		f := newFixture(t, d)
		must(t, seller.NewStore(d, nil).SetPrepaid(ctx, operator, seller.MultiPurpose))
		scope, group := f.account("Acme")
		id := scope.AccountID()
		research, euros := f.group(id, "Research"), f.group(id, "Euros")
		f.billedIn(id, euros, "EUR")
		web := f.project(id, research, "web")
		theirs, theirGroup := f.account("Borealis")
		f.issue("MOVE", "USD")
		f.issue("PREPAID", "USD", func(n *credit.NewCredit) { n.Type = credit.Purchase })
		claim := f.claim(scope, "MOVE", credit.Target{Scope: credit.ForGroup, GroupID: group})
		paid := f.claim(scope, "PREPAID", credit.Target{Scope: credit.ForGroup, GroupID: group})
		project := credit.Target{Scope: credit.ForProject, ProjectID: web}

		after, err := f.store.Rebind(ctx, scope, claim.ID, project)
		if err != nil || after.Scope != credit.ForProject || after.ProjectID != web || after.GroupID != "" {
			t.Fatalf("%+v %v", after, err)
		}
		if _, err = f.store.Rebind(ctx, scope, claim.ID, project); err != nil { // nothing changes
			t.Error(err)
		}
		if _, err = f.store.Rebind(ctx, scope, claim.ID, credit.Target{Scope: credit.ForAccount}); err != nil {
			t.Error(err)
		}
		var sentences []string
		must(t, d.Read(ctx).Raw(`SELECT sentence FROM events WHERE type = 'credit.rebound' ORDER BY seq`).Scan(&sentences).Error)
		if strings.Join(sentences, " ") != "changed the use of the credit MOVE from the billing group Default to the project web. changed the use of the credit MOVE from the project web to all projects of the account." {
			t.Errorf("%q", sentences)
		}
		if n := f.count(`SELECT COUNT(*) FROM event_subjects s JOIN events e ON e.seq = s.event_seq WHERE e.type = 'credit.rebound' AND s.subject_id = ?`, web); n != 2 {
			t.Errorf("%d events of the project", n)
		}
		for _, c := range []struct {
			scope  access.Scope
			claim  string
			target credit.Target
			want   string
		}{
			{scope, paid.ID, project, "use_for: Prepaid credit cannot be used for one project. Choose this billing group or all projects of the account"},
			{scope, claim.ID, credit.Target{Scope: credit.ForGroup, GroupID: euros}, "use_for: This credit is for USD. This billing group is billed in EUR"},
			{scope, claim.ID, credit.Target{Scope: credit.ForGroup, GroupID: theirGroup}, "Billing group not found"},
			{theirs, claim.ID, credit.Target{Scope: credit.ForGroup, GroupID: theirGroup}, "Credit not found"},
			{scope, "x", project, "Credit not found"},
			{f.member(id, access.RoleViewer), claim.ID, project, "You need billing access for Acme"},
		} {
			if _, err := f.store.Rebind(ctx, c.scope, c.claim, c.target); message(err) != c.want {
				t.Errorf("%q, want %q", message(err), c.want)
			}
		}
		f.exec(`UPDATE credit_claims SET remaining_minor = 0 WHERE id = ?`, claim.ID)
		if _, err := f.store.Rebind(ctx, scope, claim.ID, project); models.KindOf(err) != models.Conflict {
			t.Errorf("a used up claim: %v", err)
		}
	})
}

func TestOtherAccountsAreInvisible(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		f := newFixture(t, d)
		scope, group := f.account("Acme")
		theirs, theirGroup := f.account("Borealis")
		for _, to := range []credit.Target{{Scope: credit.ForGroup, GroupID: theirGroup}, {Scope: credit.ForAccount}, {Scope: credit.ForProject, ProjectID: f.project(theirs.AccountID(), theirGroup, "theirs")}} {
			f.claim(theirs, f.issue("", "USD").Code, to)
		}
		if _, err := f.store.GroupCredits(ctx, scope, theirGroup); models.KindOf(err) != models.NotFound {
			t.Errorf("their group: %v", err)
		}
		if _, err := f.store.GroupCredits(ctx, access.Scope{}, theirGroup); models.KindOf(err) != models.NotFound {
			t.Errorf("no scope: %v", err)
		}
		list, err := f.store.GroupCredits(ctx, scope, group)
		if err != nil || len(list.Claims) != 0 {
			t.Errorf("our group: %+v %v", list, err)
		}
		if list, err = f.store.GroupCredits(ctx, theirs, theirGroup); err != nil || len(list.Claims) != 3 {
			t.Errorf("their own: %+v %v", list, err)
		}
		// Even with ids mixed up, nothing of theirs can be used.
		for _, read := range []func(*gorm.DB, string, string, money.Currency, time.Time) ([]credit.Claim, error){credit.Usable, credit.UsablePrepaid} {
			if got, err := read(d.Read(ctx), scope.AccountID(), theirGroup, "USD", f.now.AddDate(0, 1, 0)); err != nil || len(got) != 0 {
				t.Errorf("%+v %v", got, err)
			}
		}
	})
}

func TestDeletingAGroup(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		f := newFixture(t, d)
		must(t, seller.NewStore(d, nil).SetPrepaid(ctx, operator, seller.MultiPurpose))
		scope, _ := f.account("Acme")
		group := f.group(scope.AccountID(), "Research")
		here := credit.Target{Scope: credit.ForGroup, GroupID: group}
		check := func(want string, holds bool) {
			t.Helper()
			lost, err := credit.LostOnDelete(d.Read(ctx), group, f.now)
			must(t, err)
			got, err := credit.HoldsPrepaid(d.Read(ctx), group, f.now)
			if err != nil || fmt.Sprint(lost) != want || got != holds {
				t.Errorf("lost %v, prepaid %v, %v", lost, got, err)
			}
		}
		check("[]", false)
		f.claim(scope, f.issue("", "USD").Code, here)
		f.claim(scope, f.issue("", "USD").Code, here)
		f.claim(scope, f.issue("", "EUR", func(n *credit.NewCredit) { n.ExpiresOn = day("2026-11-30") }).Code, here)
		f.claim(scope, f.issue("", "USD").Code, credit.Target{Scope: credit.ForAccount, GroupID: group})
		check("[400.00 EUR 800.00 USD]", false)
		f.claim(scope, f.issue("", "USD", func(n *credit.NewCredit) { n.Type, n.ExpiresOn = credit.Purchase, day("2026-12-31") }).Code, here)
		check("[400.00 EUR 800.00 USD]", true)
		f.now = day("2026-12-01")
		check("[800.00 USD]", true)
		f.now = day("2027-01-01")
		check("[800.00 USD]", false)
	})
}
