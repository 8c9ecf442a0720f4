package credit

import (
	"time"

	"billfold/models/money"

	"gorm.io/gorm"
)

// LeftInAccount is the unexpired credit that remains in an account, prepaid money apart from the rest. One
// amount per currency, A to Z; none when there is none.
func LeftInAccount(tx *gorm.DB, accountID string, at time.Time) (prepaid, other []money.Amount, err error) {
	var rows []struct {
		Prepaid  bool
		Currency string
		Minor    int64
	}
	err = tx.Raw(`SELECT k.type = 'purchase' AS prepaid, k.currency, CAST(SUM(c.remaining_minor) AS bigint) AS minor
		FROM credit_claims c JOIN credits k ON k.id = c.credit_id
		WHERE c.account_id = ? AND c.remaining_minor > 0 AND (c.expires_at IS NULL OR c.expires_at > ?)
		GROUP BY k.type = 'purchase', k.currency ORDER BY k.currency`, accountID, at.UTC()).Scan(&rows).Error
	for _, r := range rows {
		amount := money.New(r.Minor, money.Currency(r.Currency))
		if r.Prepaid {
			prepaid = append(prepaid, amount)
		} else {
			other = append(other, amount)
		}
	}
	return prepaid, other, err
}
