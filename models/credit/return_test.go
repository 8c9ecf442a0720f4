package credit

import (
	"testing"
	"time"

	"billfold/models/money"

	"pgregory.net/rapid"
)

func TestReturnExpiry(t *testing.T) {
	at := time.Date(2024, 11, 20, 14, 5, 0, 0, time.UTC)
	least := time.Date(2025, 1, 20, 0, 0, 0, 0, time.UTC) // the 60th day is 19 January
	for _, c := range []struct{ expires, want time.Time }{
		{time.Time{}, time.Time{}}, {at.AddDate(0, 0, -30), least}, {least.Add(-time.Hour), least}, {least.AddDate(0, 1, 0), least.AddDate(0, 1, 0)},
	} {
		if got := ReturnExpiry(c.expires, at); !got.Equal(c.want) {
			t.Errorf("ReturnExpiry(%s) = %s, want %s", c.expires, got, c.want)
		}
	}
}

func TestReturnsNeverExceedAUse(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var used []Used
		var total int64
		for range rapid.IntRange(1, 5).Draw(t, "uses") {
			minor := rapid.Int64Range(1, 1_000).Draw(t, "minor")
			total += minor
			used = append(used, Used{UseID: string(rune('a' + len(used))), Amount: money.New(minor, "EUR"), Returned: money.Zero("EUR")})
		}
		for total > 0 {
			part := rapid.Int64Range(1, total).Draw(t, "part")
			var sum int64
			for _, r := range Returns(used, money.New(part, "EUR"), time.Now()) {
				sum += r.Back.Minor()
				for i := range used {
					if used[i].UseID == r.UseID {
						used[i].Returned = money.New(used[i].Returned.Minor()+r.Back.Minor(), "EUR")
						if used[i].Returned.Minor() > used[i].Amount.Minor() {
							t.Fatalf("%s of %s", used[i].Returned, used[i].Amount)
						}
					}
				}
			}
			if sum != part {
				t.Fatalf("%d came back, not %d", sum, part)
			}
			total -= part
		}
		if left, err := Left(used, "EUR"); err != nil || !left.IsZero() {
			t.Fatalf("%s is left, %v", left, err)
		}
	})
}
