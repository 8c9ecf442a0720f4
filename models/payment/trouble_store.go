package payment

import (
	"context"
	"time"

	"billfold/models/access"
	"billfold/models/invoice"
	"billfold/models/money"

	"gorm.io/gorm"
)

// Trouble is an invoice whose payment failed, with what is known of the last try.
type Trouble struct {
	InvoiceID, Number  string
	GroupID, GroupName string
	Due                money.Amount
	State              State // of the last try: Failed, ActionRequired, Processing or Reversed; "" when none is known
	Failure            string
	Label              string // of the card that was tried
	On                 time.Time
	NextTry            *time.Time // nil: it is not tried again by itself
}

// TroublesOfGroup are the invoices of the scope's group whose payment failed, the last that changed first, at
// most invoice.MaxAlerts.
func (s *Store) TroublesOfGroup(ctx context.Context, scope access.Scope) ([]Trouble, error) {
	if err := allow(scope, access.Read); err != nil {
		return nil, err
	}
	return troubles(s.db.Read(ctx).Where("i.account_id = ? AND i.group_id = ?", scope.AccountID(), scope.GroupID()))
}

// TroublesOfAccount is TroublesOfGroup for all groups of the scope's account, deleted ones included.
func (s *Store) TroublesOfAccount(ctx context.Context, scope access.Scope) ([]Trouble, error) {
	if err := allow(scope, access.Read); err != nil {
		return nil, err
	}
	return troubles(s.db.Read(ctx).Where("i.account_id = ?", scope.AccountID()))
}

// TroubleOf is what is known of the failed payment of an invoice of the scope's account; ok is false when its
// payment has not failed.
func (s *Store) TroubleOf(ctx context.Context, scope access.Scope, invoiceID string) (t Trouble, ok bool, err error) {
	if err := allow(scope, access.Read); err != nil {
		return t, false, err
	}
	found, err := troubles(s.db.Read(ctx).Where("i.account_id = ? AND i.id = ?", scope.AccountID(), invoiceID))
	if err != nil || len(found) == 0 {
		return t, false, err
	}
	return found[0], true, nil
}

func troubles(where *gorm.DB) ([]Trouble, error) {
	var rows []struct {
		ID, Number, GroupID, GroupName, Currency string
		DueMinor                                 int64
		State                                    *State
		FailureCode, Brand, Last4                *string
		UpdatedAt, NextChargeAt                  *time.Time
	}
	err := where.Table("invoices i").Joins("JOIN billing_groups g ON g.id = i.group_id AND g.account_id = i.account_id").
		Joins(`LEFT JOIN charges c ON c.id = (SELECT x.id FROM charges x WHERE x.invoice_id = i.id AND x.state IN ('failed', 'action_required', 'processing', 'reversed')
			ORDER BY x.attempt DESC LIMIT 1)`).
		Joins("LEFT JOIN collections k ON k.invoice_id = i.id").
		Select("i.id, i.number, i.group_id, g.name AS group_name, i.currency, i.due_minor, c.state, c.failure_code, c.brand, c.last4, c.updated_at, k.next_charge_at").
		Where("i.kind = 'invoice' AND i.state = ?", string(invoice.PaymentFailed)).Order("i.updated_at DESC, i.id").Limit(invoice.MaxAlerts).Scan(&rows).Error
	found := make([]Trouble, len(rows))
	for i, r := range rows {
		t := Trouble{InvoiceID: r.ID, Number: r.Number, GroupID: r.GroupID, GroupName: r.GroupName, Due: money.New(r.DueMinor, money.Currency(r.Currency)), NextTry: r.NextChargeAt}
		if r.State != nil {
			t.State, t.Failure, t.Label, t.On = *r.State, *r.FailureCode, cardLabel(*r.Brand, *r.Last4), r.UpdatedAt.UTC()
		}
		found[i] = t
	}
	return found, err
}

// Reminded is a reminder of an overdue invoice.
type Reminded struct {
	At   time.Time // when it was sent, or queued
	Sent bool
}

// Reminders are the reminders of an invoice of the scope's account, oldest first.
func (s *Store) Reminders(ctx context.Context, scope access.Scope, invoiceID string) (list []Reminded, err error) {
	if err := allow(scope, access.Read); err != nil {
		return nil, err
	}
	var rows []struct {
		CreatedAt time.Time
		SentAt    *time.Time
	}
	err = s.db.Read(ctx).Raw(`SELECT created_at, sent_at FROM mails WHERE account_id = ? AND invoice_id = ? AND kind = 'payment.reminder' AND state <> 'dropped' ORDER BY created_at, id`,
		scope.AccountID(), invoiceID).Scan(&rows).Error
	for _, r := range rows {
		one := Reminded{At: r.CreatedAt.UTC()}
		if r.SentAt != nil {
			one.At, one.Sent = r.SentAt.UTC(), true
		}
		list = append(list, one)
	}
	return list, err
}
