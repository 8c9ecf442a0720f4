package invoice

import (
	"context"
	"time"

	"billfold/models"
	"billfold/models/access"
	"billfold/models/account"
	"billfold/models/money"
	"billfold/models/rate"

	"gorm.io/gorm"
)

// FullGroup is a billing group with all that belongs to it, as programs read it.
type FullGroup struct {
	account.Group
	AccountName string
	Information account.Information
	Method      account.PaymentMethod // zero: none is chosen
	Addresses   account.GroupAddresses
	Balance     money.Amount  // accumulated cost of the running month, in the group's currency
	BalanceUSD  *money.Amount // the same in US dollars, nil when no rate is stored
}

// groupsRead is how many groups are read at once.
const groupsRead = 200

// EachGroup hands on the live billing groups of the scope's account in the order of their ids, a part
// at a time. An error of yield ends it and is returned.
func (s *Store) EachGroup(ctx context.Context, scope access.Scope, yield func([]FullGroup) error) error {
	for after := models.NilID; ; {
		part, err := s.fullGroups(ctx, scope, func(q *gorm.DB) *gorm.DB {
			return q.Where("g.deleted_at IS NULL AND g.id > ?", after).Order("g.id").Limit(groupsRead)
		})
		if err != nil || len(part) == 0 {
			return err
		}
		after = part[len(part)-1].ID
		if err := yield(part); err != nil || len(part) < groupsRead {
			return err
		}
	}
}

// FullGroup reads the scope's group, deleted ones included. Kind: NotFound.
func (s *Store) FullGroup(ctx context.Context, scope access.Scope) (FullGroup, error) {
	part, err := s.fullGroups(ctx, scope, func(q *gorm.DB) *gorm.DB { return q.Where("g.id = ?", scope.GroupID()) })
	if err != nil {
		return FullGroup{}, err
	}
	if len(part) == 0 {
		return FullGroup{}, models.NotFoundf("Billing group not found")
	}
	return part[0], nil
}

func (s *Store) fullGroups(ctx context.Context, scope access.Scope, narrow func(*gorm.DB) *gorm.DB) ([]FullGroup, error) {
	tx := s.db.Read(ctx)
	var rows []struct {
		ID, Name, PaymentMethodID string
		IsPrimary                 bool
		CreatedAt                 time.Time
		DeletedAt                 *time.Time
		EstimateCurrency          string
		SubtotalMinor             int64
		RateDate                  *time.Time
		Kind, Brand, Last4        string
		TermsDays                 int
	}
	month := models.MonthOf(s.clock.Now())
	err := narrow(tx.Table("billing_groups g").Select(`g.id, g.name, COALESCE(CAST(g.payment_method_id AS text), '') AS payment_method_id, g.is_primary, g.created_at, g.deleted_at,
		COALESCE(i.currency, '') AS estimate_currency, COALESCE(i.subtotal_minor, 0) AS subtotal_minor, i.rate_date,
		COALESCE(m.kind, '') AS kind, COALESCE(m.brand, '') AS brand, COALESCE(m.last4, '') AS last4, COALESCE(m.terms_days, 0) AS terms_days`).
		Joins("LEFT JOIN invoices i ON i.group_id = g.id AND i.month = ? AND i.kind = 'invoice' AND i.state = 'estimate' AND NOT i.frozen", string(month)).
		Joins("LEFT JOIN payment_methods m ON m.id = g.payment_method_id").
		Where("g.account_id = ?", scope.AccountID())).Scan(&rows).Error
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	ids := make([]string, len(rows))
	for i, r := range rows {
		ids[i] = r.ID
	}
	infos, err := account.InformationsTx(tx, scope.AccountID(), ids)
	if err != nil {
		return nil, err
	}
	addresses, err := account.GroupAddressesTx(tx, scope.AccountID(), ids)
	if err != nil {
		return nil, err
	}
	price, err := PriceCurrencyTx(tx)
	if err != nil {
		return nil, err
	}
	dollars := newDollars(tx)
	groups := make([]FullGroup, len(rows))
	for i, r := range rows {
		info := infos[r.ID]
		g := FullGroup{AccountName: scope.AccountName(), Information: info, Addresses: addresses[r.ID],
			Group:  account.Group{ID: r.ID, AccountID: scope.AccountID(), Name: r.Name, Primary: r.IsPrimary, PaymentMethodID: r.PaymentMethodID, Currency: info.Currency, CreatedAt: r.CreatedAt, DeletedAt: r.DeletedAt},
			Method: account.PaymentMethod{ID: r.PaymentMethodID, Kind: r.Kind, Brand: r.Brand, Last4: r.Last4, TermsDays: r.TermsDays}}
		if g.Currency == "" {
			g.Currency = price
		}
		currency, date := money.Currency(r.EstimateCurrency), s.clock.Now()
		if currency == "" {
			currency = g.Currency
		}
		if r.RateDate != nil {
			date = *r.RateDate
		}
		g.Balance = money.New(r.SubtotalMinor, currency)
		if g.BalanceUSD, err = dollars.of(g.Balance, date); err != nil {
			return nil, err
		}
		groups[i] = g
	}
	return groups, nil
}

// dollars converts amounts to US dollars, as the contract of the API shows everything, at stored rates.
type dollars struct {
	tx    *gorm.DB
	known map[string]rate.Quote // by currency and day; without a rate: the zero Quote
}

func newDollars(tx *gorm.DB) *dollars { return &dollars{tx, map[string]rate.Quote{}} }

// of gives an amount in US dollars at the rate of a day, nil when none is stored.
func (d *dollars) of(a money.Amount, date time.Time) (*money.Amount, error) {
	quote, err := d.quote(a.Currency(), date)
	if err != nil || quote.Rate.IsZero() {
		return nil, err
	}
	exact, err := money.ParseDecimal(a.Decimal())
	if err != nil {
		return nil, err
	}
	usd, err := money.NewCost(exact, a.Currency()).Convert(quote.Rate, "USD")
	return &usd, err
}

func (d *dollars) quote(from money.Currency, date time.Time) (rate.Quote, error) {
	key := string(from) + date.UTC().Format(time.DateOnly)
	quote, ok := d.known[key]
	if !ok {
		found, stored, err := rate.RateAt(d.tx, from, "USD", date)
		if err != nil {
			return rate.Quote{}, err
		}
		if stored {
			quote = found
		}
		d.known[key] = quote
	}
	return quote, nil
}
