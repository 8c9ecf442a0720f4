package invoice

import (
	"context"
	"time"

	"billfold/models/access"
	"billfold/models/money"
)

// FullLine is a line as programs read it.
type FullLine struct {
	LineRow
	Amount money.Amount  // rounded once, in the invoice's currency, before credits and tax
	USD    *money.Amount // the line in US dollars, nil when no rate is stored
}

// FullCredit is a reducing credit of an invoice, as a line that is taken off.
type FullCredit struct {
	AppliedCredit
	Amount money.Amount  // below zero
	USD    *money.Amount // the same in US dollars, nil when no rate is stored
}

// linesRead is how many lines are read at once.
const linesRead = 1000

// EachLine hands on the lines of an invoice of the scope's group in the order of its documents, a part at
// a time. An error of yield ends it and is returned.
func (s *Store) EachLine(ctx context.Context, scope access.Scope, inv FullInvoice, yield func([]FullLine) error) error {
	tx := s.db.Read(ctx)
	usd := newDollars(tx)
	var after []any
	for {
		q := tx.Where("account_id = ? AND invoice_id = ?", scope.AccountID(), inv.ID)
		if after != nil {
			q = q.Where("project_name >= ?", after[0]).Where("(project_name, service_name, id) > (?, ?, ?)", after...)
		}
		var rows []LineRow
		if err := q.Order(documentOrder).Limit(linesRead).Find(&rows).Error; err != nil || len(rows) == 0 {
			return err
		}
		last := rows[len(rows)-1]
		after = []any{last.ProjectName, last.ServiceName, last.ID}
		part := make([]FullLine, len(rows))
		for i, r := range rows {
			line := FullLine{LineRow: r, Amount: money.New(r.AmountMinor, money.Currency(inv.Currency))}
			var err error
			if line.USD, err = usd.ofLine(inv.Row, r, s.clock.Now()); err != nil {
				return err
			}
			part[i] = line
		}
		if err := yield(part); err != nil || len(rows) < linesRead {
			return err
		}
	}
}

// CreditLines are the reducing credits of an invoice as lines: with them the lines add up to its taxable
// amount.
func (s *Store) CreditLines(ctx context.Context, inv FullInvoice) ([]FullCredit, error) {
	usd := newDollars(s.db.Read(ctx))
	var lines []FullCredit
	for _, c := range inv.Snapshot.Credits {
		if c.Prepaid {
			continue
		}
		line := FullCredit{AppliedCredit: c, Amount: money.New(-c.Minor, money.Currency(inv.Currency))}
		var err error
		if line.USD, err = usd.of(line.Amount, rateDay(inv.Row, s.clock.Now())); err != nil {
			return nil, err
		}
		lines = append(lines, line)
	}
	return lines, nil
}

// TotalsUSD are an invoice's amounts before and after tax in US dollars, nil when no rate is stored.
func (s *Store) TotalsUSD(ctx context.Context, inv FullInvoice) (net, total *money.Amount, err error) {
	usd, day := newDollars(s.db.Read(ctx)), rateDay(inv.Row, s.clock.Now())
	if net, err = usd.of(money.New(inv.TaxableMinor, money.Currency(inv.Currency)), day); err != nil {
		return nil, nil, err
	}
	total, err = usd.of(money.New(inv.TotalMinor, money.Currency(inv.Currency)), day)
	return net, total, err
}

// rateDay is the day whose rates an invoice goes by: its tax date, or of an open estimate the day of its
// rate or today.
func rateDay(row Row, now time.Time) time.Time {
	switch {
	case row.TaxDate != nil:
		return *row.TaxDate
	case row.RateDate != nil:
		return *row.RateDate
	}
	return now
}

// ofLine is a line in US dollars.
func (d *dollars) ofLine(inv Row, l LineRow, now time.Time) (*money.Amount, error) {
	lines, err := d.forLines(inv, now)
	if err != nil {
		return nil, err
	}
	return lines.of(l.AmountMinor, l.Cost)
}
