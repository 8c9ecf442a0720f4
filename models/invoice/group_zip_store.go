package invoice

import (
	"context"

	"billfold/models"
	"billfold/models/access"
)

// DocumentsOfYear reads the stored documents of a kind of all invoices that bill months of a year
// ("2026") in the scope's group, oldest first, one at a time. Kinds: NotFound (no invoice in that
// year), Unavailable (a document is still being made; nothing was read then).
func (s *Store) DocumentsOfYear(ctx context.Context, scope access.Scope, year, kind string, each func(Row, Document) error) error {
	tx := s.db.Read(ctx)
	var rows []Row
	err := tx.Where("account_id = ? AND group_id = ? AND month >= ? AND month <= ? AND number IS NOT NULL", scope.AccountID(), scope.GroupID(), year+"-01", year+"-12").
		Order("month, id").Find(&rows).Error
	if err != nil {
		return err
	}
	if len(rows) == 0 {
		return models.NotFoundf("There are no invoices of %s in this billing group", year)
	}
	ids := make([]string, len(rows))
	for i, r := range rows {
		ids[i] = r.ID
	}
	sizes, err := s.DocumentSizes(ctx, scope, kind, ids)
	if err != nil {
		return err
	}
	if len(sizes) < len(rows) {
		return models.Unavailablef("Some PDFs of %s are being made. Try again in a minute", year)
	}
	for _, row := range rows {
		var doc documentRow
		if err := tx.Where("account_id = ? AND invoice_id = ? AND kind = ?", scope.AccountID(), row.ID, kind).Take(&doc).Error; err != nil {
			return err
		}
		if err := each(row, Document{doc.Kind, doc.Content, doc.Sha256}); err != nil {
			return err
		}
	}
	return nil
}
