package crash

import (
	"math/rand/v2"
	"strings"
	"testing"
	"time"
)

// step is one command of a trial.
type step struct {
	clock string
	args  []string
	// done tells that a command that was killed has done its work, for those that would do more of it
	// when run again. nil for those that may be run again at will.
	done func(t testing.TB, d *database) bool
	// check looks at what a command printed that succeeded.
	check func(t testing.TB, out string)
	took  time.Duration // undisturbed, at the fastest so far
}

// trial is commands that are killed at random moments and run again until they succeed.
type trial struct {
	from         *database
	steps        []step
	kills        int                                  // from one to so many in a row for each command
	halfWay      func(t testing.TB, d *database) bool // whether a kill left some of the work done and some not
	want         []string                             // the print of the undisturbed run
	killed, half int
}

// twin makes the undisturbed run: what the trials must end with, and how long each command takes.
func (tr *trial) twin(t testing.TB) {
	t.Helper()
	d := tr.from.clone(t)
	for i := range tr.steps {
		s := &tr.steps[i]
		var out string
		out, s.took = d.ok(t, s.clock, "", s.args...)
		if s.check != nil {
			s.check(t, out)
		}
	}
	d.verify(t)
	tr.want = d.print(t)
}

// round makes one attempt, and others when all commands were faster than they were to be killed.
func (tr *trial) round(t *testing.T, roll *rand.Rand) {
	before := tr.killed
	for range 5 {
		if tr.attempt(t, roll); tr.killed > before || t.Failed() {
			return
		}
	}
	t.Error("no command was killed: all were faster")
}

// attempt runs the commands on a copy of the start, killing each of them some times.
func (tr *trial) attempt(t *testing.T, roll *rand.Rand) {
	d := tr.from.clone(t)
	for i := range tr.steps {
		s := &tr.steps[i]
		kills := 1 + roll.IntN(tr.kills)
		for try := 0; ; try++ {
			if try > 0 && s.done != nil && s.done(t, d) {
				break
			}
			p := d.start(t, s.clock, "", s.args...)
			if try < kills {
				// From when the process has hardly started to when it should have ended.
				moment := time.Duration(float64(s.took) * (0.1 + 0.9*roll.Float64()))
				if p.killAfter(moment) {
					tr.killed++
					t.Logf("billfold %s killed after %s of %s", strings.Join(s.args[:2], " "), moment.Round(time.Millisecond), s.took.Round(time.Millisecond))
					d.verify(t)
					if tr.halfWay != nil && tr.halfWay(t, d) {
						tr.half++
					}
					d.wait(t)
					continue
				}
			}
			if code := p.code(); code != 0 {
				t.Fatalf("billfold %s, try %d: exit code %d\n%s%s", strings.Join(s.args, " "), try, code, p.stdout.String(), p.stderr.String())
			}
			if s.check != nil {
				s.check(t, p.stdout.String())
			}
			if try == 0 {
				s.took = min(s.took, p.took)
			}
			break
		}
	}
	d.verify(t)
	same(t, tr.want, d.print(t))
}

// run is the whole trial.
func (tr *trial) run(t *testing.T, short int) {
	t.Helper()
	tr.twin(t)
	eachRound(t, short, tr.round)
	t.Logf("%d kills, %d of them half-way", tr.killed, tr.half)
}
