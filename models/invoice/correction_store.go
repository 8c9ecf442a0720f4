package invoice

import (
	"context"

	"billfold/models/access"
)

// CreditNotesOf lists the credit notes of an invoice of the scope's group, oldest first, with the sizes of
// their PDFs by id (0 while one is being made).
func (s *Store) CreditNotesOf(ctx context.Context, scope access.Scope, row Row) (notes []Row, sizes map[string]int64, err error) {
	if row.State == Estimate || row.Kind == KindCreditNote {
		return nil, nil, nil
	}
	err = s.db.Read(ctx).Where("account_id = ? AND group_id = ? AND original_id = ?", scope.AccountID(), scope.GroupID(), row.ID).
		Order("issued_at, id").Find(&notes).Error
	if err != nil {
		return nil, nil, err
	}
	ids := make([]string, len(notes))
	for i, n := range notes {
		ids[i] = n.ID
	}
	sizes, err = s.DocumentSizes(ctx, scope, "pdf", ids)
	return notes, sizes, err
}
