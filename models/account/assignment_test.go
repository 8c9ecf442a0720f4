package account_test

import (
	"testing"
	"time"

	"billfold/models/account"

	"pgregory.net/rapid"
)

func TestFault(t *testing.T) {
	at := func(hours int) *time.Time { v := noon.Add(time.Duration(hours) * time.Hour); return &v }
	a := func(from, to *time.Time) account.Assignment {
		return account.Assignment{GroupID: "g", From: from, To: to}
	}
	for want, held := range map[string][]account.Assignment{
		"":                        {a(nil, at(1)), a(at(1), at(2)), a(at(2), nil)},
		"is in no billing group":  {},
		"has a wrong lower bound": {a(at(1), nil)},
		"has a wrong upper bound": {a(nil, at(1))},
		"has an empty assignment": {a(nil, at(1)), a(at(1), at(1)), a(at(1), nil)},
		"has a gap or an overlap at 22 Nov 2026 15:00 UTC": {a(nil, at(1)), a(at(2), nil)},
		"has a gap or an overlap at 22 Nov 2026 16:00 UTC": {a(nil, at(2)), a(at(1), nil)},
	} {
		if got := account.Fault(held); got != want {
			t.Errorf("%v: %q, want %q", held, got, want)
		}
	}
	if account.Fault([]account.Assignment{a(nil, nil)}) != "" {
		t.Error("one assignment for all time is no fault")
	}
}

// The holder is the assignment that covers the instant, as a look at each of them in turn says.
func TestHolderAt(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		steps := rapid.SliceOfN(rapid.IntRange(1, 3), 0, 8).Draw(t, "steps")
		var held []account.Assignment
		var from *time.Time
		now := noon
		for i, s := range steps {
			now = now.Add(time.Duration(s) * time.Microsecond)
			to := now
			held = append(held, account.Assignment{GroupID: string(rune('a' + i)), From: from, To: &to})
			from = &to
		}
		held = append(held, account.Assignment{GroupID: "last", From: from})
		if fault := account.Fault(held); fault != "" {
			t.Fatal(fault)
		}
		h := account.History{"p": held}
		for offset := -2; offset < 30; offset++ {
			at := noon.Add(time.Duration(offset) * time.Microsecond)
			want, covered := "", 0
			for _, a := range held {
				if a.Covers(at) {
					want, covered = a.GroupID, covered+1
				}
			}
			if got, ok := h.HolderAt("p", at); !ok || got != want || covered != 1 {
				t.Fatalf("at %d: %q, want %q (%d cover it)", offset, got, want, covered)
			}
		}
		if _, ok := h.HolderAt("q", noon); ok {
			t.Fatal("an unknown project has a holder")
		}
	})
}
