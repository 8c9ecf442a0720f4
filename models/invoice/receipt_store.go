package invoice

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"time"

	"billfold/models"
	"billfold/models/access"
	"billfold/models/job"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// JobReceipt is the kind of job that makes and stores the receipt of a payment; its payload is JobPayment.
const JobReceipt = "payment.receipt"

// JobPayment is the payload of JobReceipt. What was due before the payment is kept with it, because later
// payments and credit notes change what is due.
type JobPayment struct {
	PaymentID string `json:"payment_id"`
	DueMinor  int64  `json:"due_minor"`
}

// wantReceipt queues the receipt of a payment in its transaction; due is what was due before it.
func wantReceipt(tx *gorm.DB, p PaymentRow, due int64) error {
	return job.Enqueue(tx, JobReceipt, JobReceipt+":"+p.ID, JobPayment{p.ID, due})
}

// PaidInvoice is a payment with the invoice that it paid, as a receipt says them.
type PaidInvoice struct {
	Row
	Snapshot Snapshot
	Payment  PaymentRow
}

// PaymentOf reads a payment by its id, for the job that makes its receipt.
func (s *Store) PaymentOf(ctx context.Context, paymentID string) (p PaidInvoice, err error) {
	tx := s.db.Read(ctx)
	if err := tx.Where("id = ? AND kind = ?", paymentID, KindPayment).Take(&p.Payment).Error; err != nil {
		return p, err
	}
	if err := tx.Where("id = ? AND account_id = ?", p.Payment.InvoiceID, p.Payment.AccountID).Take(&p.Row).Error; err != nil {
		return p, err
	}
	p.Snapshot, err = p.Row.Decode()
	return p, err
}

type receiptRow struct {
	PaymentID string `gorm:"primaryKey"`
	AccountID string
	InvoiceID string
	Sha256    []byte
	Content   []byte
	Size      int64
	CreatedAt time.Time
}

func (receiptRow) TableName() string { return "payment_receipts" }

// SaveReceipt stores the receipt of a payment once. The same bytes again change nothing; other bytes are an
// error, because a receipt that was given out cannot become another one.
func (s *Store) SaveReceipt(ctx context.Context, paymentID string, content []byte) error {
	sum := sha256.Sum256(content)
	return s.db.RunTx(ctx, func(tx *gorm.DB) error {
		var p PaymentRow
		if err := tx.Where("id = ? AND kind = ?", paymentID, KindPayment).Take(&p).Error; err != nil {
			return err
		}
		row := receiptRow{p.ID, p.AccountID, p.InvoiceID, sum[:], content, int64(len(content)), s.clock.Now()}
		if err := tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&row).Error; err != nil {
			return err
		}
		var stored receiptRow
		if err := tx.Select("sha256").Where("payment_id = ?", p.ID).Take(&stored).Error; err != nil {
			return err
		}
		if !bytes.Equal(stored.Sha256, sum[:]) {
			return fmt.Errorf("the receipt of payment %s is stored with other bytes", p.ID)
		}
		return nil
	})
}

// Receipt is the stored receipt of a payment.
type Receipt struct {
	Document
	Number string // of the invoice
	Place  int    // of the payment among those of the invoice, from 1
}

// Receipt reads the receipt of a payment of an invoice of the scope's group; paymentID "" is its last
// payment. Kinds: NotFound, Unavailable (the receipt is still being made).
func (s *Store) Receipt(ctx context.Context, scope access.Scope, number, paymentID string) (r Receipt, err error) {
	row, err := s.Find(ctx, scope, number)
	if err != nil {
		return r, err
	}
	tx := s.db.Read(ctx)
	var paid []PaymentRow
	err = tx.Where("account_id = ? AND invoice_id = ? AND kind = ?", scope.AccountID(), row.ID, KindPayment).Order("created_at, id").Find(&paid).Error
	if err != nil {
		return r, err
	}
	for i, p := range paid {
		if p.ID == paymentID || paymentID == "" && i == len(paid)-1 {
			r.Number, r.Place = row.Address(), i+1
			paymentID = p.ID
		}
	}
	if r.Place == 0 {
		return r, models.NotFoundf("There is no such payment of invoice %s", number)
	}
	var doc receiptRow
	err = tx.Where("account_id = ? AND payment_id = ?", scope.AccountID(), paymentID).Take(&doc).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return r, models.Unavailablef("The receipt is being made. Try again in a minute")
	}
	r.Document = Document{JobReceipt, doc.Content, doc.Sha256}
	return r, err
}

// ReceiptSizes gives the size in bytes of the receipt of each payment of an invoice that has one, by the id
// of the payment.
func (s *Store) ReceiptSizes(ctx context.Context, scope access.Scope, invoiceID string) (map[string]int64, error) {
	sizes := map[string]int64{}
	var rows []receiptRow
	err := s.db.Read(ctx).Select("payment_id", "size").Where("account_id = ? AND invoice_id = ?", scope.AccountID(), invoiceID).Find(&rows).Error
	for _, r := range rows {
		sizes[r.PaymentID] = r.Size
	}
	return sizes, err
}
