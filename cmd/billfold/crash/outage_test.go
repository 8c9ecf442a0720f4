package crash

import (
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"billfold/models/db"
)

// outages takes PostgreSQL away while commands run, and the room on the disk, which only root may: it
// mounts a small one.
func outages(t *testing.T) {
	t.Run("postgres stops", func(t *testing.T) {
		c := newCluster(t, folder(t))
		w := newWorld(t, &database{db.Postgres, c.address, t.TempDir()})
		for _, o := range []outage{{"usage", usageTrial(w)}, {"close", closeTrial(w)}, {"credit", creditTrial(w)}} {
			t.Run(o.name, func(t *testing.T) { o.run(t, c) })
		}
	})
	t.Run("disk full", fullDisks)
}

// outage is a trial in which the database goes away instead of the command.
type outage struct {
	name string
	*trial
}

func (o outage) run(t *testing.T, c *cluster) {
	o.twin(t)
	failed, survived := 0, 0
	eachRound(t, 1, func(t *testing.T, roll *rand.Rand) {
		d := o.from.clone(t)
		// A copied sequence has used numbers beyond its last logged one, and PostgreSQL logs anew only
		// after a checkpoint: without one it would give out numbers twice after it was stopped.
		d.admin(t, "CHECKPOINT")
		for i := range o.steps {
			s := &o.steps[i]
			for try := 0; ; try++ {
				if try > 0 && s.done != nil && s.done(t, d) {
					break
				}
				p := d.start(t, s.clock, "", s.args...)
				if try == 0 {
					select {
					case <-p.ended:
					case <-time.After(time.Duration(float64(s.took) * (0.1 + 0.9*roll.Float64()))):
					}
					c.stop()
					c.start()
				}
				code := p.code()
				d.verify(t)
				d.wait(t)
				if code == 0 {
					if try == 0 {
						survived++
					}
					if s.check != nil {
						s.check(t, p.stdout.String())
					}
					break
				}
				if failed++; try > 0 || !strings.HasPrefix(p.stderr.String(), "billfold: ") && !strings.Contains(p.stderr.String(), "\nbillfold: ") {
					t.Fatalf("billfold %s, try %d: exit code %d\n%s", strings.Join(s.args, " "), try, code, p.stderr.String())
				}
			}
		}
		d.verify(t)
		same(t, o.want, d.print(t))
	})
	t.Logf("PostgreSQL was stopped %d times: %d commands failed and were run again, %d had done their work", failed+survived, failed, survived)
	if failed == 0 {
		t.Error("no command noticed that PostgreSQL was stopped")
	}
}
