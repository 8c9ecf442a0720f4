package credit

import (
	"fmt"
	"testing"
	"time"

	"billfold/models/money"

	"pgregory.net/rapid"
)

func day(s string) time.Time {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		panic(err)
	}
	return t
}

func claim(id string, scope Scope, project string, remaining int64) Claim {
	return Claim{ID: id, Type: "promotion", Scope: scope, ProjectID: project, Value: money.New(remaining+100, "EUR"), Remaining: money.New(remaining, "EUR")}
}

func TestApply(t *testing.T) {
	web, data := map[string]int64{"web": 3000, "data": 7000}, map[string]int64{"web": 12000, "data": -2000}
	for name, c := range map[string]struct {
		claims   []Claim
		projects map[string]int64
		subtotal int64
		want     string
	}{
		"nothing to use":                       {nil, web, 10000, ""},
		"less than the subtotal":               {[]Claim{claim("g", ForGroup, "", 4000)}, web, 10000, "g 4000 left 0;"},
		"more than the subtotal":               {[]Claim{claim("g", ForGroup, "", 40000)}, web, 10000, "g 10000 left 30000;"},
		"a project's lines bound it":           {[]Claim{claim("p", ForProject, "web", 4000), claim("g", ForGroup, "", 100)}, web, 10000, "p 3000 left 1000;g 100 left 0;"},
		"two credits of one project":           {[]Claim{claim("p", ForProject, "web", 2000), claim("q", ForProject, "web", 4000)}, web, 10000, "p 2000 left 0;q 1000 left 3000;"},
		"a project without lines":              {[]Claim{claim("p", ForProject, "mail", 4000)}, web, 10000, ""},
		"a negative project lowers the rest":   {[]Claim{claim("p", ForProject, "web", 20000), claim("d", ForProject, "data", 500)}, data, 10000, "p 10000 left 10000;"},
		"a subtotal of zero":                   {[]Claim{claim("g", ForGroup, "", 4000)}, web, 0, ""},
		"a subtotal below zero":                {[]Claim{claim("g", ForGroup, "", 4000), claim("p", ForProject, "web", 1)}, web, -5, ""},
		"the account's pays what is left over": {[]Claim{claim("p", ForProject, "data", 6999), claim("g", ForGroup, "", 1), claim("a", ForAccount, "", 9999)}, web, 10000, "p 6999 left 0;g 1 left 0;a 3000 left 6999;"},
	} {
		uses, err := Apply(c.claims, c.projects, money.New(c.subtotal, "EUR"))
		got := ""
		for _, u := range uses {
			got += fmt.Sprintf("%s %d left %d;", u.Claim.ID, u.Amount.Minor(), u.RemainingAfter.Minor())
		}
		if err != nil || got != c.want {
			t.Errorf("%s: %q %v", name, got, err)
		}
	}
	if _, err := Apply([]Claim{claim("g", ForGroup, "", 4000)}, nil, money.New(1, "USD")); err == nil {
		t.Error("credit in another currency was used")
	}
}

func TestPrepaidPaysTheTotal(t *testing.T) {
	prepaid, project := claim("g", ForGroup, "", 4000), claim("p", ForProject, "web", 4000)
	prepaid.Type, project.Type = Purchase, Purchase
	uses, err := ApplyPrepaid([]Claim{project, prepaid}, money.New(12550, "EUR"))
	if err != nil || len(uses) != 1 || uses[0].Amount.Minor() != 4000 || !uses[0].Prepaid {
		t.Errorf("%+v %v", uses, err)
	}
}

// For all claims and lines: nothing is paid twice, nothing too much, and nothing is left that could pay.
func TestApplyKeepsItsBounds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		scopes := []Scope{ForProject, ForGroup, ForAccount}
		names := []string{"a", "b", "c"}
		byProject := map[string]int64{}
		subtotal := rapid.Int64Range(-2000, 5000).Draw(t, "projectless")
		for _, p := range names[:rapid.IntRange(0, 3).Draw(t, "projects")] {
			byProject[p] = rapid.Int64Range(-3000, 9000).Draw(t, "lines")
			subtotal += byProject[p]
		}
		var claims []Claim
		for i := range rapid.IntRange(0, 8).Draw(t, "claims") {
			c := claim(fmt.Sprint(i), rapid.SampledFrom(scopes).Draw(t, "scope"), "", rapid.Int64Range(0, 9000).Draw(t, "remaining"))
			if c.Scope == ForProject {
				c.ProjectID = rapid.SampledFrom(names).Draw(t, "project")
			}
			c.ClaimedAt = day("2026-01-01").AddDate(0, 0, rapid.IntRange(0, 5).Draw(t, "age"))
			if rapid.Bool().Draw(t, "expires") {
				c.Expires = day("2026-12-01").AddDate(0, 0, rapid.IntRange(0, 5).Draw(t, "expiry"))
			}
			claims = append(claims, c)
		}
		InOrder(claims)
		uses, err := Apply(claims, byProject, money.New(subtotal, "EUR"))
		if err != nil {
			t.Fatal(err)
		}
		total, used, perProject := int64(0), map[string]int64{}, map[string]int64{}
		for _, u := range uses {
			amount := u.Amount.Minor()
			if amount <= 0 || amount > u.Claim.Remaining.Minor() || u.RemainingAfter.Minor() != u.Claim.Remaining.Minor()-amount || used[u.Claim.ID] != 0 {
				t.Fatalf("bad use %+v", u)
			}
			total, used[u.Claim.ID] = total+amount, amount
			if u.Claim.Scope == ForProject {
				perProject[u.Claim.ProjectID] += amount
			}
		}
		if total > max(0, subtotal) {
			t.Fatalf("used %d of a subtotal of %d", total, subtotal)
		}
		for p, amount := range perProject {
			if amount > max(0, byProject[p]) {
				t.Fatalf("project credit pays %d of %s's %d", amount, p, byProject[p])
			}
		}
		stopped := false
		for _, c := range claims {
			rest := c.Remaining.Minor() - used[c.ID]
			covered := c.Scope == ForProject && perProject[c.ProjectID] >= byProject[c.ProjectID]
			if total < subtotal && rest > 0 && !covered {
				t.Fatalf("claim %s has %d left while %d of %d is paid", c.ID, rest, total, subtotal)
			}
			if stopped && used[c.ID] > 0 {
				t.Fatalf("claim %s was used before an earlier one was used up", c.ID)
			}
			stopped = stopped || (rest > 0 && c.Scope != ForProject)
		}
	})
}

func TestInOrder(t *testing.T) {
	at := func(c Claim, expires, claimed string) Claim {
		if c.ClaimedAt = day(claimed); expires != "" {
			c.Expires = day(expires)
		}
		return c
	}
	list := []Claim{
		at(claim("account soon", ForAccount, "", 1), "2026-12-01", "2026-01-01"),
		at(claim("group never", ForGroup, "", 1), "", "2026-01-01"),
		at(claim("group late new", ForGroup, "", 1), "2027-01-01", "2026-02-01"),
		at(claim("group late old", ForGroup, "", 1), "2027-01-01", "2026-01-01"),
		at(claim("group soon", ForGroup, "", 1), "2026-12-01", "2026-03-01"),
		at(claim("project never", ForProject, "p", 1), "", "2026-03-01"),
	}
	InOrder(list)
	got := ""
	for _, c := range list {
		got += c.ID + ","
	}
	if got != "project never,group soon,group late old,group late new,group never,account soon," {
		t.Error(got)
	}
}

func TestUsableAndStatus(t *testing.T) {
	october, november := day("2026-11-01"), day("2026-12-01") // ends of the months
	base := claim("c", ForGroup, "", 100)
	base.ClaimedAt, base.Starts = day("2026-10-10"), day("2026-10-10")
	for name, c := range map[string]struct {
		change            func(*Claim)
		october, november bool
		now               string
		status            Status
		days              int
		warned            bool
	}{
		"plain":                   {func(*Claim) {}, true, true, "2026-11-22", Active, 0, false},
		"used up":                 {func(c *Claim) { c.Remaining = money.Zero("EUR") }, false, false, "2026-11-22", UsedUp, 0, false},
		"claimed in November":     {func(c *Claim) { c.ClaimedAt = day("2026-11-01") }, false, true, "2026-11-22", Active, 0, false},
		"starts in December":      {func(c *Claim) { c.Starts = day("2026-12-01") }, false, false, "2026-11-22", NotStarted, 0, false},
		"last day is 31 October":  {func(c *Claim) { c.Expires = october }, true, false, "2026-11-01", Expired, 0, false},
		"expires on 31 October":   {func(c *Claim) { c.Expires = october }, true, false, "2026-10-31", Active, 0, true},
		"expired before the end":  {func(c *Claim) { c.Expires = day("2026-10-31") }, false, false, "2026-10-30", Active, 0, true},
		"nine days left":          {func(c *Claim) { c.Expires = november }, true, true, "2026-11-21", Active, 9, true},
		"thirty-one days left":    {func(c *Claim) { c.Expires = day("2026-12-24") }, true, true, "2026-11-22", Active, 31, false},
		"used up and expired too": {func(c *Claim) { c.Remaining, c.Expires = money.Zero("EUR"), day("2026-10-20") }, false, false, "2026-11-22", UsedUp, 0, false},
	} {
		one := base
		c.change(&one)
		if one.Usable(october) != c.october || one.Usable(november) != c.november {
			t.Errorf("%s: usable %v, %v", name, one.Usable(october), one.Usable(november))
		}
		now := day(c.now).Add(15 * time.Hour)
		days, warned := one.ExpiresInDays(now)
		if one.Status(now) != c.status || days != c.days || warned != c.warned {
			t.Errorf("%s: %s, %d days %v", name, one.Status(now), days, warned)
		}
	}
}

func TestCodes(t *testing.T) {
	for in, want := range map[string]string{" sneaky-crab ": "SNEAKY-CRAB", "Sneaky \u00a0–\tcrab\n7q4": "SNEAKY-CRAB7Q4", "\ufeffab\u200bcd": "ABCD", "": "", " \t": ""} {
		if got := NormaliseCode(in); got != want {
			t.Errorf("%q: %q", in, got)
		}
	}
	seen := map[string]bool{}
	for range 1000 {
		code := RandomCode()
		if checkCode(code) != nil || NormaliseCode(code) != code || seen[code] {
			t.Fatal(code)
		}
		seen[code] = true
	}
	if len(adjectives) != 64 || len(animals) != 64 || len(alphabet) != 31 {
		t.Errorf("%d adjectives, %d animals, %d characters", len(adjectives), len(animals), len(alphabet))
	}
	rapid.Check(t, func(t *rapid.T) {
		code := NormaliseCode(rapid.String().Draw(t, "code"))
		if NormaliseCode(code) != code && isCode(code) {
			t.Fatalf("%q changes again", code)
		}
	})
}

func TestLabels(t *testing.T) {
	if got := Purchase.Label(); got != "Purchase" || Type("").Label() != "" || len(Types()) != 12 {
		t.Errorf("%q, %d types", got, len(Types()))
	}
}
