package credit

import (
	"time"

	"billfold/models"
	"billfold/models/money"

	"gorm.io/gorm"
)

type returnRow struct {
	ClaimID     string `gorm:"primaryKey"`
	AccountID   string
	UseID       string
	NoteID      string
	AmountMinor int64
	CreatedAt   time.Time
}

func (returnRow) TableName() string { return "credit_returns" }

// UsedTx reads what an invoice used of credits, in the order of use, and what credit notes gave back of
// it. The caller holds the account lock.
func UsedTx(tx *gorm.DB, accountID, invoiceID string) (reducing, prepaid []Used, err error) {
	var uses []struct {
		ID, ClaimID           string
		AmountMinor, Returned int64
		Prepaid               bool
	}
	err = tx.Raw(`SELECT u.id, u.claim_id, u.amount_minor, u.prepaid,
		CAST(COALESCE((SELECT SUM(r.amount_minor) FROM credit_returns r WHERE r.use_id = u.id), 0) AS BIGINT) AS returned
		FROM credit_uses u WHERE u.account_id = ? AND u.invoice_id = ? ORDER BY u.id`, accountID, invoiceID).Scan(&uses).Error
	if err != nil {
		return nil, nil, err
	}
	var views []claimView
	err = tx.Raw(claimSelect+`WHERE c.account_id = ? AND c.id IN (SELECT claim_id FROM credit_uses WHERE invoice_id = ?)`, accountID, invoiceID).Scan(&views).Error
	if err != nil {
		return nil, nil, err
	}
	byID := map[string]Claim{}
	for _, c := range claims(views) {
		byID[c.ID] = c
	}
	for _, u := range uses {
		c := byID[u.ClaimID]
		currency := c.Value.Currency()
		one := Used{u.ID, c, money.New(u.AmountMinor, currency), money.New(u.Returned, currency), u.Prepaid}
		if u.Prepaid {
			prepaid = append(prepaid, one)
		} else {
			reducing = append(reducing, one)
		}
	}
	return reducing, prepaid, nil
}

// ReturnTx gives credit back: each return becomes a claim of its own, used for what the old one is used
// for now, or for the whole account where that group or project is deleted. It writes no event: the
// caller's, of the credit note, covers it.
func ReturnTx(tx *gorm.DB, returns []Return, noteID string, at time.Time) error {
	for _, r := range returns {
		scope, group, project := r.Claim.Scope, r.Claim.GroupID, r.Claim.ProjectID
		gone, err := deletedTarget(tx, r.Claim)
		if err != nil {
			return err
		}
		if gone {
			scope, group, project = ForAccount, "", ""
		}
		claim := claimRow{ID: models.NewID(), AccountID: r.Claim.AccountID, CreditID: r.Claim.CreditID, Scope: string(scope), GroupID: nullable(group),
			ProjectID: nullable(project), ValueMinor: r.Back.Minor(), RemainingMinor: r.Back.Minor(), ReturnedBy: &noteID, ClaimedAt: at}
		if !r.Expires.IsZero() {
			claim.ExpiresAt = &r.Expires
		}
		if err := tx.Create(&claim).Error; err != nil {
			return err
		}
		if err := tx.Create(&returnRow{claim.ID, claim.AccountID, r.UseID, noteID, r.Back.Minor(), at}).Error; err != nil {
			return err
		}
	}
	return nil
}

// deletedTarget says that what a claim is bound to is deleted.
func deletedTarget(tx *gorm.DB, c Claim) (gone bool, err error) {
	switch c.Scope {
	case ForGroup:
		err = tx.Raw(`SELECT deleted_at IS NOT NULL FROM billing_groups WHERE account_id = ? AND id = ?`, c.AccountID, c.GroupID).Scan(&gone).Error
	case ForProject:
		err = tx.Raw(`SELECT deleted_at IS NOT NULL FROM projects WHERE account_id = ? AND id = ?`, c.AccountID, c.ProjectID).Scan(&gone).Error
	}
	return gone, err
}
