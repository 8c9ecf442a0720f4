package credit

import (
	"slices"
	"time"

	"billfold/models/money"

	"gorm.io/gorm"
)

// Usable reads the reducing claims that can be used on an invoice of a group, in the order of use, for the
// preview of an estimate; closing takes them from a Pool. A project's credit follows the project: it is
// usable in the group that holds it now. periodEnd is the billed period's end, the first instant after it.
func Usable(tx *gorm.DB, accountID, groupID string, c money.Currency, periodEnd time.Time) ([]Claim, error) {
	return usable(tx, accountID, groupID, c, periodEnd, "<>")
}

// UsablePrepaid is Usable for prepaid claims, which pay after tax.
func UsablePrepaid(tx *gorm.DB, accountID, groupID string, c money.Currency, periodEnd time.Time) ([]Claim, error) {
	return usable(tx, accountID, groupID, c, periodEnd, "=")
}

// applying selects the ids of an account's claims that apply to a group. A project's group is read from
// its open assignment, which also a deleted project has: claim by claim, of which an account has few, and
// not over the projects of the group.
const applying = `SELECT id FROM credit_claims WHERE account_id = @account AND group_id = @group
	UNION ALL SELECT id FROM credit_claims WHERE account_id = @account AND scope = 'account'
	UNION ALL SELECT b.id FROM credit_claims b WHERE b.account_id = @account AND b.scope = 'project'
		AND (SELECT a.group_id FROM project_assignments a WHERE a.project_id = b.project_id AND a.valid_to IS NULL) = @group`

func usable(tx *gorm.DB, accountID, groupID string, c money.Currency, periodEnd time.Time, purchase string) ([]Claim, error) {
	var views []claimView
	err := tx.Raw(claimSelect+`WHERE c.id IN (`+applying+`) AND c.remaining_minor > 0 AND k.currency = @currency AND k.type `+purchase+` 'purchase'
		AND c.claimed_at < @end AND k.starts_at < @end AND (c.expires_at IS NULL OR c.expires_at >= @end)`,
		map[string]any{"account": accountID, "group": groupID, "currency": string(c), "end": periodEnd.UTC()}).Scan(&views).Error
	if err != nil {
		return nil, err
	}
	list := slices.DeleteFunc(claims(views), func(c Claim) bool { return !c.Usable(periodEnd) })
	InOrder(list)
	return list, nil
}

// LostOnDelete is the reducing credit that a deleted group would take with it: what remains, unexpired,
// of the claims bound to the group alone. One amount per currency, A to Z; none when there is none.
func LostOnDelete(tx *gorm.DB, groupID string, at time.Time) ([]money.Amount, error) {
	var rows []struct {
		Currency string
		Minor    int64
	}
	err := tx.Raw(`SELECT k.currency, CAST(SUM(c.remaining_minor) AS bigint) AS minor FROM credit_claims c JOIN credits k ON k.id = c.credit_id
		WHERE c.group_id = ? AND c.remaining_minor > 0 AND k.type <> 'purchase' AND (c.expires_at IS NULL OR c.expires_at > ?)
		GROUP BY k.currency ORDER BY k.currency`, groupID, at.UTC()).Scan(&rows).Error
	lost := make([]money.Amount, len(rows))
	for i, r := range rows {
		lost[i] = money.New(r.Minor, money.Currency(r.Currency))
	}
	return lost, err
}

// HoldsPrepaid reports whether unexpired prepaid money is bound to the group, which then cannot be deleted.
func HoldsPrepaid(tx *gorm.DB, groupID string, at time.Time) (holds bool, err error) {
	err = tx.Raw(`SELECT EXISTS (SELECT 1 FROM credit_claims c JOIN credits k ON k.id = c.credit_id
		WHERE c.group_id = ? AND c.remaining_minor > 0 AND k.type = 'purchase' AND (c.expires_at IS NULL OR c.expires_at > ?))`, groupID, at.UTC()).Scan(&holds).Error
	return holds, err
}
