package invoice

import (
	"context"
	"database/sql"
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
// one, 5,100 to 6,200 with 100 to 500; the more, the fewer round trips. Tests set it.
var groupsPerTransaction = 250

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
	if err := s.closeGroups(ctx, &run, opt); err != nil {
		return run, err
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

// closeBatchTx closes a month for a batch of groups in one transaction. Everything is computed first and
// then written, numbers last, so that the counter is locked for the shortest time and none is burnt.
// turn is called before that; it waits for the batch before this one.
func closeBatchTx(tx *gorm.DB, clock models.Clock, month models.Month, invoiceDate time.Time, batch []openGroup, turn func() error) ([]Outcome, error) {
	var accounts []string
	for _, g := range batch {
		accounts = append(accounts, g.AccountID)
	}
	if err := account.LockEver(tx, accounts...); err != nil {
		return nil, err
	}
	at := clock.Now()
	// Names may have changed since the list was made, and invoices keep them for ever.
	if err := nameGroups(tx, batch); err != nil {
		return nil, err
	}
	c, err := newCloser(tx, at, month, invoiceDate, batch)
	if err != nil {
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
	if err := c.write(); err != nil {
		return nil, err
	}
	if err := turn(); err != nil {
		return nil, err
	}
	if err := c.number(); err != nil {
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
	named := make(map[string]openGroup, len(batch))
	err := db.QueryIn(tx, `SELECT g.id, g.name, a.name FROM billing_groups g JOIN accounts a ON a.id = g.account_id WHERE g.id IN (?)`, ids, nil,
		func(rows *sql.Rows) error {
			var r openGroup
			err := rows.Scan(&r.GroupID, &r.GroupName, &r.AccountName)
			named[r.GroupID] = r
			return err
		})
	for i := range batch {
		if r, ok := named[batch[i].GroupID]; ok {
			batch[i].GroupName, batch[i].AccountName = r.GroupName, r.AccountName
		}
	}
	return err
}
