package event

import (
	"context"
	"time"

	"billfold/models/access"
	"billfold/models/db"

	"gorm.io/gorm"
)

// Store reads the event log.
type Store struct{ db *db.DB }

// NewStore makes a store.
func NewStore(d *db.DB) *Store { return &Store{d} }

// ByInstallation is the Person of events that no user made: the operator's and the system's.
const ByInstallation = "installation"

// Filter narrows a list of events; empty fields do not.
type Filter struct {
	Category string    // one of the categories
	Person   string    // a user's or token's id, or ByInstallation
	Projects []string  // ids: events that touch one of these too; nil for all
	From, To time.Time // [From, To)
}

// Paging picks a page of a list that stands newest first.
type Paging struct {
	After  int64 // events older than this sequence number
	Before int64 // events newer than it, when After is 0
	Size   int
}

// List is a page of events, newest first.
type List struct {
	Entries      []Entry
	Newer, Older bool // there are pages before and after
	Count        int  // of all that match, counted as far as CountLimit
}

// CountLimit is where counting stops.
const CountLimit = 1000

// OfGroup lists the events of the scope's group. Every query is led by the subject in an index that
// ends in the sequence number, so a page costs the same in a log of a million events.
func (s *Store) OfGroup(ctx context.Context, scope access.Scope, f Filter, p Paging) (l List, err error) {
	tx := s.db.Read(ctx)
	q, err := matching(tx, scope, f)
	if err != nil {
		return l, err
	}
	err = tx.Raw(`SELECT COUNT(*) FROM (?) AS counted`, q.Session(&gorm.Session{}).Select("1").Limit(CountLimit)).Scan(&l.Count).Error
	if err != nil {
		return l, err
	}
	seqs, more, err := pageOf(q, p)
	if err != nil {
		return l, err
	}
	if len(seqs) == 0 && (p.After > 0 || p.Before > 0) { // beyond the end: begin again
		if seqs, more, err = pageOf(q, Paging{Size: p.Size}); err != nil {
			return l, err
		}
		p = Paging{Size: p.Size}
	}
	l.Newer, l.Older = p.After > 0, more
	if p.After == 0 && p.Before > 0 {
		l.Newer, l.Older = more, true
	}
	if p.After > 0 && len(seqs) > 0 { // a link to one event starts there, and may be the newest page
		err = q.Session(&gorm.Session{}).Where("s.event_seq > ?", seqs[0]).Select("COUNT(*) > 0").Limit(1).Scan(&l.Newer).Error
		if err != nil {
			return l, err
		}
	}
	l.Entries, err = entries(tx, scope, seqs)
	return l, err
}

// pageOf gives the sequence numbers of a page, newest first.
func pageOf(q *gorm.DB, p Paging) (seqs []int64, more bool, err error) {
	q = q.Session(&gorm.Session{})
	upward := p.After == 0 && p.Before > 0
	switch {
	case upward:
		q = q.Where("s.event_seq > ?", p.Before).Order("s.event_seq ASC")
	case p.After > 0:
		q = q.Where("s.event_seq < ?", p.After).Order("s.event_seq DESC")
	default:
		q = q.Order("s.event_seq DESC")
	}
	if err = q.Select("s.event_seq").Limit(p.Size + 1).Scan(&seqs).Error; err != nil {
		return nil, false, err
	}
	if more = len(seqs) > p.Size; more {
		seqs = seqs[:p.Size]
	}
	if upward {
		for i, j := 0, len(seqs)-1; i < j; i, j = i+1, j-1 {
			seqs[i], seqs[j] = seqs[j], seqs[i]
		}
	}
	return seqs, more, nil
}

// exportChunk is how many events are read at a time for an export.
const exportChunk = 1000

// EachOfGroup hands every event of the scope's group that matches to yield, newest first.
func (s *Store) EachOfGroup(ctx context.Context, scope access.Scope, f Filter, yield func([]Entry) error) error {
	tx := s.db.Read(ctx)
	q, err := matching(tx, scope, f)
	if err != nil {
		return err
	}
	for p := (Paging{Size: exportChunk}); ; {
		seqs, more, err := pageOf(q, p)
		if err != nil {
			return err
		}
		list, err := entries(tx, scope, seqs)
		if err != nil {
			return err
		}
		if err := yield(list); err != nil || !more {
			return err
		}
		p.After = seqs[len(seqs)-1]
	}
}

// matching is the query of the events of a group that a filter leaves, over event_subjects AS s. It
// names no order and selects nothing yet.
func matching(tx *gorm.DB, scope access.Scope, f Filter) (*gorm.DB, error) {
	q := tx.Table("event_subjects AS s").Where("s.subject_id = ? AND s.account_id = ?", scope.GroupID(), scope.AccountID())
	if f.Category != "" {
		q = q.Where("s.category = ?", f.Category)
	}
	switch {
	case f.Person == ByInstallation:
		q = q.Where("s.actor_id = ''")
	case f.Person != "":
		q = q.Where("s.actor_id = ?", f.Person)
	}
	if f.Projects != nil {
		if len(f.Projects) == 0 {
			return q.Where("1 = 0"), nil
		}
		q = q.Where("s.event_seq IN (SELECT p.event_seq FROM event_subjects p WHERE p.subject_id IN ?)", f.Projects)
	}
	return within(tx, q, scope.GroupID(), f)
}

// exactBelow is the number of events up to which dates are compared row by row. Above it the range of
// sequence numbers is searched first.
const exactBelow = 20_000

// slack covers that events written at the same time get their numbers in another order than their times.
const slack = time.Hour

// within adds the dates. Time has no index, and needs none: it grows with the sequence number, so in a
// long log the numbers of its ends are found by bisection.
func within(tx, q *gorm.DB, subject string, f Filter) (*gorm.DB, error) {
	if f.From.IsZero() && f.To.IsZero() {
		return q, nil
	}
	var n int
	err := tx.Raw(`SELECT COUNT(*) FROM (SELECT 1 FROM event_subjects WHERE subject_id = ? LIMIT ?) AS counted`, subject, exactBelow).Scan(&n).Error
	if err != nil {
		return nil, err
	}
	if !f.From.IsZero() {
		if n >= exactBelow {
			first, err := bisect(tx, subject, f.From.Add(-slack))
			if err != nil {
				return nil, err
			}
			q = q.Where("s.event_seq >= ?", first)
		}
		q = q.Where("s.occurred_at >= ?", f.From)
	}
	if !f.To.IsZero() {
		if n >= exactBelow {
			end, err := bisect(tx, subject, f.To.Add(slack))
			if err != nil {
				return nil, err
			}
			q = q.Where("s.event_seq < ?", end)
		}
		q = q.Where("s.occurred_at < ?", f.To)
	}
	return q, nil
}

// bisect finds the first sequence number of a subject's events at or after an instant, one above the
// last for none.
func bisect(tx *gorm.DB, subject string, at time.Time) (int64, error) {
	var ends struct{ Low, High int64 }
	err := tx.Raw(`SELECT MIN(event_seq) AS low, MAX(event_seq) AS high FROM event_subjects WHERE subject_id = ?`, subject).Scan(&ends).Error
	if err != nil {
		return 0, err
	}
	low, high := ends.Low, ends.High+1 // the answer lies in [low, high]
	for low < high {
		middle := low + (high-low)/2
		var row subjectRow
		err := tx.Where("subject_id = ? AND event_seq >= ?", subject, middle).Order("event_seq").Take(&row).Error
		if err != nil {
			return 0, err
		}
		if row.OccurredAt.Before(at) {
			low = row.EventSeq + 1
		} else {
			high = middle
		}
	}
	return low, nil
}
