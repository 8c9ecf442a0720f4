package invoice

import (
	"context"
	"fmt"
	"strings"

	"billfold/models"
	"billfold/models/access"
	"billfold/models/account"
	"billfold/models/credit"
	"billfold/models/money"

	"gorm.io/gorm"
)

// DeleteAccount deletes the scope's account with its primary billing group and any other that is left: only
// without projects, estimates, unpaid invoices and prepaid credit (domain.md, "Projects and groups"). Its
// invoices stay readable; other credit is lost, and the event says how much. For admins. Kinds: NotFound,
// Forbidden, Conflict (refused, with the reason).
func (s *Store) DeleteAccount(ctx context.Context, scope access.Scope) error {
	if !scope.IsAdmin() {
		return models.Forbiddenf("You need admin access for %s", scope.AccountName())
	}
	return s.db.RunTx(ctx, func(tx *gorm.DB) error {
		if err := account.Lock(tx, scope.AccountID()); err != nil {
			return err
		}
		at := s.clock.Now()
		if err := account.CheckDeleteAccountTx(tx, scope.AccountID()); err != nil {
			return err
		}
		if err := checkDocuments(tx, scope.AccountID()); err != nil {
			return err
		}
		prepaid, lost, err := credit.LeftInAccount(tx, scope.AccountID(), at)
		if err != nil {
			return err
		}
		if len(prepaid) > 0 {
			return models.Conflictf("The account holds %s of prepaid credit. It can be deleted once that is used or paid back", amounts(prepaid))
		}
		note := ""
		if len(lost) > 0 {
			note = amounts(lost) + " of credits were lost."
		}
		return account.DeleteAccountTx(tx, scope.Actor(), at, scope.AccountID(), note)
	})
}

// checkDocuments refuses while something of the account is not invoiced or not paid. Kind: Conflict.
func checkDocuments(tx *gorm.DB, accountID string) error {
	var months []string
	err := tx.Raw(`SELECT DISTINCT month FROM invoices WHERE account_id = ? AND kind = ? AND state = 'estimate' AND NOT frozen ORDER BY month LIMIT 1`,
		accountID, KindInvoice).Scan(&months).Error
	if err != nil {
		return err
	}
	if len(months) > 0 {
		return models.Conflictf("Usage of %s is not invoiced yet. The account can be deleted once that month is closed", models.Month(months[0]).Label())
	}
	var unpaid []string
	err = tx.Raw(`SELECT number FROM invoices WHERE account_id = ? AND state IN ('issued', 'payment_failed') AND due_minor > 0 ORDER BY month, number LIMIT ?`,
		accountID, maxUnpaid).Scan(&unpaid).Error
	if err == nil && len(unpaid) > 0 {
		err = models.Conflictf("%s not paid yet: %s. The account can be deleted once nothing is due", areInvoices(len(unpaid)), strings.Join(unpaid, ", "))
	}
	return err
}

func areInvoices(n int) string {
	switch {
	case n == 1:
		return "1 invoice is"
	case n == maxUnpaid:
		return fmt.Sprintf("%d or more invoices are", n)
	}
	return fmt.Sprintf("%d invoices are", n)
}

func amounts(list []money.Amount) string {
	words := make([]string, len(list))
	for i, a := range list {
		words[i] = a.String()
	}
	return strings.Join(words, " and ")
}
