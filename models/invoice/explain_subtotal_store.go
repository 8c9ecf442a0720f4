package invoice

import (
	"context"

	"billfold/models"
	"billfold/models/access"
	"billfold/models/money"
	"billfold/models/rate"

	"github.com/shopspring/decimal"
	"gorm.io/gorm"
)

// ExplainSubtotal says how the exact costs of all lines of an estimate, invoice or credit note of the
// scope's group became its subtotal. It reads each line's cost, in constant memory. Kind: NotFound.
func (s *Store) ExplainSubtotal(ctx context.Context, scope access.Scope, address string) (e SubtotalExplained, err error) {
	if e.Row, err = s.Find(ctx, scope, address); err != nil {
		return e, err
	}
	c, price := money.Currency(e.Row.Currency), money.Currency(e.Row.PriceCurrency)
	e.Subtotal = money.New(e.Row.SubtotalMinor, c)
	if e.TaxDate = models.Month(e.Row.Month).LastDay(); e.Row.TaxDate != nil {
		e.TaxDate = e.Row.TaxDate.UTC()
	}
	tx := s.db.Read(ctx)
	sum, lines, err := sumCosts(tx, e.Row)
	if err != nil {
		return e, err
	}
	e.Lines, e.Cost, e.Product = lines, money.NewCost(sum, price), sum.Mul(e.Row.Rate)
	if e.Rounded, err = e.Cost.Convert(e.Row.Rate, c); err != nil {
		return e, err
	}
	e.Rounding = major(e.Row.SubtotalMinor, c).Sub(e.Product)
	if e.Row.Kind == KindCreditNote {
		snap, err := e.Row.Decode()
		if err == nil && snap.Corrects != nil {
			e.Number = snap.Corrects.Number
		}
		if err != nil {
			return e, err
		}
	}
	if c == price || e.Row.RateDate == nil {
		return e, nil
	}
	rows, err := rate.RowsOn(tx, price, c, *e.Row.RateDate)
	if o, ok := rate.OriginOf(rows, price, c, *e.Row.RateDate, rate.Quote{Rate: e.Row.Rate}); ok {
		e.Origin = &o
	}
	return e, err
}

// sumCosts adds in Go, because not every database adds decimals.
func sumCosts(tx *gorm.DB, row Row) (sum decimal.Decimal, lines int, err error) {
	rows, err := tx.Raw(`SELECT cost FROM invoice_lines WHERE account_id = ? AND invoice_id = ?`, row.AccountID, row.ID).Rows()
	if err != nil {
		return sum, 0, err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var cost decimal.Decimal
		if err := rows.Scan(&cost); err != nil {
			return sum, 0, err
		}
		sum = sum.Add(cost)
		lines++
	}
	return sum, lines, rows.Err()
}
