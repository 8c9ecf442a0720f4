package invoice

import (
	"context"
	"fmt"
	"strings"
	"time"

	"billfold/models"
	"billfold/models/access"
	"billfold/models/account"
	"billfold/models/credit"
	"billfold/models/money"
	"billfold/models/seller"

	"gorm.io/gorm"
)

// maxUnpaid is how many unpaid invoices the delete page names.
const maxUnpaid = 10

// afterAll is a month after all others.
const afterAll = "9999-12"

// DeleteFacts is what the delete page says about a group.
type DeleteFacts struct {
	Projects int64          // live ones; above zero refuses
	Primary  bool           // refuses
	Prepaid  bool           // holds prepaid credit; refuses
	Invoices int64          // issued, they stay readable
	Lost     []money.Amount // credit that its last invoice will leave, per currency
	Unpaid   []UnpaidFact   // still due, at most maxUnpaid
	Running  *money.Amount  // estimates that will still be invoiced
}

// UnpaidFact is an unpaid invoice.
type UnpaidFact struct {
	Number string
	Due    money.Amount
}

// Refusal says in words why the group cannot be deleted, or "".
func (f DeleteFacts) Refusal(name, accountName string) string {
	switch {
	case f.Primary:
		return fmt.Sprintf("This is the primary billing group of %s. Make another group primary first.", accountName)
	case f.Projects > 0:
		return fmt.Sprintf("%s has %d projects. You can delete a billing group once it has none.", name, f.Projects)
	case f.Prepaid:
		return fmt.Sprintf("%s holds prepaid credit. Use it for another billing group or the whole account first.", name)
	}
	return ""
}

// DeleteFacts reads what decides over deleting the scope's group. Kind: NotFound.
func (s *Store) DeleteFacts(ctx context.Context, scope access.Scope) (DeleteFacts, error) {
	return s.deleteFacts(s.db.Read(ctx), scope)
}

func (s *Store) deleteFacts(tx *gorm.DB, scope access.Scope) (f DeleteFacts, err error) {
	id, at := scope.GroupID(), s.clock.Now()
	var g struct{ IsPrimary bool }
	q := tx.Raw(`SELECT is_primary FROM billing_groups WHERE account_id = ? AND id = ? AND deleted_at IS NULL`, scope.AccountID(), id).Scan(&g)
	if q.Error != nil {
		return f, q.Error
	}
	if q.RowsAffected == 0 {
		return f, models.NotFoundf("This billing group is deleted")
	}
	f.Primary = g.IsPrimary
	if err = tx.Raw(`SELECT COUNT(*) FROM projects WHERE group_id = ? AND deleted_at IS NULL`, id).Scan(&f.Projects).Error; err != nil {
		return f, err
	}
	if err = tx.Raw(`SELECT COUNT(*) FROM invoices WHERE group_id = ? AND number IS NOT NULL`, id).Scan(&f.Invoices).Error; err != nil {
		return f, err
	}
	if f.Prepaid, err = credit.HoldsPrepaid(tx, id, at); err != nil {
		return f, err
	}
	if f.Lost, err = lostOnDelete(tx, scope, at); err != nil {
		return f, err
	}
	var unpaid []Row
	err = tx.Where("group_id = ? AND state IN ('issued', 'payment_failed') AND due_minor > 0", id).Order("month").Limit(maxUnpaid).Find(&unpaid).Error
	for _, r := range unpaid {
		f.Unpaid = append(f.Unpaid, UnpaidFact{*r.Number, money.New(r.DueMinor, money.Currency(r.Currency))})
	}
	if err != nil {
		return f, err
	}
	f.Running, err = runningOf(tx, id)
	return f, err
}

// runningOf is what the open estimates of a group come to in the currency of the last one; nil for nothing.
func runningOf(tx *gorm.DB, groupID string) (*money.Amount, error) {
	var rows []Row
	err := tx.Where("group_id = ? AND state = 'estimate' AND NOT frozen", groupID).Order("month DESC").Find(&rows).Error
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	sum := money.Zero(money.Currency(rows[0].Currency))
	for _, r := range rows {
		if r.Currency != rows[0].Currency {
			continue // amounts of two currencies are never added up
		}
		if sum, err = sum.Add(money.New(r.SubtotalMinor, sum.Currency())); err != nil {
			return nil, err
		}
	}
	if sum.IsZero() {
		return nil, nil
	}
	return &sum, nil
}

// lostOnDelete is the credit that is left after the group's last invoice (domain.md, "Delete a group"): what
// remains of it, less what closing its open estimates now would use.
func lostOnDelete(tx *gorm.DB, scope access.Scope, at time.Time) (lost []money.Amount, err error) {
	remaining, err := credit.LostOnDelete(tx, scope.GroupID(), at)
	if err != nil || len(remaining) == 0 {
		return nil, err
	}
	sell, _, err := seller.Get(tx)
	if err != nil {
		return nil, err
	}
	for _, left := range remaining {
		last := Row{AccountID: scope.AccountID(), GroupID: scope.GroupID(), Month: afterAll, Currency: string(left.Currency())}
		e := newEarlier(tx, at, sell, last, true)
		taken, err := e.play()
		if err != nil {
			return nil, err
		}
		for _, c := range e.claims {
			counted := c.Scope == credit.ForGroup && c.GroupID == scope.GroupID() && !c.Type.Prepaid() && (c.Expires.IsZero() || c.Expires.After(at))
			if counted {
				left = money.New(left.Minor()-taken[c.ID], left.Currency())
			}
		}
		if left.Sign() > 0 {
			lost = append(lost, left)
		}
	}
	return lost, nil
}

// DeleteGroup deletes the scope's group: when it has no projects, is not primary and holds no prepaid
// credit. acceptLoss must be true when other credit would be lost. Kinds: NotFound, Conflict (refused,
// with the reason), Invalid (accept_loss: the loss was not confirmed).
func (s *Store) DeleteGroup(ctx context.Context, scope access.Scope, acceptLoss bool) error {
	return s.db.RunTx(ctx, func(tx *gorm.DB) error {
		if err := account.Lock(tx, scope.AccountID()); err != nil {
			return err
		}
		f, err := s.deleteFacts(tx, scope)
		if err != nil {
			return err
		}
		if why := f.Refusal("This billing group", scope.AccountName()); why != "" {
			return models.Conflictf("%s", why)
		}
		note := ""
		if len(f.Lost) > 0 {
			words := make([]string, len(f.Lost))
			for i, a := range f.Lost {
				words[i] = a.String()
			}
			lost := strings.Join(words, " and ")
			if !acceptLoss {
				return models.Invalidf("accept_loss", "Confirm that %s of credits will be lost", lost)
			}
			note = lost + " of credits were lost."
		}
		_, err = account.DeleteGroupTx(tx, scope.Actor(), s.clock.Now(), scope.AccountID(), scope.GroupID(), note)
		return err
	})
}
