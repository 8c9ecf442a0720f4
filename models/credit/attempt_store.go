package credit

import (
	"context"

	"billfold/models"
	"billfold/models/access"
	"billfold/models/db"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// limited counts an attempt of a user before the code is looked at, so that of many at once only the
// first few are, and takes it back when the code worked or the database failed. The operator is not
// limited. Kind: Invalid.
func (s *Store) limited(ctx context.Context, actor access.Actor, try func() error) error {
	if actor.Kind != access.User && actor.Kind != access.Token {
		return try()
	}
	return s.limitedBy(ctx, "credit-code:"+actor.ID, try)
}

// limitedBy is limited by any subject.
func (s *Store) limitedBy(ctx context.Context, subject string, try func() error) error {
	var blocked error
	err := s.db.RunTx(ctx, func(tx *gorm.DB) error {
		now := s.wall.Now()
		err := tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&attempt{Subject: subject, Since: now}).Error
		if err != nil {
			return err
		}
		var a attempt
		if err := db.ForUpdate(tx).Where("subject = ?", subject).Take(&a).Error; err != nil {
			return err
		}
		blocked = a.count(now) // the counter is stored in either case
		return tx.Model(&attempt{}).Where("subject = ?", subject).
			Updates(map[string]any{"failures": a.Failures, "since": a.Since, "blocked_until": a.BlockedUntil}).Error
	})
	if err != nil {
		return err
	}
	if blocked != nil {
		return blocked
	}
	err = try()
	if kind := models.KindOf(err); err != nil && kind != models.Unavailable && kind != models.Internal {
		return err // a wrong code, or a right one that cannot be claimed
	}
	// Neither a right code nor a failure of the database is a guess. What try did is done: that the counter
	// stays one too high when this fails is no reason to say otherwise.
	_ = s.db.RunTx(context.WithoutCancel(ctx), func(tx *gorm.DB) error {
		return tx.Model(&attempt{}).Where("subject = ? AND failures > 0", subject).Update("failures", gorm.Expr("failures - 1")).Error
	})
	return err
}
