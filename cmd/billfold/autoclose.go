package main

import (
	"context"
	"log/slog"
	"time"

	"billfold/models"
	"billfold/models/invoice"
)

const (
	lookEvery  = time.Minute
	retryEvery = time.Hour // for groups that were parked
)

// closeByItself closes the month that has just ended, from `after` into the new one on, and tries
// again every hour what was parked. Older months are closed by hand. Several servers may do it at once.
func closeByItself(ctx context.Context, invoices *invoice.Store, clock models.Clock, after time.Duration, log *slog.Logger) {
	var tried models.Month
	var triedAt time.Time
	for {
		month := models.MonthOf(clock.Now()).Prev()
		due := !clock.Now().Before(month.End().Add(after))
		if due && (tried != month || time.Since(triedAt) >= retryEvery) {
			tried, triedAt = month, time.Now()
			closeOnce(ctx, invoices, month, log)
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(lookEvery):
		}
	}
}

func closeOnce(ctx context.Context, invoices *invoice.Store, month models.Month, log *slog.Logger) {
	issued, parked := 0, 0
	_, err := invoices.Close(ctx, month, invoice.CloseOptions{Report: func(outcomes []invoice.Outcome) {
		for _, o := range outcomes {
			switch o.Result {
			case invoice.ResultIssued:
				issued++
			case invoice.ResultParked:
				parked++
				log.Warn("a billing group was not billed", "month", month, "billing_group_id", o.GroupID, "reason", o.Reason)
			}
		}
	}})
	if err != nil {
		log.Error("the month was not closed", "month", month, "error", err)
		return
	}
	log.Info("the month is closed", "month", month, "issued", issued, "parked", parked)
}
