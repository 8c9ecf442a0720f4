package seller

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"billfold/models"
	"billfold/models/access"
	"billfold/models/db"
	"billfold/models/event"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// setting is the name of the row in table settings.
const setting = "seller"

type settingRow struct {
	Name      string `gorm:"primaryKey"`
	Value     string
	UpdatedAt time.Time
}

func (settingRow) TableName() string { return "settings" }

// Store keeps the profile.
type Store struct {
	db    *db.DB
	clock models.Clock
}

// NewStore makes a store; a nil clock is the real one.
func NewStore(d *db.DB, clock models.Clock) *Store { return &Store{d, clock} }

// Get reads the profile in a transaction or from a read pool. Until the operator has set one, ok is false
// (invoices cannot be issued) and the profile is Default(), with Prepaid when that was set already.
func Get(tx *gorm.DB) (s Seller, ok bool, err error) { return load(tx) }

// Get reads the profile; see the function Get.
func (s *Store) Get(ctx context.Context) (Seller, bool, error) { return load(s.db.Read(ctx)) }

// load says ok when the profile has the name that Set insists on: SetPrepaid alone does not make one.
func load(q *gorm.DB) (Seller, bool, error) {
	var row settingRow
	err := q.Where("name = ?", setting).Take(&row).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return Default(), false, nil
	}
	if err != nil {
		return Seller{}, false, err
	}
	var profile Seller
	if err := json.Unmarshal([]byte(row.Value), &profile); err != nil {
		return Seller{}, false, fmt.Errorf("the stored seller cannot be read: %w", err)
	}
	return profile, profile.Name != "", nil
}

// Set stores the whole profile, with one event of the installation; a profile that changes nothing
// writes nothing. For the operator. Kinds: Forbidden, Invalid, Conflict (another price currency once
// usage was taken in: every stored cost is in the old one).
func (s *Store) Set(ctx context.Context, actor access.Actor, profile Seller) error {
	profile = profile.Normalised()
	return s.change(ctx, actor, func(Seller) Seller { return profile }, Seller.Validate)
}

// SetPrepaid says how prepaid credit is treated for tax: MultiPurpose, or "" to issue none. It may be
// set before the rest of the profile. For the operator. Kinds: Forbidden, Invalid.
func (s *Store) SetPrepaid(ctx context.Context, actor access.Actor, prepaid string) error {
	with := func(p Seller) Seller { p.Prepaid = prepaid; return p }
	return s.change(ctx, actor, with, func(Seller) []models.Field {
		check := Seller{Name: "-", AddressLine1: "-", City: "-", Country: "FI", InvoicePrefix: "BF", PriceCurrency: "USD", Prepaid: prepaid}
		return check.Validate()
	})
}

func (s *Store) change(ctx context.Context, actor access.Actor, with func(Seller) Seller, check func(Seller) []models.Field) error {
	if actor.Kind != access.Operator && actor.Kind != access.System {
		return models.Forbiddenf("Only the operator can do this")
	}
	return s.db.RunTx(ctx, func(tx *gorm.DB) error {
		if err := lock(tx); err != nil {
			return err
		}
		before, ok, err := load(tx)
		if err != nil {
			return err
		}
		after := with(before)
		if err := models.InvalidFields(check(after)...); err != nil {
			return err
		}
		if before == after {
			return nil
		}
		if err := keepsCurrency(tx, before, after); err != nil {
			return err
		}
		return save(tx, actor, s.clock.Now(), before, after, ok)
	})
}

// lock makes two changes wait for each other, also when there is no row yet.
func lock(tx *gorm.DB) error {
	if tx.Dialector.Name() != string(db.Postgres) {
		return nil
	}
	return tx.Exec(`LOCK TABLE settings IN SHARE ROW EXCLUSIVE MODE`).Error
}

func keepsCurrency(tx *gorm.DB, before, after Seller) error {
	if before.PriceCurrency == after.PriceCurrency {
		return nil
	}
	var used bool
	if err := tx.Raw(`SELECT EXISTS (SELECT 1 FROM invoices)`).Scan(&used).Error; err != nil || !used {
		return err
	}
	return models.Conflictf("The price currency stays %s, because usage was taken in with costs in %[1]s", before.PriceCurrency)
}

func save(tx *gorm.DB, actor access.Actor, at time.Time, before, after Seller, ok bool) error {
	value, err := json.Marshal(after)
	if err != nil {
		return err
	}
	row := settingRow{Name: setting, Value: string(value), UpdatedAt: at}
	err = tx.Clauses(clause.OnConflict{Columns: []clause.Column{{Name: "name"}}, DoUpdates: clause.AssignmentColumns([]string{"value", "updated_at"})}).Create(&row).Error
	if err != nil {
		return err
	}
	logged := event.Event{Type: "seller.changed", Category: event.Account, Sentence: "changed the seller's profile.", After: after}
	if ok {
		logged.Before = before
	} else {
		logged.Type, logged.Sentence = "seller.set", "set the seller's profile."
	}
	return event.Append(tx, actor, "", at, logged)
}
