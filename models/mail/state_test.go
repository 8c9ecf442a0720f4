package mail

import (
	"slices"
	"strings"
	"testing"
	"time"
)

func TestWhatBecomesOfAMail(t *testing.T) {
	for _, c := range []struct {
		o     Outcome
		tries int64
		state State
		words string
	}{
		{Outcome{Result: Taken}, 1, Sent, ""},
		{Outcome{Result: Taken, Refused: []Refusal{{"b@x", "550 no such user"}, {"c@x", "550 gone."}}}, 1, Sent, "Not to b@x: 550 no such user. Not to c@x: 550 gone."},
		{Outcome{Result: Refused, Words: "554 spam"}, 1, Failed, "554 spam"},
		{Outcome{Result: Lost, Words: "no answer"}, 1, Unknown, "no answer"},
		{Outcome{Result: Later, Words: "451\r\nlater"}, 1, Waiting, "451 later"},
		{Outcome{Result: Later, Words: "451 later"}, maxTries - 1, Waiting, "451 later"},
		{Outcome{Result: Later, Words: "451 later"}, maxTries, Failed, "Given up after 60 tries: 451 later"},
		{Outcome{Result: Later, Words: "451 later"}, maxTries + 1, Waiting, "451 later"}, // the operator asked for it again
		{Outcome{}, 1, Waiting, ""}, // a sender that says nothing promises nothing was taken
	} {
		if state, words := c.o.settle(c.tries); state != c.state || words != c.words {
			t.Errorf("%+v at try %d: %s %q, want %s %q", c.o, c.tries, state, words, c.state, c.words)
		}
	}
}

func TestBackOff(t *testing.T) {
	var all time.Duration
	for n := int64(1); n < maxTries; n++ {
		wait := backOff(n)
		if all += wait; wait < time.Minute || wait > time.Hour || n > 1 && wait < backOff(n-1) {
			t.Errorf("%s after try %d", wait, n)
		}
	}
	if all < 48*time.Hour || all > 72*time.Hour {
		t.Errorf("given up after %s", all)
	}
}

func TestStates(t *testing.T) {
	for from, all := range becomes {
		for _, to := range all {
			if !slices.Contains(States(), from) || !slices.Contains(States(), to) {
				t.Errorf("%s to %s", from, to)
			}
		}
	}
	for _, to := range States() {
		if Sent.CanBecome(to) || Dropped.CanBecome(to) {
			t.Errorf("a mail that is done becomes %s", to)
		}
	}
	if Unknown.CanBecome(Sending) || Failed.CanBecome(Sending) {
		t.Error("what is not waiting is sent")
	}
}

func TestClean(t *testing.T) {
	if got := Clean(" a\r\nb\x00c\u2028d\xffe. "); got != "a b c de" {
		t.Errorf("%q", got)
	}
	if got := Clean(strings.Repeat("ä", 600)); got != strings.Repeat("ä", 500) {
		t.Errorf("%d bytes", len(got))
	}
}
