package mail

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
)

// State is what became of a mail so far.
type State string

// The states of a mail.
const (
	Waiting State = "waiting" // to be sent, for the first time or again
	Sending State = "sending" // somebody talks to the mail server
	Sent    State = "sent"    // the mail server has taken it
	Unknown State = "unknown" // the mail server may have taken it: never sent again by itself
	Failed  State = "failed"  // surely not sent, and not tried again by itself
	Dropped State = "dropped" // the operator does not want it to be sent
)

// States are all states, in the order of a mail's life.
func States() []State { return []State{Waiting, Sending, Sent, Unknown, Failed, Dropped} }

// becomes are the only allowed changes of state. Unknown becomes Sent when the worker that was taken for
// dead was only slow.
var becomes = map[State][]State{
	Waiting: {Sending, Failed, Dropped},
	Sending: {Waiting, Sent, Unknown, Failed},
	Unknown: {Waiting, Sent, Dropped},
	Failed:  {Waiting, Dropped},
}

// CanBecome reports whether a state may change into another.
func (s State) CanBecome(next State) bool { return slices.Contains(becomes[s], next) }

// Result is how handing a mail to the mail server ended.
type Result int

// The results. Only what surely was not taken is tried again.
const (
	Later   Result = iota // surely not taken; another time it may be
	Taken                 // the mail server answers for it now
	Refused               // surely not taken, and never will be as it is
	Lost                  // handed over, but the answer did not come: taken or not
)

// Outcome is what came of handing a mail over.
type Outcome struct {
	Result  Result
	Words   string    // why not, or the answer, in the server's words
	Refused []Refusal // of one that was Taken: who does not get it
}

// Refusal is a recipient whom the mail server did not take.
type Refusal struct{ Recipient, Words string }

// Tries: after the n-th failure a mail waits a minute, doubled each time, an hour at most; after maxTries,
// which is more than two days, it is given up. From the try of patience on, it is sent to the
// recipients that are taken although others are put off.
const (
	maxTries  = 60
	patience  = 6
	firstWait = time.Minute
	maxWait   = time.Hour
)

// backOff is how long a mail waits after its n-th try failed.
func backOff(tries int64) time.Duration {
	if tries > 6 {
		return maxWait
	}
	return min(firstWait<<max(tries-1, 0), maxWait)
}

// settle is what a mail becomes by the outcome of its n-th try, and what is kept about it.
func (o Outcome) settle(tries int64) (state State, words string) {
	switch o.Result {
	case Taken:
		for _, r := range o.Refused {
			words += fmt.Sprintf("Not to %s: %s. ", r.Recipient, Clean(r.Words))
		}
		return Sent, strings.TrimSpace(words)
	case Refused:
		return Failed, Clean(o.Words)
	case Lost:
		return Unknown, Clean(o.Words)
	}
	if tries%maxTries == 0 {
		return Failed, fmt.Sprintf("Given up after %d tries: %s", tries, Clean(o.Words))
	}
	return Waiting, Clean(o.Words)
}

// Clean is what a server said as one line of bounded length without control characters.
func Clean(words string) string {
	words = strings.Join(strings.FieldsFunc(strings.ToValidUTF8(words, ""), func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r)
	}), " ")
	if runes := []rune(words); len(runes) > 500 {
		words = string(runes[:500])
	}
	return strings.TrimRight(words, " .")
}
