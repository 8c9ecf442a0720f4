package usage

import (
	"time"

	"gorm.io/gorm"

	"billfold/models/db"
	"billfold/models/invoice"
)

// sets moves sets of rows, as each database does it best. The rules are not its business.
type sets interface {
	// known gives the content hashes of the account's records that are there already, by record id.
	known(accountID string, recordIDs []string) (map[string][]byte, error)
	// lines reads lines of an estimate and locks them, in the order of their keys.
	lines(estimateID string, keys [][]byte) ([]invoice.LineRow, error)
	insertLines([]*line) error
	// updateLines writes what grows: period, quantity, cost, amount and count.
	updateLines([]*line) error
	insertRecords(accountID string, at time.Time, records []newRecord) error
}

func newSets(tx *gorm.DB, copyFrom db.CopyFrom) sets {
	if copyFrom != nil {
		return postgresSets{tx, copyFrom}
	}
	return sqliteSets{tx}
}

// lineColumns are what lines are read with; listed, never *.
const lineColumns = `id, invoice_id, line_key, project_id, service_start, service_end, quantity, cost, amount_minor, record_count`
