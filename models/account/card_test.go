package account_test

import (
	"testing"
	"time"

	"billfold/models/account"
)

func TestCardExpiry(t *testing.T) {
	card := account.StoredCard{ExpMonth: 2, ExpYear: 2028}
	if card.Expires() != "02/2028" || card.LastDay() != time.Date(2028, 2, 29, 0, 0, 0, 0, time.UTC) {
		t.Errorf("%s, last on %s", card.Expires(), card.LastDay())
	}
	for day, want := range map[string]struct {
		state account.CardState
		soon  bool
	}{
		"2027-12-31T23:59:59Z": {account.CardValid, false},
		"2028-01-01T00:00:00Z": {account.CardValid, true}, // 60 days before 1 March
		"2028-01-31T23:59:59Z": {account.CardValid, true},
		"2028-02-01T00:00:00Z": {account.CardLastMonth, true},
		"2028-02-29T23:59:59Z": {account.CardLastMonth, true},
		"2028-03-01T00:00:00Z": {account.CardExpired, true},
		"2029-02-01T00:00:00Z": {account.CardExpired, true},
	} {
		now, err := time.Parse(time.RFC3339, day)
		if err != nil {
			t.Fatal(err)
		}
		if got := card.State(now); got != want.state || card.ExpiresSoon(now) != want.soon || card.Expired(now) != (want.state == account.CardExpired) {
			t.Errorf("%s: state %d, soon %t", day, got, card.ExpiresSoon(now))
		}
	}
	if december := (account.StoredCard{ExpMonth: 12, ExpYear: 2026}); december.Expired(time.Date(2026, 12, 31, 23, 0, 0, 0, time.UTC)) || !december.Expired(time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)) {
		t.Error("December")
	}
}
