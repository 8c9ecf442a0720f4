package people

import (
	"bytes"
	"context"
	"time"

	"billfold/models"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// answerKept is how long the answer to a request with an Idempotency-Key is remembered.
const answerKept = 7 * 24 * time.Hour

// maxAnswerKey bounds the keys that clients may send.
const maxAnswerKey = 255

// Answer is what a request with an Idempotency-Key was answered.
type Answer struct {
	Status int
	Body   []byte
}

type answerRow struct {
	TokenID    string `gorm:"primaryKey"`
	Route      string `gorm:"primaryKey"`
	AnswerKey  string `gorm:"primaryKey"`
	BodySHA256 []byte `gorm:"column:body_sha256"`
	Status     int64  // 0: being worked on
	Body       []byte
	CreatedAt  time.Time
}

// TableName names the table for GORM.
func (answerRow) TableName() string { return "api_answers" }

// BeginAnswer reserves a key of a token and route for the caller, who ends it with EndAnswer or gives
// it back with DropAnswer, or gives the answer that the same request had. Kinds: Invalid (the key),
// Conflict (the key came with another body, or its first request was lost half-way), Unavailable (the
// first request still runs).
func (s *Store) BeginAnswer(ctx context.Context, tokenID, route, key string, bodySHA256 []byte) (answer *Answer, err error) {
	if key == "" || len(key) > maxAnswerKey {
		return nil, models.Invalidf("Idempotency-Key", "Send a key of 1 to %d characters", maxAnswerKey)
	}
	err = s.db.RunTx(ctx, func(tx *gorm.DB) error {
		answer = nil
		now := s.wall.Now()
		if err := tx.Where("created_at < ?", now.Add(-answerKept)).Delete(&answerRow{}).Error; err != nil {
			return err
		}
		row := answerRow{TokenID: tokenID, Route: route, AnswerKey: key, BodySHA256: bodySHA256, Body: []byte{}, CreatedAt: now}
		q := tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&row)
		if q.Error != nil || q.RowsAffected == 1 {
			return q.Error
		}
		var before answerRow
		if err := tx.Where("token_id = ? AND route = ? AND answer_key = ?", tokenID, route, key).Limit(1).Find(&before).Error; err != nil {
			return err
		}
		switch {
		case !bytes.Equal(before.BodySHA256, bodySHA256):
			return models.Conflictf("This Idempotency-Key was used with another request. Use a new one")
		case before.Status == 0 && now.Sub(before.CreatedAt) > formKeyLost:
			return models.Conflictf("A request with this Idempotency-Key was lost half-way. See whether the change is there, then use a new key")
		case before.Status == 0:
			return models.Unavailablef("A request with this Idempotency-Key is still being worked on. Try again in a moment")
		}
		answer = &Answer{int(before.Status), before.Body}
		return nil
	})
	return answer, err
}

// EndAnswer keeps the answer to a request.
func (s *Store) EndAnswer(ctx context.Context, tokenID, route, key string, a Answer) error {
	return s.db.RunTx(ctx, func(tx *gorm.DB) error {
		return tx.Model(&answerRow{}).Where("token_id = ? AND route = ? AND answer_key = ?", tokenID, route, key).
			Updates(map[string]any{"status": a.Status, "body": a.Body}).Error
	})
}

// DropAnswer gives back a key whose request changed nothing, so that it can be sent again.
func (s *Store) DropAnswer(ctx context.Context, tokenID, route, key string) error {
	return s.db.RunTx(ctx, func(tx *gorm.DB) error {
		return tx.Where("token_id = ? AND route = ? AND answer_key = ? AND status = 0", tokenID, route, key).Delete(&answerRow{}).Error
	})
}
