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
)

// Preview computes what an open estimate would be as an invoice now, by the same Compute as closing.
// taxKnown is false when no tax rate is stored for the customer; the totals are then without tax.
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
	treatment, err := tax.TreatmentTx(tx, sell, tax.Customer{Country: info.Country, Region: info.Region, VATID: info.VATID, VATStatus: string(info.VATStatus)}, month.LastDay())
	if err != nil {
		return t, "", false, err
	}
	lines, err := chargesOf(tx, row.ID)
	if err != nil {
		return t, "", false, err
	}
	currency := money.Currency(row.Currency)
	draft := Draft{Currency: currency, Charges: lines, Tax: treatment}
	if draft.Credits, err = credit.Usable(tx, scope.AccountID(), row.GroupID, currency, month.End()); err != nil {
		return t, "", false, err
	}
	if draft.Prepaid, err = credit.UsablePrepaid(tx, scope.AccountID(), row.GroupID, currency, month.End()); err != nil {
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
