package group

import (
	"strings"
	"time"

	"billfold/models/invoice"
	"billfold/models/money"
)

// RecordsCSVHead names the columns of the usage records of a line.
func RecordsCSVHead() []string {
	return []string{"invoice_number", "line_id", "record_id", "begin", "end", "received", "quantity", "unit", "cost", "currency"}
}

// RecordsCSVRow is one usage record: its exact cost in the price currency, instants as RFC 3339 in UTC, the
// period [begin, end).
func RecordsCSVRow(row invoice.Row, l invoice.LineRow, r invoice.UsageRecord) []string {
	return []string{cell(row.Address()), l.ID, cell(r.RecordID), r.StartAt.UTC().Format(time.RFC3339Nano), r.EndAt.UTC().Format(time.RFC3339Nano),
		r.ReceivedAt.UTC().Format(time.RFC3339Nano), money.Canonical(r.Quantity), cell(l.Unit), money.Canonical(r.Cost), row.PriceCurrency}
}

// RecordsCSVName is the name that the file is saved under, from our own number and id.
func RecordsCSVName(row invoice.Row, l invoice.LineRow) string {
	return strings.Join([]string{"usage", row.Address(), l.ID}, "_") + ".csv"
}
