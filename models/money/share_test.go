package money_test

import (
	"testing"

	"billfold/models/money"

	"github.com/shopspring/decimal"
	"pgregory.net/rapid"
)

func TestSharesShowTheWorkingOfASplit(t *testing.T) {
	shares := money.Shares(4000, []int64{5000, 2454, -100})
	for i, want := range []struct {
		part         int64
		unrounded    string
		exact, extra bool
	}{{2683, "2683.123155", false, false}, {1317, "1316.876844", false, true}, {0, "0", true, false}} {
		s := shares[i]
		if s.Part != want.part || s.Unrounded.String() != want.unrounded || s.Exact != want.exact || s.Extra != want.extra {
			t.Errorf("share %d is %+v, want %+v", i, s, want)
		}
	}
	if half := money.Shares(3, []int64{1, 1}); !half[0].Extra || half[1].Extra || half[0].Unrounded.String() != "1.5" || !half[0].Exact {
		t.Errorf("%+v", half)
	}
}

// Each part is the one of Split and within one unit of what stands beside it.
func TestSharesAreThoseOfSplit(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		total := rapid.Int64Range(-1_000_000, 1_000_000).Draw(t, "total")
		weights := rapid.SliceOfN(rapid.Int64Range(-500, 5000), 1, 8).Draw(t, "weights")
		parts, sum := money.Split(total, weights), int64(0)
		for i, s := range money.Shares(total, weights) {
			sum += s.Part
			if s.Part != parts[i] {
				t.Fatalf("part %d is %d, Split gives %d", i, s.Part, parts[i])
			}
			if off := decimal.NewFromInt(s.Part).Sub(s.Unrounded).Abs(); off.GreaterThanOrEqual(decimal.NewFromInt(1)) {
				t.Fatalf("%d is %s away from %s", s.Part, off, s.Unrounded)
			}
			if s.Extra != (!s.Unrounded.Truncate(0).Equal(decimal.NewFromInt(s.Part))) {
				t.Fatalf("%+v", s)
			}
		}
		for _, w := range weights {
			if w > 0 && sum != total {
				t.Fatalf("the parts add up to %d", sum)
			}
		}
	})
}
