package dbtest

import (
	"context"
	"strings"
	"sync"
	"testing"

	"billfold/models/db"
)

// Disturbance is what happens to a statement.
type Disturbance int

// The disturbances. Conflict counts only what runs inside a transaction, COMMIT included, and
// Unanswered only COMMIT; the others count every statement, BEGIN and COMMIT included. ROLLBACK is never
// disturbed.
const (
	None       Disturbance = iota
	Conflict               // the database says that the transaction lost to another one: 40001, SQLITE_BUSY
	Drop                   // the connection is gone before the statement arrives
	Terminate              // PostgreSQL ends the session, as an administrator or a shutdown does; on SQLite as Drop
	Unanswered             // COMMIT is carried out, and the connection is gone before its answer
)

// Disturber disturbs the statements of one open database. It is safe for use by several connections.
type Disturber struct {
	mu    sync.Mutex
	what  Disturbance
	at    int // the statement that is disturbed next
	times int // how many are still to be
	every bool
	seen  int // statements since Set
	begun int // those before the transaction
	hits  int
}

// Disturbed opens a database so that its statements can be disturbed: on PostgreSQL by a proxy on the
// wire, which sees COPY and COMMIT like everything else, on SQLite by a driver in between. Nothing is
// disturbed until it is told to.
func Disturbed(t testing.TB, address string) (*db.DB, *Disturber) {
	t.Helper()
	f := &Disturber{}
	ctx, cancel := context.WithTimeout(context.Background(), deadline)
	defer cancel()
	end := func() {}
	var err error
	if path, lite := strings.CutPrefix(address, "sqlite:"); lite {
		ctx, end = throughDriver(ctx, path, f)
	} else if address, end, err = throughProxy(address, f); err != nil {
		t.Fatalf("start the proxy: %v", err)
	}
	d, err := db.Open(ctx, address)
	if err != nil {
		t.Fatalf("open the database: %v", err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Errorf("close the database: %v", err)
		}
		end()
	})
	return d, f
}

// Set makes the n-th statement from now on, counted from 1, meet a disturbance. With more times, what runs
// the transaction again meets it one statement later, and so on: a few runs for all statements.
func (f *Disturber) Set(what Disturbance, n, times int) { f.set(what, n, times, false) }

// SetFrom disturbs the n-th statement from now on and all after it.
func (f *Disturber) SetFrom(what Disturbance, n int) { f.set(what, n, 1, true) }

// End ends the disturbance and tells how many statements met it.
func (f *Disturber) End() (hits int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	hits = f.hits
	f.what, f.hits = None, 0
	return hits
}

func (f *Disturber) set(what Disturbance, n, times int, every bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.what, f.at, f.times, f.every, f.seen, f.begun, f.hits = what, n, times, every, 0, 0, 0
}

// decide counts a statement and tells what happens to it.
func (f *Disturber) decide(statement string, inTransaction bool) Disturbance {
	f.mu.Lock()
	defer f.mu.Unlock()
	word := strings.ToLower(strings.TrimSpace(statement))
	if strings.HasPrefix(word, "begin") {
		f.begun = f.seen
	}
	switch {
	case f.what == None, strings.HasPrefix(word, "rollback"),
		f.what == Conflict && !inTransaction, f.what == Unanswered && !isCommit(word):
		return None
	}
	f.seen++
	if f.every && f.seen >= f.at {
		f.hits++
		return f.what
	}
	if f.seen != f.at || f.times == 0 {
		return None
	}
	f.hits++
	f.times--
	f.at++
	f.seen = f.begun
	return f.what
}

func isCommit(statement string) bool {
	return strings.EqualFold(strings.TrimSpace(statement), "commit")
}
