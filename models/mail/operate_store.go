package mail

import (
	"context"
	"fmt"
	"strings"
	"time"

	"billfold/models"
	"billfold/models/access"
	"billfold/models/db"
	"billfold/models/event"
	"billfold/models/job"

	"gorm.io/gorm"
)

// Retry puts a mail that failed, or of which nobody knows whether it was sent, back to be sent, with an
// event. Somebody may get one twice whose state was Unknown: they decide who know. For the operator.
// Kinds: Forbidden, NotFound, Conflict (it waits already, was sent, or is being sent).
func (s *Store) Retry(ctx context.Context, actor access.Actor, id string) (Mail, error) {
	return s.operate(ctx, actor, id, Waiting, "mail.retried", "put the mail to %s back to be sent.")
}

// Drop has a mail that was not sent never be sent, with an event. For the operator. Kinds: Forbidden,
// NotFound, Conflict (it was sent or dropped, or is being sent).
func (s *Store) Drop(ctx context.Context, actor access.Actor, id string) (Mail, error) {
	return s.operate(ctx, actor, id, Dropped, "mail.dropped", "dropped the mail to %s.")
}

// Before lists the ids of mails that wait since before a time, the oldest first.
func (s *Store) Before(ctx context.Context, t time.Time) (ids []string, err error) {
	return ids, s.db.Read(ctx).Model(&Row{}).Where("state = ? AND created_at < ?", Waiting, t).Order("created_at, id").Pluck("id", &ids).Error
}

func (s *Store) operate(ctx context.Context, actor access.Actor, id string, to State, kind, sentence string) (m Mail, err error) {
	if actor.Kind != access.Operator {
		return m, models.Forbiddenf("Only the operator can do this")
	}
	err = s.db.RunTx(ctx, func(tx *gorm.DB) error {
		if m, err = get(db.ForUpdate(tx), id); err != nil {
			return err
		}
		if !m.State.CanBecome(to) || m.State == Sending {
			return models.Conflictf("Mail %s is %s and cannot be %s", id, m.State, to)
		}
		before, at := m.State, s.clock.Now()
		saved := tx.Model(&Row{}).Where("id = ?", id).Updates(map[string]any{"state": to, "updated_at": at})
		if saved.Error != nil {
			return saved.Error
		}
		m.State, m.UpdatedAt = to, at
		if to == Waiting { // each time a job of its own: the one before has ended
			if err := job.Enqueue(tx, JobSend, fmt.Sprintf("%s:%s:%s", JobSend, id, models.NewID()), JobMail{id}); err != nil {
				return err
			}
		}
		return event.Append(tx, actor, m.AccountID, at, m.event(kind, fmt.Sprintf(sentence, strings.Join(m.Recipients, ", ")), before))
	})
	return m, err
}

func (m Mail) event(kind, sentence string, before State) event.Event {
	e := event.Event{Type: kind, Category: event.Invoices, Sentence: sentence,
		Before: map[string]any{"mail_state": before}, After: map[string]any{"mail_state": m.State, "kind": m.Kind, "mail_id": m.ID}}
	if m.InvoiceID != nil {
		e.Invoices = []string{*m.InvoiceID}
	}
	if m.Facts.GroupID != "" {
		e.Groups = []string{m.Facts.GroupID}
	}
	return e
}
