package payment_test

import (
	"testing"
	"time"

	"billfold/models/invoice"
	"billfold/models/payment"
	"billfold/models/payment/paymenttest"
)

// An overdue bank transfer is reminded of on its days, each once, until it is paid.
func TestReminders(t *testing.T) {
	each(t, func(w *world) {
		p := w.debtor("bank")
		w.must(w.payments.Collect(ctx, p.id))
		due := *w.row(p).DueDate
		w.now = due
		w.sweep()
		w.want("on the day it is due", len(w.mails(p)), 0)
		for i, days := range payment.DefaultReminderDays[:2] {
			w.now = due.AddDate(0, 0, days).Add(-time.Second)
			w.sweep()
			w.want("before the day", len(w.mails(p)), i)
			w.now = due.AddDate(0, 0, days)
			w.sweep()
			w.sweep()
			w.must(w.payments.Collect(ctx, p.id))
			w.want("on the day", len(w.mails(p)), i+1)
		}
		_, err := w.invoices.RecordPayment(ctx, operator, invoice.NewPayment{Number: p.number, Reference: "RF18"})
		w.must(err)
		w.now = w.now.AddDate(1, 0, 0)
		w.sweep()
		w.want("mails", w.mails(p), `[payment.reminder ["ana@acme.example"] payment.reminder ["ana@acme.example"] payment.received ["invoices@acme.example"]]`)

		late := w.debtor("bank")
		w.must(w.payments.Collect(ctx, late.id))
		w.now = w.row(late).DueDate.AddDate(0, 0, 11) // two days were missed
		w.sweep()
		w.sweep()
		w.want("mails after a stop", len(w.mails(late)), 1)
		w.now = w.now.AddDate(1, 0, 0)
		w.sweep()
		w.sweep()
		w.want("and the last one", len(w.mails(late)), 2)
		w.want("it", w.stands(late), "issued 12550")
	})
}

// A card in use is warned of once, a month before it is over.
func TestCardsThatExpire(t *testing.T) {
	each(t, func(w *world) {
		p, idle := w.debtor(paymenttest.Works), w.debtor("")
		w.must(w.payments.Collect(ctx, p.id))
		w.choose(idle, paymenttest.Works)
		w.must(w.accounts.ChoosePaymentMethod(ctx, idle.scope, idle.group, ""))
		warned := func() (texts []string) {
			w.must(w.d.Read(ctx).Raw(`SELECT recipients || ' ' || facts FROM mails WHERE kind = 'card.expiring'`).Scan(&texts).Error)
			return texts
		}
		w.now = time.Date(2028, 8, 1, 23, 59, 0, 0, time.UTC)
		w.sweep()
		w.want("before", len(warned()), 0)
		w.now = time.Date(2028, 8, 2, 0, 0, 0, 0, time.UTC) // 30 days before 1 September
		w.sweep()
		w.sweep()
		w.want("warnings", warned(), `[["ana@acme.example"] {"account_id":"`+p.scope.AccountID()+`","account_name":"Acme 1","billing_group_id":"`+p.group+
			`","billing_group_name":"Default","method":"Visa ending 4242","expires":"08/2028"}]`)
	})
}
