package usage

import (
	"database/sql"
	"fmt"
	"time"

	"gorm.io/gorm"

	"billfold/models/db"
	"billfold/models/invoice"
)

// sets moves sets of rows, as each database does it best. The rules are not its business.
type sets interface {
	// lines reads those of the lines that are there, of one account, which is locked.
	lines(wanted []lineAt) ([]invoice.LineRow, error)
	insertLines([]*line) error
	// updateLines writes what grows: period, quantity, cost, amount and count. Error: one of them is not as
	// it was read, which the account's lock prevents.
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
const lineColumns = `l.id, l.invoice_id, l.line_key, l.project_id, l.service_start, l.service_end, l.quantity, l.cost, l.amount_minor, l.record_count`

func scanLine(rows *sql.Rows, l *invoice.LineRow) error {
	return rows.Scan(&l.ID, &l.InvoiceID, &l.LineKey, &l.ProjectID, &l.ServiceStart, &l.ServiceEnd, &l.Quantity, &l.Cost, &l.AmountMinor, &l.RecordCount)
}

// knownRecords reads the content hashes of those of the account's records that are there, by record id.
func knownRecords(tx *gorm.DB, accountID string, recordIDs []string) (map[string][]byte, error) {
	found := map[string][]byte{}
	err := db.QueryInTexts(tx, `SELECT record_id, content_hash FROM usage_records WHERE account_id = ? AND record_id IN (?)`, recordIDs, []any{accountID},
		func(rows *sql.Rows) error {
			var id string
			var hash []byte
			err := rows.Scan(&id, &hash)
			found[id] = hash
			return err
		})
	return found, err
}

// changedAll is an error when an update did not find all lines as they were read.
func changedAll(done sql.Result, want int) error {
	n, err := done.RowsAffected()
	if err == nil && n != int64(want) {
		err = fmt.Errorf("%d of %d invoice lines were changed by somebody else, past the lock of their account", int64(want)-n, want)
	}
	return err
}
