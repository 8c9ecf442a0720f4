package payment

import (
	"context"
	"fmt"
	"time"

	"billfold/models/access"
	"billfold/models/event"
	"billfold/models/invoice"
	"billfold/models/mail"
	"billfold/models/money"

	"gorm.io/gorm"
)

// remind queues the reminder of an overdue bank transfer that is due, and plans the next one. Of several
// that were missed, as after a stop of weeks, one is sent.
func (s *Store) remind(ctx context.Context, invoiceID string) error {
	accountID, err := s.accountOf(ctx, invoiceID)
	if err != nil {
		return err
	}
	return s.db.RunTx(ctx, func(tx *gorm.DB) error {
		st, err := s.standing(tx, accountID, invoiceID)
		if err != nil || st.plan.NextReminderAt == nil || st.plan.NextReminderAt.After(st.now) {
			return err
		}
		if !collects(st.row) {
			return s.plan(tx, &st, nil, nil)
		}
		st.plan.Reminders++
		var next *time.Time
		for n := int(st.plan.Reminders); ; n++ {
			at, ok := nextReminder(*st.row.DueDate, n, s.options.ReminderDays)
			if !ok {
				break
			}
			if at.After(st.now) {
				next = &at
				break
			}
			st.plan.Reminders++
		}
		if err := s.plan(tx, &st, st.plan.NextChargeAt, next); err != nil {
			return err
		}
		return s.mailReminder(tx, st)
	})
}

func (s *Store) mailReminder(tx *gorm.DB, st standing) error {
	facts, info, err := invoice.MailFactsTx(tx, st.row)
	if err != nil {
		return err
	}
	to, times := contacts(info), int(st.plan.Reminders)
	facts.Times = times
	err = mail.Enqueue(tx, st.now, mail.Wanted{Kind: mail.PaymentReminder, UniqueKey: fmt.Sprintf("%s:%s:%d", mail.PaymentReminder, st.row.ID, times),
		AccountID: st.row.AccountID, InvoiceID: st.row.ID, Recipients: to, Facts: facts})
	if err != nil || len(to) == 0 {
		return err
	}
	return event.Append(tx, access.SystemActor(), st.row.AccountID, st.now, event.Event{Type: "payment.reminded", Category: event.Invoices,
		Sentence: fmt.Sprintf("reminded of invoice %s, of which %s has been due since %s.", *st.row.Number,
			money.New(st.row.DueMinor, money.Currency(st.row.Currency)), st.row.DueDate.Format("2 January 2006")),
		After:  map[string]any{"reminder": times, "recipients": to},
		Groups: []string{st.row.GroupID}, Invoices: []string{st.row.ID}})
}
