package verify_test

import (
	"os"
	"slices"
	"strconv"
	"testing"

	"billfold/models"
	"billfold/models/credit"
	"billfold/models/db"
	"billfold/models/db/dbtest"
	"billfold/models/invoice"
	"billfold/models/usage"
	"billfold/models/verify"
)

// faultOp is one thing that people do and that must survive every disturbance.
type faultOp struct {
	name string
	do   func(w *world, f *faultWorld) error
	// again is the kind of the answer when it is done again although it was done; Internal stands for none:
	// it is taken without doing anything.
	again models.Kind
	// forEver says that the short form also lets it lose for ever, which takes a second.
	forEver bool
	// row is how many breaks in a row the short form makes, 0 for the usual number.
	row int
}

var faultOps = []faultOp{
	{name: "ingest", forEver: true, do: func(w *world, f *faultWorld) error {
		_, err := w.usage.Ingest(ctx, operator, f.batch(), usage.Options{})
		return err
	}},
	{name: "move", again: models.Conflict, do: func(w *world, f *faultWorld) error {
		_, err := w.accounts.MoveProjects(ctx, f.member, []string{f.web, f.api}, f.german)
		return err
	}},
	{name: "claim", forEver: true, again: models.Invalid, do: func(w *world, f *faultWorld) error {
		_, err := w.credits.Claim(ctx, f.acme, "NEWCOMER", credit.Target{Scope: credit.ForGroup, GroupID: f.product})
		return err
	}},
	{name: "claim by a member", again: models.Invalid, row: 3, do: func(w *world, f *faultWorld) error {
		_, err := w.credits.Claim(ctx, f.member, "NEWCOMER", credit.Target{Scope: credit.ForGroup, GroupID: f.product})
		return err
	}},
	{name: "close", forEver: true, do: func(w *world, _ *faultWorld) error {
		_, err := w.invoices.Close(ctx, "2024-08", invoice.CloseOptions{})
		return err
	}},
	{name: "credit note", again: models.Conflict, do: func(w *world, _ *faultWorld) error {
		_, err := w.invoices.CreditInvoice(ctx, operator, n1, invoice.CreditRequest{Reason: "outage"})
		return err
	}},
	{name: "credit note of a part", again: models.Conflict, do: func(w *world, _ *faultWorld) error {
		_, err := w.invoices.CreditInvoice(ctx, operator, n1, invoice.CreditRequest{Line: "1", Amount: "5.00", Reason: "outage"})
		return err
	}},
	{name: "payment", again: models.Conflict, do: func(w *world, _ *faultWorld) error {
		_, err := w.invoices.RecordPayment(ctx, operator, invoice.NewPayment{Number: n1, Amount: "1.00", Reference: "RF18"})
		return err
	}},
	{name: "collect", do: func(w *world, f *faultWorld) error { return w.payments.Collect(ctx, f.owed) }},
	{name: "group delete", again: models.NotFound, do: func(w *world, f *faultWorld) error {
		return w.invoices.DeleteGroup(ctx, f.old, true)
	}},
}

// faultRounds is how many more groups the world has; 0 is the short form, which is part of every test run.
func faultRounds(t *testing.T) int {
	t.Helper()
	text := os.Getenv("BILLFOLD_FAULT_ROUNDS")
	if text == "" {
		return 0
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		t.Fatalf("BILLFOLD_FAULT_ROUNDS=%s is not a number from 1 on", text)
	}
	return n
}

// TestEveryStatementCanFail disturbs each statement of each operation in turn, until a run is not
// disturbed any more (fault enumeration; reliability-and-security.md, "How it is tried"). Whatever
// happened, the invariants hold, nothing is half done, and doing it again leads to the very state of a
// run that nobody disturbed, numbers included. BILLFOLD_FAULT_ROUNDS=N does it in a world with N more
// groups and looks for violations after each run.
func TestEveryStatementCanFail(t *testing.T) {
	more := faultRounds(t)
	for _, dialect := range []db.Dialect{db.SQLite, db.Postgres} {
		t.Run(string(dialect), func(t *testing.T) {
			t.Parallel()
			f := newFaultWorld(t, dialect, more)
			for _, op := range faultOps {
				t.Run(op.name, func(t *testing.T) {
					e := &enumeration{faultWorld: f, op: op, long: more > 0}
					t.Run("undisturbed", e.undisturbed)
					if e.twin == nil {
						return
					}
					t.Run("conflict", e.conflict)
					t.Run("unanswered", e.unanswered)
					t.Run("drop", e.drop)
					if more > 0 || op.forEver {
						t.Run("conflict for ever", e.conflictForEver)
					}
				})
			}
		})
	}
}

// enumeration is one operation with the states that it may leave.
type enumeration struct {
	*faultWorld
	op     faultOp
	long   bool
	twin   []string   // after a run that nobody disturbed
	states [][]string // after each transaction: the first is that from before
}

// trial runs a part of the enumeration in a copy of the world of its own. It tells whether to go on.
func (e *enumeration) trial(t *testing.T, n int, part func(t *testing.T, w *copied) bool) (more bool) {
	t.Run(strconv.Itoa(n), func(t *testing.T) {
		more = part(t, e.copy(t))
	})
	return more && !t.Failed()
}

// sound checks the invariants of a state that no other run had left; in the long form of all.
func (e *enumeration) sound(t *testing.T, w *copied, always bool) {
	t.Helper()
	if !e.long && !always {
		return
	}
	results, err := verify.Run(ctx, w.look, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range results {
		if r.Violated > 0 {
			t.Errorf("%s: %+v", r.Name, r.Violations)
		}
	}
}

func (e *enumeration) state(t *testing.T, w *copied) []string {
	t.Helper()
	return read(t, w.look).since(e.before)
}

func (e *enumeration) like(t *testing.T, w *copied, want []string, when string) {
	t.Helper()
	if diff := difference(e.state(t, w), want); diff != "" {
		t.Errorf("%s the state differs:\n%s", when, diff)
	}
}

func (e *enumeration) undisturbed(t *testing.T) {
	w := e.copy(t)
	if diff := difference(e.state(t, w), nil); diff != "" {
		t.Fatalf("a copy differs from the world:\n%s", diff)
	}
	w.must(e.op.do(w.world, e.faultWorld))
	twin := e.state(t, w)
	if difference(twin, nil) == "" {
		t.Fatal("it does nothing")
	}
	e.sound(t, w, true)
	e.repeat(t, w, twin)
	if !t.Failed() {
		e.twin, e.states = twin, [][]string{nil}
	}
}

// repeat does again what was done.
func (e *enumeration) repeat(t *testing.T, w *copied, twin []string) {
	t.Helper()
	err := e.op.do(w.world, e.faultWorld)
	if kind := models.KindOf(err); kind != e.op.again || (err == nil) != (e.op.again == models.Internal) {
		t.Errorf("doing again what was done gives %v", err)
	}
	e.like(t, w, twin, "after doing it again")
}

// conflict loses each statement to another transaction: the transaction is run again and nobody notices.
// The short form lets what is run again lose the next statement, five in a row.
func (e *enumeration) conflict(t *testing.T) {
	times := 5
	if e.long {
		times = 1
	}
	for n := 1; e.trial(t, n, func(t *testing.T, w *copied) bool {
		w.disturb.Set(dbtest.Conflict, n, times)
		err := e.op.do(w.world, e.faultWorld)
		hits := w.disturb.End()
		if err != nil {
			t.Errorf("it was not run again: %v", err)
		}
		e.like(t, w, e.twin, "after a conflict")
		e.sound(t, w, hits < times)
		return hits == times
	}); n += times {
	}
}

// unanswered lets each COMMIT happen and its answer get lost.
func (e *enumeration) unanswered(t *testing.T) {
	for n := 1; e.trial(t, n, func(t *testing.T, w *copied) bool {
		w.disturb.Set(dbtest.Unanswered, n, 1)
		err := e.op.do(w.world, e.faultWorld)
		if w.disturb.End() == 0 {
			w.must(err)
			return false
		}
		if err == nil { // what was asked for was done before: only the count of attempts is not taken back
			e.like(t, w, e.twin, "answered as done")
		} else {
			e.unavailable(t, err)
		}
		state := e.state(t, w)
		e.states = append(e.states, state)
		e.sound(t, w, true)
		e.goOn(t, w, state)
		return true
	}); n++ {
	}
	if len(e.states) < 2 || difference(e.states[len(e.states)-1], e.twin) != "" {
		t.Error("the last COMMIT did not finish it")
	}
}

// drop breaks the connection at each statement: nothing is half done, and doing it again does it. The
// short form goes on in the same world for a few breaks in a row, and does it again after them.
func (e *enumeration) drop(t *testing.T) {
	row := e.op.row
	if row == 0 {
		row = 12
	}
	if e.long {
		row = 1
	}
	at := 0 // the transactions that are done
	for n, more := 1, true; more; {
		more = e.trial(t, n, func(t *testing.T, w *copied) bool {
			for first := n; ; n++ {
				how := dbtest.Drop
				if n%2 == 0 {
					how = dbtest.Terminate
				}
				w.disturb.Set(how, n, 1)
				err := e.op.do(w.world, e.faultWorld)
				hits := w.disturb.End()
				if err == nil && hits == 0 && n > first {
					return true // less was left to do than in a world without breaks; this one goes on in another
				}
				if err == nil { // BEGIN is tried again: nothing was lost with it
					e.like(t, w, e.twin, "undisturbed")
					n++
					return hits > 0
				}
				e.unavailable(t, err)
				state := e.state(t, w)
				for at < len(e.states) && difference(state, e.states[at]) != "" {
					at++
				}
				if at == len(e.states) {
					t.Fatalf("after the break at statement %d something is half done:\n%s", n, difference(state, e.states[0]))
				}
				e.sound(t, w, false)
				if difference(state, e.twin) == "" || n-first+1 >= row || t.Failed() {
					e.goOn(t, w, state)
					n++
					return true
				}
			}
		})
	}
}

// goOn does again what failed.
func (e *enumeration) goOn(t *testing.T, w *copied, state []string) {
	t.Helper()
	if difference(state, e.twin) == "" {
		e.repeat(t, w, e.twin)
		return
	}
	if err := e.op.do(w.world, e.faultWorld); err != nil {
		t.Fatalf("doing it again: %v", err)
	}
	e.like(t, w, e.twin, "after doing it again")
	e.sound(t, w, false)
}

// conflictForEver never lets a transaction through from some statement on.
func (e *enumeration) conflictForEver(t *testing.T) {
	step := 1
	if !e.long {
		step = 1000 // the first alone
	}
	for n := 1; e.trial(t, n, func(t *testing.T, w *copied) bool {
		w.disturb.SetFrom(dbtest.Conflict, n)
		err := e.op.do(w.world, e.faultWorld)
		if w.disturb.End() == 0 {
			w.must(err)
			return false
		}
		e.unavailable(t, err)
		state := e.state(t, w)
		if !slices.ContainsFunc(e.states, func(one []string) bool { return difference(state, one) == "" }) {
			t.Errorf("something is half done:\n%s", difference(state, e.states[0]))
		}
		e.sound(t, w, false)
		return true
	}); n += step {
	}
}

// unavailable is what everybody gets to hear: try again.
func (e *enumeration) unavailable(t *testing.T, err error) {
	t.Helper()
	if err == nil || models.KindOf(err) != models.Unavailable {
		t.Errorf("the answer is %v, kind %d", err, models.KindOf(err))
	}
}
