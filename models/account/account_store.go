package account

import (
	"context"
	"errors"
	"slices"

	"billfold/models"
	"billfold/models/access"
	"billfold/models/db"
	"billfold/models/event"

	"gorm.io/gorm"
)

// Store keeps accounts and what is in them.
type Store struct {
	db    *db.DB
	clock models.Clock
}

// NewStore makes a store; a nil clock is the real one.
func NewStore(d *db.DB, clock models.Clock) *Store { return &Store{d, clock} }

// Lock locks accounts until the transaction ends, in the order of their ids so that two callers never
// wait for each other. It is the first lock of every use case; times are read after it. Kind: NotFound
// when one does not exist.
func Lock(tx *gorm.DB, accountIDs ...string) error { return lock(tx, "deleted_at IS NULL", accountIDs) }

func lock(tx *gorm.DB, which string, accountIDs []string) error {
	ids := slices.Clone(accountIDs)
	slices.Sort(ids)
	ids = slices.Compact(ids)
	for _, id := range ids {
		if !models.IsID(id) {
			return models.NotFoundf("Account not found")
		}
	}
	for part := range slices.Chunk(ids, 1000) {
		var locked []string
		err := db.ForUpdate(tx).Model(&accountRow{}).Where("id IN ? AND "+which, part).Order("id").Pluck("id", &locked).Error
		if err != nil {
			return err
		}
		if len(locked) != len(part) {
			return models.NotFoundf("Account not found")
		}
	}
	return nil
}

// allow refuses a scope whose role is not enough; the zero scope is allowed nothing. Kinds: NotFound, Forbidden.
func allow(scope access.Scope, need access.Need) error {
	switch {
	case scope.AccountID() == "" || !scope.May(access.Read):
		return models.NotFoundf("Page not found")
	case scope.May(need):
		return nil
	case need == access.Admin:
		return models.Forbiddenf("You need admin access for %s", scope.AccountName())
	}
	return models.Forbiddenf("You need billing access for %s", scope.AccountName())
}

// operate refuses everyone but the operator and the product itself. Kind: Forbidden.
func operate(actor access.Actor) error {
	if actor.Kind != access.Operator && actor.Kind != access.System {
		return models.Forbiddenf("Only the operator can do this")
	}
	return nil
}

// CreateAccount makes an account with its primary billing group "Default" and, when ownerUserID is not
// empty, its first admin. For the operator. Kinds: Forbidden, Invalid (name), NotFound (no such user).
func (s *Store) CreateAccount(ctx context.Context, actor access.Actor, name, ownerUserID string) (Account, error) {
	if err := operate(actor); err != nil {
		return Account{}, err
	}
	return s.createAccount(ctx, actor, name, ownerUserID)
}

func (s *Store) createAccount(ctx context.Context, actor access.Actor, name, ownerUserID string) (Account, error) {
	if err := models.InvalidFields(CheckAccountName(name)...); err != nil {
		return Account{}, err
	}
	name = CleanName(name)
	var made Account
	err := s.db.RunTx(ctx, func(tx *gorm.DB) error {
		owner, err := userName(tx, ownerUserID)
		if err != nil {
			return err
		}
		at := s.clock.Now()
		row := accountRow{ID: models.NewID(), Name: name, NameKey: NameKey(name), CreatedAt: at}
		if err := tx.Create(&row).Error; err != nil {
			return err
		}
		group := groupRow{ID: models.NewID(), AccountID: row.ID, Name: DefaultGroup, NameKey: NameKey(DefaultGroup), IsPrimary: true, CreatedAt: at}
		if err := tx.Create(&group).Error; err != nil {
			return err
		}
		after := map[string]any{"name": name, "primary_billing_group": DefaultGroup}
		sentence := "created the account " + name + " with the billing group " + DefaultGroup + "."
		if ownerUserID != "" {
			if err := tx.Create(&memberRow{row.ID, ownerUserID, string(access.RoleAdmin), at}).Error; err != nil {
				return err
			}
			after["admin"] = owner
			sentence = "created the account " + name + " with the billing group " + DefaultGroup + " and the admin " + owner + "."
		}
		made = row.account()
		return event.Append(tx, actor, row.ID, at, event.Event{Type: "account.created", Category: event.Account,
			Sentence: sentence, After: after, Groups: []string{group.ID}})
	})
	return made, err
}

// userName is the name of the user, "" for no user. Kind: NotFound.
func userName(tx *gorm.DB, id string) (string, error) {
	if id == "" {
		return "", nil
	}
	var row struct{ Name, Email string }
	if models.IsID(id) {
		if err := tx.Raw(`SELECT name, email FROM users WHERE id = ?`, id).Scan(&row).Error; err != nil {
			return "", err
		}
	}
	if row.Email == "" {
		return "", models.NotFoundf("There is no such user")
	}
	if row.Name == "" {
		return row.Email, nil
	}
	return row.Name, nil
}

// Accounts are the live accounts, A to Z. For the operator's commands and for closing.
func (s *Store) Accounts(ctx context.Context) ([]Account, error) {
	var rows []accountRow
	err := s.db.Read(ctx).Where("deleted_at IS NULL").Order("name_key, id").Find(&rows).Error
	list := make([]Account, len(rows))
	for i, r := range rows {
		list[i] = r.account()
	}
	return list, err
}

func (r accountRow) account() Account {
	a := Account{ID: r.ID, Name: r.Name, BankTransferAllowed: r.BankTransferAllowed, CreatedAt: r.CreatedAt, UpdatedAt: r.CreatedAt}
	if r.UpdatedAt != nil {
		a.UpdatedAt = *r.UpdatedAt
	}
	return a
}

// Account is the account of the scope. Kind: NotFound.
func (s *Store) Account(ctx context.Context, scope access.Scope) (Account, error) {
	if err := allow(scope, access.Read); err != nil {
		return Account{}, err
	}
	var row accountRow
	err := s.db.Read(ctx).Where("id = ?", scope.AccountID()).Take(&row).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return Account{}, models.NotFoundf("Page not found")
	}
	return row.account(), err
}

// FindAccount finds a live account by id or, for commands, by name regardless of case. Kinds: NotFound;
// Conflict when several accounts have the name.
func (s *Store) FindAccount(ctx context.Context, idOrName string) (Account, error) {
	q := s.db.Read(ctx).Where("deleted_at IS NULL")
	if models.IsID(idOrName) {
		q = q.Where("id = ?", idOrName)
	} else {
		q = q.Where("name_key = ?", NameKey(idOrName))
	}
	var rows []accountRow
	switch err := q.Limit(2).Find(&rows).Error; {
	case err != nil:
		return Account{}, err
	case len(rows) == 0:
		return Account{}, models.NotFoundf("There is no account %q", idOrName)
	case len(rows) > 1:
		return Account{}, models.Conflictf("Several accounts are called %q. Name the account by its id.", idOrName)
	}
	return rows[0].account(), nil
}
