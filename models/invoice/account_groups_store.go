package invoice

import (
	"context"
	"slices"
	"time"

	"billfold/models"
	"billfold/models/access"
	"billfold/models/money"

	"gorm.io/gorm"
)

// LastInvoice is the newest issued invoice of a group, in what its status word needs.
type LastInvoice struct {
	Number string // empty: none was issued yet
	State  State
	Due    *time.Time
	PaidOn *time.Time // of the last payment; nil when none was recorded
	Month  models.Month
	NoCard bool // its payment failed, and its group has no card on file any more
}

// PayBy is how a group pays.
type PayBy struct {
	Kind        string // card, bank_transfer, or empty: not chosen
	Brand, Last string // of a card
}

// GroupItem is one live billing group of a list.
type GroupItem struct {
	ID, Name string
	Primary  bool
	Projects int // live ones, counted as far as CountLimit
	PayBy    PayBy
	Cost     money.Amount // accumulated this period; its currency is the group's
	Last     LastInvoice
}

// GroupPage is one page of the billing groups of an account, highest cost first.
type GroupPage struct {
	AccountPeriod
	Around
	Items []GroupItem
	Total int // counted as far as CountLimit
}

// PrimaryOfAccount is the id of the primary billing group of the scope's account.
func (s *Store) PrimaryOfAccount(ctx context.Context, scope access.Scope) (id string, err error) {
	err = s.db.Read(ctx).Raw(`SELECT id FROM billing_groups WHERE account_id = ? AND is_primary`, scope.AccountID()).Scan(&id).Error
	return id, err
}

// GroupsOfAccount lists the live billing groups of the scope's account, highest cost first.
func (s *Store) GroupsOfAccount(ctx context.Context, scope access.Scope, paging Paging) (page GroupPage, err error) {
	tx, account := s.db.Read(ctx), scope.AccountID()
	page.Month = models.MonthOf(s.clock.Now())
	live := func() *gorm.DB {
		return tx.Table("billing_groups g").Where("g.account_id = ? AND g.deleted_at IS NULL", account)
	}
	if page.Total, err = countUpTo(live(), tx); err != nil {
		return page, err
	}
	w := costWalk{tx: tx, minor: "i.subtotal_minor", id: "i.group_id"}
	if w.streams, err = costStreams(tx, page.Month, []string{account}); err != nil {
		return page, err
	}
	w.running = func(st costStream) *gorm.DB {
		return tx.Table("invoices i").Joins("JOIN billing_groups g ON g.id = i.group_id AND g.deleted_at IS NULL").
			Where("i.account_id = ? AND i.currency = ? AND "+runningEstimates, st.accountID, st.currency, string(page.Month))
	}
	w.idle = func() ([]*gorm.DB, error) {
		return []*gorm.DB{live().Select("g.id, g.name_key").Where("(SELECT i.id FROM invoices i WHERE i.group_id = g.id AND "+runningEstimates+") IS NULL", string(page.Month))}, nil
	}
	w.name = func(id string) (key string, err error) {
		return key, tx.Raw(`SELECT name_key FROM billing_groups WHERE account_id = ? AND id = ?`, account, id).Scan(&key).Error
	}
	rows, around, err := w.page(false, paging)
	if err != nil {
		return page, err
	}
	page.Around = around
	ids := make([]string, len(rows))
	for i, r := range rows {
		ids[i] = r.ID
	}
	page.Items, page.Approximate, err = groupItems(tx, page.Month, account, ids)
	return page, err
}

// groupItems reads what a list shows of groups, in the order of their ids given.
func groupItems(tx *gorm.DB, month models.Month, accountID string, ids []string) (items []GroupItem, approximate bool, err error) {
	if len(ids) == 0 {
		return nil, false, nil
	}
	price, err := PriceCurrencyTx(tx)
	if err != nil {
		return nil, false, err
	}
	var rows []struct {
		ID, Name                 string
		IsPrimary                bool
		Kind, Brand, Last4       *string
		Currency, EstimatePriced *string
		Minor                    int64
	}
	err = tx.Raw(`SELECT g.id, g.name, g.is_primary, m.kind, m.brand, m.last4, COALESCE(i.subtotal_minor, 0) AS minor,
		COALESCE(i.currency, b.currency) AS currency, i.price_currency AS estimate_priced
		FROM billing_groups g LEFT JOIN payment_methods m ON m.id = g.payment_method_id
		LEFT JOIN billing_information b ON b.group_id = g.id
		LEFT JOIN invoices i ON i.id = (SELECT i.id FROM invoices i WHERE i.group_id = g.id AND `+runningEstimates+`)
		WHERE g.account_id = ? AND g.id IN ?`, string(month), accountID, ids).Scan(&rows).Error
	if err != nil {
		return nil, false, err
	}
	projects, err := projectsIn(tx, ids)
	if err != nil {
		return nil, false, err
	}
	last, err := lastInvoices(tx, ids)
	if err != nil {
		return nil, false, err
	}
	for _, r := range rows {
		currency := price
		if r.Currency != nil {
			currency = money.Currency(*r.Currency)
		}
		it := GroupItem{ID: r.ID, Name: r.Name, Primary: r.IsPrimary, Projects: projects[r.ID], Cost: money.New(r.Minor, currency), Last: last[r.ID]}
		it.Last.NoCard = r.Kind == nil && it.Last.State == PaymentFailed
		if r.Kind != nil {
			it.PayBy = PayBy{*r.Kind, *r.Brand, *r.Last4}
		}
		approximate = approximate || r.EstimatePriced != nil && *r.EstimatePriced != string(currency)
		items = append(items, it)
	}
	slices.SortFunc(items, func(a, b GroupItem) int { return slices.Index(ids, a.ID) - slices.Index(ids, b.ID) })
	return items, approximate, nil
}

// projectsIn counts the live projects of groups as far as CountLimit, by group.
func projectsIn(tx *gorm.DB, groupIDs []string) (map[string]int, error) {
	var rows []struct {
		GroupID string
		N       int
	}
	// The order has it read the index by group and name.
	err := tx.Raw(`SELECT g.id AS group_id, (SELECT COUNT(*) FROM (SELECT 1 FROM projects p WHERE p.group_id = g.id AND p.deleted_at IS NULL ORDER BY p.name_key, p.id LIMIT ?) AS few) AS n
		FROM billing_groups g WHERE g.id IN ?`, CountLimit, groupIDs).Scan(&rows).Error
	counts := make(map[string]int, len(rows))
	for _, r := range rows {
		counts[r.GroupID] = r.N
	}
	return counts, err
}

// lastInvoices finds the newest issued invoice of each group that has one.
func lastInvoices(tx *gorm.DB, groupIDs []string) (map[string]LastInvoice, error) {
	var rows []struct {
		ID, GroupID, Number, Month string
		State                      State
		DueDate                    *time.Time
	}
	err := tx.Raw(`SELECT i.id, i.group_id, i.number, i.month, i.state, i.due_date FROM invoices i
		WHERE i.id IN (SELECT (SELECT x.id FROM invoices x WHERE x.group_id = g.id AND x.kind = 'invoice' AND x.number IS NOT NULL ORDER BY x.month DESC LIMIT 1)
			FROM billing_groups g WHERE g.id IN ?)`, groupIDs).Scan(&rows).Error
	if err != nil {
		return nil, err
	}
	ids := make([]string, len(rows))
	for i, r := range rows {
		ids[i] = r.ID
	}
	paid, err := paidOn(tx, ids)
	last := make(map[string]LastInvoice, len(rows))
	for _, r := range rows {
		l := LastInvoice{Number: r.Number, State: r.State, Due: r.DueDate, Month: models.Month(r.Month)}
		if at, ok := paid[r.ID]; ok {
			l.PaidOn = &at
		}
		last[r.GroupID] = l
	}
	return last, err
}

// paidOn finds when the last payment of each invoice arrived.
func paidOn(tx *gorm.DB, invoiceIDs []string) (map[string]time.Time, error) {
	if len(invoiceIDs) == 0 {
		return nil, nil
	}
	var rows []struct {
		InvoiceID string
		PaidOn    time.Time
	}
	// Read row by row and compared here: SQLite gives the type of MAX(a time) as text.
	err := tx.Raw(`SELECT invoice_id, paid_on FROM payments WHERE invoice_id IN ? AND kind = 'payment'`, invoiceIDs).Scan(&rows).Error
	last := make(map[string]time.Time, len(rows))
	for _, r := range rows {
		if r.PaidOn.After(last[r.InvoiceID]) {
			last[r.InvoiceID] = r.PaidOn.UTC()
		}
	}
	return last, err
}
