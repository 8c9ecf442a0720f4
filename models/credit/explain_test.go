package credit_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"billfold/models/credit"
	"billfold/models/money"

	"pgregory.net/rapid"
)

// Whatever Apply makes of claims, the working of each use leads to its amount, and each stands in the
// order for the reason that is given.
func TestTheWorkingOfAUseLeadsToItsAmount(t *testing.T) {
	day := time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC)
	rapid.Check(t, func(t *rapid.T) {
		byProject := map[string]int64{"a": rapid.Int64Range(-100, 5000).Draw(t, "a"), "b": rapid.Int64Range(0, 5000).Draw(t, "b")}
		subtotal := money.New(byProject["a"]+byProject["b"]+rapid.Int64Range(0, 3000).Draw(t, "other"), "EUR")
		var claims []credit.Claim
		for i := range rapid.IntRange(1, 7).Draw(t, "claims") {
			c := credit.Claim{ID: fmt.Sprint(i), Scope: rapid.SampledFrom([]credit.Scope{credit.ForProject, credit.ForGroup, credit.ForAccount}).Draw(t, "scope"),
				Remaining: money.New(rapid.Int64Range(1, 4000).Draw(t, "remaining"), "EUR"), ClaimedAt: day.AddDate(0, 0, rapid.IntRange(0, 2).Draw(t, "claimed"))}
			if c.Scope == credit.ForProject {
				c.ProjectID = rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "project")
			}
			if n := rapid.IntRange(0, 3).Draw(t, "expires"); n > 0 {
				c.Expires = day.AddDate(0, n, 0)
			}
			claims = append(claims, c)
		}
		credit.InOrder(claims)
		uses, err := credit.Apply(claims, byProject, subtotal)
		if err != nil {
			t.Fatal(err)
		}
		for i, u := range uses {
			w, err := credit.Explain(uses, i, subtotal, byProject)
			if err != nil || !w.Holds() || w.Before != u.Claim.Remaining || w.Used != u.Amount {
				t.Fatalf("%d of %+v: %+v, %v", i, uses, w, err)
			}
			if left, err := w.Before.Sub(w.Used); err != nil || left != w.After {
				t.Fatalf("%+v leaves %s", w, left)
			}
			if (w.Lines != nil) != (u.Claim.Scope == credit.ForProject) {
				t.Fatalf("%+v", w)
			}
			if i == 0 {
				continue
			}
			a, b := uses[i-1].Claim, u.Claim
			ok := map[credit.Precedence]bool{
				credit.ByScope:   a.Scope != b.Scope,
				credit.ByExpiry:  a.Scope == b.Scope && !a.Expires.IsZero() && (b.Expires.IsZero() || a.Expires.Before(b.Expires)),
				credit.ByAge:     a.Scope == b.Scope && a.Expires.Equal(b.Expires) && a.ClaimedAt.Before(b.ClaimedAt),
				credit.SameInAll: a.Scope == b.Scope && a.Expires.Equal(b.Expires) && a.ClaimedAt.Equal(b.ClaimedAt) && a.ID < b.ID,
			}
			if !ok[credit.Decides(a, b)] {
				t.Fatalf("%+v before %+v because of %d", a, b, credit.Decides(a, b))
			}
		}
	})
}

func TestAWorkingThatDoesNotHold(t *testing.T) {
	uses := []credit.Use{{Amount: money.New(10, "EUR"), RemainingAfter: money.New(5, "EUR")}}
	w, err := credit.Explain(uses, 0, money.New(30, "EUR"), nil)
	if err != nil || w.Holds() {
		t.Errorf("%+v, %v", w, err)
	}
	if _, err := credit.Explain(append(uses, uses[0]), 1, money.New(30, "USD"), nil); !errors.Is(err, money.ErrCurrency) {
		t.Errorf("two currencies: %v", err)
	}
}
