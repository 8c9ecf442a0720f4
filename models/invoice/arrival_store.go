package invoice

import (
	"errors"
	"slices"
	"time"

	"billfold/models"
	"billfold/models/account"
	"billfold/models/db"
	"billfold/models/money"

	"gorm.io/gorm"
)

// KindPayment and KindReversal are the kinds of payment rows for money that came and that the bank took
// back; see KindRefund for money that we sent back.
const (
	KindPayment  = "payment"
	KindReversal = "reversal"
)

// TakesPayment reports whether money may be taken for an invoice in this state.
func (s State) TakesPayment() bool {
	return slices.Contains([]State{Issued, PaymentFailed, Uncollectible}, s)
}

// Arrival is money that arrived for an invoice, however it came.
type Arrival struct {
	Method    string // account.BankTransfer or account.Card
	Reference string // the bank's or the gateway's; the same one is never recorded twice in an account
	Label     string // how it was paid, in words: "Visa ending 4242"
	ChargeID  string // the charge of a gateway, "" for none
	Amount    money.Amount
	Date      time.Time
}

// LockTx locks the account and then an invoice of it, and reads the invoice. Kind: NotFound.
func LockTx(tx *gorm.DB, accountID, invoiceID string) (Row, error) {
	var row Row
	if err := account.LockEver(tx, accountID); err != nil {
		return row, err
	}
	err := db.ForUpdate(tx).Where("account_id = ? AND id = ?", accountID, invoiceID).Take(&row).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		err = models.NotFoundf("Invoice not found")
	}
	return row, err
}

// ArriveTx records money for an invoice that the caller has locked: the payment, the sums and the state,
// in the row too, and queues the receipt and the mail with it. The caller writes the event. Part of what is due
// leaves the state as it is; when nothing is due any more the invoice is paid. Kind: Conflict (the state takes
// no payment, or the reference is recorded already).
func ArriveTx(tx *gorm.DB, at time.Time, row *Row, a Arrival) (PaymentRow, error) {
	if !row.State.TakesPayment() {
		return PaymentRow{}, models.Conflictf("Invoice %s is %s and takes no payment", *row.Number, row.State.Words())
	}
	payment := PaymentRow{ID: models.NewID(), AccountID: row.AccountID, InvoiceID: row.ID, Kind: KindPayment, Method: a.Method, Reference: a.Reference,
		Label: a.Label, AmountMinor: a.Amount.Minor(), Currency: row.Currency, PaidOn: a.Date, CreatedAt: at}
	if a.ChargeID != "" {
		payment.ChargeID = &a.ChargeID
	}
	if err := createPayment(tx, &payment); err != nil {
		return PaymentRow{}, err
	}
	due := row.DueMinor
	if err := move(tx, at, row, a.Amount.Minor()); err != nil {
		return PaymentRow{}, err
	}
	if err := wantReceipt(tx, payment, due); err != nil {
		return PaymentRow{}, err
	}
	return payment, mailReceived(tx, at, *row, payment)
}

// ReverseTx records that the bank took the payment of a charge back, of an invoice that the caller has
// locked: what it paid is due again, and a paid invoice on which something is due has failed. The caller
// writes the event.
func ReverseTx(tx *gorm.DB, at time.Time, row *Row, chargeID string) (PaymentRow, error) {
	var paid PaymentRow
	if err := tx.Where("invoice_id = ? AND charge_id = ? AND kind = ?", row.ID, chargeID, KindPayment).Take(&paid).Error; err != nil {
		return paid, err
	}
	reversal := paid
	reversal.ID, reversal.Kind, reversal.Reference = models.NewID(), KindReversal, "reversal of "+paid.Reference
	reversal.PaidOn, reversal.CreatedAt = at, at
	if err := createPayment(tx, &reversal); err != nil {
		return paid, err
	}
	return reversal, move(tx, at, row, -paid.AmountMinor)
}

// FailTx says of an invoice that the caller has locked that a payment failed; other states than issued
// stay. The caller writes the event.
func FailTx(tx *gorm.DB, at time.Time, row *Row) error {
	if row.State != Issued {
		return nil
	}
	row.State, row.UpdatedAt = PaymentFailed, at
	return tx.Model(&Row{}).Where("id = ?", row.ID).Updates(map[string]any{"state": row.State, "updated_at": at}).Error
}

func createPayment(tx *gorm.DB, payment *PaymentRow) error {
	err := tx.Create(payment).Error
	if errors.Is(err, gorm.ErrDuplicatedKey) {
		return models.Conflictf("A payment with the reference %q is recorded already", payment.Reference)
	}
	return err
}

// move adds to what is paid of an invoice and brings what is due and the state up to date.
func move(tx *gorm.DB, at time.Time, row *Row, minor int64) error {
	paid, err := money.AddMinor(row.PaidMinor, minor)
	if err != nil {
		return err
	}
	row.PaidMinor, row.DueMinor, row.UpdatedAt = paid, Due(row.TotalMinor, row.CreditedMinor, row.PrepaidMinor, paid), at
	switch {
	case row.DueMinor == 0 && row.State.CanBecome(Paid):
		row.State = Paid
	case row.DueMinor > 0 && row.State == Paid:
		row.State = PaymentFailed
	}
	return tx.Model(&Row{}).Where("id = ?", row.ID).Updates(map[string]any{"paid_minor": row.PaidMinor, "due_minor": row.DueMinor, "state": row.State, "updated_at": at}).Error
}
