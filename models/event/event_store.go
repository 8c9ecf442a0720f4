package event

import (
	"time"

	"billfold/models"
	"billfold/models/access"

	"gorm.io/gorm"
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

// Append writes one event at the end of the account's chain (accountID "" is the installation's) in
// the caller's transaction. The chain row is locked, so appends to one chain are in order.
func Append(tx *gorm.DB, actor access.Actor, accountID string, at time.Time, e Event) error {
	return AppendAll(tx, actor, at, []Of{{AccountID: accountID, Event: e}})
}

// Of is an event with the account in whose chain it belongs, "" for the installation's, and who caused it,
// nil for the one who causes them all.
type Of struct {
	AccountID string
	By        *access.Actor
	Event
}

// AppendAll writes many events, of one account or several, each at the end of its chain and all in the
// order given. Chains are locked in the order of their names.
func AppendAll(tx *gorm.DB, actor access.Actor, at time.Time, events []Of) error {
	if len(events) == 0 {
		return nil
	}
	names := make([]string, len(events))
	for i, e := range events {
		names[i] = chainOf(e.AccountID)
	}
	heads, err := lockChains(tx, names)
	if err != nil {
		return err
	}
	rows := make([]Row, len(events))
	for i, e := range events {
		if rows[i], err = e.row(actor, at, heads[names[i]]); err != nil {
			return err
		}
	}
	if err := insertEvents(tx, rows); err != nil {
		return err
	}
	if err := saveChains(tx, heads); err != nil {
		return err
	}
	return insertSubjects(tx, events, rows)
}

// row is the event as stored, linked to the head of its chain, which it becomes.
func (e Of) row(actor access.Actor, at time.Time, head *head) (Row, error) {
	if e.By != nil {
		actor = *e.By
	}
	before, err := values(e.Before)
	if err != nil {
		return Row{}, err
	}
	after, err := values(e.After)
	if err != nil {
		return Row{}, err
	}
	row := Row{Chain: chainOf(e.AccountID), Position: head.length + 1, OccurredAt: models.Micro(at),
		ActorKind: string(actor.Kind), ActorID: actor.ID, ActorName: actor.Name,
		Type: e.Type, Category: e.Category, Sentence: e.Sentence, Before: before, After: after,
		RequestID: actor.RequestID, IP: actor.IP}
	if e.AccountID != "" {
		row.AccountID = &e.AccountID
	}
	row.Hash = row.Link(head.hash)
	head.hash, head.length = row.Hash, row.Position
	return row, nil
}

func chainOf(accountID string) string {
	if accountID == "" {
		return Installation
	}
	return accountID
}
