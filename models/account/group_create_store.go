package account

import (
	"context"
	"time"

	"billfold/models"
	"billfold/models/access"
	"billfold/models/event"

	"gorm.io/gorm"
)

// CreateGroup makes a billing group, with billing information given or copied, and moves projects into
// it, in one transaction: an event of the group and, when projects move, one of the move. Kinds:
// NotFound (a project, the copied group, an address, the payment method or the draft), Forbidden, Invalid (name
// wrong or taken, information wrong), Conflict (a project is deleted).
func (s *Store) CreateGroup(ctx context.Context, scope access.Scope, n NewGroup) (CreatedGroup, error) {
	if err := allow(scope, access.Write); err != nil {
		return CreatedGroup{}, err
	}
	if err := models.InvalidFields(n.Check()...); err != nil {
		return CreatedGroup{}, err
	}
	var made CreatedGroup
	err := s.db.RunTx(ctx, func(tx *gorm.DB) error {
		if err := Lock(tx, scope.AccountID()); err != nil {
			return err
		}
		at := s.clock.Now()
		row, err := insertGroup(tx, scope, at, n)
		if err != nil {
			return err
		}
		made = CreatedGroup{Move: Move{At: at}}
		if len(n.ProjectIDs) > 0 {
			seen := make([]Seen, len(n.ProjectIDs))
			for i, id := range n.ProjectIDs {
				seen[i].ProjectID = id
			}
			if made.Move, err = moveTx(tx, scope.Actor(), at, row.AccountID, steps(seen, row.ID), false); err != nil {
				return err
			}
		}
		if n.DraftID != "" {
			if err := deleteDraft(tx, scope, n.DraftID); err != nil {
				return err
			}
		}
		made.Group, err = takeGroupView(tx, row.AccountID, row.ID)
		return err
	})
	return made, err
}

// insertGroup writes the group, its information and its event.
func insertGroup(tx *gorm.DB, scope access.Scope, at time.Time, n NewGroup) (groupRow, error) {
	row := groupRow{ID: models.NewID(), AccountID: scope.AccountID(), Name: CleanName(n.Name), NameKey: NameKey(n.Name), CreatedAt: at}
	if err := groupNameFree(tx, scope.AccountName(), row); err != nil {
		return row, err
	}
	info, source, method, err := newInformation(tx, scope.AccountID(), n)
	if err != nil {
		return row, err
	}
	if method != "" {
		if _, err := usableMethod(tx, scope.AccountID(), method); err != nil {
			return row, err
		}
		row.PaymentMethodID = &method
	}
	if err := tx.Create(&row).Error; err != nil {
		return row, err
	}
	after := map[string]any{"name": row.Name}
	for _, used := range []struct{ name, column, id string }{{"billing_address", "billing_address_id", n.BillingAddress}, {"shipping_address", "shipping_address_id", n.ShippingAddress}} {
		if used.id == "" {
			continue
		}
		a, err := takeAddress(tx, row.AccountID, used.id)
		if err != nil {
			return row, err
		}
		if err := setAddress(tx, row, used.column, a.ID); err != nil {
			return row, err
		}
		after[used.name] = a.Label()
	}
	if info != nil {
		if err := settleVAT(tx, row, info, source, true); err != nil {
			return row, err
		}
		if err := writeInformation(tx, scope.Actor(), at, row, *info); err != nil {
			return row, err
		}
		_, values := changeValues(changes(Information{}, *info))
		values["vat_status"] = info.VATStatus
		after["billing_information"] = values
	}
	return row, event.Append(tx, scope.Actor(), row.AccountID, at, event.Event{Type: "billing_group.created", Category: event.Group,
		Sentence: "created the billing group " + row.Name + ".", After: after, Groups: []string{row.ID}})
}

// newInformation is the information that a new group starts with, nil for none, that of the group it is copied
// from, and its payment method.
func newInformation(tx *gorm.DB, accountID string, n NewGroup) (made *Information, source Information, method string, err error) {
	method = n.PaymentMethodID
	if n.CopyFrom != "" {
		from, err := takeGroup(tx, accountID, n.CopyFrom)
		if err != nil {
			return nil, source, "", err
		}
		if source, err = InformationTx(tx, accountID, n.CopyFrom); err != nil {
			return nil, source, "", err
		}
		if n.Information == nil && method == "" && from.PaymentMethodID != nil {
			if _, err := usableMethod(tx, accountID, *from.PaymentMethodID); err == nil {
				method = *from.PaymentMethodID
			} else if models.KindOf(err) == models.Internal {
				return nil, source, "", err
			}
		}
	}
	var info Information
	switch {
	case n.Information != nil:
		info = n.Information.Clean()
	case source.Version > 0:
		info = source
	case n.BillingAddress == "":
		return nil, source, method, nil
	}
	if n.BillingAddress != "" {
		a, err := takeAddress(tx, accountID, n.BillingAddress)
		if err != nil {
			return nil, source, "", err
		}
		info = a.Onto(info)
	}
	info.Version = 0
	return &info, source, method, models.InvalidFields(info.Validate()...)
}
