package invoice

import (
	"cmp"
	"context"
	"slices"
	"time"

	"billfold/models"
	"billfold/models/access"
	"billfold/models/account"
	"billfold/models/money"

	"gorm.io/gorm"
)

// AlertKind says what an alert is about.
type AlertKind string

// The kinds of alerts on the Billing tab.
const (
	AlertPayment AlertKind = "payment" // a charge failed
	AlertParked  AlertKind = "parked"  // a month could not be closed for the group
	AlertAddress AlertKind = "address" // an invoice could not be issued: billing information is incomplete
)

// MaxAlerts is how many alerts the Billing tab shows, the newest first.
const MaxAlerts = 3

// Alert is something in a group that needs somebody to act.
type Alert struct {
	Kind               AlertKind
	GroupID, GroupName string
	Number             string       // of the invoice, for AlertPayment
	Month              models.Month // for AlertParked
	Reason             string       // for AlertParked: why; for AlertAddress: the first thing that is missing
	At                 time.Time    // since when
	// Groups are all groups that an AlertAddress is about, at most MaxAlerts of them, the first being
	// GroupID; More counts the others. One alert for all, so that it hides no alert of another kind.
	Groups []AlertGroup
	More   int
}

// AlertGroup names a group.
type AlertGroup struct{ ID, Name string }

// AccountBilling is what the Billing tab shows beside the list of groups.
type AccountBilling struct {
	AccountPeriod
	Costs   []money.Amount // accumulated this period, one per currency
	Alerts  []Alert
	Deleted int // deleted groups
}

// BillingOfAccount reads the head of the Billing tab of the scope's account.
func (s *Store) BillingOfAccount(ctx context.Context, scope access.Scope) (b AccountBilling, err error) {
	tx, id := s.db.Read(ctx), scope.AccountID()
	b.Month = models.MonthOf(s.clock.Now())
	costs, approximate, err := accountCosts(tx, b.Month, []string{id})
	if err != nil {
		return b, err
	}
	b.Costs, b.Approximate = costs[id], approximate
	if b.Alerts, err = alerts(tx, id); err != nil {
		return b, err
	}
	err = tx.Raw(`SELECT COUNT(*) FROM billing_groups WHERE account_id = ? AND deleted_at IS NOT NULL`, id).Scan(&b.Deleted).Error
	return b, err
}

func alerts(tx *gorm.DB, accountID string) ([]Alert, error) {
	all, err := failedPayments(tx, accountID)
	if err != nil {
		return nil, err
	}
	parked, err := parkedMonths(tx, accountID)
	if err != nil {
		return nil, err
	}
	missing, err := missingAddresses(tx, accountID, parked)
	all = slices.Concat(all, parked, missing)
	slices.SortStableFunc(all, func(a, b Alert) int { return cmp.Or(b.At.Compare(a.At), cmp.Compare(a.GroupName, b.GroupName)) })
	return all[:min(len(all), MaxAlerts)], err
}

func failedPayments(tx *gorm.DB, accountID string) (found []Alert, err error) {
	var rows []struct {
		GroupID, GroupName, Number string
		UpdatedAt                  time.Time
	}
	err = tx.Raw(`SELECT g.id AS group_id, g.name AS group_name, i.number, i.updated_at
		FROM invoices i JOIN billing_groups g ON g.id = i.group_id
		WHERE i.account_id = ? AND i.state = 'payment_failed' ORDER BY i.updated_at DESC, i.id LIMIT ?`, accountID, MaxAlerts).Scan(&rows).Error
	for _, r := range rows {
		found = append(found, Alert{Kind: AlertPayment, GroupID: r.GroupID, GroupName: r.GroupName, Number: r.Number, At: r.UpdatedAt.UTC()})
	}
	return found, err
}

// parkedMonths finds the first parked month of each group: the later ones wait for it.
func parkedMonths(tx *gorm.DB, accountID string) (found []Alert, err error) {
	var rows []struct {
		GroupID, GroupName, Month, Reason string
		UpdatedAt                         time.Time
	}
	err = tx.Raw(`SELECT g.id AS group_id, g.name AS group_name, m.month, m.reason, m.updated_at
		FROM group_months m JOIN billing_groups g ON g.id = m.group_id
		WHERE m.account_id = ? AND m.state = 'parked' AND NOT EXISTS
		(SELECT 1 FROM group_months x WHERE x.group_id = m.group_id AND x.state = 'parked' AND x.month < m.month)
		ORDER BY m.updated_at DESC, g.id`, accountID).Scan(&rows).Error
	for _, r := range rows {
		found = append(found, Alert{Kind: AlertParked, GroupID: r.GroupID, GroupName: r.GroupName, Month: models.Month(r.Month), Reason: r.Reason, At: r.UpdatedAt.UTC()})
	}
	return found, err
}

// missingAddresses tells in one alert of the groups that have an open estimate and could not be billed
// for it, newest estimate first. A group with a parked month is left out: its reason says it already.
func missingAddresses(tx *gorm.DB, accountID string, parked []Alert) (found []Alert, err error) {
	var rows []struct {
		GroupID, GroupName string
		CreatedAt          time.Time
	}
	// What can be missing is account.Information.Missing's to say; the empty columns only narrow the search.
	err = tx.Raw(`SELECT g.id AS group_id, g.name AS group_name, i.created_at
		FROM invoices i JOIN billing_groups g ON g.id = i.group_id LEFT JOIN billing_information b ON b.group_id = g.id
		WHERE i.account_id = ? AND i.state = 'estimate' AND NOT i.frozen AND i.kind = 'invoice'
		AND (b.group_id IS NULL OR b.company = '' OR b.address_line1 = '' OR b.city = '' OR b.postal_code = '' OR b.country = '' OR b.region = '')
		ORDER BY i.created_at DESC, i.id LIMIT 100`, accountID).Scan(&rows).Error
	if err != nil {
		return nil, err
	}
	groups := make([]string, len(rows))
	for i, r := range rows {
		groups[i] = r.GroupID
	}
	infos, err := account.InformationsTx(tx, accountID, groups)
	if err != nil {
		return nil, err
	}
	told := map[string]bool{}
	for _, a := range parked {
		told[a.GroupID] = true
	}
	var alert Alert
	for _, r := range rows {
		if told[r.GroupID] {
			continue
		}
		told[r.GroupID] = true
		switch missing := infos[r.GroupID].Missing(); {
		case len(missing) == 0:
			continue
		case len(alert.Groups) == 0:
			alert = Alert{Kind: AlertAddress, GroupID: r.GroupID, GroupName: r.GroupName, Reason: missing[0].Message, At: r.CreatedAt.UTC()}
		}
		if len(alert.Groups) == MaxAlerts {
			alert.More++
			continue
		}
		alert.Groups = append(alert.Groups, AlertGroup{r.GroupID, r.GroupName})
	}
	if len(alert.Groups) == 0 {
		return nil, nil
	}
	return []Alert{alert}, nil
}

// DeletedItem is one deleted billing group.
type DeletedItem struct {
	ID, Name  string
	DeletedAt time.Time
	Invoices  int // issued, credit notes not counted
	Last      LastInvoice
}

// DeletedOfAccount lists the deleted billing groups of the scope's account, the last deleted first: at
// most CountLimit of them.
func (s *Store) DeletedOfAccount(ctx context.Context, scope access.Scope) (items []DeletedItem, err error) {
	tx := s.db.Read(ctx)
	var rows []struct {
		ID, Name  string
		DeletedAt time.Time
		Invoices  int
	}
	err = tx.Raw(`SELECT g.id, g.name, g.deleted_at,
		(SELECT COUNT(*) FROM invoices i WHERE i.group_id = g.id AND i.kind = 'invoice' AND i.number IS NOT NULL) AS invoices
		FROM billing_groups g WHERE g.account_id = ? AND g.deleted_at IS NOT NULL
		ORDER BY g.deleted_at DESC, g.id DESC LIMIT ?`, scope.AccountID(), CountLimit).Scan(&rows).Error
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	ids := make([]string, len(rows))
	for i, r := range rows {
		ids[i] = r.ID
	}
	last, err := lastInvoices(tx, ids)
	for _, r := range rows {
		items = append(items, DeletedItem{r.ID, r.Name, r.DeletedAt.UTC(), r.Invoices, last[r.ID]})
	}
	return items, err
}
