package invoice

import (
	"context"
	"slices"

	"billfold/models"
	"billfold/models/access"
	"billfold/models/money"

	"gorm.io/gorm"
)

// AccountInvoice is an estimate, invoice or credit note among those of a whole account. Of its snapshot
// an estimate has nothing.
type AccountInvoice struct {
	FullInvoice
	NetUSD, TotalUSD *money.Amount // before and after tax in US dollars, nil when no rate is stored
}

// AccountInvoices narrows the invoices of an account; empty fields do not.
type AccountInvoices struct {
	GroupIDs []string     // of these billing groups
	States   []State      // in one of these states
	From     models.Month // billed in this month or later
	Until    models.Month // billed in this month or earlier
}

// allStates are the states of rows.
var allStates = []State{Estimate, Issued, Paid, PaymentFailed, Waived, Uncollectible, Credited}

// EachInvoiceOfAccount hands on the estimates and invoices of all billing groups of the scope's account,
// deleted ones included, newest month first, a part at a time. An error of yield ends it and is returned.
func (s *Store) EachInvoiceOfAccount(ctx context.Context, scope access.Scope, f AccountInvoices, yield func([]AccountInvoice) error) error {
	groups := slices.DeleteFunc(slices.Clone(f.GroupIDs), func(id string) bool { return !models.IsID(id) })
	if len(f.GroupIDs) > 0 && len(groups) == 0 {
		return nil
	}
	if len(f.States) == 0 {
		f.States = allStates
	}
	first, last, err := monthsOfAccount(s.db.Read(ctx), scope.AccountID(), f.States)
	if err != nil || last == "" {
		return err
	}
	if f.Until != "" {
		last = min(last, f.Until)
	}
	// Month by month: so the index by account, state and month finds what is next, in the order of the list.
	for month := last; month >= max(first, f.From); month = month.Prev() {
		err := s.eachOfAccount(ctx, scope, func(q *gorm.DB) *gorm.DB {
			q = q.Where("month = ? AND state IN ? AND kind = 'invoice' AND (state <> 'estimate' OR NOT frozen)", string(month), f.States)
			if len(groups) > 0 {
				q = q.Where("group_id IN ?", groups)
			}
			return q
		}, yield)
		if err != nil {
			return err
		}
	}
	return nil
}

// monthsOfAccount are the first and the last billed month of an account; "" when there is none.
func monthsOfAccount(tx *gorm.DB, accountID string, states []State) (first, last models.Month, err error) {
	for _, state := range states { // each is the end of an index
		var found struct{ First, Last *string }
		err = tx.Raw(`SELECT MIN(month) AS first, MAX(month) AS last FROM invoices WHERE account_id = ? AND state = ?`, accountID, string(state)).Scan(&found).Error
		if err != nil {
			return "", "", err
		}
		if found.First == nil {
			continue
		}
		if first == "" || models.Month(*found.First) < first {
			first = models.Month(*found.First)
		}
		last = max(last, models.Month(*found.Last))
	}
	return first, last, nil
}

// EachCreditNoteOfAccount hands on the credit notes of the scope's account, newest first, as
// EachInvoiceOfAccount does invoices.
func (s *Store) EachCreditNoteOfAccount(ctx context.Context, scope access.Scope, yield func([]AccountInvoice) error) error {
	return s.eachOfAccount(ctx, scope, func(q *gorm.DB) *gorm.DB { return q.Where("kind = 'credit_note'") }, yield)
}

// InvoiceOfAccount reads an estimate, invoice or credit note of the scope's group, as the lists of its
// account have it. Kind: NotFound.
func (s *Store) InvoiceOfAccount(ctx context.Context, scope access.Scope, address string) (AccountInvoice, error) {
	row, err := s.Find(ctx, scope, address)
	if err != nil {
		return AccountInvoice{}, err
	}
	return s.ofAccount(ctx, scope, newDollars(s.db.Read(ctx)), row)
}

// EstimatesOfMonth are the groups of the scope's account that have an open estimate of a month, at most two.
func (s *Store) EstimatesOfMonth(ctx context.Context, scope access.Scope, month string) (groupIDs []string, err error) {
	err = s.db.Read(ctx).Model(&Row{}).Where("account_id = ? AND month = ? AND state = 'estimate' AND NOT frozen", scope.AccountID(), month).
		Limit(2).Pluck("group_id", &groupIDs).Error
	return groupIDs, err
}

// eachOfAccount reads rows of the account from the latest id to the first.
func (s *Store) eachOfAccount(ctx context.Context, scope access.Scope, narrow func(*gorm.DB) *gorm.DB, yield func([]AccountInvoice) error) error {
	usd := newDollars(s.db.Read(ctx))
	for after := ""; ; {
		q := narrow(s.db.Read(ctx).Where("account_id = ?", scope.AccountID()))
		if after != "" {
			q = q.Where("id < ?", after)
		}
		var rows []Row
		if err := q.Order("id DESC").Limit(invoicesRead).Find(&rows).Error; err != nil || len(rows) == 0 {
			return err
		}
		after = rows[len(rows)-1].ID
		part := make([]AccountInvoice, len(rows))
		for i, row := range rows {
			var err error
			if part[i], err = s.ofAccount(ctx, scope, usd, row); err != nil {
				return err
			}
		}
		if err := yield(part); err != nil || len(rows) < invoicesRead {
			return err
		}
	}
}

func (s *Store) ofAccount(ctx context.Context, scope access.Scope, usd *dollars, row Row) (inv AccountInvoice, err error) {
	inv.Row = row
	if row.State == Estimate {
		p, err := s.preview(ctx, scope, row)
		if err != nil {
			return inv, err
		}
		p.onto(&inv.Row)
	} else if inv.Snapshot, err = row.Decode(); err != nil {
		return inv, err
	}
	if inv.NoCard, err = noCard(s.db.Read(ctx), row); err != nil {
		return inv, err
	}
	currency, day := money.Currency(inv.Currency), rateDay(inv.Row, s.clock.Now())
	if inv.NetUSD, err = usd.of(money.New(inv.TaxableMinor, currency), day); err != nil {
		return inv, err
	}
	inv.TotalUSD, err = usd.of(money.New(inv.TotalMinor, currency), day)
	return inv, err
}
