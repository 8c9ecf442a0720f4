package invoice

import (
	"context"
	"time"

	"billfold/models"
	"billfold/models/access"
	"billfold/models/account"
	"billfold/models/credit"
	"billfold/models/money"

	"gorm.io/gorm"
)

// GroupHeader is what a billing group's pages show of the group itself; deleted groups included.
type GroupHeader struct {
	account.Group
	AccountName string
	Currency    money.Currency // of its invoices; the price currency until one is chosen
	PayBy       string         // "Visa ending 4242"; empty until a payment method is chosen
	Projects    int            // live ones, counted as far as CountLimit
}

// GroupHeader reads the scope's group. Kind: NotFound.
func (s *Store) GroupHeader(ctx context.Context, scope access.Scope) (h GroupHeader, err error) {
	tx := s.db.Read(ctx)
	accounts := account.NewStore(s.db, s.clock)
	if h.Group, err = accounts.Group(ctx, scope, scope.GroupID()); err != nil {
		return h, err
	}
	h.AccountName, h.Currency = scope.AccountName(), h.Group.Currency
	if h.Currency == "" {
		if h.Currency, err = PriceCurrencyTx(tx); err != nil {
			return h, err
		}
	}
	method, ok, err := account.PaymentMethodTx(tx, scope.AccountID(), scope.GroupID())
	if err != nil {
		return h, err
	}
	if ok {
		h.PayBy = method.Label()
	}
	// By the group alone the index is all that is read; access made sure that it is the account's.
	h.Projects, err = countUpTo(tx.Table("projects").Where("group_id = ? AND deleted_at IS NULL", scope.GroupID()), tx)
	return h, err
}

// Valued says in which currency an estimate's amounts are, and how far they can be relied on.
type Valued struct {
	Currency    money.Currency
	Approximate bool // converted from the price currency: changes with the rate until the month closes
	// NoRate: no exchange rate to the group's currency is stored, so the price currency stands in.
	NoRate bool
}

// RunningCost is the accumulated cost of a group: the subtotal of the running UTC month's estimate,
// before credits and tax. The same figure stands in every list and on every page.
type RunningCost struct {
	Valued
	Month     models.Month
	Cost      money.Amount
	UpdatedAt time.Time    // when the estimate last changed; zero without one
	Credits   money.Amount // reducing credits that closing would use now
	Estimate  *Row         // nil: nothing was used this month
	Earlier   []Row        // months before it that are not closed yet, newest first
}

// RunningCost reads the accumulated cost of the scope's group.
func (s *Store) RunningCost(ctx context.Context, scope access.Scope) (c RunningCost, err error) {
	tx := s.db.Read(ctx)
	c.Month = models.MonthOf(s.clock.Now())
	wanted, err := groupCurrencyTx(tx, scope.GroupID())
	if err != nil {
		return c, err
	}
	c.Currency = wanted
	var open []Row
	err = tx.Where("account_id = ? AND group_id = ? AND kind = 'invoice' AND state = 'estimate' AND NOT frozen AND month <= ?", scope.AccountID(), scope.GroupID(), string(c.Month)).
		Order("month DESC").Limit(24).Find(&open).Error
	if err != nil {
		return c, err
	}
	if len(open) > 0 && open[0].Month == string(c.Month) {
		c.Estimate, open = &open[0], open[1:]
		c.Valued = valuedAs(*c.Estimate, wanted)
		c.UpdatedAt = c.Estimate.UpdatedAt.UTC()
	}
	c.Earlier = open
	c.Cost, c.Credits = money.Zero(c.Currency), money.Zero(c.Currency)
	if c.Estimate == nil {
		return c, nil
	}
	c.Cost = money.New(c.Estimate.SubtotalMinor, c.Currency)
	c.Credits, err = s.creditsToUse(ctx, tx, scope, *c.Estimate)
	return c, err
}

// creditsToUse is what closing would take off now. Without usable credit the lines are not read.
func (s *Store) creditsToUse(ctx context.Context, tx *gorm.DB, scope access.Scope, row Row) (money.Amount, error) {
	currency := money.Currency(row.Currency)
	usable, err := credit.Usable(tx, scope.AccountID(), row.GroupID, currency, models.Month(row.Month).End())
	if err != nil || len(usable) == 0 {
		return money.Zero(currency), err
	}
	totals, _, _, err := s.Preview(ctx, scope, row)
	if err != nil {
		return money.Zero(currency), err
	}
	return totals.Credits, nil
}

// groupCurrencyTx is the currency that a group chose, the price currency until it has.
func groupCurrencyTx(tx *gorm.DB, groupID string) (money.Currency, error) {
	price, err := PriceCurrencyTx(tx)
	if err != nil {
		return "", err
	}
	chosen := string(price)
	err = tx.Raw(`SELECT currency FROM billing_information WHERE group_id = ?`, groupID).Scan(&chosen).Error
	return money.Currency(chosen), err
}

// valuedAs says how an open estimate of a group with that currency is shown.
func valuedAs(row Row, wanted money.Currency) Valued {
	return Valued{Currency: money.Currency(row.Currency), Approximate: row.Currency != row.PriceCurrency, NoRate: row.Currency != string(wanted)}
}
