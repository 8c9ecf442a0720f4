package payment

import (
	"context"
	"fmt"
	"time"

	"billfold/models/invoice"

	"gorm.io/gorm"
)

// surplus are the charges that took money which nobody owed.
func (s *Store) surplus(ctx context.Context, _ time.Time) (ids []string, err error) {
	err = s.db.Read(ctx).Model(&chargeRow{}).Where("state = ? AND gateway IN ?", Surplus, s.names()).Order("updated_at, id").Limit(atOnce).Pluck("id", &ids).Error
	return ids, err
}

// sendBack sends the whole of a surplus charge back. The key makes asking again harmless. It never counted
// as paid, so nothing of the invoice changes.
func (s *Store) sendBack(ctx context.Context, chargeID string) error {
	c, _, err := s.chargeOf(ctx, chargeID)
	if err != nil || c.State != Surplus {
		return err
	}
	g := s.gateways[c.Gateway]
	if g == nil {
		return s.unset(c)
	}
	if err := g.Refund(ctx, c.ChargeRef, "refund-"+c.ID); err != nil {
		return unavailable(err)
	}
	return s.db.RunTx(ctx, func(tx *gorm.DB) error {
		row, err := invoice.LockTx(tx, c.AccountID, c.InvoiceID)
		if err != nil {
			return err
		}
		a := &applying{tx: tx, at: s.clock.Now(), row: row}
		if err := tx.Where("id = ?", c.ID).Take(&a.charge).Error; err != nil || a.charge.State != Surplus {
			return err
		}
		if err := a.set(Refunded, ""); err != nil {
			return err
		}
		return a.tell("payment.surplus_refunded", fmt.Sprintf("sent back %s to %s that was too much for invoice %s.", a.charge.amount(), a.label(), *row.Number), row, Surplus, nil)
	})
}
