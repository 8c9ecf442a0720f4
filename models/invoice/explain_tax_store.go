package invoice

import (
	"context"
	"strconv"
	"time"

	"billfold/models"
	"billfold/models/access"
	"billfold/models/money"
	"billfold/models/seller"
	"billfold/models/tax"

	"github.com/shopspring/decimal"
	"gorm.io/gorm"
)

// ExplainTax says how the tax at a position of an estimate, invoice or credit note of the scope's group
// came about. Kind: NotFound.
func (s *Store) ExplainTax(ctx context.Context, scope access.Scope, address, position string) (e TaxExplained, err error) {
	if e.Row, err = s.Find(ctx, scope, address); err != nil {
		return e, err
	}
	tx := s.db.Read(ctx)
	var taxes []TaxRow
	if e.Row.State == Estimate {
		taxes, err = s.estimatedTaxes(ctx, scope, &e)
	} else if e.Snapshot, err = e.Row.Decode(); err == nil {
		err = tx.Where("account_id = ? AND invoice_id = ?", scope.AccountID(), e.Row.ID).Order("position").Find(&taxes).Error
	}
	if err != nil {
		return e, err
	}
	n, err := strconv.Atoi(position)
	if err != nil || n < 1 || n > len(taxes) || strconv.Itoa(n) != position {
		return e, models.NotFoundf("There is no such tax on this invoice")
	}
	e.Tax, e.Taxes = taxes[n-1], len(taxes)
	c := money.Currency(e.Row.Currency)
	e.Credits = money.New(e.Row.CreditsMinor, c)
	e.Product = major(e.Tax.TaxableMinor, c).Mul(e.Tax.Rate)
	e.Reason, e.Known = tax.Why(e.Snapshot.Seller, customerOf(e.Snapshot.Customer), tax.Category(e.Tax.Category))
	if e.Months, err = taxMonths(tx, e); err != nil {
		return e, err
	}
	if e.Row.Kind == KindCreditNote {
		return e, notedTax(tx, scope, &e)
	}
	e.Share = shareAllowance(taxes, e.Row.CreditsMinor)[n-1].Share
	e.Local, err = localTaxOf(e.Row, e.Snapshot, e.Row.TaxMinor, 0)
	return e, err
}

// estimatedTaxes takes the taxes from what closing would make of the estimate now.
func (s *Store) estimatedTaxes(ctx context.Context, scope access.Scope, e *TaxExplained) ([]TaxRow, error) {
	sheet := Sheet{GroupInvoice: GroupInvoice{Row: e.Row}}
	if err := s.asEstimate(ctx, scope, &sheet); err != nil {
		return nil, err
	}
	var err error
	e.Row, e.Snapshot = sheet.Row, sheet.Snapshot
	e.Snapshot.Seller, _, err = seller.Get(s.db.Read(ctx))
	return sheet.Taxes, err
}

// taxMonths sums the lines of the tax by service month. The category and rate of a frozen line stand on
// it; on an estimate they are those of its month.
func taxMonths(tx *gorm.DB, e TaxExplained) ([]TaxMonth, error) {
	var rows []struct {
		ServiceMonth, TaxCategory string
		TaxRate                   decimal.Decimal
		Lines                     int
		Minor                     int64
	}
	err := tx.Raw(`SELECT service_month, tax_category, tax_rate, COUNT(*) AS lines, CAST(SUM(amount_minor) AS BIGINT) AS minor FROM invoice_lines
		WHERE account_id = ? AND invoice_id = ? GROUP BY service_month, tax_category, tax_rate ORDER BY service_month`, e.Row.AccountID, e.Row.ID).Scan(&rows).Error
	if err != nil {
		return nil, err
	}
	decision := tax.Decide(e.Snapshot.Seller, customerOf(e.Snapshot.Customer))
	table, err := tax.RatesFor(tx, decision.Country, decision.Region)
	if err != nil {
		return nil, err
	}
	// An optional tax that is not collected has no rate, whatever the table says for earlier months.
	treatment := tax.NewTreatment(decision, table, models.Month(e.Row.Month).LastDay())
	var months []TaxMonth
	for _, r := range rows {
		month := models.Month(r.ServiceMonth)
		key := taxKey(r.TaxCategory, r.TaxRate)
		if e.Row.State == Estimate {
			line, err := treatment.For(month)
			if err != nil {
				return nil, err
			}
			key = line.Key()
		}
		if key != taxKey(e.Tax.Category, e.Tax.Rate) {
			continue
		}
		m := TaxMonth{Month: month, Lines: r.Lines, Sum: money.New(r.Minor, money.Currency(e.Row.Currency))}
		if c := tax.Category(e.Tax.Category); c == tax.Standard || c == tax.ZeroRated {
			if found, ok := tax.RateOn(table, decision.Country, decision.Region, month.LastDay()); ok && found.Rate.Equal(e.Tax.Rate) {
				m.Rate, m.Until = &found, lastDayOf(table, found)
			}
		}
		months = append(months, m)
	}
	return months, nil
}

// lastDayOf is the day before the next rate of the same place, zero for none.
func lastDayOf(table []tax.Rate, r tax.Rate) (last time.Time) {
	for _, next := range table {
		if next.Country == r.Country && next.Region == r.Region && next.ValidFrom.After(r.ValidFrom) {
			if end := next.ValidFrom.AddDate(0, 0, -1); last.IsZero() || end.Before(last) {
				last = end
			}
		}
	}
	return last
}

// localTaxOf is the tax in the seller's currency as the document states it. all is the tax that the rate
// was applied to, earlier what credit notes before this one stated.
func localTaxOf(row Row, snap Snapshot, all, earlier int64) (*LocalTax, error) {
	if row.TaxLocalRate == nil {
		return nil, nil
	}
	c, local := money.Currency(row.Currency), money.Currency(row.TaxLocalCurrency)
	l := &LocalTax{Tax: money.New(all, c), Rate: *row.TaxLocalRate, Source: snap.TaxLocalSource, Product: major(all, c).Mul(*row.TaxLocalRate),
		Earlier: money.New(earlier, local), Amount: money.New(row.TaxLocalMinor, local)}
	if row.TaxLocalRateDate != nil {
		l.Date = row.TaxLocalRateDate.UTC()
	}
	return l, nil
}

// notedTax adds the working of a credit note.
func notedTax(tx *gorm.DB, scope access.Scope, e *TaxExplained) error {
	n := &NotedTax{}
	if e.Snapshot.Corrects != nil {
		n.Number = e.Snapshot.Corrects.Number
	}
	var issued, before []TaxRow
	if err := tx.Where("account_id = ? AND invoice_id = ?", scope.AccountID(), e.Row.OriginalID).Order("position").Find(&issued).Error; err != nil {
		return err
	}
	const earlier = `FROM invoices i WHERE i.account_id = ? AND i.original_id = ? AND (i.issued_at, i.id) < (?, ?)`
	args := []any{scope.AccountID(), e.Row.OriginalID, e.Row.IssuedAt, e.Row.ID}
	if err := tx.Raw(`SELECT * FROM invoice_taxes WHERE invoice_id IN (SELECT i.id `+earlier+`)`, args...).Scan(&before).Error; err != nil {
		return err
	}
	var err error
	if n.Original, err = sumTaxes(issued, e.Tax); err != nil {
		return err
	}
	if n.Before, err = sumTaxes(before, e.Tax); err != nil {
		return err
	}
	if n.With, err = sumTaxes([]TaxRow{n.Before, e.Tax}, e.Tax); err != nil {
		return err
	}
	n.Allowance = money.Shares(n.Original.AllowanceMinor, []int64{n.With.LinesMinor, n.Original.LinesMinor - n.With.LinesMinor})[0]
	n.Product = major(n.With.TaxableMinor, money.Currency(e.Row.Currency)).Mul(e.Tax.Rate)
	e.Noted = n
	var sums struct{ Tax, Local int64 }
	err = tx.Raw(`SELECT CAST(COALESCE(SUM(i.tax_minor), 0) AS BIGINT) AS tax, CAST(COALESCE(SUM(i.tax_local_minor), 0) AS BIGINT) AS local `+earlier, args...).Scan(&sums).Error
	if err != nil {
		return err
	}
	all, err := money.AddMinor(sums.Tax, e.Row.TaxMinor)
	if err != nil {
		return err
	}
	e.Local, err = localTaxOf(e.Row, e.Snapshot, all, sums.Local)
	return err
}
