package invoice

import (
	"context"
	"errors"
	"fmt"
	"time"

	"billfold/models"
	"billfold/models/access"
	"billfold/models/account"
	"billfold/models/db"
	"billfold/models/money"

	"github.com/shopspring/decimal"
	"gorm.io/gorm"
)

// RevalueOpen brings every open estimate up to the stored rates, one transaction a group, and says how
// many changed. It is called after rates were imported. A group whose amounts would be too large stays
// as it is; its error comes at the end, when the others are done.
func (s *Store) RevalueOpen(ctx context.Context, progress func(done, total int)) (changed int, err error) {
	var rows []struct{ AccountID, GroupID string }
	err = s.db.Read(ctx).Raw(`SELECT DISTINCT account_id, group_id FROM invoices WHERE state = 'estimate' AND NOT frozen ORDER BY account_id, group_id`).Scan(&rows).Error
	if err != nil {
		return 0, err
	}
	var tooLarge error
	for i, r := range rows {
		n := 0
		err = s.db.RunTx(ctx, func(tx *gorm.DB) error {
			if err := account.Lock(tx, r.AccountID); err != nil {
				return err
			}
			n, err = revalueGroupTx(tx, s.clock.Now(), r.AccountID, r.GroupID)
			return err
		})
		if errors.Is(err, money.ErrOverflow) {
			n, tooLarge = 0, errors.Join(tooLarge, fmt.Errorf("billing group %s: %w", r.GroupID, err))
		} else if err != nil {
			return changed, err
		}
		changed += n
		if progress != nil {
			progress(i+1, len(rows))
		}
	}
	return changed, tooLarge
}

// SetInformation saves a group's billing information and, when its currency changed, revalues its
// running estimates at once. Kinds: NotFound, Invalid (also a currency in which the running estimate has
// no room), Conflict (somebody else saved meanwhile).
func (s *Store) SetInformation(ctx context.Context, scope access.Scope, groupID string, info account.Information) error {
	return s.db.RunTx(ctx, func(tx *gorm.DB) error {
		if err := account.Lock(tx, scope.AccountID()); err != nil {
			return err
		}
		return saveInformationTx(tx, scope, s.clock.Now(), groupID, info)
	})
}

// saveInformationTx is SetInformation in a transaction that holds the account's lock and read at after it.
func saveInformationTx(tx *gorm.DB, scope access.Scope, at time.Time, groupID string, info account.Information) error {
	before, err := account.SaveInformationTx(tx, scope.Actor(), at, scope.AccountID(), groupID, info)
	if err != nil || before.Currency == info.Currency {
		return err
	}
	_, err = revalueGroupTx(tx, at, scope.AccountID(), groupID)
	if errors.Is(err, money.ErrOverflow) {
		return models.Invalidf("currency", "The running estimate is too large for amounts in %s", info.Currency)
	}
	return err
}

// revalueGroupTx revalues the open estimates of a group; the caller holds the account lock.
func revalueGroupTx(tx *gorm.DB, at time.Time, accountID, groupID string) (changed int, err error) {
	var rows []Row
	if err := tx.Where("account_id = ? AND group_id = ? AND state = 'estimate' AND NOT frozen", accountID, groupID).Order("month").Find(&rows).Error; err != nil {
		return 0, err
	}
	for i := range rows {
		v, err := valuationTx(tx, at, GroupMonth{groupID, models.Month(rows[i].Month)})
		if err != nil {
			return changed, err
		}
		if sameValue(rows[i], v) {
			continue
		}
		if err := revalueTx(tx, at, &rows[i], v); err != nil {
			return changed, err
		}
		changed++
	}
	return changed, nil
}

func sameValue(row Row, v valuation) bool {
	return row.Currency == string(v.currency) && row.PriceCurrency == string(v.price) && row.Rate.Equal(v.quote.Rate) &&
		row.RateSource == v.quote.Source && (row.RateDate == nil) == v.quote.Date.IsZero() &&
		(row.RateDate == nil || row.RateDate.Equal(v.quote.Date))
}

// revalueTx computes every line of an estimate anew from its exact cost, and the sums from the lines.
func revalueTx(tx *gorm.DB, at time.Time, row *Row, v valuation) error {
	v.apply(row)
	err := tx.Model(&Row{}).Where("id = ?", row.ID).Updates(map[string]any{"currency": row.Currency, "price_currency": row.PriceCurrency,
		"rate": row.Rate, "rate_date": row.RateDate, "rate_source": row.RateSource, "updated_at": at}).Error
	if err == nil {
		err = tx.Exec(`UPDATE estimate_projects SET currency = ? WHERE invoice_id = ? AND currency <> ?`, row.Currency, row.ID, row.Currency).Error
	}
	if err != nil {
		return err
	}
	var lines []struct {
		ID          string
		ProjectID   *string
		Cost        decimal.Decimal
		AmountMinor int64
	}
	if err := tx.Raw(`SELECT id, project_id, cost, amount_minor FROM invoice_lines WHERE invoice_id = ?`, row.ID).Scan(&lines).Error; err != nil {
		return err
	}
	deltas := Deltas{}
	var ids []string
	var amounts []int64
	for _, l := range lines {
		amount, err := money.NewCost(l.Cost, v.price).Convert(v.quote.Rate, v.currency)
		if err != nil {
			return err
		}
		if amount.Minor() == l.AmountMinor {
			continue
		}
		ids, amounts = append(ids, l.ID), append(amounts, amount.Minor())
		project := ""
		if l.ProjectID != nil {
			project = *l.ProjectID
		}
		if err := deltas.Add(row.ID, project, amount.Minor()-l.AmountMinor); err != nil {
			return err
		}
	}
	if _, err := db.UpdateRows(tx, "invoice_lines", db.Col("id", "uuid", ids), []db.Column{db.Col("amount_minor", "bigint", amounts)}, ""); err != nil {
		return err
	}
	if err := ApplyDeltasTx(tx, at, deltas); err != nil {
		return err
	}
	return tx.Where("id = ?", row.ID).Take(row).Error
}
