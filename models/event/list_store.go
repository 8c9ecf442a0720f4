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
		var newer []int64
		err = q.Session(&gorm.Session{}).Where("s.event_seq > ?", seqs[0]).Select("s.event_seq").Order("s.event_seq").Limit(1).Scan(&newer).Error
		if err != nil {
			return l, err
		}
		l.Newer = len(newer) > 0
	}
	l.Entries, err = entries(tx, scope, seqs, false)
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
		list, err := entries(tx, scope, seqs, true)
		if err != nil {
			return err
		}
		if err := yield(list); err != nil || !more {
			return err
		}
		p.After = seqs[len(seqs)-1]
	}
}

// fewEvents is how many events of several projects are looked up in the group's; if they have more, the
// group's are asked one by one whether they are theirs, as far as a page goes.
const fewEvents = 5_000

// matching is the query of the events of a group that a filter leaves, over event_subjects AS s. It
// names no order and selects nothing yet.
func matching(tx *gorm.DB, scope access.Scope, f Filter) (*gorm.DB, error) {
	narrowed := f.Category != "" || f.Person != ""
	narrow := func(q *gorm.DB, alias string) *gorm.DB {
		if f.Category != "" {
			q = q.Where(alias+".category = ?", f.Category)
		}
		switch {
		case f.Person == ByInstallation:
			q = q.Where(alias + ".actor_id = ''")
		case f.Person != "":
			q = q.Where(alias+".actor_id = ?", f.Person)
		}
		return q
	}
	if f.Projects != nil && len(f.Projects) == 0 {
		return tx.Table("event_subjects AS s").Where("1 = 0"), nil
	}
	// By the group alone the index is all that is read; access made sure that it is the account's. What is
	// filtered by is in indexes of groups' rows only, which a query must say that it means.
	q := tx.Table("event_subjects AS s").Where("s.subject_id = ?", scope.GroupID())
	if narrowed {
		q = q.Where("s.kind = 'group'")
	}
	if len(f.Projects) > 0 {
		theirs := func() *gorm.DB {
			return tx.Table("event_subjects AS p").Select("p.event_seq").Where("p.subject_id IN ?", f.Projects)
		}
		var n int
		if err := tx.Raw(`SELECT COUNT(*) FROM (?) AS counted`, theirs().Limit(fewEvents)).Scan(&n).Error; err != nil {
			return nil, err
		}
		switch {
		case len(f.Projects) == 1 && (n < fewEvents || !narrowed):
			// A project's own rows carry what is filtered by too: they lead, and the group's are looked up.
			q = tx.Table("event_subjects AS s").Where("s.account_id = ? AND s.subject_id = ?", scope.AccountID(), f.Projects[0]).
				Where("EXISTS (SELECT 1 FROM event_subjects g WHERE g.subject_id = ? AND g.event_seq = s.event_seq)", scope.GroupID())
		case n < fewEvents:
			q = q.Where("s.account_id = ?", scope.AccountID()).Where("s.event_seq IN (?)", narrow(theirs(), "p"))
		default:
			q = q.Where("s.account_id = ?", scope.AccountID()).Where("EXISTS (?)", theirs().Where("p.event_seq = s.event_seq"))
		}
	}
	return within(tx, narrow(q, "s"), scope.GroupID(), f)
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
	// Both ends in one statement would read every row on SQLite.
	var low, high int64
	if err := tx.Raw(`SELECT MIN(event_seq) FROM event_subjects WHERE subject_id = ?`, subject).Scan(&low).Error; err != nil {
		return 0, err
	}
	if err := tx.Raw(`SELECT MAX(event_seq) FROM event_subjects WHERE subject_id = ?`, subject).Scan(&high).Error; err != nil {
		return 0, err
	}
	high++ // the answer lies in [low, high]
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
