package invoice_test

import (
	"fmt"
	"time"

	"billfold/models"
	"billfold/models/invoice"
	"billfold/models/usage"

	"github.com/shopspring/decimal"
)

// take takes in one record of an hour, changed as wanted, without moving the clock.
func (w *world) take(project, start, cost string, change func(*usage.Record)) error {
	w.records++
	c, from := decimal.RequireFromString(cost), utc(start)
	r := usage.Record{ID: fmt.Sprint("r", w.records), ProjectID: project, ServiceName: "db", ServiceType: "pg", LineType: usage.ServiceCharge,
		Start: from, End: from.Add(time.Hour), Quantity: decimal.NewFromInt(1), Unit: "hours", Cost: &c}
	change(&r)
	_, err := w.usage.Ingest(w.ctx, operator, []usage.Record{r}, usage.Options{})
	return err
}

// charge takes in a support charge of a group, without project, after its start.
func (w *world) charge(group, start, cost string) {
	w.Helper()
	if from := utc(start); w.now.Before(from) {
		w.now = from
	}
	w.must(w.take("", start, cost, func(r *usage.Record) {
		r.BillingGroupID, r.LineType, r.ServiceName = group, usage.SupportCharge, "Support"
	}))
}

// lines are those of a group's estimate or invoice of a month.
func (w *world) lines(group string, month models.Month) []invoice.LineRow {
	w.Helper()
	full, err := w.invoices.Full(w.ctx, w.row(group, month).ID)
	w.must(err)
	return full.Lines
}

// sum is an amount of the database.
func (w *world) sum(sql string, args ...any) (n int64) {
	w.Helper()
	w.must(w.db.Read(w.ctx).Raw(sql, args...).Scan(&n).Error)
	return n
}
