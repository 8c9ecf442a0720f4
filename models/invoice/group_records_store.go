package invoice

import (
	"context"
	"strings"
	"time"

	"billfold/models"
	"billfold/models/access"
	"billfold/models/money"

	"github.com/shopspring/decimal"
	"gorm.io/gorm"
)

// UsageRecord is one priced fact of a line.
type UsageRecord struct {
	ID             string
	RecordID       string // the producer's
	StartAt, EndAt time.Time
	Quantity       decimal.Decimal
	Cost           decimal.Decimal // exact, in the price currency
	ReceivedAt     time.Time
}

// LineRecords is a line of an estimate or invoice with a page of its usage records, oldest first.
type LineRecords struct {
	Around
	Row     Row
	Line    InvoiceLine
	Cost    money.Cost      // exact sum of all its records, kept on the line
	Exact   decimal.Decimal // the same at the invoice's rate, before it was rounded to Line.Amount
	Records []UsageRecord

	Original *LineAddress // of a credit note's line: the line that it credits, which has the records
}

// LineAddress names a line of an invoice.
type LineAddress struct{ Number, ID string }

// LineRecords reads the records of a line of the scope's group. Kind: NotFound.
func (s *Store) LineRecords(ctx context.Context, scope access.Scope, address, lineID string, p Paging) (page LineRecords, err error) {
	row, line, err := s.LineAt(ctx, scope, address, lineID)
	if err != nil {
		return page, err
	}
	page.Row = row
	page.Line = lineOf(page.Row, line)
	page.Cost = money.NewCost(line.Cost, money.Currency(page.Row.PriceCurrency))
	page.Exact = line.Cost.Mul(page.Row.Rate)
	if row.Kind == KindCreditNote {
		page.Original, err = originalLine(row, line)
		return page, err
	}
	tx := s.db.Read(ctx)
	page.Records, page.Around, err = recordRows(func() *gorm.DB {
		return recordsOf(tx, scope, line.ID)
	}, p)
	return page, err
}

func originalLine(row Row, line LineRow) (*LineAddress, error) {
	snap, err := row.Decode()
	if err != nil || snap.Corrects == nil || line.OriginalLineID == nil {
		return nil, err
	}
	return &LineAddress{snap.Corrects.Number, *line.OriginalLineID}, nil
}

// recordRows reads one page by the keys (start, id), oldest first.
func recordRows(matching func() *gorm.DB, p Paging) (rows []UsageRecord, around Around, err error) {
	q := matching()
	behind := false
	at, id, back := parseRecordKey(p.Before)
	if back {
		q = q.Where("(start_at, id) < (?, ?)", at, id).Order("start_at DESC, id DESC")
	} else {
		var from bool
		if at, id, from = parseRecordKey(p.After); from {
			q = q.Where("(start_at, id) > (?, ?)", at, id)
			behind = true
		}
		q = q.Order("start_at ASC, id ASC")
	}
	if err := q.Limit(p.size() + 1).Scan(&rows).Error; err != nil {
		return nil, around, err
	}
	if len(rows) == 0 && (back || behind) { // what was there is gone: begin again
		return recordRows(matching, Paging{Size: p.Size})
	}
	rows, around = cut(rows, p.size(), behind, back, recordKey)
	return rows, around, nil
}

func recordKey(r UsageRecord) string { return r.StartAt.UTC().Format(time.RFC3339Nano) + "." + r.ID }

func parseRecordKey(s string) (at time.Time, id string, ok bool) {
	i := strings.LastIndexByte(s, '.')
	if i < 0 || !models.IsID(s[i+1:]) {
		return at, "", false
	}
	at, err := time.Parse(time.RFC3339Nano, s[:i])
	return at, s[i+1:], err == nil
}
