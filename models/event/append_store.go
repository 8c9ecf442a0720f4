package event

import (
	"database/sql"
	"maps"
	"slices"
	"time"

	"billfold/models/db"

	"gorm.io/gorm"
)

type subjectRow struct {
	SubjectID  string
	EventSeq   int64
	AccountID  string
	Kind       string
	Category   string
	ActorID    string
	OccurredAt time.Time
}

func (subjectRow) TableName() string { return "event_subjects" }

// head is the end of a chain.
type head struct {
	hash   []byte
	length int64
}

// lockChains reads and locks the ends of chains, in the order of their names; a new chain is begun.
func lockChains(tx *gorm.DB, names []string) (map[string]*head, error) {
	names = slices.Compact(slices.Sorted(slices.Values(names)))
	heads := make(map[string]*head, len(names))
	if err := readChains(tx, names, heads); err != nil || len(heads) == len(names) {
		return heads, err
	}
	missing := slices.DeleteFunc(slices.Clone(names), func(name string) bool { return heads[name] != nil })
	_, err := db.InsertRows(tx, "event_chains", []db.Column{db.Col("chain", "text", missing),
		db.Col("last_hash", "bytea", db.Each(len(missing), func(int) []byte { return []byte{} })), db.Col("length", "bigint", make([]int64, len(missing)))}, "ON CONFLICT DO NOTHING")
	if err != nil {
		return nil, err
	}
	return heads, readChains(tx, names, heads)
}

func readChains(tx *gorm.DB, names []string, heads map[string]*head) error {
	lock := ""
	if db.IsPostgres(tx) {
		lock = " FOR NO KEY UPDATE"
	}
	return db.QueryInTexts(tx, `SELECT chain, last_hash, length FROM event_chains WHERE chain IN (?) ORDER BY chain`+lock, names, nil, func(rows *sql.Rows) error {
		var name string
		var h head
		err := rows.Scan(&name, &h.hash, &h.length)
		heads[name] = &h
		return err
	})
}

func saveChains(tx *gorm.DB, heads map[string]*head) error {
	names := slices.Sorted(maps.Keys(heads))
	hashes, lengths := make([][]byte, len(names)), make([]int64, len(names))
	for i, name := range names {
		hashes[i], lengths[i] = heads[name].hash, heads[name].length
	}
	_, err := db.UpdateRows(tx, "event_chains", db.Col("chain", "text", names), []db.Column{db.Col("last_hash", "bytea", hashes), db.Col("length", "bigint", lengths)}, "")
	return err
}

// insertEvents takes numbers for the rows, in their order, and writes them.
func insertEvents(tx *gorm.DB, rows []Row) error {
	if err := takeSeqs(tx, rows); err != nil {
		return err
	}
	at := func(i int) Row { return rows[i] }
	n := len(rows)
	_, err := db.InsertRows(tx, "events", []db.Column{
		db.Col("seq", "bigint", db.Each(n, func(i int) int64 { return at(i).Seq })),
		db.Col("account_id", "uuid", db.Each(n, func(i int) *string { return at(i).AccountID })),
		db.Col("chain", "text", db.Each(n, func(i int) string { return at(i).Chain })),
		db.Col("position", "bigint", db.Each(n, func(i int) int64 { return at(i).Position })),
		db.Col("occurred_at", "timestamptz", db.Each(n, func(i int) time.Time { return at(i).OccurredAt })),
		db.Col("actor_kind", "text", db.Each(n, func(i int) string { return at(i).ActorKind })),
		db.Col("actor_id", "text", db.Each(n, func(i int) string { return at(i).ActorID })),
		db.Col("actor_name", "text", db.Each(n, func(i int) string { return at(i).ActorName })),
		db.Col("type", "text", db.Each(n, func(i int) string { return at(i).Type })),
		db.Col("category", "text", db.Each(n, func(i int) string { return at(i).Category })),
		db.Col("sentence", "text", db.Each(n, func(i int) string { return at(i).Sentence })),
		db.Col("before", "text", db.Each(n, func(i int) string { return at(i).Before })),
		db.Col("after", "text", db.Each(n, func(i int) string { return at(i).After })),
		db.Col("request_id", "text", db.Each(n, func(i int) string { return at(i).RequestID })),
		db.Col("ip", "text", db.Each(n, func(i int) string { return at(i).IP })),
		db.Col("hash", "bytea", db.Each(n, func(i int) []byte { return at(i).Hash })),
	}, "")
	return err
}

// takeSeqs numbers rows as the database would when it inserts them. On SQLite the transaction is the only
// one that writes.
func takeSeqs(tx *gorm.DB, rows []Row) error {
	if !db.IsPostgres(tx) {
		var last int64
		if err := tx.Raw(`SELECT COALESCE((SELECT seq FROM sqlite_sequence WHERE name = 'events'), 0)`).Scan(&last).Error; err != nil {
			return err
		}
		for i := range rows {
			rows[i].Seq = last + int64(i) + 1
		}
		return nil
	}
	seqs, err := tx.Statement.ConnPool.QueryContext(tx.Statement.Context,
		`SELECT nextval(pg_get_serial_sequence('events', 'seq')) FROM generate_series(1, $1::int)`, len(rows))
	if err != nil {
		return err
	}
	defer func() { _ = seqs.Close() }()
	for i := 0; seqs.Next() && i < len(rows); i++ {
		if err := seqs.Scan(&rows[i].Seq); err != nil {
			return err
		}
	}
	return seqs.Err()
}

// insertSubjects writes what each event touches, every subject of it once.
func insertSubjects(tx *gorm.DB, events []Of, rows []Row) error {
	var subjects, kinds []string
	var of []int
	for i, e := range events {
		seen := map[string]bool{}
		for _, s := range []struct {
			kind string
			ids  []string
		}{{"group", e.Groups}, {"project", e.Projects}, {"invoice", e.Invoices}} {
			for _, id := range s.ids {
				if id != "" && !seen[id] {
					seen[id] = true
					subjects, kinds, of = append(subjects, id), append(kinds, s.kind), append(of, i)
				}
			}
		}
	}
	n := len(subjects)
	_, err := db.InsertRows(tx, "event_subjects", []db.Column{
		db.Col("subject_id", "uuid", subjects),
		db.Col("event_seq", "bigint", db.Each(n, func(i int) int64 { return rows[of[i]].Seq })),
		db.Col("account_id", "uuid", db.Each(n, func(i int) string { return events[of[i]].AccountID })),
		db.Col("kind", "text", kinds),
		db.Col("category", "text", db.Each(n, func(i int) string { return rows[of[i]].Category })),
		db.Col("actor_id", "text", db.Each(n, func(i int) string { return rows[of[i]].ActorID })),
		db.Col("occurred_at", "timestamptz", db.Each(n, func(i int) time.Time { return rows[of[i]].OccurredAt })),
	}, "")
	return err
}
