package invoice

import (
	"context"

	"billfold/models"
)

// OpenMonths lists the months up to one that have open estimates, the oldest first. A group's months close in
// order, so whoever closes them begins with the first.
func (s *Store) OpenMonths(ctx context.Context, through models.Month) (months []models.Month, err error) {
	err = s.db.Read(ctx).Raw(`SELECT DISTINCT month FROM invoices WHERE state = 'estimate' AND NOT frozen AND month <= ? ORDER BY month`, string(through)).Scan(&months).Error
	return months, err
}
