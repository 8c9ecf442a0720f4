package event

import (
	"time"

	"billfold/models"
	"billfold/models/access"
	"billfold/models/db"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// Row is one event as stored.
type Row struct {
	Seq        int64 `gorm:"primaryKey"`
	AccountID  *string
	Chain      string
	Position   int64
	OccurredAt time.Time
	ActorKind  string
	ActorID    string
	ActorName  string
	Type       string
	Category   string
	Sentence   string
	Before     string
	After      string
	RequestID  string
	IP         string
	Hash       []byte
}

// TableName names the table for GORM.
func (Row) TableName() string { return "events" }

// Link computes the hash that this row must carry after the given one.
func (r Row) Link(previous []byte) []byte {
	account := ""
	if r.AccountID != nil {
		account = *r.AccountID
	}
	return hash(previous, r.Position, r.OccurredAt, r.Chain, account, r.ActorKind, r.ActorID, r.ActorName,
		r.Type, r.Category, r.Sentence, r.Before, r.After, r.RequestID, r.IP)
}

type chainRow struct {
	Chain    string `gorm:"primaryKey"`
	LastHash []byte
	Length   int64
}

func (chainRow) TableName() string { return "event_chains" }

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

// Append writes one event at the end of the account's chain (accountID "" is the installation's) in
// the caller's transaction. The chain row is locked, so appends to one chain are in order.
func Append(tx *gorm.DB, actor access.Actor, accountID string, at time.Time, e Event) error {
	before, err := values(e.Before)
	if err != nil {
		return err
	}
	after, err := values(e.After)
	if err != nil {
		return err
	}
	chain, err := lockChain(tx, accountID)
	if err != nil {
		return err
	}
	row := Row{Chain: chain.Chain, Position: chain.Length + 1, OccurredAt: models.Micro(at),
		ActorKind: string(actor.Kind), ActorID: actor.ID, ActorName: actor.Name,
		Type: e.Type, Category: e.Category, Sentence: e.Sentence, Before: before, After: after,
		RequestID: actor.RequestID, IP: actor.IP}
	if accountID != "" {
		row.AccountID = &accountID
	}
	row.Hash = row.Link(chain.LastHash)
	if err := tx.Create(&row).Error; err != nil {
		return err
	}
	if err := tx.Model(&chainRow{}).Where("chain = ?", chain.Chain).
		Updates(map[string]any{"last_hash": row.Hash, "length": row.Position}).Error; err != nil {
		return err
	}
	return appendSubjects(tx, row, accountID, e)
}

func lockChain(tx *gorm.DB, accountID string) (chainRow, error) {
	name := accountID
	if name == "" {
		name = Installation
	}
	first := chainRow{Chain: name, LastHash: []byte{}}
	if err := tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&first).Error; err != nil {
		return chainRow{}, err
	}
	var row chainRow
	return row, db.ForUpdate(tx).Where("chain = ?", name).Take(&row).Error
}

func appendSubjects(tx *gorm.DB, row Row, accountID string, e Event) error {
	var rows []subjectRow
	seen := map[string]bool{}
	add := func(kind string, ids []string) {
		for _, id := range ids {
			if id == "" || seen[id] {
				continue
			}
			seen[id] = true
			rows = append(rows, subjectRow{id, row.Seq, accountID, kind, row.Category, row.ActorID, row.OccurredAt})
		}
	}
	add("group", e.Groups)
	add("project", e.Projects)
	add("invoice", e.Invoices)
	if len(rows) == 0 {
		return nil
	}
	// SQLite binds many parameters slowly, so in small batches.
	return tx.CreateInBatches(rows, 100).Error
}
