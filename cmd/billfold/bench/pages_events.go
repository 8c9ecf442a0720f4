package bench

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"billfold/models"
	"billfold/models/db"
	"billfold/models/db/scratch"
	"billfold/models/event"
	"billfold/views/documents"
)

// eventsAtOnce is how many events one transaction writes.
const eventsAtOnce = 20_000

// Columns in the order of their values below.
var (
	eventColumns = []string{"seq", "account_id", "chain", "position", "occurred_at", "actor_kind", "actor_id", "actor_name", "type", "category",
		"sentence", "before", "after", "request_id", "ip", "hash"}
	subjectColumns = []string{"subject_id", "event_seq", "account_id", "kind", "category", "actor_id", "occurred_at"}
)

// writeEvents appends n events of the group, evenly between two instants, with the hashes that the
// product's own appending would give them; a million one by one would take an hour.
func (w *pageWorld) writeEvents(ctx context.Context, n int, from, to time.Time) error {
	pool, err := w.d.SQL()
	if err != nil {
		return err
	}
	conn, err := pool.Conn(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }()
	for done := 0; done < n; {
		part := min(eventsAtOnce, n-done)
		if err := w.writePart(ctx, conn, done, part, n, from, to); err != nil {
			return err
		}
		done += part
	}
	return nil
}

func (w *pageWorld) writePart(ctx context.Context, conn *sql.Conn, done, part, n int, from, to time.Time) error {
	tx, err := conn.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }()
	var hash []byte
	var length, seq int64
	if err := tx.QueryRowContext(ctx, `SELECT last_hash, length, (SELECT MAX(seq) FROM events) FROM event_chains WHERE chain = $1`, w.account).Scan(&hash, &length, &seq); err != nil {
		return err
	}
	events, subjects := make([][]any, 0, part), make([][]any, 0, 2*part)
	for i := range part {
		length, seq = length+1, seq+1
		nth := done + i
		row := w.eventOf(int(length))
		row.Seq, row.Position, row.OccurredAt = seq, length, models.Micro(from.Add(to.Sub(from)/time.Duration(n)*time.Duration(nth)))
		row.Hash = row.Link(hash)
		hash = row.Hash
		events = append(events, []any{row.Seq, w.account, row.Chain, row.Position, row.OccurredAt, row.ActorKind, row.ActorID, row.ActorName, row.Type, row.Category,
			row.Sentence, row.Before, row.After, row.RequestID, row.IP, row.Hash})
		subject := func(kind, id string) {
			subjects = append(subjects, []any{id, row.Seq, w.account, kind, row.Category, row.ActorID, row.OccurredAt})
		}
		subject("group", w.group)
		if row.Category == event.Projects {
			subject("project", w.ids[int(length)%len(w.ids)])
		}
	}
	if err := w.insert(ctx, conn, tx, "events", eventColumns, events); err != nil {
		return err
	}
	if err := w.insert(ctx, conn, tx, "event_subjects", subjectColumns, subjects); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, `UPDATE event_chains SET last_hash = $1, length = $2 WHERE chain = $3`, hash, length, w.account); err != nil {
		return err
	}
	if w.d.Dialect() == db.Postgres {
		if _, err := tx.ExecContext(ctx, `SELECT setval(pg_get_serial_sequence('events', 'seq'), $1)`, seq); err != nil {
			return err
		}
	}
	return tx.Commit()
}

// eventOf is the content of the nth event: mostly renamed projects, by one of three people.
func (w *pageWorld) eventOf(nth int) event.Row {
	row := event.Row{AccountID: &w.account, Chain: w.account, ActorKind: "user", ActorID: w.user.ID, ActorName: w.user.Name, RequestID: fmt.Sprintf("req-%09d", nth), IP: "192.0.2.10"}
	switch nth % 4 {
	case 0:
		row.Type, row.Category = "billing_information.changed", event.BillingInformation
		row.Sentence = "changed the purchase order number of Default."
		row.Before, row.After = fmt.Sprintf(`{"purchase_order":"PO-%d"}`, nth-4), fmt.Sprintf(`{"purchase_order":"PO-%d"}`, nth)
	default:
		name := projectName(nth % w.projects)
		row.Type, row.Category = "project.renamed", event.Projects
		row.Sentence = fmt.Sprintf("renamed %s-%d to %s.", name, nth, name)
		row.Before, row.After = fmt.Sprintf(`{"name":"%s-%d"}`, name, nth), fmt.Sprintf(`{"name":"%s"}`, name)
	}
	if nth%3 == 0 {
		row.ActorKind, row.ActorID, row.ActorName, row.IP = "operator", "", "Operator", ""
	}
	return row
}

// insert writes rows by the fastest plain means of the database.
func (w *pageWorld) insert(ctx context.Context, conn *sql.Conn, tx *sql.Tx, table string, columns []string, rows [][]any) error {
	if w.d.Dialect() == db.Postgres {
		return scratch.Copy(ctx, conn, table, columns, rows) // on the connection of the transaction
	}
	statement := "INSERT INTO " + table + " ("
	marks := ""
	for i, c := range columns {
		if i > 0 {
			statement, marks = statement+", ", marks+", "
		}
		statement, marks = statement+c, marks+"?"
	}
	prepared, err := tx.PrepareContext(ctx, statement+") VALUES ("+marks+")")
	if err != nil {
		return err
	}
	defer func() { _ = prepared.Close() }()
	for _, row := range rows {
		if _, err := prepared.ExecContext(ctx, row...); err != nil {
			return err
		}
	}
	return nil
}

// document makes the PDF of an invoice, as the job of the product does.
func (w *pageWorld) document(ctx context.Context, number string) error {
	scope, err := w.scope(ctx)
	if err != nil {
		return err
	}
	row, err := w.invoices.Find(ctx, scope, number)
	if err != nil {
		return err
	}
	full, err := w.invoices.Full(ctx, row.ID)
	if err != nil {
		return err
	}
	content, err := documents.PDF(documents.FromFrozen(full))
	if err != nil {
		return err
	}
	return w.invoices.SaveDocument(ctx, row.ID, "pdf", content)
}
