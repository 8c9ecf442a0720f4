package sandbox

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"billfold/models/db"
	"billfold/models/payment"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// store keeps the objects of the sandbox, one row each; the body is JSON.
type store struct{ db *db.DB }

type row struct {
	Ref       string `gorm:"primaryKey"`
	Kind      string
	Body      string
	CreatedAt time.Time
	UpdatedAt time.Time `gorm:"autoUpdateTime:false"`
}

// TableName names the table for GORM.
func (row) TableName() string { return "sandbox_objects" }

// pointer leads from another name of an object, its key or its session, to its reference.
type pointer struct{ Ref string }

// token is a reference that nobody can guess.
func token(prefix string) string { return prefix + strings.ToLower(rand.Text()) }

func keyRef(kind, key string) string { return "key:" + kind + ":" + key }

// once writes an object unless its reference is there already.
func (s store) once(ctx context.Context, ref, kind string, body any, at time.Time) error {
	return s.db.RunTx(ctx, func(tx *gorm.DB) error {
		_, err := insert(tx, ref, kind, body, at)
		return err
	})
}

func insert(tx *gorm.DB, ref, kind string, body any, at time.Time) (fresh bool, err error) {
	encoded, err := json.Marshal(body)
	if err != nil {
		return false, err
	}
	done := tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&row{Ref: ref, Kind: kind, Body: string(encoded), CreatedAt: at, UpdatedAt: at})
	return done.RowsAffected > 0, done.Error
}

// keyed writes an object under a new reference, or gives the one that was made under the same key before.
func keyed[T any](ctx context.Context, s store, kind, key, prefix string, made T, at time.Time) (ref string, got T, err error) {
	err = s.db.RunTx(ctx, func(tx *gorm.DB) error {
		ref, got = token(prefix), made
		fresh, err := insert(tx, keyRef(kind, key), kind, pointer{ref}, at)
		if err != nil {
			return err
		}
		if fresh {
			_, err := insert(tx, ref, kind, made, at)
			return err
		}
		p, err := take[pointer](tx, keyRef(kind, key), kind)
		if err != nil {
			return err
		}
		ref = p.Ref
		got, err = take[T](tx, ref, kind)
		return err
	})
	return ref, got, err
}

// load reads an object. Kind of error: payment.ErrUnknown.
func load[T any](ctx context.Context, s store, ref, kind string) (T, error) {
	return take[T](s.db.Read(ctx), ref, kind)
}

func take[T any](tx *gorm.DB, ref, kind string) (body T, err error) {
	var r row
	err = tx.Where("ref = ? AND kind = ?", ref, kind).Take(&r).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return body, payment.ErrUnknown
	}
	if err != nil {
		return body, err
	}
	return body, json.Unmarshal([]byte(r.Body), &body)
}

// change changes an object under its lock; an error of fn leaves it as it was. Kind of error: payment.ErrUnknown.
func change[T any](ctx context.Context, s store, ref, kind string, at time.Time, fn func(*T) error) (body T, err error) {
	err = s.db.RunTx(ctx, func(tx *gorm.DB) error {
		body, err = changeTx(tx, ref, kind, at, fn)
		return err
	})
	return body, err
}

func changeTx[T any](tx *gorm.DB, ref, kind string, at time.Time, fn func(*T) error) (body T, err error) {
	if body, err = take[T](db.ForUpdate(tx), ref, kind); err != nil {
		return body, err
	}
	if err := fn(&body); err != nil {
		return body, err
	}
	encoded, err := json.Marshal(body)
	if err != nil {
		return body, err
	}
	return body, tx.Model(&row{}).Where("ref = ?", ref).Updates(map[string]any{"body": string(encoded), "updated_at": at}).Error
}

// addCard ends an open visit with a card. A customer's card of a test card that is there already is taken
// again, as its number would be the same.
func (s store) addCard(ctx context.Context, ref string, test TestCard, now time.Time) error {
	return s.db.RunTx(ctx, func(tx *gorm.DB) error {
		_, err := changeTx(tx, ref, "setup", now, func(v *setup) (err error) {
			if v.State != payment.SetupOpen || !now.Before(v.ExpiresAt) {
				return errEnded()
			}
			v.State = payment.SetupDone
			v.CardRef, err = cardOf(tx, v.CustomerRef, test, now)
			return err
		})
		return err
	})
}

// cardOf finds or makes the card of a customer.
func cardOf(tx *gorm.DB, customerRef string, test TestCard, now time.Time) (string, error) {
	name := keyRef("card", customerRef+":"+test.Name)
	last, err := take[pointer](tx, name, "card")
	if err != nil && !errors.Is(err, payment.ErrUnknown) {
		return "", err
	}
	if err == nil {
		if c, err := take[card](tx, last.Ref, "card"); err != nil || !c.Removed {
			return last.Ref, err
		}
	}
	made := card{Test: test.Name, CustomerRef: customerRef}
	made.ExpYear, made.ExpMonth = test.expiry(now)
	ref := token("sbx_card_")
	if _, err := insert(tx, ref, "card", made, now); err != nil {
		return "", err
	}
	if _, err := insert(tx, name, "card", pointer{ref}, now); err != nil {
		return "", err
	}
	_, err = changeTx(tx, name, "card", now, func(p *pointer) error { p.Ref = ref; return nil })
	return ref, err
}
