// Package verify checks on a live database every invariant that the product promises (domain.md,
// "Invariants"). It only reads, streams, and names each violation.
//
//	verify.go          the list of checks and how they are run
//	read_store.go      a check at work: one snapshot, rows one by one
//	*_store.go         the checks, by subject: exact numbers, money, usage, months, groups, invoices,
//	                   numbers, payments, credits, credit notes, events, accounts
//
// What a database cannot show is proven by tests: a move conserves the cost (G3), every document shows
// the same amounts (I5), webhooks in any order lead to the same state (P2).
package verify

import (
	"context"
	"fmt"

	"billfold/models/db"
)

// Violation is one broken invariant.
type Violation struct {
	Invariant string `json:"invariant"` // M1, U2, ... as domain.md names them
	Subject   string `json:"subject"`   // what it is about: an invoice number, a project id, an event
	Message   string `json:"message"`
}

// MaxListed is how many violations of one check are listed; the others are counted.
const MaxListed = 100

// Result is the outcome of one check.
type Result struct {
	Name       string      `json:"name"`
	Checked    int         `json:"checked"`    // things looked at
	Violated   int         `json:"violations"` // all of them, also beyond the list
	Violations []Violation `json:"list,omitempty"`
}

// check is one pass over the database.
type check struct {
	name string
	run  func(c *pass) error
}

// checks is the list, in the order of domain.md but for the first, on which the others depend.
var checks = []check{
	{"M2 exact numbers", checkExact},
	{"M1 M4 order of arithmetic", checkArithmetic},
	{"M3 lines rounded once", checkLines},
	{"U1 U2 records and lines", checkRecords},
	{"U2 estimates add up", checkEstimates},
	{"U3 months tile", checkMonths},
	{"U4 U5 late and repeated usage", checkLateUsage},
	{"G1 projects and groups", checkAssignments},
	{"G4 primary and deleted groups", checkGroups},
	{"I1 seals and documents", checkSeals},
	{"I2 I3 numbers without gaps", checkNumbers},
	{"I4 P1 states and payments", checkPayments},
	{"C1 C2 C3 C5 credits", checkCredits},
	{"M1 C1 credit notes", checkCreditNotes},
	{"E1 events of invoices", checkInvoiceEvents},
	{"E2 event chains", checkChains},
	{"T1 G2 accounts apart", checkAccounts},
}

// Run runs every check, each on one snapshot of the database, so that what others write meanwhile is no
// violation. When numbers are not exact nothing else can be computed, and the list ends there. An error
// means that a check could not be carried out.
func Run(ctx context.Context, d *db.DB, progress func(done, total int)) ([]Result, error) {
	results := make([]Result, 0, len(checks))
	for i, c := range checks {
		result := Result{Name: c.name}
		if err := snapshot(ctx, d, &result, c.run); err != nil {
			return results, fmt.Errorf("checking %s: %w", c.name, err)
		}
		results = append(results, result)
		if progress != nil {
			progress(i+1, len(checks))
		}
		if i == 0 && result.Violated > 0 {
			break
		}
	}
	return results, nil
}

// Violated counts the violations of all checks.
func Violated(results []Result) (n int) {
	for _, r := range results {
		n += r.Violated
	}
	return n
}
