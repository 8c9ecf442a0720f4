package invoice

import (
	"context"

	"billfold/models"
	"billfold/models/access"
	"billfold/models/account"
	"billfold/models/money"
	"billfold/models/seller"
	"billfold/models/tax"

	"gorm.io/gorm"
)

// PickLimit is how many rows a picker shows; more are found by typing.
const PickLimit = 50

// PickedProject is a project of the account as pickers and the pages that move projects show it.
type PickedProject struct {
	ID, Name string
	Group    GroupName // that holds it now
	Deleted  bool
}

const pickProjects = `SELECT p.id, p.name, g.id AS group_id, g.name AS group_name, p.deleted_at IS NOT NULL AS deleted
	FROM projects p JOIN billing_groups g ON g.id = p.group_id `

type pickedRow struct {
	ID, Name, GroupID, GroupName string
	Deleted                      bool
}

func picked(rows []pickedRow) []PickedProject {
	list := make([]PickedProject, len(rows))
	for i, r := range rows {
		list[i] = PickedProject{r.ID, r.Name, GroupName{r.GroupID, r.GroupName}, r.Deleted}
	}
	return list
}

// PickProjects are projects of the scope's account by id, deleted ones included, A to Z. Ids that are
// none of the account are left out.
func (s *Store) PickProjects(ctx context.Context, scope access.Scope, ids []string) ([]PickedProject, error) {
	var known []string
	for _, id := range ids {
		if models.IsID(id) {
			known = append(known, id)
		}
	}
	if len(known) == 0 {
		return nil, nil
	}
	var rows []pickedRow
	err := s.db.Read(ctx).Raw(pickProjects+`WHERE p.account_id = ? AND p.id IN ? ORDER BY p.name_key, p.id`, scope.AccountID(), known).Scan(&rows).Error
	return picked(rows), err
}

// ProjectsElsewhere are live projects of the account that the scope's group does not hold and whose name
// holds a text, A to Z, at most PickLimit, and how many there are.
func (s *Store) ProjectsElsewhere(ctx context.Context, scope access.Scope, text string) (list []PickedProject, total int, err error) {
	return s.pick(ctx, text, "p.account_id = ? AND p.group_id <> ? AND p.deleted_at IS NULL", scope.AccountID(), scope.GroupID())
}

// ProjectsAnywhere are live projects of the scope's account whose name holds a text, as ProjectsElsewhere.
func (s *Store) ProjectsAnywhere(ctx context.Context, scope access.Scope, text string) (list []PickedProject, total int, err error) {
	return s.pick(ctx, text, "p.account_id = ? AND p.deleted_at IS NULL", scope.AccountID())
}

func (s *Store) pick(ctx context.Context, text, where string, args ...any) (list []PickedProject, total int, err error) {
	tx := s.db.Read(ctx)
	q := nameContains(tx.Table("projects p").Where(where, args...), "p.name_key", text)
	var n int64
	if err := q.Session(&gorm.Session{}).Count(&n).Error; err != nil {
		return nil, 0, err
	}
	var rows []pickedRow
	err = q.Session(&gorm.Session{}).Joins("JOIN billing_groups g ON g.id = p.group_id").
		Select("p.id, p.name, g.id AS group_id, g.name AS group_name").Order("p.name_key, p.id").Limit(PickLimit).Scan(&rows).Error
	return picked(rows), int(n), err
}

// HeldProjects are the ids of the first limit live projects of the scope's group whose name holds a text,
// A to Z: what "all that match" means when they are moved.
func (s *Store) HeldProjects(ctx context.Context, scope access.Scope, text string, limit int) (ids []string, err error) {
	q := s.db.Read(ctx).Table("projects p").Where("p.account_id = ? AND p.group_id = ? AND p.deleted_at IS NULL", scope.AccountID(), scope.GroupID())
	err = nameContains(q, "p.name_key", text).Order("p.name_key, p.id").Limit(limit).Pluck("p.id", &ids).Error
	return ids, err
}

// TargetGroup is a billing group that projects can move to.
type TargetGroup struct {
	ID, Name string
	Currency money.Currency
	PayBy    string // "Bank transfer, 14 days"; empty: none yet
	Primary  bool
}

// TargetGroups are the live groups of the account other than the scope's whose name holds a text, A to
// Z, at most PickLimit, and how many there are.
func (s *Store) TargetGroups(ctx context.Context, scope access.Scope, text string) (list []TargetGroup, total int, err error) {
	tx := s.db.Read(ctx)
	price, err := PriceCurrencyTx(tx)
	if err != nil {
		return nil, 0, err
	}
	q := nameContains(tx.Table("billing_groups g").Where("g.account_id = ? AND g.id <> ? AND g.deleted_at IS NULL", scope.AccountID(), scope.GroupID()), "g.name_key", text)
	var n int64
	if err := q.Session(&gorm.Session{}).Count(&n).Error; err != nil {
		return nil, 0, err
	}
	var rows []struct {
		ID, Name           string
		IsPrimary          bool
		Currency           *string
		Kind, Brand, Last4 *string
		TermsDays          *int
	}
	err = q.Session(&gorm.Session{}).Joins("LEFT JOIN billing_information i ON i.group_id = g.id").
		Joins("LEFT JOIN payment_methods m ON m.account_id = g.account_id AND m.id = g.payment_method_id").
		Select("g.id, g.name, g.is_primary, i.currency, m.kind, m.brand, m.last4, m.terms_days").
		Order("g.name_key, g.id").Limit(PickLimit).Scan(&rows).Error
	for _, r := range rows {
		t := TargetGroup{ID: r.ID, Name: r.Name, Currency: price, Primary: r.IsPrimary}
		if r.Currency != nil {
			t.Currency = money.Currency(*r.Currency)
		}
		if r.Kind != nil {
			t.PayBy = account.PaymentMethod{Kind: *r.Kind, Brand: *r.Brand, Last4: *r.Last4, TermsDays: *r.TermsDays}.Label()
		}
		list = append(list, t)
	}
	return list, int(n), err
}

// PrimaryGroup names the primary billing group of the scope's account.
func (s *Store) PrimaryGroup(ctx context.Context, scope access.Scope) (g GroupName, err error) {
	err = s.db.Read(ctx).Raw(`SELECT id, name FROM billing_groups WHERE account_id = ? AND is_primary`, scope.AccountID()).Scan(&g).Error
	return g, err
}

// StillBilled reports whether the scope's group has an estimate or an unpaid invoice: so long the billing
// information of a deleted group can be edited (domain.md, "Delete a group").
func (s *Store) StillBilled(ctx context.Context, scope access.Scope) (still bool, err error) {
	err = s.db.Read(ctx).Raw(`SELECT EXISTS (SELECT 1 FROM invoices WHERE account_id = ? AND group_id = ? AND `+stillBilled+`)`, scope.AccountID(), scope.GroupID()).Scan(&still).Error
	return still, err
}

// TaxOf is the tax that invoices for the running month would have with some billing information, which
// need not be saved.
func (s *Store) TaxOf(ctx context.Context, info account.Information) (tax.Treatment, models.Month, error) {
	tx, month := s.db.Read(ctx), models.MonthOf(s.clock.Now())
	sell, _, err := seller.Get(tx)
	if err != nil {
		return tax.Treatment{}, month, err
	}
	customer := tax.Customer{Country: info.Country, Region: info.Region, VATID: info.VATID, VATStatus: string(info.VATStatus)}
	t, err := tax.TreatmentTx(tx, sell, customer, month.LastDay())
	return t, month, err
}

// TaxEffect is what saving information over stored information does to the tax on the next invoice, by the
// calculation that closing uses.
func (s *Store) TaxEffect(ctx context.Context, stored, wanted account.Information) (tax.Effect, error) {
	e := tax.Effect{New: stored.Country == ""}
	wanted = wanted.Settled(stored)
	var err error
	if e.Before, e.Month, err = s.TaxOf(ctx, stored); err != nil {
		return e, err
	}
	if e.After, _, err = s.TaxOf(ctx, wanted); err != nil {
		return e, err
	}
	if wanted.VATID == "" || wanted.VATStatus == account.VATConfirmed || wanted.VATProblem() != "" {
		return e, nil
	}
	wanted.VATStatus = account.VATConfirmed
	then, _, err := s.TaxOf(ctx, wanted)
	e.OnceConfirmed = then.Category == tax.Reverse
	return e, err
}
