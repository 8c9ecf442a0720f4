package payment

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"billfold/models/account"
	"billfold/models/invoice"

	"gorm.io/gorm"
)

const (
	// unanswered is after how long an open charge is asked about, when nothing was heard of it.
	unanswered = 10 * time.Minute
	// atOnce bounds how much of a kind one sweep does; the rest is for the next.
	atOnce = 500
)

// Sweep does all that has become due by business time: charges that are to be tried again or that were
// planned by a new card, charges and pages of which nothing was heard or that are no use any more, surplus
// that is to be sent back, reminders, and warnings of cards that expire. n counts what it looked after.
// What fails does not keep the others from it; it is tried again by the next sweep. Several processes may
// sweep at once.
func (s *Store) Sweep(ctx context.Context) (n int, err error) {
	var failures []error
	for _, kind := range []struct {
		what string
		find func(context.Context, time.Time) ([]string, error)
		do   func(context.Context, string) error
	}{
		{"asking about a charge", s.openCharges, s.attend},
		{"sending surplus back", s.surplus, s.sendBack},
		{"collecting an invoice", s.dueCharges, s.Collect},
		{"collecting with another card", s.otherCards, s.collectAnew},
		{"reminding of an invoice", s.dueReminders, s.remind},
		{"warning of a card that expires", s.expiring, s.warn},
	} {
		ids, err := kind.find(ctx, s.clock.Now())
		if err != nil {
			return n, err
		}
		for _, id := range ids {
			if ctx.Err() != nil {
				return n, errors.Join(append(failures, ctx.Err())...)
			}
			if err := kind.do(ctx, id); err != nil {
				failures = append(failures, fmt.Errorf("%s %s: %w", kind.what, id, err))
				continue
			}
			n++
		}
	}
	return n, errors.Join(failures...)
}

func (s *Store) dueCharges(ctx context.Context, now time.Time) (ids []string, err error) {
	err = s.db.Read(ctx).Model(&collectionRow{}).Where("next_charge_at <= ?", now).Order("next_charge_at, invoice_id").Limit(atOnce).Pluck("invoice_id", &ids).Error
	return ids, err
}

func (s *Store) dueReminders(ctx context.Context, now time.Time) (ids []string, err error) {
	err = s.db.Read(ctx).Model(&collectionRow{}).Where("next_reminder_at <= ?", now).Order("next_reminder_at, invoice_id").Limit(atOnce).Pluck("invoice_id", &ids).Error
	return ids, err
}

// openCharges are those that have not been heard of for a while, and those whose invoice is paid or given up
// meanwhile. A page that a person may still be at is left alone.
func (s *Store) openCharges(ctx context.Context, now time.Time) (ids []string, err error) {
	err = s.db.Read(ctx).Raw(`SELECT c.id FROM charges c JOIN invoices i ON i.id = c.invoice_id
		WHERE c.state IN ('started', 'action_required', 'processing') AND c.gateway IN ? AND (
			(i.due_minor = 0 OR i.state NOT IN ('issued', 'payment_failed', 'uncollectible')) AND c.updated_at <= ?
			OR c.state <> 'action_required' AND c.updated_at <= ? AND (c.expires_at IS NULL OR c.expires_at <= ?)
			OR c.state = 'action_required' AND c.kind = 'pay_now' AND c.expires_at <= ?)
		ORDER BY c.updated_at, c.id LIMIT ?`, s.names(), now.Add(-time.Minute), now.Add(-unanswered), now, now, atOnce).Scan(&ids).Error
	return ids, err
}

// names are the gateways that are set up.
func (s *Store) names() []string {
	names := []string{""} // no gateway is called so, and IN wants one
	for name := range s.gateways {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// attend asks about an open charge, or gives it up when its invoice wants no money any more or its page has
// expired.
func (s *Store) attend(ctx context.Context, chargeID string) error {
	c, row, err := s.chargeOf(ctx, chargeID)
	if err != nil || !c.State.open() {
		return err
	}
	now := s.clock.Now()
	switch {
	case c.State == Processing:
		err = s.look(ctx, c)
	case !wants(row):
		err = s.cancel(ctx, c)
	case c.Kind == Automatic:
		return s.Collect(ctx, c.InvoiceID) // it asks again, or looks
	case c.SessionRef == "" || c.ExpiresAt == nil:
		err = s.look(ctx, c)
	default:
		err = s.cancel(ctx, c)
	}
	if err != nil {
		return err
	}
	return s.db.RunTx(ctx, func(tx *gorm.DB) error { // what is still open has been looked after: not every minute again
		return tx.Model(&chargeRow{}).Where("id = ? AND state IN ?", chargeID, openStates).Update("updated_at", now).Error
	})
}

func (s *Store) chargeOf(ctx context.Context, id string) (c chargeRow, row invoice.Row, err error) {
	tx := s.db.Read(ctx)
	if err = tx.Where("id = ?", id).Take(&c).Error; err != nil {
		return c, row, err
	}
	return c, row, tx.Where("id = ?", c.InvoiceID).Take(&row).Error
}

// otherCards are invoices whose charge failed, or that had no card to charge, and whose group has another
// card by now: choosing one asks for the money again.
func (s *Store) otherCards(ctx context.Context, _ time.Time) (ids []string, err error) {
	err = s.db.Read(ctx).Raw(`SELECT k.invoice_id FROM collections k JOIN invoices i ON i.id = k.invoice_id
		JOIN billing_groups g ON g.id = i.group_id JOIN payment_methods m ON m.id = g.payment_method_id
		WHERE i.due_minor > 0 AND m.kind = ? AND m.removed_at IS NULL AND m.provider_ref <> '' AND m.provider IN ?
			AND (i.state = 'payment_failed' AND k.failures > 0
				OR i.state = 'issued' AND k.failures = 0 AND k.reminders = 0 AND k.next_reminder_at IS NULL AND k.next_charge_at IS NULL)
			AND NOT EXISTS (SELECT 1 FROM charges c WHERE c.invoice_id = i.id AND (c.method_id = m.id OR c.state IN ('started', 'processing', 'succeeded')))
		ORDER BY k.invoice_id LIMIT ?`, account.Card, s.names(), atOnce).Scan(&ids).Error
	return ids, err
}

// collectAnew makes an invoice due for a charge and begins it.
func (s *Store) collectAnew(ctx context.Context, invoiceID string) error {
	accountID, err := s.accountOf(ctx, invoiceID)
	if err != nil {
		return err
	}
	err = s.db.RunTx(ctx, func(tx *gorm.DB) error {
		st, err := s.standing(tx, accountID, invoiceID)
		if err != nil || !collects(st.row) || !st.planned || !st.method.usable {
			return err
		}
		return s.plan(tx, &st, &st.now, st.plan.NextReminderAt)
	})
	if err != nil {
		return err
	}
	return s.Collect(ctx, invoiceID)
}
