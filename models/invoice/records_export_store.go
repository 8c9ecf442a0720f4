package invoice

import (
	"context"
	"errors"

	"billfold/models"
	"billfold/models/access"

	"gorm.io/gorm"
)

// exportChunk is how many usage records are in memory at once while all of a line are read.
const exportChunk = 1000

// EachRecord hands all usage records of a line of the scope's account to yield, oldest first, a thousand at
// most at a time. The line comes from LineAt.
func (s *Store) EachRecord(ctx context.Context, scope access.Scope, lineID string, yield func([]UsageRecord) error) error {
	tx := s.db.Read(ctx)
	for last := (*UsageRecord)(nil); ; {
		q := recordsOf(tx, scope, lineID)
		if last != nil {
			q = q.Where("(start_at, id) > (?, ?)", last.StartAt, last.ID)
		}
		var records []UsageRecord
		if err := q.Order("start_at ASC, id ASC").Limit(exportChunk).Scan(&records).Error; err != nil {
			return err
		}
		if err := yield(records); err != nil || len(records) < exportChunk {
			return err
		}
		last = &records[len(records)-1]
	}
}

// LineAt finds a line of an estimate, invoice or credit note. Kind: NotFound.
func (s *Store) LineAt(ctx context.Context, scope access.Scope, address, lineID string) (row Row, line LineRow, err error) {
	if row, err = s.Find(ctx, scope, address); err != nil {
		return row, line, err
	}
	missing := models.NotFoundf("There is no such line on invoice %s", address)
	if !models.IsID(lineID) {
		return row, line, missing
	}
	err = s.db.Read(ctx).Where("account_id = ? AND invoice_id = ? AND id = ?", scope.AccountID(), row.ID, lineID).Take(&line).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return row, line, missing
	}
	return row, line, err
}

func recordsOf(tx *gorm.DB, scope access.Scope, lineID string) *gorm.DB {
	return tx.Table("usage_records").Select("id, record_id, start_at, end_at, quantity, cost, received_at").
		Where("line_id = ? AND account_id = ?", lineID, scope.AccountID())
}
