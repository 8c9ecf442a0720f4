package main

import (
	"context"
	"encoding/json"
	"log/slog"
	"maps"

	"billfold/models"
	"billfold/models/db"
	"billfold/models/invoice"
	"billfold/models/job"
	"billfold/views/documents"
)

// worker is the queue with the jobs that make documents of issued invoices, and more that the command can
// do. This file alone joins the queue, the stores and the renderer.
func worker(d *db.DB, clock models.Clock, log *slog.Logger, more ...map[string]job.Func) *job.Queue {
	invoices := invoice.NewStore(d, clock)
	funcs := map[string]job.Func{
		invoice.JobReceipt: receiptJob(invoices),
		invoice.JobPDF: func(ctx context.Context, payload []byte) error {
			var p invoice.JobInvoice
			if err := json.Unmarshal(payload, &p); err != nil {
				return err
			}
			full, err := invoices.Full(ctx, p.InvoiceID)
			if err != nil {
				return err
			}
			content, err := documents.PDF(documents.FromFrozen(full))
			if err != nil {
				return err
			}
			return invoices.SaveDocument(ctx, p.InvoiceID, "pdf", content)
		},
	}
	for _, jobs := range more {
		maps.Copy(funcs, jobs)
	}
	return job.Worker(d, log, funcs)
}
