package usage

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"billfold/models"
	"billfold/models/account"
	"billfold/models/event"
	"billfold/models/invoice"
	"billfold/models/money"
)

// newRecord is a record that was not there before, on its way to a line.
type newRecord struct {
	*Record
	place int
	owner owner
	hash  []byte
	month invoice.GroupMonth
	line  *line
}

// account takes in the records of one account, whose row is locked. Records go in the order of their
// ids, so that two batches write index pages in one order.
func (in *intake) account(accountID string, places []int) error {
	slices.SortStableFunc(places, func(a, b int) int { return strings.Compare(in.batch[a].ID, in.batch[b].ID) })
	fresh, err := in.fresh(accountID, places)
	if err != nil || in.problems.Total > 0 || len(fresh) == 0 {
		return err
	}
	at := in.clock.Now() // read after the lock, as moves do
	months, err := in.months(accountID, fresh)
	if err != nil || in.problems.Total > 0 {
		return err
	}
	estimates, err := invoice.EstimatesTx(in.tx, at, accountID, months)
	if err != nil {
		return err
	}
	lines, err := in.join(fresh, estimates)
	if err != nil || in.problems.Total > 0 {
		return err
	}
	if err := in.write(at, accountID, fresh, lines); err != nil {
		return err
	}
	in.result.Accepted += len(fresh)
	return in.log(at, accountID, fresh, len(places)-len(fresh))
}

// fresh leaves out what was taken in before with the same content, in this batch or an earlier one.
// The same id with other content is a conflict.
func (in *intake) fresh(accountID string, places []int) ([]newRecord, error) {
	fresh := make([]newRecord, 0, len(places))
	for part := range slices.Chunk(places, MaxBatch) {
		ids := make([]string, 0, len(part))
		for _, i := range part {
			ids = append(ids, in.batch[i].ID)
		}
		known, err := in.sets.known(accountID, slices.Compact(ids))
		if err != nil {
			return nil, err
		}
		duplicates := 0
		for _, i := range part {
			r := newRecord{Record: &in.batch[i], place: i, owner: in.owners[i]}
			r.hash = r.ContentHash(r.owner.id())
			before, where := known[r.ID], "an earlier batch"
			if n := len(fresh); n > 0 && fresh[n-1].ID == r.ID { // sorted by id: its like stands before it
				before, where = fresh[n-1].hash, "this batch"
				if first := fresh[n-1].Line; first > 0 {
					where = fmt.Sprintf("line %d", first)
				}
			}
			switch {
			case before == nil:
				if bad := r.owner.deletedBefore(r.Start); bad != nil {
					in.problems.record(r.Record, i, *bad)
				}
				fresh = append(fresh, r)
			case bytes.Equal(before, r.hash):
				duplicates++
			default:
				in.problems.conflict(r.Record, i, "a record with this id but other content came in "+where)
			}
		}
		in.result.Duplicates += duplicates
		in.progress(duplicates)
	}
	return fresh, nil
}

// months finds the group and the month that each record is about and gives them without repetition.
func (in *intake) months(accountID string, fresh []newRecord) ([]invoice.GroupMonth, error) {
	projects := map[string]bool{}
	for _, r := range fresh {
		if r.owner.project != nil {
			projects[r.owner.project.ID] = true
		}
	}
	history, err := account.LoadHistory(in.tx, accountID, slices.Sorted(maps.Keys(projects)))
	if err != nil {
		return nil, err
	}
	wanted := map[invoice.GroupMonth]bool{}
	for i := range fresh {
		r := &fresh[i]
		group := r.owner.groupID
		if p := r.owner.project; p != nil {
			var ok bool
			if group, ok = history.HolderAt(p.ID, r.Start); !ok {
				return nil, fmt.Errorf("project %s is in no billing group at %s", p.ID, r.Start.Format(time.RFC3339))
			}
		}
		r.month = invoice.GroupMonth{GroupID: group, Month: models.MonthOf(r.Start)}
		wanted[r.month] = true
	}
	return slices.SortedFunc(maps.Keys(wanted), func(a, b invoice.GroupMonth) int {
		return strings.Compare(a.GroupID+string(a.Month), b.GroupID+string(b.Month))
	}), nil
}

// lineAt is the place of a line: unique in the database too.
type lineAt struct {
	estimate string
	key      [16]byte
}

// join puts each record on its line: read under lock, added up here, one rule for both databases.
func (in *intake) join(fresh []newRecord, estimates map[invoice.GroupMonth]*invoice.Row) ([]*line, error) {
	byID := map[string]*invoice.Row{}
	keys := map[string][][]byte{}
	seen := map[lineAt]*line{}
	places := make([]lineAt, len(fresh))
	for i := range fresh {
		r := &fresh[i]
		estimate := estimates[r.month]
		project := ""
		if r.owner.project != nil {
			project = r.owner.project.ID
		}
		places[i] = lineAt{estimate.ID, r.LineKey(project)}
		byID[estimate.ID] = estimate
		if _, ok := seen[places[i]]; !ok {
			seen[places[i]] = nil
			keys[estimate.ID] = append(keys[estimate.ID], places[i].key[:])
		}
	}
	for _, id := range slices.Sorted(maps.Keys(keys)) {
		slices.SortFunc(keys[id], bytes.Compare)
		rows, err := in.sets.lines(id, keys[id])
		if err != nil {
			return nil, err
		}
		for _, row := range rows {
			seen[lineAt{id, [16]byte(row.LineKey)}] = &line{row: row, estimate: byID[id], stored: true, before: row.AmountMinor}
		}
	}
	for i := range fresh {
		r := &fresh[i]
		l := seen[places[i]]
		if l == nil {
			l = newLine(r.Record, r.owner, byID[places[i].estimate], places[i].key)
			seen[places[i]] = l
		}
		r.line = l
		if err := l.join(r.Record); err != nil {
			in.problems.record(r.Record, r.place, models.Field{Name: fieldCost, Message: "with it its invoice line is too large: " + err.Error()})
		}
	}
	lines := slices.Collect(maps.Values(seen))
	slices.SortFunc(lines, func(a, b *line) int {
		if c := strings.Compare(a.row.InvoiceID, b.row.InvoiceID); c != 0 {
			return c
		}
		return bytes.Compare(a.row.LineKey, b.row.LineKey)
	})
	return lines, nil
}

// write stores lines, sums and records, in this order: records refer to lines.
func (in *intake) write(at time.Time, accountID string, fresh []newRecord, lines []*line) error {
	deltas := invoice.Deltas{}
	var made, changed []*line
	for _, l := range lines {
		if err := l.value(); err != nil {
			return models.Invalidf(fieldCost, "The invoice line of %s is too large: %s", l.row.ServiceName, err)
		}
		if err := deltas.Add(l.row.InvoiceID, l.projectID(), l.row.AmountMinor-l.before); err != nil {
			return models.Invalidf(fieldCost, "The estimate is too large: %s", err)
		}
		if l.stored {
			changed = append(changed, l)
		} else {
			made = append(made, l)
		}
	}
	if err := in.sets.insertLines(made); err != nil {
		return err
	}
	if err := in.sets.updateLines(changed); err != nil {
		return err
	}
	switch err := invoice.ApplyDeltasTx(in.tx, at, deltas); {
	case errors.Is(err, money.ErrOverflow):
		return models.Invalidf(fieldCost, "With these records an estimate is too large: %s", err)
	case err != nil:
		return err
	}
	for part := range slices.Chunk(fresh, MaxBatch) {
		if err := in.sets.insertRecords(accountID, at, part); err != nil {
			return err
		}
		in.progress(len(part))
	}
	return nil
}

// log writes the batch's one event of the account. A batch of duplicates changes nothing and has none.
func (in *intake) log(at time.Time, accountID string, fresh []newRecord, duplicates int) error {
	cost := decimal.Zero
	groups, projects, estimates := map[string]bool{}, map[string]bool{}, map[string]bool{}
	for i := range fresh {
		r := &fresh[i]
		cost = cost.Add(*r.Cost)
		groups[r.month.GroupID] = true
		estimates[r.line.row.InvoiceID] = true
		if r.owner.project != nil {
			projects[r.owner.project.ID] = true
		}
	}
	currency := fresh[0].line.estimate.PriceCurrency
	records := "records"
	if len(fresh) == 1 {
		records = "record"
	}
	return event.Append(in.tx, in.actor, accountID, at, event.Event{
		Type: "usage.ingested", Category: event.Invoices,
		Sentence: fmt.Sprintf("took in %d usage %s of %s.", len(fresh), records, money.NewCost(cost, money.Currency(currency))),
		After:    map[string]any{"accepted": len(fresh), "duplicates": duplicates, "cost": money.Canonical(cost), "currency": currency},
		Groups:   slices.Sorted(maps.Keys(groups)), Projects: slices.Sorted(maps.Keys(projects)), Invoices: slices.Sorted(maps.Keys(estimates)),
	})
}
