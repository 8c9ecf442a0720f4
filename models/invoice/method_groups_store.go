package invoice

import (
	"gorm.io/gorm"
)

// stillBilled is the condition on invoices of a group that has something to be billed or paid yet.
const stillBilled = `(state = 'estimate' AND NOT frozen OR state IN ('issued', 'payment_failed') AND due_minor > 0)`

// MethodGroups are the groups that use a payment method: the first ones A to Z, and how many there are.
type MethodGroups struct {
	First []MethodGroup
	Total int
}

// MethodGroup is a group that uses a payment method.
type MethodGroup struct {
	GroupName
	Deleted bool // it has invoices that are not issued or not paid yet
}

// firstGroups is how many groups of a method are named.
const firstGroups = 5

// MethodGroupsTx are the groups of an account that use each of its payment methods, by the method's id;
// methodID "" means all of them. A deleted group uses its method until nothing of it is unissued or unpaid
// (domain.md, "Delete a group").
func MethodGroupsTx(tx *gorm.DB, accountID, methodID string) (map[string]MethodGroups, error) {
	which, args := "", []any{accountID}
	if methodID != "" {
		which, args = "AND g.payment_method_id = ?", append(args, methodID)
	}
	var rows []struct {
		MethodID, ID, Name string
		Deleted            bool
		Total              int
	}
	err := tx.Raw(`SELECT * FROM (SELECT g.payment_method_id AS method_id, g.id, g.name, g.deleted_at IS NOT NULL AS deleted,
		COUNT(*) OVER (PARTITION BY g.payment_method_id) AS total, ROW_NUMBER() OVER (PARTITION BY g.payment_method_id ORDER BY g.name_key, g.id) AS place
		FROM billing_groups g WHERE g.account_id = ? AND g.payment_method_id IS NOT NULL `+which+`
		AND (g.deleted_at IS NULL OR EXISTS (SELECT 1 FROM invoices WHERE account_id = g.account_id AND group_id = g.id AND `+stillBilled+`))) u
		WHERE place <= ? ORDER BY method_id, place`, append(args, firstGroups)...).Scan(&rows).Error
	uses := map[string]MethodGroups{}
	for _, r := range rows {
		u := uses[r.MethodID]
		u.Total = r.Total
		u.First = append(u.First, MethodGroup{GroupName{ID: r.ID, Name: r.Name}, r.Deleted})
		uses[r.MethodID] = u
	}
	return uses, err
}
