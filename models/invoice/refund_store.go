package invoice

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"billfold/models"
	"billfold/models/access"
	"billfold/models/event"
	"billfold/models/money"

	"gorm.io/gorm"
)

// KindRefund is the kind of a payment row for money that went back to the customer.
const KindRefund = "refund"

// NewRefund is money that was sent back to the customer.
type NewRefund struct {
	Number    string // of the invoice
	Amount    string // plain decimal in the invoice's currency, "" for all that is to be refunded
	Reference string // the bank's; the same reference is never recorded twice in an account
	Date      time.Time
}

// Refund says what a recorded refund did.
type Refund struct {
	Number string
	Amount money.Amount
	Left   money.Amount // still to be refunded
	State  State        // unchanged: what is due stays zero, or what it was
}

// ToRefund is what was paid of an invoice beyond what it comes to after its credit notes, in minor units
// (domain.md, "Invoice out" 8): credited, prepaid credit used, and payments less refunds, less the total.
func ToRefund(total, credited, prepaid, paid int64) int64 {
	return max(0, credited+prepaid+paid-total)
}

// ToRefund is what is to be refunded of the invoice.
func (r Row) ToRefund() money.Amount {
	return money.New(ToRefund(r.TotalMinor, r.CreditedMinor, r.PrepaidMinor, r.PaidMinor), money.Currency(r.Currency))
}

// RecordRefund records a bank transfer back to the customer: of what a credit note or a payment of too much
// left over, never more. The invoice's state stays. Kinds: NotFound, Invalid (amount, reference, date),
// Conflict (nothing is to be refunded, or the reference is recorded already).
func (s *Store) RecordRefund(ctx context.Context, actor access.Actor, n NewRefund) (done Refund, err error) {
	n.Reference = strings.TrimSpace(n.Reference)
	if n.Reference == "" || len(n.Reference) > maxReference {
		return done, models.Invalidf("reference", "Enter the bank's reference, up to %d characters", maxReference)
	}
	err = s.db.RunTx(ctx, func(tx *gorm.DB) error {
		row, err := s.lockByNumber(tx, n.Number)
		if err != nil {
			return err
		}
		done, err = refundTx(tx, s.clock.Now(), actor, row, n)
		return err
	})
	return done, err
}

func refundTx(tx *gorm.DB, at time.Time, actor access.Actor, row Row, n NewRefund) (Refund, error) {
	most := row.ToRefund()
	if most.IsZero() {
		return Refund{}, models.Conflictf("Nothing of invoice %s is to be refunded", *row.Number)
	}
	amount := most
	if n.Amount != "" {
		var err error
		if amount, err = money.Parse(n.Amount, most.Currency()); err != nil {
			return Refund{}, models.Invalidf("amount", "Enter the amount in %s: %s", most.Currency(), err)
		}
	}
	date := n.Date
	if date.IsZero() {
		date = at
	}
	switch {
	case amount.Sign() <= 0 || amount.Minor() > most.Minor():
		return Refund{}, models.Invalidf("amount", "Enter an amount above zero and up to %s, which is to be refunded", most)
	case date.After(at):
		return Refund{}, models.Invalidf("date", "Enter a date that is not in the future")
	}
	refund := PaymentRow{ID: models.NewID(), AccountID: row.AccountID, InvoiceID: row.ID, Kind: KindRefund, Method: bankTransfer, Reference: n.Reference,
		Label: "Bank transfer", AmountMinor: amount.Minor(), Currency: row.Currency, PaidOn: date, CreatedAt: at}
	if err := tx.Create(&refund).Error; err != nil {
		if errors.Is(err, gorm.ErrDuplicatedKey) {
			return Refund{}, models.Conflictf("A bank transfer with the reference %q is recorded already", n.Reference)
		}
		return Refund{}, err
	}
	left := money.New(most.Minor()-amount.Minor(), most.Currency())
	paid := row.PaidMinor - amount.Minor()
	due := Due(row.TotalMinor, row.CreditedMinor, row.PrepaidMinor, paid)
	err := tx.Model(&Row{}).Where("id = ?", row.ID).Updates(map[string]any{"paid_minor": paid, "due_minor": due, "updated_at": at}).Error
	if err != nil {
		return Refund{}, err
	}
	return Refund{*row.Number, amount, left, row.State}, event.Append(tx, actor, row.AccountID, at, event.Event{Type: "payment.refunded", Category: event.Invoices,
		Sentence: fmt.Sprintf("refunded %s of invoice %s by bank transfer.", amount, *row.Number),
		Before:   map[string]any{"state": row.State, "due": row.DueMinor, "to_refund": most.Decimal()},
		After:    map[string]any{"state": row.State, "due": due, "to_refund": left.Decimal(), "reference": n.Reference, "date": date.Format(time.DateOnly)},
		Groups:   []string{row.GroupID}, Invoices: []string{row.ID}})
}
