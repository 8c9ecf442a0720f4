package invoice_test

import (
	"fmt"
	"testing"
	"time"

	"billfold/models"
	"billfold/models/account"
	"billfold/models/credit"
	"billfold/models/invoice"
	"billfold/models/usage"
)

// Months are UTC calendar months, [start, end): the last microsecond belongs to the old one, whatever the
// offset of the time that came in.
func TestRecordsAtTheEdgesOfMonths(t *testing.T) {
	each(t, func(w *world) {
		w.now = utc("2025-03-02T00:00:00Z")
		for start, month := range map[string]models.Month{
			"2023-12-31T23:59:59.999999Z": "2023-12", "2024-01-01T00:00:00Z": "2024-01", "2023-12-31T23:59:59.9999999Z": "2023-12",
			"2024-02-29T23:59:59.999999Z": "2024-02", "2024-02-29T00:00:00Z": "2024-02", "2024-03-01T00:00:00Z": "2024-03", "2025-02-28T23:59:59.999999Z": "2025-02",
			"2024-07-31T12:00:00Z": "2024-07", "2024-08-31T23:59:59.999999Z": "2024-08", "2024-09-01T00:00:00+02:00": "2024-08", "2024-08-31T23:30:00-01:00": "2024-09",
			"2025-01-01T00:59:59.999999+01:00": "2024-12", "2024-12-31T14:00:00-10:00": "2025-01",
		} {
			before := w.sum(`SELECT COALESCE(SUM(record_count), 0) FROM invoice_lines l JOIN invoices i ON i.id = l.invoice_id WHERE i.month = ?`, string(month))
			w.must(w.take(w.project, start, "1", func(*usage.Record) {}))
			if after := w.sum(`SELECT SUM(record_count) FROM invoice_lines l JOIN invoices i ON i.id = l.invoice_id WHERE i.month = ?`, string(month)); after != before+1 {
				w.Errorf("a record that starts at %s is not of %s", start, month)
			}
		}
		for _, l := range w.lines(w.group, "2024-02") {
			w.want("the service month of 29 February", l.ServiceMonth, "2024-02")
		}
	})
}

// December, 29 February and months of 31 days, closed one after the other: tax dates, due dates and numbers.
func TestMonthsCloseAcrossTheYear(t *testing.T) {
	each(t, func(w *world) {
		w.now = utc("2023-12-15T00:00:00Z")
		for _, month := range []models.Month{"2023-12", "2024-01", "2024-02"} {
			w.use(w.project, month.End().Add(-time.Microsecond).Format(time.RFC3339Nano), "100")
			if w.now.Before(month.End()) {
				w.Fatal("the record ends in the next month")
			}
			w.now = month.End().Add(6 * time.Hour)
			w.close(month)
		}
		for month, want := range map[models.Month]string{
			"2023-12": "BF-2024-000001 tax 2023-12-31 issued 2024-01-01 due 2024-01-15", "2024-01": "BF-2024-000002 tax 2024-01-31 issued 2024-02-01 due 2024-02-15",
			"2024-02": "BF-2024-000003 tax 2024-02-29 issued 2024-03-01 due 2024-03-15"} {
			row := w.row(w.group, month)
			day := func(t *time.Time) string { return t.UTC().Format(time.DateOnly) }
			w.want(string(month), fmt.Sprintf("%s tax %s issued %s due %s", *row.Number, day(row.TaxDate), day(row.InvoiceDate), day(row.DueDate)), want)
			w.want("tax", row.TaxMinor, 2_400)
		}
	})
}

// Late usage is a line of its own with its true period and the standard rate of its own month; it joins the
// earliest month that is not closed, and the issued invoice stays.
func TestLateUsageKeepsItsPeriodAndItsRate(t *testing.T) {
	each(t, func(w *world) {
		w.use(w.project, "2024-08-05T00:00:00Z", "10")
		w.close("2024-08")
		seal := w.row(w.group, "2024-08").Seal
		w.use(w.project, "2024-08-05T03:00:00Z", "10")
		w.use(w.project, "2024-07-31T23:30:00Z", "1")
		w.use(w.project, "2024-09-05T00:00:00Z", "100")
		w.want("August is as it was issued", fmt.Sprintf("%x", w.row(w.group, "2024-08").Seal), fmt.Sprintf("%x", seal))
		w.want("September", w.row(w.group, "2024-09").SubtotalMinor, 11_100)
		w.close("2024-09")
		got := map[string]string{}
		for _, l := range w.lines(w.group, "2024-09") {
			got[l.ServiceMonth] = fmt.Sprintf("%s to %s at %s", l.ServiceStart.UTC().Format(time.RFC3339), l.ServiceEnd.UTC().Format(time.RFC3339), l.TaxRate)
		}
		w.want("lines", got, map[string]string{"2024-07": "2024-07-31T23:30:00Z to 2024-08-01T00:30:00Z at 0.24",
			"2024-08": "2024-08-05T03:00:00Z to 2024-08-05T04:00:00Z at 0.24", "2024-09": "2024-09-05T00:00:00Z to 2024-09-05T01:00:00Z at 0.255"})
		w.want("tax", w.row(w.group, "2024-09").TaxMinor, 264+2_550)
	})
}

// An estimate at or below zero moves on, month after month, with cost and service period, until something is
// to be paid; late usage joins the same lines, and no number is burnt.
func TestEstimatesBelowZeroMoveOnAgainAndAgain(t *testing.T) {
	each(t, func(w *world) {
		w.claim(w.group, 700, "EUR", func(*credit.NewCredit) {}, credit.Target{Scope: credit.ForGroup})
		w.use(w.project, "2024-09-05T00:00:00Z", "-30.005")
		for _, month := range []models.Month{"2024-09", "2024-10", "2024-11", "2024-12"} {
			w.want(string(month), w.close(month)[w.group].Result, invoice.ResultMoved)
			w.want("there is no estimate of "+string(month), w.row(w.group, month).ID, "")
			next := w.row(w.group, month.Next())
			w.want("subtotal of the next", next.SubtotalMinor, -3_001)
			w.want("its lines by project", w.sum(`SELECT amount_minor FROM estimate_projects WHERE invoice_id = ?`, next.ID), -3_001)
		}
		w.must(w.take(w.project, "2024-09-05T00:00:00Z", "10.001", func(r *usage.Record) { r.ServiceName = "db-1"; r.ServicePlan, r.Cloud = "small", "eu" }))
		lines := w.lines(w.group, "2025-01")
		w.want("lines", len(lines), 1)
		w.want("cost", lines[0].Cost, "-20.004")
		w.want("records", lines[0].RecordCount, 2)
		w.must(w.take(w.project, "2024-12-31T23:00:00Z", "20.004", func(*usage.Record) {}))
		w.want("exactly zero is moved on too", w.close("2025-01")[w.group].Result, invoice.ResultMoved)
		w.use(w.project, "2025-02-01T00:00:00Z", "10")
		w.want("then", w.close("2025-02")[w.group].Result, invoice.ResultIssued)
		row := w.row(w.group, "2025-02")
		w.want("number", *row.Number, "BF-2025-000001")
		w.want("subtotal", row.SubtotalMinor, 1_000)
		w.want("the credit waited", row.CreditsMinor, 700)
		months := map[string]bool{}
		for _, l := range w.lines(w.group, "2025-02") {
			months[l.ServiceMonth] = true
		}
		w.want("service months", months, map[string]bool{"2024-09": true, "2024-12": true, "2025-02": true})
	})
}

// A parked month holds the later ones; closed again after the cause is gone, they follow in their order.
func TestAParkedMonthHoldsTheLaterOnes(t *testing.T) {
	each(t, func(w *world) {
		w.bill(w.group, func(i *account.Information) { i.City = "" })
		for _, start := range []string{"2024-09-05T00:00:00Z", "2024-10-05T00:00:00Z", "2024-11-05T00:00:00Z"} {
			w.use(w.project, start, "10")
		}
		for month, reason := range map[models.Month]string{"2024-09": "billing information is incomplete: city",
			"2024-10": "September 2024 is not closed yet; a group's months close in order", "2024-11": "September 2024 is not closed yet; a group's months close in order"} {
			w.now = utc("2024-12-01T06:00:00Z")
			w.want(string(month), w.close(month)[w.group].Reason, reason)
		}
		w.want("usage of a parked month joins it", w.takeInto("2024-09-06T00:00:00Z", "2024-09"), 2_000)
		parked := w.sum(`SELECT COUNT(*) FROM events WHERE type = 'invoice.parked'`)
		w.close("2024-09")
		w.want("the same reason is told once", w.sum(`SELECT COUNT(*) FROM events WHERE type = 'invoice.parked'`), parked)
		w.bill(w.group, func(*account.Information) {})
		w.want("October still waits", w.close("2024-10")[w.group].Result, invoice.ResultParked)
		for i, month := range []models.Month{"2024-09", "2024-10", "2024-11"} {
			w.want(string(month), w.close(month)[w.group].Number, fmt.Sprintf("BF-2024-00000%d", i+1))
		}
		w.want("parked months", w.sum(`SELECT COUNT(*) FROM group_months WHERE state = 'parked'`), 0)
	})
}

func (w *world) takeInto(start string, month models.Month) int64 {
	w.Helper()
	w.must(w.take(w.project, start, "10", func(*usage.Record) {}))
	return w.row(w.group, month).SubtotalMinor
}

// A deleted group's running estimate and its late usage are billed; its billing information can be edited
// until then.
func TestLateUsageOfADeletedGroup(t *testing.T) {
	each(t, func(w *world) {
		g := w.newGroup("Research")
		p := w.newProject("lab", g)
		w.use(p, "2024-09-05T00:00:00Z", "10")
		w.close("2024-09")
		_, err := w.accounts.MoveProjects(w.ctx, w.scope(""), []string{p}, w.group)
		w.must(err)
		w.must(w.invoices.DeleteGroup(w.ctx, w.scope(g), false))
		w.now = utc("2025-02-10T00:00:00Z") // long after it was deleted
		for _, month := range []models.Month{"2024-10", "2024-11", "2024-12", "2025-01"} {
			w.close(month)
		}
		w.must(w.take(p, "2024-09-06T00:00:00Z", "5", func(*usage.Record) {}))
		w.must(w.take("", "2024-09-07T00:00:00Z", "2", func(r *usage.Record) { r.BillingGroupID, r.LineType = g, usage.SupportCharge }))
		late := w.sum(`SELECT SUM(subtotal_minor) FROM invoices WHERE group_id = ? AND state = 'estimate'`, g)
		w.want("on an estimate of the deleted group", late, 700)
		w.bill(g, func(i *account.Information) { i.Company = "Acme in liquidation" })
		var month string
		w.must(w.db.Read(w.ctx).Raw(`SELECT month FROM invoices WHERE group_id = ? AND state = 'estimate'`, g).Scan(&month).Error)
		got := w.close(models.Month(month))[g]
		w.want("is billed", got.Result, invoice.ResultIssued)
		full, err := w.invoices.Full(w.ctx, w.row(g, models.Month(month)).ID)
		w.must(err)
		w.want("to", full.Snapshot.Customer.Company, "Acme in liquidation")
		w.want("the first invoice stays", w.row(g, "2024-09").SubtotalMinor, 1_000)
	})
}
