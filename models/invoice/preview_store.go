package invoice

import (
	"context"
	"errors"

	"billfold/models"
	"billfold/models/access"
	"billfold/models/account"
	"billfold/models/credit"
	"billfold/models/money"
	"billfold/models/seller"
	"billfold/models/tax"

	"gorm.io/gorm"
)

// Preview computes what an open estimate would be as an invoice now, by the same Compute as closing, of
// the same lines and of the credit that the estimates which close before it leave. taxKnown is false when
// no tax rate is stored for the customer; the totals are then without tax.
func (s *Store) Preview(ctx context.Context, scope access.Scope, row Row) (t Totals, describe string, taxKnown bool, err error) {
	tx := s.db.Read(ctx)
	sell, _, err := seller.Get(tx)
	if err != nil {
		return t, "", false, err
	}
	info, err := account.InformationTx(tx, scope.AccountID(), row.GroupID)
	if err != nil {
		return t, "", false, err
	}
	month := models.Month(row.Month)
	treatment, err := tax.TreatmentTx(tx, sell, customerOf(info), month.LastDay())
	if err != nil {
		return t, "", false, err
	}
	draft := Draft{Currency: money.Currency(row.Currency), Tax: treatment}
	row.AccountID = scope.AccountID()
	if draft.Credits, draft.Prepaid, err = s.creditsLeft(tx, sell, row); err != nil {
		return t, "", false, err
	}
	if draft.Charges, err = sumsOf(tx, row, treatment, draft.Credits); err != nil {
		return t, "", false, err
	}
	t, err = Compute(draft)
	var missing *tax.MissingRate
	if errors.As(err, &missing) {
		draft.Tax = tax.NewTreatment(tax.Decision{Category: tax.OutOfScope}, nil, month.LastDay())
		t, err = Compute(draft)
		t.Shares = nil
		return t, missing.Error(), false, err
	}
	return t, treatment.Describe(month), true, err
}

// creditsLeft is the credit that an estimate could use if all open ones were closed now.
func (s *Store) creditsLeft(tx *gorm.DB, sell seller.Seller, row Row) (reducing, prepaid []credit.Claim, err error) {
	currency, end := money.Currency(row.Currency), models.Month(row.Month).End()
	if reducing, err = credit.Usable(tx, row.AccountID, row.GroupID, currency, end); err != nil {
		return nil, nil, err
	}
	if prepaid, err = credit.UsablePrepaid(tx, row.AccountID, row.GroupID, currency, end); err != nil || len(reducing)+len(prepaid) == 0 {
		return nil, nil, err
	}
	// Credit of the whole account counts even when it cannot be used any more by this estimate: what other
	// groups take of it decides how much else the group's own earlier months take.
	var shared bool
	err = tx.Raw(`SELECT EXISTS (SELECT 1 FROM credit_claims c JOIN credits k ON k.id = c.credit_id
		WHERE c.account_id = ? AND c.scope = 'account' AND k.currency = ? AND c.remaining_minor > 0)`, row.AccountID, string(currency)).Scan(&shared).Error
	if err != nil {
		return nil, nil, err
	}
	taken, err := newEarlier(tx, s.clock.Now(), sell, row, !shared).play()
	return leave(reducing, taken), leave(prepaid, taken), err
}
