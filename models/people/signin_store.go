package people

import (
	"context"
	"time"

	"billfold/models"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// Authenticate checks an email address and a password typed at an address of the network. Unknown,
// disabled and wrong ones get the same answer in the same time. Errors: *Blocked after too many
// attempts, and Invalid.
func (s *Store) Authenticate(ctx context.Context, email, password, ip string) (User, error) {
	// Longer ones are not hashed and not stored, in the same way for every user.
	if len(email) > maxEmail || len(password) > 4*MaxPassword {
		email, password = "", ""
	}
	subjects := signInSubjects(EmailKey(email), network(ip))
	leave, err := takeTurn(ctx, subjects.both)
	if err != nil {
		return User{}, err
	}
	defer leave()
	// The attempt is counted before the password is looked at: of many at once only the first few are.
	if err := s.countAttempt(ctx, subjects); err != nil {
		return User{}, err
	}
	var row userRow
	q := s.db.Read(ctx).Where("email_key = ? AND disabled_at IS NULL", EmailKey(email)).Limit(1).Find(&row)
	if q.Error != nil {
		return User{}, q.Error
	}
	same, err := samePassword(ctx, password, row.PasswordHash)
	if err != nil {
		return User{}, err
	}
	if !same {
		return User{}, models.Invalidf("email", "Email address or password is wrong")
	}
	return row.user(), s.forgiveAttempt(ctx, subjects)
}

// subjects are the names of what is counted at one attempt to sign in.
type subjects struct{ both, account, address, known string }

func signInSubjects(emailKey, network string) subjects {
	return subjects{
		both:    "both " + network + " " + emailKey,
		account: "account " + emailKey,
		address: "address " + network,
		known:   "known " + network + " " + emailKey,
	}
}

func (s *Store) countAttempt(ctx context.Context, sub subjects) error {
	var blocked *Blocked
	err := s.db.RunTx(ctx, func(tx *gorm.DB) error {
		blocked = nil
		now := s.wall.Now()
		known, err := s.isKnown(tx, sub.known, now)
		if err != nil {
			return err
		}
		checks := []struct {
			subject string
			limit   limit
			applies bool
		}{ // The narrowest first: what it refuses is not counted further, else one address alone would use up
			// what all addresses may try. Always in this order, so that two attempts do not wait for each other.
			{sub.both, perAccountAndAddress, true},
			{sub.address, perAddress, true},
			{sub.account, perAccount, !known},
		}
		for _, c := range checks {
			if !c.applies || blocked != nil {
				continue
			}
			a, err := lockAttempt(tx, c.subject, now)
			if err != nil {
				return err
			}
			if until := a.count(c.limit, now); !until.IsZero() {
				blocked = &Blocked{Until: until}
			}
			if err := writeAttempt(tx, a); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil && blocked != nil {
		return blocked
	}
	return err
}

func (s *Store) isKnown(tx *gorm.DB, subject string, now time.Time) (bool, error) {
	var n int64
	err := tx.Model(&attempt{}).Where("subject = ? AND since > ?", subject, now.Add(-knownFor)).Count(&n).Error
	return n > 0, err
}

func lockAttempt(tx *gorm.DB, subject string, now time.Time) (attempt, error) {
	// An update that changes nothing locks a row that is there: nobody deletes it in between.
	first := attempt{Subject: subject, Since: now}
	err := tx.Clauses(clause.OnConflict{Columns: []clause.Column{{Name: "subject"}}, DoUpdates: clause.AssignmentColumns([]string{"subject"})}).
		Create(&first).Error
	if err != nil {
		return attempt{}, err
	}
	var a attempt
	return a, tx.Where("subject = ?", subject).Take(&a).Error
}

func writeAttempt(tx *gorm.DB, a attempt) error {
	return tx.Model(&attempt{}).Where("subject = ?", a.Subject).
		Select("failures", "since", "blocked_until").Updates(&a).Error
}

// forgiveAttempt takes back what a right password counted, and keeps the address as one of the owner's.
func (s *Store) forgiveAttempt(ctx context.Context, sub subjects) error {
	return s.db.RunTx(ctx, func(tx *gorm.DB) error {
		if err := tx.Where("subject = ?", sub.both).Delete(&attempt{}).Error; err != nil {
			return err
		}
		for _, subject := range []string{sub.address, sub.account} { // in the order of countAttempt
			err := tx.Model(&attempt{}).Where("subject = ? AND failures > 0", subject).
				Update("failures", gorm.Expr("failures - 1")).Error
			if err != nil {
				return err
			}
		}
		return tx.Clauses(clause.OnConflict{Columns: []clause.Column{{Name: "subject"}}, DoUpdates: clause.AssignmentColumns([]string{"since"})}).
			Create(&attempt{Subject: sub.known, Since: s.wall.Now()}).Error
	})
}
