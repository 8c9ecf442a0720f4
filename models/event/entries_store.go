package event

import (
	"context"
	"slices"
	"strings"

	"billfold/models/access"

	"gorm.io/gorm"
)

// entries reads events by their numbers, in that order, with what they touch; every names also things of
// events that touch many.
func entries(tx *gorm.DB, scope access.Scope, seqs []int64, every bool) ([]Entry, error) {
	if len(seqs) == 0 {
		return nil, nil
	}
	var rows []Row
	err := tx.Where("seq IN ? AND account_id = ?", seqs, scope.AccountID()).Find(&rows).Error
	if err != nil {
		return nil, err
	}
	many, err := touchingMany(tx, seqs)
	if err != nil {
		return nil, err
	}
	refs, err := refsOf(tx, scope, seqs, func(seq int64) bool { return every || !many[seq] })
	if err != nil {
		return nil, err
	}
	members, err := membersAmong(tx, scope, rows)
	if err != nil {
		return nil, err
	}
	found := make(map[int64]Entry, len(rows))
	for _, r := range rows {
		found[r.Seq] = Entry{Seq: r.Seq, At: r.OccurredAt.UTC(), ActorKind: r.ActorKind, ActorID: r.ActorID, ActorName: r.ActorName,
			ActorRemoved: r.ActorKind == string(access.User) && !members[r.ActorID], Type: r.Type, Category: r.Category, Sentence: r.Sentence,
			Before: r.Before, After: r.After, RequestID: r.RequestID, IP: r.IP, Refs: refs[r.Seq], Many: many[r.Seq]}
	}
	list := make([]Entry, 0, len(seqs))
	for _, seq := range seqs {
		if e, ok := found[seq]; ok {
			list = append(list, e)
		}
	}
	return list, nil
}

// touchingMany says which events touch MaxRefs things or more. It counts no further: a batch of usage may
// touch ten thousand projects.
func touchingMany(tx *gorm.DB, seqs []int64) (map[int64]bool, error) {
	var found []int64
	err := tx.Raw(`SELECT e.seq FROM events e WHERE e.seq IN ?
		AND (SELECT COUNT(*) FROM (SELECT 1 FROM event_subjects s WHERE s.event_seq = e.seq LIMIT ?) AS few) = ?`, seqs, MaxRefs, MaxRefs).Scan(&found).Error
	many := make(map[int64]bool, len(found))
	for _, seq := range found {
		many[seq] = true
	}
	return many, err
}

// refsAtOnce is how many events' things one statement looks up; SQLite joins at most 500 selects.
const refsAtOnce = 100

// refsOf names what events touch, by the names of today, at most MaxRefs things of each; projects only of
// those that it is asked for.
func refsOf(tx *gorm.DB, scope access.Scope, seqs []int64, projects func(seq int64) bool) (map[int64][]Ref, error) {
	refs := make(map[int64][]Ref, len(seqs))
	for part := range slices.Chunk(seqs, refsAtOnce) {
		var rows []struct {
			EventSeq           int64
			Kind, ID           string
			Name, InvoiceGroup string
		}
		first, args := firstRefs(tx, part, projects)
		err := tx.Raw(`SELECT x.event_seq, x.kind, x.subject_id AS id,
			COALESCE(p.name, g.name, i.number, 'estimate-' || i.month, '') AS name, COALESCE(CAST(i.group_id AS TEXT), '') AS invoice_group
			FROM (`+first+`) x
			LEFT JOIN projects p ON x.kind = 'project' AND p.id = x.subject_id AND p.account_id = ?
			LEFT JOIN billing_groups g ON x.kind = 'group' AND g.id = x.subject_id AND g.account_id = ?
			LEFT JOIN invoices i ON x.kind = 'invoice' AND i.id = x.subject_id AND i.account_id = ?
			ORDER BY x.event_seq, x.kind, name, x.subject_id`, append(args, scope.AccountID(), scope.AccountID(), scope.AccountID())...).Scan(&rows).Error
		if err != nil {
			return nil, err
		}
		for _, r := range rows {
			refs[r.EventSeq] = append(refs[r.EventSeq], Ref{Kind: r.Kind, ID: r.ID, Name: r.Name, GroupID: r.InvoiceGroup})
		}
	}
	return refs, nil
}

// firstRefs is the SQL of the first things of each event in the index: groups and invoices, then
// projects. PostgreSQL plans one select for all of them; SQLite has no such join and takes one each.
func firstRefs(tx *gorm.DB, seqs []int64, projects func(seq int64) bool) (sql string, args []any) {
	each := make([]string, len(seqs))
	var with, without []int64
	for i, seq := range seqs {
		last := "invoice"
		if projects(seq) {
			last = "project"
			with = append(with, seq)
		} else {
			without = append(without, seq)
		}
		each[i] = `SELECT * FROM (SELECT event_seq, kind, subject_id FROM event_subjects WHERE event_seq = ? AND kind <= ? ORDER BY kind, subject_id LIMIT ?)`
		args = append(args, seq, last, MaxRefs)
	}
	if tx.Dialector.Name() != "postgres" {
		return strings.Join(each, " UNION ALL "), args
	}
	const lateral = `SELECT s.event_seq, s.kind, s.subject_id FROM events e CROSS JOIN LATERAL (SELECT t.event_seq, t.kind, t.subject_id
		FROM event_subjects t WHERE t.event_seq = e.seq AND t.kind <= ? ORDER BY t.kind, t.subject_id LIMIT ?) s WHERE e.seq IN ?`
	return lateral + " UNION ALL " + lateral, []any{"project", MaxRefs, with, "invoice", MaxRefs, without}
}

// membersAmong says which of the users who acted are members of the account today.
func membersAmong(tx *gorm.DB, scope access.Scope, rows []Row) (map[string]bool, error) {
	var ids []string
	for _, r := range rows {
		if r.ActorKind == string(access.User) && !slices.Contains(ids, r.ActorID) {
			ids = append(ids, r.ActorID)
		}
	}
	members := map[string]bool{}
	if len(ids) == 0 {
		return members, nil
	}
	var found []string
	err := tx.Raw(`SELECT m.user_id FROM members m JOIN users u ON u.id = m.user_id AND u.disabled_at IS NULL
		WHERE m.account_id = ? AND m.user_id IN ?`, scope.AccountID(), ids).Scan(&found).Error
	for _, id := range found {
		members[id] = true
	}
	return members, err
}

// Person is somebody whose events a group has.
type Person struct {
	ID   string // or ByInstallation
	Name string // as of the newest event
}

// MaxPeople is how many people a filter offers.
const MaxPeople = 50

// PeopleOfGroup lists who acted on the scope's group, at most MaxPeople of them. It walks from one actor
// to the next in the index and never over the events in between.
func (s *Store) PeopleOfGroup(ctx context.Context, scope access.Scope) ([]Person, error) {
	var people []Person
	err := s.db.Read(ctx).Raw(`WITH RECURSIVE a (id) AS (
			SELECT MIN(actor_id) FROM event_subjects WHERE subject_id = @group AND kind = 'group'
			UNION ALL
			SELECT (SELECT MIN(s.actor_id) FROM event_subjects s WHERE s.subject_id = @group AND s.kind = 'group' AND s.actor_id > a.id) FROM a WHERE a.id IS NOT NULL)
		SELECT a.id, e.actor_name AS name FROM (SELECT id FROM a LIMIT @most) a
		JOIN events e ON e.seq = (SELECT MAX(s.event_seq) FROM event_subjects s WHERE s.subject_id = @group AND s.kind = 'group' AND s.actor_id = a.id)
		WHERE a.id IS NOT NULL ORDER BY e.actor_name, a.id`, map[string]any{"group": scope.GroupID(), "most": MaxPeople + 1}).Scan(&people).Error
	for i := range people {
		if people[i].ID == "" {
			people[i] = Person{ByInstallation, "Operator or system"}
		}
	}
	return people, err
}

// maxNamed is how many projects one name may find.
const maxNamed = 50

// ProjectsNamed finds the projects of the scope's account, deleted ones included, whose key is a text
// (account.NameKey); without one, those whose key holds it, the shortest names first. It is never nil, so
// that it can be a Filter's Projects.
func (s *Store) ProjectsNamed(ctx context.Context, scope access.Scope, key string) ([]string, error) {
	ids, tx := []string{}, s.db.Read(ctx)
	err := tx.Raw(`SELECT id FROM projects WHERE account_id = ? AND name_key = ?`, scope.AccountID(), key).Scan(&ids).Error
	if err != nil || len(ids) > 0 {
		return ids, err
	}
	pattern := "%" + strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(key) + "%"
	return ids, tx.Raw(`SELECT id FROM projects WHERE account_id = ? AND name_key LIKE ? ESCAPE '\'
		ORDER BY length(name_key), name_key LIMIT ?`, scope.AccountID(), pattern, maxNamed).Scan(&ids).Error
}
