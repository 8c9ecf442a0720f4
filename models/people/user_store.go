package people

import (
	"context"
	"errors"
	"strings"
	"time"

	"billfold/models"
	"billfold/models/access"
	"billfold/models/db"
	"billfold/models/event"

	"gorm.io/gorm"
)

// Store keeps people in the database.
type Store struct {
	db    *db.DB
	clock models.Clock // business time: users, members and their events
	wall  models.Clock // real time: sessions, attempts, form keys
}

// NewStore makes a Store.
func NewStore(d *db.DB, clock models.Clock) *Store { return &Store{db: d, clock: clock} }

// OnWallClock gives a Store whose real time is told by another clock, for tests of time-outs.
func (s *Store) OnWallClock(wall models.Clock) *Store {
	return &Store{db: s.db, clock: s.clock, wall: wall}
}

type userRow struct {
	ID           string `gorm:"primaryKey"`
	Email        string
	EmailKey     string
	Name         string
	PasswordHash string
	CreatedAt    time.Time
	DisabledAt   *time.Time
}

// TableName names the table for GORM.
func (userRow) TableName() string { return "users" }

func (r userRow) user() User {
	return User{ID: r.ID, Email: r.Email, Name: r.Name, CreatedAt: r.CreatedAt}
}

// NewUser is what CreateUser needs. An empty Name is made out of the address.
type NewUser struct{ Email, Name, Password string }

// CreateUser makes a user who can sign in. Kinds: Invalid (email, name, password), Conflict (there is
// a user with this address, in whatever capitals).
func (s *Store) CreateUser(ctx context.Context, actor access.Actor, n NewUser) (User, error) {
	n.Email, n.Name = strings.TrimSpace(n.Email), strings.TrimSpace(n.Name)
	if err := CheckEmail(n.Email); err != nil {
		return User{}, err
	}
	if n.Name == "" {
		n.Name = NameFromEmail(n.Email)
	}
	if err := errors.Join(checkName(n.Name), CheckPassword(n.Password, n.Email, n.Name)); err != nil {
		return User{}, joined(err)
	}
	hash, err := hashPassword(ctx, n.Password)
	if err != nil {
		return User{}, err
	}
	row := userRow{ID: models.NewID(), Email: n.Email, EmailKey: EmailKey(n.Email), Name: n.Name, PasswordHash: hash}
	err = s.db.RunTx(ctx, func(tx *gorm.DB) error {
		row.CreatedAt = s.clock.Now()
		if err := tx.Create(&row).Error; err != nil {
			if errors.Is(err, gorm.ErrDuplicatedKey) {
				return models.Conflictf("There is already a user with the email address %s", n.Email)
			}
			return err
		}
		return event.Append(tx, actor, "", row.CreatedAt, event.Event{
			Type: "user.created", Category: event.Account,
			Sentence: "created the user " + row.Name + " (" + row.Email + ").",
			After:    map[string]string{"id": row.ID, "email": row.Email, "name": row.Name},
		})
	})
	return row.user(), err
}

// SetPassword gives a user a new password and ends all their sessions. Kinds: Invalid (password),
// NotFound.
func (s *Store) SetPassword(ctx context.Context, actor access.Actor, userID, password string) error {
	u, err := s.User(ctx, userID)
	if err != nil {
		return err
	}
	if err := CheckPassword(password, u.Email, u.Name); err != nil {
		return err
	}
	hash, err := hashPassword(ctx, password)
	if err != nil {
		return err
	}
	return s.db.RunTx(ctx, func(tx *gorm.DB) error {
		if err := tx.Model(&userRow{}).Where("id = ?", userID).Update("password_hash", hash).Error; err != nil {
			return err
		}
		if err := tx.Where("user_id = ?", userID).Delete(&sessionRow{}).Error; err != nil {
			return err
		}
		return event.Append(tx, actor, "", s.clock.Now(), event.Event{
			Type: "user.password_changed", Category: event.Account,
			Sentence: "changed the password of " + u.Name + " (" + u.Email + ").",
			After:    map[string]string{"id": u.ID},
		})
	})
}

// User finds a user by id. Kind: NotFound.
func (s *Store) User(ctx context.Context, id string) (User, error) {
	if !models.IsID(id) {
		return User{}, models.NotFoundf("There is no such user")
	}
	return s.findUser(ctx, "There is no such user", "id = ?", id)
}

// UserByEmail finds a user by address, in whatever capitals. Kind: NotFound.
func (s *Store) UserByEmail(ctx context.Context, email string) (User, error) {
	return s.findUser(ctx, "There is no user with the email address "+strings.TrimSpace(email), "email_key = ?", EmailKey(email))
}

func (s *Store) findUser(ctx context.Context, missing, where string, arg any) (User, error) {
	var row userRow
	q := s.db.Read(ctx).Where(where, arg).Limit(1).Find(&row)
	if q.Error != nil {
		return User{}, q.Error
	}
	if q.RowsAffected == 0 {
		return User{}, models.NotFoundf("%s", missing)
	}
	return row.user(), nil
}

// joined makes one Invalid error of several.
func joined(err error) error {
	var fields []models.Field
	var several interface{ Unwrap() []error }
	if !errors.As(err, &several) {
		return err
	}
	for _, each := range several.Unwrap() {
		e, ok := models.AsError(each)
		if !ok || e.Kind != models.Invalid {
			return err
		}
		fields = append(fields, e.Fields...)
	}
	return models.InvalidFields(fields...)
}
