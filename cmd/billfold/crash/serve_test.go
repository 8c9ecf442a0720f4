package crash

import (
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// traffic is people who work at the same time, each in an account of their own.
func (w *world) traffic(t testing.TB, listen string) (everybody []*person, work func() error) {
	t.Helper()
	for _, name := range people {
		everybody = append(everybody, w.person(t, name, listen))
	}
	return everybody, func() error {
		failures := make(chan error, len(people))
		var wg sync.WaitGroup
		for i, name := range people {
			wg.Go(func() {
				for _, x := range morning(name) {
					if err := everybody[i].do(x); err != nil {
						failures <- err
						return
					}
				}
			})
		}
		wg.Wait()
		close(failures)
		return <-failures // nil when there is none
	}
}

// serveTrial kills the server while people use it. What was answered is there at the end, once; a form
// without an answer is sent again, and works once.
func (w *world) serveTrial(t *testing.T, short int) {
	t.Helper()
	twin, listen := w.metered.clone(t), freeAddress(t)
	server := twin.serve(t, middle, listen)
	_, work := w.traffic(t, listen)
	began := time.Now()
	check(t, work())
	took := time.Since(began)
	server.terminate()
	twin.verify(t)
	want := twin.print(t)
	kills, acknowledged, repeated, lost := 0, 0, 0, 0
	eachRound(t, short, func(t *testing.T, roll *rand.Rand) {
		d, listen := w.metered.clone(t), freeAddress(t)
		server := d.serve(t, middle, listen)
		everybody, work := w.traffic(t, listen)
		finished := make(chan error, 1)
		go func() { finished <- work() }()
		most := 3 + roll.IntN(4)
		for range most {
			moment := time.Duration(float64(took) * roll.Float64() / float64(most) * 2)
			if !server.killAfter(time.Since(server.began) + moment) {
				t.Fatalf("the server ended by itself\n%s", server.stderr.String())
			}
			kills++
			d.verify(t)
			d.wait(t)
			server = d.serve(t, middle, listen)
		}
		if err := <-finished; err != nil {
			t.Fatalf("%v\n%s", err, server.stderr.String())
		}
		for _, p := range everybody {
			check(t, p.again())
			acknowledged, repeated, lost = acknowledged+p.acknowledged, repeated+p.repeated, lost+p.lost
		}
		server.terminate()
		d.verify(t)
		same(t, want, d.print(t))
	})
	t.Logf("%d kills in %s of traffic; %d forms were answered, %d sent again after that, %d found by looking", kills, took, acknowledged, repeated, lost)
}

// monthTrial kills a server that closes the month by itself and makes the documents.
func (w *world) monthTrial(t *testing.T, short int) {
	t.Helper()
	finished := func(t testing.TB, d *database) bool {
		return d.count(t, `SELECT count(*) FROM jobs WHERE state <> 'done'`) == 0 &&
			d.count(t, `SELECT count(*) FROM billing_runs WHERE month = '2024-09' AND finished_at IS NOT NULL`) == 1
	}
	until := func(t testing.TB, d *database) {
		for began := time.Now(); !finished(t, d); time.Sleep(20 * time.Millisecond) {
			if time.Since(began) > time.Minute {
				t.Fatal("the month is not closed, or its documents are not made, after a minute")
			}
		}
	}
	twin := w.metered.clone(t)
	server := twin.serve(t, dayAfter, freeAddress(t))
	until(t, twin)
	took := time.Since(server.began)
	server.terminate()
	twin.verify(t)
	want := twin.print(t)
	same(t, uncollected(w.done.print(t)), uncollected(want)) // the same month, closed by hand
	eachRound(t, short, func(t *testing.T, roll *rand.Rand) {
		d, listen := w.metered.clone(t), freeAddress(t)
		for range 2 + roll.IntN(3) {
			server := d.start(t, dayAfter, "", "serve", "--listen", listen)
			if !server.killAfter(time.Duration(float64(took) * (0.05 + roll.Float64()))) {
				t.Fatalf("the server ended by itself\n%s", server.stderr.String())
			}
			d.verify(t)
			d.wait(t)
		}
		server := d.serve(t, dayAfter, listen)
		until(t, d)
		server.terminate()
		d.verify(t)
		same(t, want, d.print(t))
	})
}

// uncollected leaves out what collecting does: it is for serve, and closing by hand leaves it to be done.
func uncollected(lines []string) []string {
	return slices.DeleteFunc(slices.Clone(lines), func(l string) bool {
		return strings.HasPrefix(l, "jobs kind=invoice.collect ") || strings.HasPrefix(l, "collections ")
	})
}
