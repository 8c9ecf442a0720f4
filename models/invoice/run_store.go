package invoice

import (
	"context"
	"time"

	"billfold/models"
	"billfold/models/account"
	"billfold/models/db"
	"billfold/models/money"
	"billfold/models/seller"

	"github.com/shopspring/decimal"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// groupsPerTransaction is how many groups are closed in one transaction; measured: 637 invoices/s with
// one, 5,100 to 6,200 with 100 to 500. Tests set it.
var groupsPerTransaction = 100

// Outcome says what closing a month did to one group.
type Outcome struct {
	AccountName string          `json:"account"`
	GroupID     string          `json:"billing_group_id"`
	GroupName   string          `json:"billing_group"`
	Result      string          `json:"result"` // issued, nothing, moved (at or below zero), parked
	Reason      string          `json:"reason,omitempty"`
	Number      string          `json:"invoice_number,omitempty"`
	Total       money.Amount    `json:"-"`
	Subtotal    money.Amount    `json:"-"`
	Exact       decimal.Decimal `json:"-"` // sum of the lines' exact costs at the invoice's rate, before rounding
	Cost        money.Cost      `json:"-"` // the same in the price currency
}

// Results of closing a group.
const (
	ResultIssued  = "issued"
	ResultNothing = "nothing"
	ResultMoved   = "moved"
	ResultParked  = "parked"
)

// Run is the closing of one month.
type Run struct {
	Month       models.Month
	InvoiceDate time.Time
	Outcomes    []Outcome
}

type runRow struct {
	Month       string `gorm:"primaryKey"`
	InvoiceDate time.Time
	StartedAt   time.Time
	FinishedAt  *time.Time
}

func (runRow) TableName() string { return "billing_runs" }

// CloseOptions steer a closing run.
type CloseOptions struct {
	Date     time.Time                   // the invoice date, from the month's end to today; zero: today, or what the run had when it first started
	Progress func(done, total int)       // called after each transaction
	Report   func(outcomes []Outcome)    // called after each transaction, instead of keeping them in Run
	Accounts func(accountID string) bool // nil: all
}

// Close closes a month for every group: issues invoices, parks what cannot be billed, and marks the
// month closed. It is many transactions of about 100 groups; killed, it goes on where it stopped when
// run again, with the same invoice date. Kinds: Invalid (the month has not ended; the date is before its
// end or in the future), Conflict (no seller; the run has started with another date).
func (s *Store) Close(ctx context.Context, month models.Month, opt CloseOptions) (run Run, err error) {
	now := s.clock.Now()
	if now.Before(month.End()) {
		return run, models.Invalidf("month", "%s ends on %s; it can be closed from then on", month.Label(), month.LastDay().Format("2 Jan 2006"))
	}
	if d := opt.Date; !d.IsZero() && (d.Before(month.End()) || d.After(now)) {
		return run, models.Invalidf("date", "Choose an invoice date from %s, when %s had ended, to today", month.End().Format("2 Jan 2006"), month.Label())
	}
	// Looked at before the run starts, because its first start fixes the invoice date.
	if err := knownSeller(s.db.Read(ctx)); err != nil {
		return run, err
	}
	run.Month = month
	if run.InvoiceDate, err = s.startRun(ctx, month, opt.Date, now); err != nil {
		return run, err
	}
	todo, err := s.openGroups(ctx, month, opt.Accounts)
	if err != nil {
		return run, err
	}
	for done := 0; done < len(todo); {
		if err := ctx.Err(); err != nil {
			return run, err
		}
		batch := todo[done:min(done+groupsPerTransaction, len(todo))]
		var outcomes []Outcome
		err := s.db.RunTx(ctx, func(tx *gorm.DB) (err error) {
			outcomes, err = closeBatchTx(tx, s.clock, month, run.InvoiceDate, batch)
			return err
		})
		if err != nil {
			return run, err
		}
		done += len(batch)
		if opt.Report != nil {
			opt.Report(outcomes)
		} else {
			run.Outcomes = append(run.Outcomes, outcomes...)
		}
		if opt.Progress != nil {
			opt.Progress(done, len(todo))
		}
	}
	finished := s.clock.Now()
	return run, s.db.RunTx(ctx, func(tx *gorm.DB) error {
		return tx.Model(&runRow{}).Where("month = ?", string(month)).Update("finished_at", finished).Error
	})
}

// knownSeller refuses to close while nobody is there to send the invoices. Kind: Conflict.
func knownSeller(tx *gorm.DB) error {
	_, ok, err := seller.Get(tx)
	if err == nil && !ok {
		err = models.Conflictf("Who sends the invoices is not known yet; run: billfold seller set")
	}
	return err
}

// startRun fixes the invoice date of a month when its run first starts, and keeps it afterwards. Kind:
// Conflict (another date is asked for).
func (s *Store) startRun(ctx context.Context, month models.Month, wanted, now time.Time) (time.Time, error) {
	date := now
	if !wanted.IsZero() {
		date = wanted
	}
	date = date.UTC().Truncate(24 * time.Hour)
	row := runRow{Month: string(month), InvoiceDate: date, StartedAt: now}
	err := s.db.RunTx(ctx, func(tx *gorm.DB) error {
		if err := tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&row).Error; err != nil {
			return err
		}
		if err := tx.Where("month = ?", string(month)).Take(&row).Error; err != nil {
			return err
		}
		if !wanted.IsZero() && !row.InvoiceDate.Equal(date) {
			return models.Conflictf("The closing of %s has started with the invoice date %s and keeps it", month.Label(), row.InvoiceDate.UTC().Format("2 Jan 2006"))
		}
		return nil
	})
	return row.InvoiceDate.UTC(), err
}

// openGroup is a group whose month is not closed.
type openGroup struct {
	AccountID, AccountName, GroupID, GroupName string
}

// openGroups lists what a run has to look at: every group that existed in the month or has an estimate
// for it or before it, and is not closed for it, ordered by account.
func (s *Store) openGroups(ctx context.Context, month models.Month, only func(string) bool) ([]openGroup, error) {
	var rows []openGroup
	err := s.db.Read(ctx).Raw(`SELECT g.account_id, a.name AS account_name, g.id AS group_id, g.name AS group_name
		FROM billing_groups g JOIN accounts a ON a.id = g.account_id
		WHERE a.deleted_at IS NULL AND (g.created_at < ? OR EXISTS (SELECT 1 FROM invoices i WHERE i.group_id = g.id AND i.month <= ? AND i.state = 'estimate' AND NOT i.frozen))
		AND (g.deleted_at IS NULL OR g.deleted_at >= ? OR EXISTS (SELECT 1 FROM invoices i WHERE i.group_id = g.id AND i.state = 'estimate' AND NOT i.frozen))
		AND NOT EXISTS (SELECT 1 FROM group_months m WHERE m.group_id = g.id AND m.state = 'closed' AND m.month >= ?)
		ORDER BY g.account_id, g.id`, month.End(), string(month), month.Start(), string(month)).Scan(&rows).Error
	if err != nil || only == nil {
		return rows, err
	}
	kept := rows[:0]
	for _, r := range rows {
		if only(r.AccountID) {
			kept = append(kept, r)
		}
	}
	return kept, nil
}

// closeBatchTx closes a month for a batch of groups in one transaction. Everything is computed first;
// numbers are taken last, so that the counter is locked for the shortest time and none is burnt.
func closeBatchTx(tx *gorm.DB, clock models.Clock, month models.Month, invoiceDate time.Time, batch []openGroup) ([]Outcome, error) {
	var accounts []string
	for _, g := range batch {
		accounts = append(accounts, g.AccountID)
	}
	if err := account.Lock(tx, accounts...); err != nil {
		return nil, err
	}
	c, err := newCloser(tx, clock.Now(), month, invoiceDate)
	if err != nil {
		return nil, err
	}
	// Names may have changed since the list was made, and invoices keep them for ever.
	if err := nameGroups(tx, batch); err != nil {
		return nil, err
	}
	var outcomes []Outcome
	for _, g := range batch {
		o, err := c.prepare(g)
		if err != nil {
			return nil, err
		}
		if o != nil {
			outcomes = append(outcomes, *o)
		}
	}
	if err := c.issue(); err != nil {
		return nil, err
	}
	for i := range outcomes {
		if p := c.byGroup[outcomes[i].GroupID]; p != nil {
			outcomes[i].Number = *p.row.Number
		}
	}
	return outcomes, nil
}

// nameGroups reads the names of groups and accounts under the lock.
func nameGroups(tx *gorm.DB, batch []openGroup) error {
	ids := make([]string, len(batch))
	for i, g := range batch {
		ids[i] = g.GroupID
	}
	var rows []openGroup
	err := tx.Raw(`SELECT g.id AS group_id, g.name AS group_name, a.name AS account_name FROM billing_groups g
		JOIN accounts a ON a.id = g.account_id WHERE g.id IN ?`, ids).Scan(&rows).Error
	named := make(map[string]openGroup, len(rows))
	for _, r := range rows {
		named[r.GroupID] = r
	}
	for i := range batch {
		if r, ok := named[batch[i].GroupID]; ok {
			batch[i].GroupName, batch[i].AccountName = r.GroupName, r.AccountName
		}
	}
	return err
}

// lockEstimate reads a group's estimate under lock.
func lockEstimate(tx *gorm.DB, id string) (Row, error) {
	var row Row
	return row, db.ForUpdate(tx).Where("id = ?", id).Take(&row).Error
}
