package usage

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"billfold/models"
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
	month *groupMonth
	line  *line
}

// account takes in the records of one account, whose row is locked.
func (in *intake) account(accountID string, places []int) error {
	fresh, duplicates, err := in.fresh(accountID, places)
	for i, n := range duplicates {
		in.parts[i].result.Duplicates += n
	}
	if err != nil || in.problems.Total > 0 || len(fresh) == 0 {
		return err
	}
	at := in.clock.Now() // read after the lock, as moves do
	if err := in.estimates(at, accountID, fresh); err != nil || in.problems.Total > 0 {
		return err
	}
	lines, err := in.join(fresh)
	if err != nil || in.problems.Total > 0 {
		return err
	}
	if err := in.write(at, accountID, fresh, lines); err != nil {
		return err
	}
	return in.log(at, accountID, fresh, duplicates)
}

// fresh leaves out what was taken in before with the same content, in this batch or an earlier one.
// The same id with other content is a conflict. What is left is in the order of ids, so that two batches
// write index pages in one order. Duplicates are counted by part.
func (in *intake) fresh(accountID string, places []int) (fresh []newRecord, duplicates []int, err error) {
	slices.SortStableFunc(places, func(a, b int) int { return strings.Compare(in.batch[a].ID, in.batch[b].ID) })
	ids := make([]string, 0, len(places))
	for _, i := range places {
		ids = append(ids, in.batch[i].ID)
	}
	known, err := knownRecords(in.tx, accountID, slices.Compact(ids))
	if err != nil {
		return nil, nil, err
	}
	in.digests.wait()
	fresh, duplicates = make([]newRecord, 0, len(places)), make([]int, len(in.parts))
	for _, i := range places {
		r := newRecord{Record: &in.batch[i], place: i, owner: in.owners[i], hash: in.digests.content[i][:]}
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
				in.refuse(i, *bad)
			}
			fresh = append(fresh, r)
		case bytes.Equal(before, r.hash):
			duplicates[in.partOf(i)]++
		default:
			in.markBad(i)
			in.problems.conflict(r.Record, i, "a record with this id but other content came in "+where)
		}
	}
	return fresh, duplicates, nil
}

// groupMonth is a group and a month that records are about, and the estimate that takes them.
type groupMonth struct {
	invoice.GroupMonth
	estimate *invoice.Row
}

// estimates finds the group and the month that each record is about, and the estimate that takes it.
func (in *intake) estimates(at time.Time, accountID string, fresh []newRecord) error {
	projects := map[string]bool{}
	for _, r := range fresh {
		if r.owner.project != nil {
			projects[r.owner.project.ID] = true
		}
	}
	history, err := in.history(accountID, slices.Sorted(maps.Keys(projects)))
	if err != nil {
		return err
	}
	found := map[invoice.GroupMonth]*groupMonth{}
	var month models.Month // of the record before, mostly of this one too
	var begins, ends time.Time
	for i := range fresh {
		r := &fresh[i]
		group := r.owner.groupID
		if p := r.owner.project; p != nil {
			var ok bool
			if group, ok = history.HolderAt(p.ID, r.Start); !ok {
				return fmt.Errorf("project %s is in no billing group at %s", p.ID, r.Start.Format(time.RFC3339))
			}
		}
		if month == "" || r.Start.Before(begins) || !r.Start.Before(ends) {
			month = models.MonthOf(r.Start)
			begins, ends = month.Start(), month.Next().Start()
		}
		wanted := invoice.GroupMonth{GroupID: group, Month: month}
		if r.month = found[wanted]; r.month == nil {
			r.month = &groupMonth{GroupMonth: wanted}
			found[wanted] = r.month
		}
	}
	months := slices.SortedFunc(maps.Keys(found), func(a, b invoice.GroupMonth) int {
		return cmp.Or(strings.Compare(a.GroupID, b.GroupID), strings.Compare(string(a.Month), string(b.Month)))
	})
	rows, err := invoice.EstimatesTx(in.tx, at, accountID, months)
	for wanted, m := range found {
		m.estimate = rows[wanted]
	}
	return err
}

// lineAt is the place of a line: unique in the database too.
type lineAt struct {
	estimate *invoice.Row
	key      [16]byte
}

// join puts each record on its line: read and added up here, one rule for both databases. The account's
// lock keeps everybody else away from its lines.
func (in *intake) join(fresh []newRecord) ([]*line, error) {
	seen := make(map[lineAt]*line, len(fresh))
	byID := map[string]*invoice.Row{}
	wanted := make([]lineAt, 0, len(fresh))
	for i := range fresh {
		at := lineAt{fresh[i].month.estimate, in.digests.line[fresh[i].place]}
		if _, ok := seen[at]; !ok {
			seen[at] = nil
			wanted = append(wanted, at)
			byID[at.estimate.ID] = at.estimate
		}
	}
	slices.SortFunc(wanted, func(a, b lineAt) int {
		if a.estimate != b.estimate {
			return strings.Compare(a.estimate.ID, b.estimate.ID)
		}
		return bytes.Compare(a.key[:], b.key[:])
	})
	rows, err := in.sets.lines(wanted)
	if err != nil {
		return nil, err
	}
	for _, row := range rows {
		estimate := byID[row.InvoiceID]
		seen[lineAt{estimate, [16]byte(row.LineKey)}] = &line{row: row, estimate: estimate, stored: true, before: row.AmountMinor, records: row.RecordCount}
	}
	for i := range fresh {
		r := &fresh[i]
		at := lineAt{r.month.estimate, in.digests.line[r.place]}
		l := seen[at]
		if l == nil {
			l = newLine(r.Record, r.owner, at.estimate, at.key)
			seen[at] = l
		}
		r.line = l
		if err := l.join(r.Record); err != nil {
			in.refuse(r.place, models.Field{Name: fieldCost, Message: "with it its invoice line is too large: " + err.Error()})
		}
	}
	lines := make([]*line, len(wanted))
	for i, at := range wanted {
		lines[i] = seen[at]
		if lines[i].row.ID == "" {
			lines[i].row.ID = models.NewID() // in the order in which lines are written, so that the index grows at its end
		}
	}
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
	return in.sets.insertRecords(accountID, at, fresh)
}

// log writes each part's one event of the account. A batch of duplicates changes nothing and has none.
func (in *intake) log(at time.Time, accountID string, fresh []newRecord, duplicates []int) error {
	type touched struct {
		records                     int
		cost                        decimal.Decimal
		groups, projects, estimates map[string]bool
	}
	all := make([]touched, len(in.parts))
	for i := range fresh {
		r := &fresh[i]
		t := &all[in.partOf(r.place)]
		if t.records++; t.records == 1 {
			t.groups, t.projects, t.estimates = map[string]bool{}, map[string]bool{}, map[string]bool{}
		}
		t.cost = t.cost.Add(*r.Cost)
		t.groups[r.month.GroupID] = true
		t.estimates[r.month.estimate.ID] = true
		if r.owner.project != nil {
			t.projects[r.owner.project.ID] = true
		}
	}
	currency := fresh[0].line.estimate.PriceCurrency
	var events []event.Of
	for i, t := range all {
		if t.records == 0 {
			continue
		}
		in.parts[i].result.Accepted += t.records
		records := "records"
		if t.records == 1 {
			records = "record"
		}
		events = append(events, event.Of{AccountID: accountID, By: &in.parts[i].actor, Event: event.Event{
			Type: "usage.ingested", Category: event.Invoices,
			Sentence: fmt.Sprintf("took in %d usage %s of %s.", t.records, records, money.NewCost(t.cost, money.Currency(currency))),
			After:    map[string]any{"accepted": t.records, "duplicates": duplicates[i], "cost": money.Canonical(t.cost), "currency": currency},
			Groups:   slices.Sorted(maps.Keys(t.groups)), Projects: slices.Sorted(maps.Keys(t.projects)), Invoices: slices.Sorted(maps.Keys(t.estimates)),
		}})
	}
	return event.AppendAll(in.tx, in.parts[0].actor, at, events)
}
