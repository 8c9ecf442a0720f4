// Package usage is the room where priced usage comes in: records are read from files (FOCUS CSV and
// the native NDJSON), checked, and joined each to one line of one estimate in one transaction.
//
//	record.go   a usage record         read.go    a file of records, whatever its format
//	check.go    what is refused        focus*.go  FOCUS CSV        native.go  NDJSON
//	hash.go     content hash, line key problem.go what is wrong, line by line
//	owner.go    who pays for a record
//	line.go     how a record joins a line: the one rule for both databases
//	digest.go   hashing a batch on all processors
//	queue.go    batches that come together share a transaction
//	quick.go    reading a plain native record fast
//	spool.go    finding one id twice in a file of any size
//	*_store.go  taking records in: ingest (a batch), import (a file), lookup, account, sets (SQL per database)
package usage

import (
	"time"

	"github.com/shopspring/decimal"
)

// LineType says what kind of charge a record is; it is part of its invoice line's identity.
type LineType string

// The kinds of charges.
const (
	ServiceCharge LineType = "service_charge" // a service that ran in a project
	SupportCharge LineType = "support_charge" // support, often of a whole billing group
	ExtraCharge   LineType = "extra_charge"   // purchases, corrections and other one-off charges
)

// Record is one priced fact from the operator's metering: who used what, from when to when, at what
// price. Amounts are exact decimals in the installation's price currency.
//
// It says who pays in exactly one way: by ProjectID; by ProjectExternalID, to which Project may add
// the name; by Project alone, any of the project's id, external id or name, tried in this order; or
// by BillingGroupID for charges that belong to no project.
type Record struct {
	ID string // the producer's id, the idempotency key within an account

	ProjectID         string
	ProjectExternalID string
	Project           string
	BillingGroupID    string

	ServiceName string
	ServiceType string
	ServicePlan string
	Cloud       string

	Start time.Time // inclusive
	End   time.Time // exclusive

	Quantity  decimal.Decimal
	Unit      string
	UnitPrice *decimal.Decimal // price of one unit
	Cost      *decimal.Decimal // wins over price times quantity; Check fills it in when it is missing

	Description string
	LineType    LineType // empty means ServiceCharge
	Tags        map[string]string

	// Line is the line of the file the record came from, 0 when it came from elsewhere. It is no
	// content, only there to point at.
	Line int

	columns map[string]string // names of the fields in the file it came from, where they differ
}
