package credit

import (
	"fmt"
	"slices"
	"time"

	"billfold/models"
	"billfold/models/money"

	"gorm.io/gorm"
)

// UsableTx reads and locks the reducing claims that can be used on an invoice of a group, in the order
// of use. A project's credit follows the project: it is usable in the group that holds it now. The caller
// holds the account lock and passes the billed period's end, the first instant after it.
func UsableTx(tx *gorm.DB, accountID, groupID string, c money.Currency, periodEnd time.Time) ([]Claim, error) {
	return usable(tx, accountID, groupID, c, periodEnd, "<>", lockClause(tx))
}

// UsablePrepaidTx is UsableTx for prepaid claims, which pay after tax.
func UsablePrepaidTx(tx *gorm.DB, accountID, groupID string, c money.Currency, periodEnd time.Time) ([]Claim, error) {
	return usable(tx, accountID, groupID, c, periodEnd, "=", lockClause(tx))
}

// Usable is UsableTx without the lock, for the preview of an estimate.
func Usable(tx *gorm.DB, accountID, groupID string, c money.Currency, periodEnd time.Time) ([]Claim, error) {
	return usable(tx, accountID, groupID, c, periodEnd, "<>", "")
}

// UsablePrepaid is UsablePrepaidTx without the lock, for the preview of an estimate.
func UsablePrepaid(tx *gorm.DB, accountID, groupID string, c money.Currency, periodEnd time.Time) ([]Claim, error) {
	return usable(tx, accountID, groupID, c, periodEnd, "=", "")
}

// applying selects the ids of an account's claims that apply to a group. A project's group is read from
// its open assignment, which also a deleted project has and which is indexed by group.
const applying = `SELECT id FROM credit_claims WHERE account_id = @account AND group_id = @group
	UNION ALL SELECT id FROM credit_claims WHERE account_id = @account AND scope = 'account'
	UNION ALL SELECT b.id FROM project_assignments a JOIN credit_claims b ON b.project_id = a.project_id
		WHERE a.group_id = @group AND a.valid_to IS NULL AND b.account_id = @account`

func usable(tx *gorm.DB, accountID, groupID string, c money.Currency, periodEnd time.Time, purchase, lock string) ([]Claim, error) {
	var views []claimView
	err := tx.Raw(claimSelect+`WHERE c.id IN (`+applying+`) AND c.remaining_minor > 0 AND k.currency = @currency AND k.type `+purchase+` 'purchase'
		AND c.claimed_at < @end AND k.starts_at < @end AND (c.expires_at IS NULL OR c.expires_at >= @end)`+lock,
		map[string]any{"account": accountID, "group": groupID, "currency": string(c), "end": periodEnd.UTC()}).Scan(&views).Error
	if err != nil {
		return nil, err
	}
	list := slices.DeleteFunc(claims(views), func(c Claim) bool { return !c.Usable(periodEnd) })
	InOrder(list)
	return list, nil
}

// UseTx writes down the uses of an invoice and lowers what remains of each claim. It writes no event: the
// caller's, of the issued invoice, covers it. Claims must come from UsableTx or UsablePrepaidTx of the same
// transaction.
func UseTx(tx *gorm.DB, uses []Use, invoiceID string, at time.Time) error {
	rows := make([]useRow, 0, len(uses))
	for _, u := range uses {
		done := tx.Model(&claimRow{}).Where("account_id = ? AND id = ? AND remaining_minor = ?", u.Claim.AccountID, u.Claim.ID, u.Claim.Remaining.Minor()).
			Update("remaining_minor", u.RemainingAfter.Minor())
		if done.Error != nil {
			return done.Error
		}
		if done.RowsAffected != 1 {
			return fmt.Errorf("credit claim %s was not locked: it has changed since it was read", u.Claim.ID)
		}
		rows = append(rows, useRow{models.NewID(), u.Claim.AccountID, u.Claim.ID, invoiceID, u.Amount.Minor(), u.RemainingAfter.Minor(), u.Prepaid, at})
	}
	if len(rows) == 0 {
		return nil
	}
	return tx.CreateInBatches(rows, 500).Error
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
