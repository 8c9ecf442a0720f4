package main

import (
	"context"
	"encoding/json"

	"billfold/models"
	"billfold/models/db"
	"billfold/models/invoice"
	"billfold/models/job"
	"billfold/views/documents"
)

// receiptJob makes and stores the receipt of a payment.
func receiptJob(invoices *invoice.Store) job.Func {
	return func(ctx context.Context, payload []byte) error {
		var p invoice.JobPayment
		if err := json.Unmarshal(payload, &p); err != nil {
			return err
		}
		paid, err := invoices.PaymentOf(ctx, p.PaymentID)
		if err != nil {
			return err
		}
		content, err := documents.ReceiptPDF(documents.ReceiptOf(paid, p.DueMinor))
		if err != nil {
			return err
		}
		return invoices.SaveReceipt(ctx, p.PaymentID, content)
	}
}

// drainReceipts makes the receipts of the payments that a command recorded; those that fail stay for serve.
func drainReceipts(a *app, d *db.DB, clock models.Clock) error {
	return worker(d, clock, a.log()).Drain(a.ctx, a.bar("Making receipts"), invoice.JobReceipt)
}
