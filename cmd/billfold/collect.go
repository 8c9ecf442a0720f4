package main

import (
	"context"
	"encoding/json"
	"log/slog"
	"time"

	"billfold/models"
	"billfold/models/db"
	"billfold/models/invoice"
	"billfold/models/job"
	"billfold/models/payment"
)

// sweepEvery is how often serve looks for what has become due. Business time tells what that is; this is
// real time.
const sweepEvery = time.Minute

// collecting are the jobs that collect invoices. Only serve does them: the other commands know no gateway,
// and leave them to it.
func collecting(payments *payment.Store) map[string]job.Func {
	return map[string]job.Func{
		invoice.JobCollect: func(ctx context.Context, payload []byte) error {
			var p invoice.JobInvoice
			if err := json.Unmarshal(payload, &p); err != nil {
				return err
			}
			return payments.Collect(ctx, p.InvoiceID)
		},
		payment.JobRemoveCard: payments.ForgetCard,
	}
}

// sweepByItself collects what has become due, every minute. Several servers may do it at once.
func sweepByItself(ctx context.Context, payments *payment.Store, log *slog.Logger) {
	for {
		if n, err := payments.Sweep(ctx); err != nil && ctx.Err() == nil {
			log.ErrorContext(ctx, "collecting what is due", "done", n, "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(sweepEvery):
		}
	}
}

type paymentsCollectCmd struct{ gatewayFlags }

// Validate refuses bad flags. Kong calls it.
func (c *paymentsCollectCmd) Validate() error { return c.check() }

func (c *paymentsCollectCmd) Run(a *app) error {
	return a.with(func(d *db.DB, clock models.Clock) error {
		payments, err := c.payments(d, clock, "")
		if err != nil {
			return err
		}
		jobs := job.Worker(d, a.log(), collecting(payments))
		if err := jobs.Drain(a.ctx, a.bar("Collecting invoices")); err != nil {
			return err
		}
		n, err := payments.Sweep(a.ctx)
		if err != nil {
			return err
		}
		return a.print(map[string]any{"looked_after": n}, "%d charges, reminders and warnings were due.", n)
	})
}
