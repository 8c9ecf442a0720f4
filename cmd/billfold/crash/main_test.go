// Package crash kills the built product at random moments, on SQLite and on PostgreSQL, and holds what
// is there after it was started again against an undisturbed run of the same inputs.
//
//	main_test.go      what all tests share: the build, the number of rounds, the seed
//	product_test.go   running commands and killing them
//	database_test.go  databases, copies of them, and what only passing time would do
//	print_test.go     all that a database holds, as text that two runs can be compared by
//	world_test.go     the installation that the trials start from
//	usage_test.go     the usage files of that installation
//	trial_test.go     one trial: commands that are killed and run again until they succeed
//	commands_test.go  the trials of usage import, invoices close, invoices credit and the PDF jobs
//	web_test.go       a browser without a screen: pages, forms, cookies
//	traffic_test.go   people who send forms, and send them again when no answer came
//	acts_test.go      what they do
//	serve_test.go     the trials of serve: under that traffic, and closing a month by itself
//	ingest_test.go    the trial of usage that comes over HTTP at a constant rate
//	cluster_test.go   a PostgreSQL that the test may stop
//	outage_test.go    long form: PostgreSQL stops while a command runs
//	disk_linux_test.go  long form: the disk is full
//
// After each kill "billfold verify" must find nothing. At the end every number, amount, line, use of a
// credit, document and event must be what the undisturbed run has: nothing that was acknowledged is lost
// and nothing is there twice.
//
// BILLFOLD_CRASH_ROUNDS sets how many rounds each trial has on each database (a few by default), and
// BILLFOLD_CRASH_SEED repeats the random choices of an earlier run; its seed is in its output.
package crash

import (
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
	"time"

	"billfold/models/db"
)

// build compiles the product once per test run, as it is shipped.
var build = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "billfold-crash-build-")
	if err != nil {
		return "", err
	}
	buildDir = dir
	path := filepath.Join(dir, "billfold")
	cmd := exec.Command("go", "build", "-o", path, "billfold/cmd/billfold")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("%s: %w\n%s", cmd, err, out)
	}
	return path, nil
})

var buildDir string

func TestMain(m *testing.M) {
	code := m.Run()
	if buildDir != "" {
		if err := os.RemoveAll(buildDir); err != nil {
			fmt.Fprintln(os.Stderr, "crash:", err)
			code = max(code, 1)
		}
	}
	os.Exit(code)
}

// rounds is how often a trial is made, and long says that it is the long form. BILLFOLD_CRASH_ROUNDS
// that is no number fails the test: it would look like a long run and be a short one.
func rounds(t *testing.T, short int) (n int, long bool) {
	t.Helper()
	asked := os.Getenv("BILLFOLD_CRASH_ROUNDS")
	if asked == "" {
		return short, false
	}
	n, err := strconv.Atoi(asked)
	if err != nil || n < 1 {
		t.Fatalf("BILLFOLD_CRASH_ROUNDS is %q; give the number of rounds", asked)
	}
	return n, true
}

var seed = sync.OnceValues(func() (uint64, error) {
	asked := os.Getenv("BILLFOLD_CRASH_SEED")
	if asked == "" {
		return uint64(time.Now().UnixNano()), nil
	}
	return strconv.ParseUint(asked, 10, 64)
})

// dice are the random choices of one round, the same for the same seed, trial and round.
func dice(t *testing.T, round int) *rand.Rand {
	t.Helper()
	s, err := seed()
	if err != nil {
		t.Fatalf("BILLFOLD_CRASH_SEED: %v", err)
	}
	h := fnv.New64a()
	_, _ = fmt.Fprintf(h, "%s %d", t.Name(), round)
	return rand.New(rand.NewPCG(s, h.Sum64()))
}

// eachRound runs fn as many times as the form of the test asks for, stops at the first that fails and
// then says how to repeat it.
func eachRound(t *testing.T, short int, fn func(t *testing.T, roll *rand.Rand)) {
	t.Helper()
	n, long := rounds(t, short)
	began := time.Now()
	for i := range n {
		roll := dice(t, i)
		if !t.Run(fmt.Sprint("round-", i), func(t *testing.T) { fn(t, roll) }) {
			s, _ := seed()
			t.Fatalf("round %d of %d failed; BILLFOLD_CRASH_SEED=%d repeats its random choices", i, n, s)
		}
		if long && (i+1)%20 == 0 {
			fmt.Fprintf(os.Stderr, "%s: %d of %d rounds, %s\n", t.Name(), i+1, n, time.Since(began).Round(time.Second))
		}
	}
}

// eachDatabase runs fn on each kind of database.
func eachDatabase(t *testing.T, fn func(t *testing.T, dialect db.Dialect)) {
	t.Helper()
	for _, dialect := range []db.Dialect{db.SQLite, db.Postgres} {
		t.Run(string(dialect), func(t *testing.T) { fn(t, dialect) })
	}
}
