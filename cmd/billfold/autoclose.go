package main

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"time"

	"billfold/models"
	"billfold/models/invoice"
)

const (
	lookEvery  = time.Minute
	retryEvery = time.Hour // for groups that were parked
)

// Validate refuses a wait that would close a month before it has ended. Kong calls it.
func (c *serveCmd) Validate() error {
	if c.CloseAfter < 0 {
		return errors.New("--close-after must not be negative: a month is closed when it has ended")
	}
	return cmp.Or(c.check(), c.checkMail(), c.checkVIES())
}

// closeByItself closes every month that has ended, from `after` into the next one on, and tries again every
// hour what was parked. Several servers may do it at once.
func closeByItself(ctx context.Context, invoices *invoice.Store, clock models.Clock, after time.Duration, log *slog.Logger) {
	var tried models.Month
	var triedAt time.Time
	for {
		last := lastDue(clock.Now(), after)
		if tried != last || time.Since(triedAt) >= retryEvery {
			tried, triedAt = last, time.Now()
			closeThrough(ctx, invoices, last, log)
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(lookEvery):
		}
	}
}

// lastDue is the last month that is to be closed by now: its end is `after` ago or longer.
func lastDue(now time.Time, after time.Duration) models.Month {
	return models.MonthOf(now.Add(-after)).Prev()
}

// closeThrough closes the last month that is due, and before it, in their order, all earlier ones that
// still have something open: because nobody served for a while, or because it was parked. A month that
// cannot be closed does not stop the later ones: groups for which it is open wait by themselves.
func closeThrough(ctx context.Context, invoices *invoice.Store, last models.Month, log *slog.Logger) {
	months, err := invoices.OpenMonths(ctx, last)
	if err != nil {
		log.Error("the months to close are not known", "error", err)
	}
	if n := len(months); n == 0 || months[n-1] != last {
		months = append(months, last)
	}
	for _, month := range months {
		if ctx.Err() != nil {
			return
		}
		closeOnce(ctx, invoices, month, log)
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
