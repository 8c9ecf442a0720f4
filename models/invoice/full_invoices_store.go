package invoice

import (
	"context"
	"errors"

	"billfold/models"
	"billfold/models/access"

	"gorm.io/gorm"
)

// FullInvoice is an estimate, invoice or credit note as programs read it. The amounts of an open
// estimate are those that closing would give it now.
type FullInvoice struct {
	Row
	Snapshot     Snapshot
	GroupName    string
	GroupDeleted bool
	NoCard       bool // its payment failed, and there is no card on file any more
}

// invoicesRead is how many invoices are read at once.
const invoicesRead = 100

// EachInvoice hands on the estimates and invoices of the scope's group, a part at a time: newest month
// first, or oldest first. Of issued ones it reads what lists show (fullColumns, and of the snapshot the
// group's name and the payment). An error of yield ends it and is returned.
func (s *Store) EachInvoice(ctx context.Context, scope access.Scope, oldestFirst bool, yield func([]FullInvoice) error) error {
	group, err := groupNameOf(s.db.Read(ctx), scope)
	if err != nil {
		return err
	}
	sign, way := "<", "DESC"
	if oldestFirst {
		sign, way = ">", "ASC"
	}
	var after *Row
	var last briefly
	for {
		q := listed(s.db.Read(ctx), scope)
		if after != nil {
			q = q.Where("(i.month, i.id) "+sign+" (?, ?)", after.Month, after.ID)
		}
		rows, err := scanFull(q.Select(fullColumns).Order("i.month " + way + ", i.id " + way).Limit(invoicesRead))
		if err != nil || len(rows) == 0 {
			return err
		}
		after = &rows[len(rows)-1]
		part := make([]FullInvoice, len(rows))
		for i, row := range rows {
			if part[i], err = s.listInvoice(ctx, scope, row, group, &last); err != nil {
				return err
			}
		}
		if err := yield(part); err != nil || len(rows) < invoicesRead {
			return err
		}
	}
}

// FullInvoice reads an estimate, invoice or credit note of the scope's group by its address. Kind: NotFound.
func (s *Store) FullInvoice(ctx context.Context, scope access.Scope, address string) (FullInvoice, error) {
	row, err := s.Find(ctx, scope, address)
	if err != nil {
		return FullInvoice{}, err
	}
	group, err := groupNameOf(s.db.Read(ctx), scope)
	if err != nil {
		return FullInvoice{}, err
	}
	return s.fullInvoice(ctx, scope, row, group)
}

func (s *Store) fullInvoice(ctx context.Context, scope access.Scope, row Row, group namedGroup) (f FullInvoice, err error) {
	f = FullInvoice{Row: row, GroupName: group.Name, GroupDeleted: group.Deleted}
	if row.State != Estimate {
		if f.NoCard, err = noCard(s.db.Read(ctx), row); err != nil {
			return f, err
		}
		f.Snapshot, err = row.Decode()
		return f, err
	}
	sheet := Sheet{GroupInvoice: GroupInvoice{Row: row}}
	if err := s.asEstimate(ctx, scope, &sheet); err != nil {
		return f, err
	}
	f.Row, f.Snapshot = sheet.Row, sheet.Snapshot
	return f, nil
}

type namedGroup struct {
	Name    string
	Deleted bool
}

func groupNameOf(tx *gorm.DB, scope access.Scope) (g namedGroup, err error) {
	q := tx.Raw(`SELECT name, deleted_at IS NOT NULL AS deleted FROM billing_groups WHERE account_id = ? AND id = ?`, scope.AccountID(), scope.GroupID()).Scan(&g)
	if q.Error == nil && q.RowsAffected == 0 {
		return g, models.NotFoundf("Billing group not found")
	}
	return g, q.Error
}

// GroupOfNumber tells which group an invoice or credit note is of, by its number, which is unique in the
// installation. It says nothing else of it: who may see it, access says. Kind: NotFound.
func (s *Store) GroupOfNumber(ctx context.Context, number string) (groupID string, err error) {
	row := Row{}
	if !printable(number) {
		return "", models.NotFoundf("Invoice not found")
	}
	err = s.db.Read(ctx).Select("group_id").Where("number = ?", number).Take(&row).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		err = models.NotFoundf("Invoice not found")
	}
	return row.GroupID, err
}
