package payment_test

import (
	"errors"
	"sync"
	"testing"

	"billfold/models"
	"billfold/models/payment"
	"billfold/models/payment/paymenttest"
)

// atOnce runs n calls behind a start gate and gives their errors.
func atOnce(n int, do func(i int) error) []error {
	errs, gate := make([]error, n), make(chan struct{})
	var wait sync.WaitGroup
	for i := range n {
		wait.Go(func() {
			<-gate
			errs[i] = do(i)
		})
	}
	close(gate)
	wait.Wait()
	return errs
}

// Fifty at once: the job, the sweep, people who pay now and what the gateway tells; one success, and the
// gateway holds the money once. It fails without the lock on the account and the invoice (invoice.LockTx).
func TestManyAtOnceChargeOnce(t *testing.T) {
	each(t, func(w *world) {
		for range 3 {
			p := w.debtor(paymenttest.Works)
			paying := func(i int) error {
				switch i % 5 {
				case 0, 1:
					return w.payments.Collect(ctx, p.id)
				case 2:
					session, err := w.payments.PayNow(ctx, p.scope, p.number, "", back)
					if err == nil {
						w.gateway.Pay(session.Ref, paymenttest.Works)
						_, err = w.payments.Returned(ctx, p.scope, p.number)
					}
					return err
				case 3:
					_, err := w.payments.Sweep(ctx)
					return err
				}
				for _, m := range w.gateway.Messages() {
					if err := w.receive(m); err != nil {
						return err
					}
				}
				return nil
			}
			for i, err := range atOnce(50, paying) {
				if err != nil && (i%5 != 2 || models.KindOf(err) != models.Conflict) { // only who pays now is told to wait
					w.Errorf("%d: %v", i, err)
				}
			}
			for _, m := range w.gateway.Messages() {
				w.must(w.receive(m))
			}
			w.sweep()
			taken, n := w.gateway.Taken(p.id)
			w.want("taken", []any{taken, n}, []any{12_550, 1})
			w.want("the invoice", w.row(p).PaidMinor, 12_550)
			won := 0
			for _, a := range w.attempts(p) {
				if a.State == payment.Succeeded {
					won++
				}
			}
			w.want("successes", won, 1)
			w.want("mails", len(w.mails(p)), 1)
		}
	})
}

// The same notice many times at once has its effect once; without the lock it would be recorded twice.
func TestOneNoticeManyTimesAtOnce(t *testing.T) {
	each(t, func(w *world) {
		for range 5 {
			p := w.debtor(paymenttest.Slow)
			w.must(w.payments.Collect(ctx, p.id))
			w.gateway.Decide(w.last(p).ID, true)
			messages := w.gateway.Messages()
			for _, err := range atOnce(50, func(int) error { return w.receive(messages[len(messages)-1]) }) {
				w.must(err)
			}
			w.want("it", w.stands(p), "paid 0 succeeded")
			w.want("events", w.events(p), "[usage.ingested invoice.issued payment.processing payment.charged]")
		}
	})
}

// A killed process leaves a charge that was committed and an answer that nobody took in. Whoever comes next
// asks under the same key.
func TestAKilledProcessLeavesOneCharge(t *testing.T) {
	each(t, func(w *world) {
		p := w.debtor(paymenttest.Works)
		died := errors.New("the process was killed")
		func() {
			defer func() {
				if got := recover(); got != any(died) {
					w.Fatal(got)
				}
			}()
			w.gateway.After(func(what string) {
				if what == "Charge" {
					panic(died)
				}
			})
			_ = w.payments.Collect(ctx, p.id)
		}()
		w.gateway.After(func(string) {})
		w.want("what it left", w.stands(p), "issued 12550 started")
		taken, n := w.gateway.Taken(p.id)
		w.want("taken", []any{taken, n}, []any{12_550, 1})
		for _, err := range atOnce(10, func(int) error { return w.payments.Collect(ctx, p.id) }) {
			w.must(err)
		}
		w.want("it", w.stands(p), "paid 0 succeeded")
		taken, n = w.gateway.Taken(p.id)
		w.want("taken in the end", []any{taken, n}, []any{12_550, 1})
	})
}

// Refunding surplus by many at once sends it back once.
func TestManySweepsSendSurplusBackOnce(t *testing.T) {
	each(t, func(w *world) {
		p := w.debtor("bank")
		session := w.payNow(p)
		w.pay(p, "", "RF18")
		w.gateway.Pay(session.Ref, paymenttest.Works)
		for _, m := range w.gateway.Messages() {
			w.must(w.receive(m))
		}
		w.want("it", w.stands(p), "paid 0 surplus")
		for _, err := range atOnce(20, func(int) error { _, err := w.payments.Sweep(ctx); return err }) {
			w.must(err)
		}
		w.want("sent back", w.stands(p), "paid 0 refunded")
		w.want("events", w.events(p)[2:], "[payment.started payment.recorded payment.surplus payment.surplus_refunded]")
	})
}
