package event

import (
	"context"

	"billfold/models/access"

	"gorm.io/gorm"
)

// EachOfAccount hands on the events of the scope's account, newest first and without what they touch.
func (s *Store) EachOfAccount(ctx context.Context, scope access.Scope, yield func([]Entry) error) error {
	return each(yield, func(last *Row) *gorm.DB {
		q := s.db.Read(ctx).Table("events AS e").Where("e.chain = ?", chainOf(scope.AccountID()))
		if last != nil {
			q = q.Where("e.position < ?", last.Position)
		}
		return q.Order("e.position DESC")
	})
}

// EachOfProject hands on the events of a project of the scope's account, newest first and without what
// they touch.
func (s *Store) EachOfProject(ctx context.Context, scope access.Scope, projectID string, yield func([]Entry) error) error {
	return each(yield, func(last *Row) *gorm.DB {
		q := s.db.Read(ctx).Table("event_subjects AS s").Joins("JOIN events e ON e.seq = s.event_seq").
			Where("s.subject_id = ? AND e.account_id = ?", projectID, scope.AccountID())
		if last != nil {
			q = q.Where("s.event_seq < ?", last.Seq)
		}
		return q.Order("s.event_seq DESC")
	})
}

func each(yield func([]Entry) error, after func(last *Row) *gorm.DB) error {
	for last := (*Row)(nil); ; {
		var rows []Row
		if err := after(last).Select("e.*").Limit(exportChunk).Scan(&rows).Error; err != nil || len(rows) == 0 {
			return err
		}
		last = &rows[len(rows)-1]
		list := make([]Entry, len(rows))
		for i, r := range rows {
			list[i] = Entry{Seq: r.Seq, At: r.OccurredAt.UTC(), ActorKind: r.ActorKind, ActorID: r.ActorID, ActorName: r.ActorName, Type: r.Type,
				Category: r.Category, Sentence: r.Sentence, Before: r.Before, After: r.After, RequestID: r.RequestID, IP: r.IP}
		}
		if err := yield(list); err != nil || len(rows) < exportChunk {
			return err
		}
	}
}
