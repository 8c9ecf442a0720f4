package event

import (
	"context"
	"slices"
	"strings"

	"billfold/models/access"

	"gorm.io/gorm"
)

// entries reads events by their numbers, in that order, with what they touch.
func entries(tx *gorm.DB, scope access.Scope, seqs []int64) ([]Entry, error) {
	if len(seqs) == 0 {
		return nil, nil
	}
	var rows []Row
	err := tx.Where("seq IN ? AND account_id = ?", seqs, scope.AccountID()).Find(&rows).Error
	if err != nil {
		return nil, err
	}
	refs, err := refsOf(tx, scope, seqs)
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
			Before: r.Before, After: r.After, RequestID: r.RequestID, IP: r.IP, Refs: refs[r.Seq]}
	}
	list := make([]Entry, 0, len(seqs))
	for _, seq := range seqs {
		if e, ok := found[seq]; ok {
			list = append(list, e)
		}
	}
	return list, nil
}

// refsOf names what events touch, by the names of today.
func refsOf(tx *gorm.DB, scope access.Scope, seqs []int64) (map[int64][]Ref, error) {
	var rows []struct {
		EventSeq           int64
		Kind, ID           string
		Name, InvoiceGroup string
		Nth                int
	}
	err := tx.Raw(`SELECT x.event_seq, x.kind, x.subject_id AS id,
		COALESCE(p.name, g.name, i.number, 'estimate-' || i.month, '') AS name, COALESCE(CAST(i.group_id AS TEXT), '') AS invoice_group
		FROM (SELECT s.event_seq, s.kind, s.subject_id, ROW_NUMBER() OVER (PARTITION BY s.event_seq ORDER BY s.kind, s.subject_id) AS nth
			FROM event_subjects s WHERE s.event_seq IN ?) x
		LEFT JOIN projects p ON x.kind = 'project' AND p.id = x.subject_id AND p.account_id = ?
		LEFT JOIN billing_groups g ON x.kind = 'group' AND g.id = x.subject_id AND g.account_id = ?
		LEFT JOIN invoices i ON x.kind = 'invoice' AND i.id = x.subject_id AND i.account_id = ?
		WHERE x.nth <= ? ORDER BY x.event_seq, x.kind, name, x.subject_id`,
		seqs, scope.AccountID(), scope.AccountID(), scope.AccountID(), MaxRefs).Scan(&rows).Error
	refs := make(map[int64][]Ref, len(seqs))
	for _, r := range rows {
		refs[r.EventSeq] = append(refs[r.EventSeq], Ref{Kind: r.Kind, ID: r.ID, Name: r.Name, GroupID: r.InvoiceGroup})
	}
	return refs, err
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
			SELECT MIN(actor_id) FROM event_subjects WHERE subject_id = @group
			UNION ALL
			SELECT (SELECT MIN(s.actor_id) FROM event_subjects s WHERE s.subject_id = @group AND s.actor_id > a.id) FROM a WHERE a.id IS NOT NULL)
		SELECT a.id, e.actor_name AS name FROM (SELECT id FROM a LIMIT @most) a
		JOIN events e ON e.seq = (SELECT MAX(s.event_seq) FROM event_subjects s WHERE s.subject_id = @group AND s.actor_id = a.id)
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
