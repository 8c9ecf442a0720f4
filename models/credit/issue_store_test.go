package credit_test

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"billfold/models"
	"billfold/models/access"
	"billfold/models/credit"
	"billfold/models/db"
	"billfold/models/db/dbtest"
	"billfold/models/money"
	"billfold/models/seller"
)

func TestIssue(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		f := newFixture(t, d)
		made := f.issue(" sneaky–crab ", "EUR", func(n *credit.NewCredit) { n.ExpiresOn, n.Claims = day("2026-12-31"), 3 })
		if made.Code != "SNEAKY-CRAB" || !made.Expires.Equal(day("2027-01-01")) || !made.LastDay().Equal(day("2026-12-31")) || made.Limit != 3 || !made.Starts.Equal(start) {
			t.Errorf("%+v", made)
		}
		if code := f.issue("", "USD").Code; !regexp.MustCompile(`^[A-Z]+-[A-Z]+-[0-9A-Z]{5}$`).MatchString(code) {
			t.Errorf("random code %q", code)
		}
		var events []string
		must(t, d.Read(ctx).Raw(`SELECT sentence FROM events WHERE chain = 'installation' AND type = 'credit.issued' ORDER BY position`).Scan(&events).Error)
		if len(events) != 2 || events[0] != "issued the credit code SNEAKY-CRAB: 400.00 EUR, expires 31 Dec 2026." {
			t.Errorf("%q", events)
		}
	})
}

func TestIssueRefuses(t *testing.T) {
	f := newFixture(t, dbtest.New(t, db.SQLite))
	f.issue("TAKEN", "EUR")
	for want, change := range map[string]func(*credit.NewCredit){
		`type: "gift" is not a type of credit; use one of discount`: func(n *credit.NewCredit) { n.Type = "gift" },
		`currency: "XXX" is not a billing currency`:                 func(n *credit.NewCredit) { n.Value = money.New(1, "XXX") },
		"value: Enter a value above zero":                           func(n *credit.NewCredit) { n.Value = money.New(0, "EUR") },
		"claims: Enter for how many accounts":                       func(n *credit.NewCredit) { n.Claims = -1 },
		"expires: Enter an expiry date that is not in the past":     func(n *credit.NewCredit) { n.ExpiresOn = day("2026-11-21") },
		"expires: Enter an expiry date that is not before":          func(n *credit.NewCredit) { n.ExpiresOn, n.Starts = day("2026-11-23"), day("2026-11-24") },
		"code: Use letters, numbers and hyphens for the code":       func(n *credit.NewCredit) { n.Code = "50%OFF" },
		"code: Use at least 4 letters and numbers":                  func(n *credit.NewCredit) { n.Code = "A-B-C-" },
		"code: Use at most 1,024 characters":                        func(n *credit.NewCredit) { n.Code = strings.Repeat("A", 1025) },
		"code: The code TAKEN exists already":                       func(n *credit.NewCredit) { n.Code = "ta ken" },
		"Prepaid credit (type purchase) is refused until":           func(n *credit.NewCredit) { n.Type = credit.Purchase },
	} {
		n := credit.NewCredit{Code: "FRESH", Type: "trial", Value: money.New(100, "EUR")}
		change(&n)
		_, err := f.store.Issue(ctx, operator, n)
		if kind := models.KindOf(err); (kind != models.Invalid && kind != models.Conflict) || !strings.HasPrefix(message(err), want) {
			t.Errorf("%q, want %q", message(err), want)
		}
	}
	if _, err := f.store.Issue(ctx, access.Actor{Kind: access.User}, credit.NewCredit{}); models.KindOf(err) != models.Forbidden {
		t.Errorf("a user: %v", err)
	}
	if n := f.count(`SELECT COUNT(*) FROM credits`); n != 1 {
		t.Errorf("%d credits", n)
	}
	must(t, seller.NewStore(f.d, nil).SetPrepaid(ctx, operator, seller.MultiPurpose))
	f.issue("", "EUR", func(n *credit.NewCredit) { n.Type = credit.Purchase })
	// An expiry of today is good until midnight.
	f.issue("TODAY", "EUR", func(n *credit.NewCredit) { n.ExpiresOn = f.now.Add(3 * time.Hour) })
}
