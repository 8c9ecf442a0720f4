package credit

import (
	"context"
	"time"

	"billfold/models"
	"billfold/models/access"
	"billfold/models/money"
	"billfold/models/seller"

	"gorm.io/gorm"
)

// GroupCredits is what a group's Credits tab shows.
type GroupCredits struct {
	Currency   money.Currency // the group's
	Remaining  money.Amount   // of its active claims in that currency
	NextExpiry time.Time      // earliest last day of use among those; zero when none expires
	Claims     []GroupClaim   // usable ones first, in the order of use
}

// GroupClaim is a claim that applies to a group: its own, the account's, or one of its projects'.
type GroupClaim struct {
	Claim
	Status        Status
	ExpiresInDays int  // days left when Expiring
	Expiring      bool // active and within its last 30 days
	Waits         bool // in another currency than the group's: it waits for an invoice in its own
	Uses          []ClaimUse
}

// ClaimUse is an invoice that a claim was used on, of this group or, for credit it shares, another.
type ClaimUse struct {
	InvoiceID string
	GroupID   string
	Number    string
	Month     models.Month
	Amount    money.Amount
	Prepaid   bool
	At        time.Time
}

// GroupCredits reads the credits of a group of the scope's account, deleted groups included. Kind: NotFound.
func (s *Store) GroupCredits(ctx context.Context, scope access.Scope, groupID string) (GroupCredits, error) {
	if err := may(scope, access.Read); err != nil {
		return GroupCredits{}, err
	}
	q := s.db.Read(ctx)
	currency, err := groupCurrency(q, scope.AccountID(), groupID)
	if err != nil {
		return GroupCredits{}, err
	}
	var views []claimView
	err = q.Raw(claimSelect+`WHERE c.id IN (`+applying+`)`, map[string]any{"account": scope.AccountID(), "group": groupID}).Scan(&views).Error
	if err != nil {
		return GroupCredits{}, err
	}
	list := claims(views)
	InOrder(list)
	uses, err := usesOf(q, scope.AccountID(), list)
	if err != nil {
		return GroupCredits{}, err
	}
	return gather(currency, list, uses, s.clock.Now())
}

// gather sums up claims in the order of use: active ones first, then those to come, then the spent.
func gather(currency money.Currency, list []Claim, uses map[string][]ClaimUse, now time.Time) (GroupCredits, error) {
	result := GroupCredits{Currency: currency, Remaining: money.Zero(currency)}
	for _, status := range []Status{Active, NotStarted, UsedUp, Expired} {
		for _, c := range list {
			if c.Status(now) != status {
				continue
			}
			g := GroupClaim{Claim: c, Status: status, Uses: uses[c.ID], Waits: c.Value.Currency() != currency && status != UsedUp && status != Expired}
			g.ExpiresInDays, g.Expiring = c.ExpiresInDays(now)
			result.Claims = append(result.Claims, g)
			if status != Active || g.Waits {
				continue
			}
			var err error
			if result.Remaining, err = result.Remaining.Add(c.Remaining); err != nil {
				return GroupCredits{}, err
			}
			if last := c.LastDay(); !last.IsZero() && (result.NextExpiry.IsZero() || last.Before(result.NextExpiry)) {
				result.NextExpiry = last
			}
		}
	}
	return result, nil
}

// groupCurrency is the currency that a group is billed in; the price currency until it is set.
func groupCurrency(q *gorm.DB, accountID, groupID string) (money.Currency, error) {
	var row struct{ Currency string }
	if !models.IsID(groupID) {
		return "", models.NotFoundf("Page not found")
	}
	found := q.Raw(`SELECT COALESCE(i.currency, '') AS currency FROM billing_groups g LEFT JOIN billing_information i ON i.group_id = g.id
		WHERE g.account_id = ? AND g.id = ?`, accountID, groupID).Scan(&row)
	switch {
	case found.Error != nil:
		return "", found.Error
	case found.RowsAffected == 0:
		return "", models.NotFoundf("Page not found")
	case row.Currency != "":
		return money.Currency(row.Currency), nil
	}
	profile, _, err := seller.Get(q)
	return profile.PriceCurrency, err
}

// usesOf reads the uses of claims by claim, newest first.
func usesOf(q *gorm.DB, accountID string, list []Claim) (map[string][]ClaimUse, error) {
	byClaim := make(map[string][]ClaimUse, len(list))
	currency := make(map[string]money.Currency, len(list))
	ids := make([]string, len(list))
	for i, c := range list {
		ids[i], currency[c.ID] = c.ID, c.Value.Currency()
	}
	for len(ids) > 0 {
		part := ids[:min(len(ids), 500)]
		ids = ids[len(part):]
		var rows []struct {
			ClaimID, InvoiceID, GroupID, Number, Month string
			AmountMinor                                int64
			Prepaid                                    bool
			CreatedAt                                  time.Time
		}
		err := q.Raw(`SELECT u.claim_id, u.invoice_id, i.group_id, i.number, i.month, u.amount_minor, u.prepaid, u.created_at
			FROM credit_uses u JOIN invoices i ON i.id = u.invoice_id WHERE u.account_id = ? AND u.claim_id IN ?
			ORDER BY u.created_at DESC, u.id DESC`, accountID, part).Scan(&rows).Error
		if err != nil {
			return nil, err
		}
		for _, r := range rows {
			byClaim[r.ClaimID] = append(byClaim[r.ClaimID], ClaimUse{r.InvoiceID, r.GroupID, r.Number, models.Month(r.Month),
				money.New(r.AmountMinor, currency[r.ClaimID]), r.Prepaid, r.CreatedAt.UTC()})
		}
	}
	return byClaim, nil
}
