// Package event keeps the log of every change: one event per change, in the same transaction, in a
// hash chain per account (and one for the installation) so that a changed or missing row is found.
package event

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"time"
)

// The categories that the Events tab filters by.
const (
	Projects           = "projects"
	Invoices           = "invoices"
	Credits            = "credits"
	BillingInformation = "billing-information"
	Group              = "group"
	Account            = "account"
)

// Event is one change to be logged.
type Event struct {
	Type     string   // dotted and stable: "project.moved"
	Category string   // one of the categories above
	Sentence string   // for people, without the actor: "moved web-frontend from Research to Production."
	Before   any      // the values before, nil for none; never secrets
	After    any      // the values after, nil for none; never secrets
	Groups   []string // every billing group it touches
	Projects []string // every project it touches
	Invoices []string // every invoice it touches
}

// Installation is the chain of changes that belong to no account.
const Installation = "installation"

// hash is the link of the chain: SHA-256 over the length-prefixed fields, the hash before first.
func hash(previous []byte, position int64, at time.Time, fields ...string) []byte {
	h := sha256.New()
	put := func(b []byte) {
		var n [8]byte
		binary.BigEndian.PutUint64(n[:], uint64(len(b)))
		h.Write(n[:])
		h.Write(b)
	}
	put(previous)
	put(binary.BigEndian.AppendUint64(nil, uint64(position)))
	put(binary.BigEndian.AppendUint64(nil, uint64(at.UnixMicro())))
	for _, f := range fields {
		put([]byte(f))
	}
	return h.Sum(nil)
}

// values writes before and after values as JSON, empty for nil.
func values(v any) (string, error) {
	if v == nil {
		return "", nil
	}
	b, err := json.Marshal(v)
	return string(b), err
}
