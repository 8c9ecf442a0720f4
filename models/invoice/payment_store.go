package invoice

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"billfold/models"
	"billfold/models/access"
	"billfold/models/account"
	"billfold/models/db"
	"billfold/models/event"
	"billfold/models/money"

	"gorm.io/gorm"
)

// PaymentRow is one payment as stored (table payments, append-only).
type PaymentRow struct {
	ID          string `gorm:"primaryKey"`
	AccountID   string
	InvoiceID   string
	Kind        string // payment, refund or reversal
	Method      string
	Reference   string
	AmountMinor int64
	Currency    string
	PaidOn      time.Time
	CreatedAt   time.Time
	Label       string  // how it was paid, in words: "Visa ending 4242"; "" of older bank transfers
	ChargeID    *string // the charge of a gateway
}

// TableName names the table for GORM.
func (PaymentRow) TableName() string { return "payments" }

// maxReference is how long a bank's reference may be, in bytes: that of a SEPA transfer has 140 characters.
const maxReference = 140

// bankTransfer is the method of payments that the operator records.
const bankTransfer = account.BankTransfer

// NewPayment is money that arrived for an invoice.
type NewPayment struct {
	Number    string // of the invoice
	Amount    string // plain decimal in the invoice's currency, "" for all that is due
	Reference string // the bank's; the same reference is never recorded twice in an account
	Date      time.Time
}

// Payment says what a recorded payment did.
type Payment struct {
	ID     string       `json:"payment_id"`
	Number string       `json:"invoice_number"`
	Amount money.Amount `json:"-"`
	Due    money.Amount `json:"-"`
	State  State        `json:"state"`
	Excess money.Amount `json:"-"` // paid above what was due
}

// RecordPayment records a bank transfer. Part of what is due leaves the invoice as it is; when nothing
// is due any more it is paid. Kinds: NotFound, Invalid (amount, reference, date), Conflict (the reference
// is recorded already, or the state takes no payment).
func (s *Store) RecordPayment(ctx context.Context, actor access.Actor, p NewPayment) (result Payment, err error) {
	p.Reference = strings.TrimSpace(p.Reference)
	if p.Reference == "" || len(p.Reference) > maxReference {
		return result, models.Invalidf("reference", "Enter the bank's reference, up to %d characters", maxReference)
	}
	err = s.db.RunTx(ctx, func(tx *gorm.DB) error {
		row, err := s.lockByNumber(tx, p.Number)
		if err != nil {
			return err
		}
		at := s.clock.Now()
		result, err = RecordTx(tx, at, actor, row, p)
		return err
	})
	return result, err
}

// RecordTx records a bank transfer for an invoice that the caller has locked, with its event, by the rules of
// RecordPayment.
func RecordTx(tx *gorm.DB, at time.Time, actor access.Actor, row Row, p NewPayment) (Payment, error) {
	if !row.State.TakesPayment() {
		return Payment{}, models.Conflictf("Invoice %s is %s and takes no payment", p.Number, row.State.Words())
	}
	currency := money.Currency(row.Currency)
	amount := money.New(row.DueMinor, currency)
	if p.Amount != "" {
		var err error
		if amount, err = money.Parse(p.Amount, currency); err != nil {
			return Payment{}, models.Invalidf("amount", "Enter the amount in %s: %s", currency, err)
		}
	}
	date := p.Date
	if date.IsZero() {
		date = at
	}
	switch {
	case amount.Sign() <= 0:
		return Payment{}, models.Invalidf("amount", "Enter an amount above zero; %s is due", money.New(row.DueMinor, currency))
	case date.After(at):
		return Payment{}, models.Invalidf("date", "Enter a date that is not in the future")
	}
	before := row
	made, err := ArriveTx(tx, at, &row, Arrival{Method: bankTransfer, Reference: p.Reference, Label: "Bank transfer", Amount: amount, Date: date})
	if err != nil {
		return Payment{}, err
	}
	excess := max(0, amount.Minor()-before.DueMinor)
	err = event.Append(tx, actor, row.AccountID, at, event.Event{Type: "payment.recorded", Category: event.Invoices,
		Sentence: fmt.Sprintf("recorded a bank transfer of %s for invoice %s.", amount, p.Number),
		Before:   map[string]any{"state": before.State, "due": before.DueMinor},
		After:    map[string]any{"state": row.State, "due": row.DueMinor, "reference": p.Reference, "date": date.Format(time.DateOnly)},
		Groups:   []string{row.GroupID}, Invoices: []string{row.ID}})
	return Payment{made.ID, p.Number, amount, money.New(row.DueMinor, currency), row.State, money.New(excess, currency)}, err
}

// Due is what remains to be paid, never below zero (EN 16931 BR-CO-16; domain.md, "Invoice out" 8).
func Due(total, credited, prepaid, paid int64) int64 { return max(0, total-credited-prepaid-paid) }

// Words is the state as a person says it.
func (s State) Words() string { return strings.ReplaceAll(string(s), "_", " ") }

// SetState is the operator's decision about an unpaid invoice: waived or uncollectible. Kinds: NotFound,
// Invalid (no reason), Conflict (the state may not change so).
func (s *Store) SetState(ctx context.Context, actor access.Actor, number string, to State, reason string) error {
	if reason = strings.TrimSpace(reason); reason == "" {
		return models.Invalidf("reason", "Say why, for the event log")
	}
	if to != Waived && to != Uncollectible {
		return models.Invalidf("state", "Use waived or uncollectible")
	}
	return s.db.RunTx(ctx, func(tx *gorm.DB) error {
		row, err := s.lockByNumber(tx, number)
		if err != nil {
			return err
		}
		if !row.State.CanBecome(to) {
			return models.Conflictf("Invoice %s is %s and cannot become %s", number, row.State.Words(), to.Words())
		}
		at := s.clock.Now()
		if err := tx.Model(&Row{}).Where("id = ?", row.ID).Updates(map[string]any{"state": to, "updated_at": at}).Error; err != nil {
			return err
		}
		return event.Append(tx, actor, row.AccountID, at, event.Event{Type: "invoice." + string(to), Category: event.Invoices,
			Sentence: fmt.Sprintf("set invoice %s to %s: %s", number, to.Words(), reason),
			Before:   map[string]any{"state": row.State}, After: map[string]any{"state": to, "reason": reason},
			Groups: []string{row.GroupID}, Invoices: []string{row.ID}})
	})
}

// lockByNumber finds an issued invoice for the operator and locks its account, then itself.
func (s *Store) lockByNumber(tx *gorm.DB, number string) (Row, error) {
	var row Row
	err := tx.Where("number = ? AND kind = ?", strings.TrimSpace(number), KindInvoice).Take(&row).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return row, models.NotFoundf("There is no invoice %s", number)
	}
	if err != nil {
		return row, err
	}
	if err := account.LockEver(tx, row.AccountID); err != nil {
		return row, err
	}
	return row, db.ForUpdate(tx).Where("id = ?", row.ID).Take(&row).Error
}

// Unpaid lists the issued invoices on which something is due, oldest first.
func (s *Store) Unpaid(ctx context.Context) ([]Row, error) {
	var rows []Row
	return rows, s.db.Read(ctx).Where("state IN ('issued', 'payment_failed') AND due_minor > 0").Order("invoice_date, number").Find(&rows).Error
}
