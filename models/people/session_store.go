package people

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"strings"
	"time"
	"unicode/utf8"

	"billfold/models"

	"gorm.io/gorm"
)

// How long a session lasts: without a request, and at all (real time).
const (
	SessionIdle     = 12 * time.Hour
	SessionAbsolute = 7 * 24 * time.Hour
)

// touchEvery bounds how often a request writes that the session is in use.
const touchEvery = time.Minute

// Session is somebody signed in on one browser.
type Session struct {
	User       User
	Data       string // what the handlers keep in it, JSON
	CreatedAt  time.Time
	LastSeenAt time.Time
}

type sessionRow struct {
	TokenSHA256 []byte `gorm:"primaryKey;column:token_sha256"`
	UserID      *string
	Data        string
	IP          string
	Agent       string
	CreatedAt   time.Time
	LastSeenAt  time.Time
	ExpiresAt   time.Time
}

// TableName names the table for GORM.
func (sessionRow) TableName() string { return "sessions" }

// tokenBytes is the entropy of a session's token; the database keeps its SHA-256 only.
const tokenBytes = 32

func tokenHash(token string) []byte {
	sum := sha256.Sum256([]byte(token))
	return sum[:]
}

// StartSession signs a user in on a browser and returns the token for its cookie. What has expired is
// cleared away on the occasion.
func (s *Store) StartSession(ctx context.Context, userID, data, ip, agent string) (token string, err error) {
	raw := make([]byte, tokenBytes)
	_, _ = rand.Read(raw) // never fails (crypto/rand)
	token = base64.RawURLEncoding.EncodeToString(raw)
	err = s.db.RunTx(ctx, func(tx *gorm.DB) error {
		now := s.wall.Now()
		if err := sweep(tx, now); err != nil {
			return err
		}
		return tx.Create(&sessionRow{TokenSHA256: tokenHash(token), UserID: &userID, Data: data, IP: clip(ip, 64), Agent: clip(agent, 300),
			CreatedAt: now, LastSeenAt: now, ExpiresAt: now.Add(SessionAbsolute)}).Error
	})
	return token, err
}

// SessionOf finds the session of a token and notes that it is in use. Kind: NotFound, for unknown and
// ended ones, for those idle or old for too long, and for disabled users.
func (s *Store) SessionOf(ctx context.Context, token string) (Session, error) {
	ended := models.NotFoundf("The session has ended")
	if len(token) != base64.RawURLEncoding.EncodedLen(tokenBytes) {
		return Session{}, ended
	}
	now := s.wall.Now()
	var row struct {
		ID, Email, Name, Data            string
		CreatedAt, LastSeenAt, UserSince time.Time
	}
	q := s.db.Read(ctx).Raw(`SELECT u.id, u.email, u.name, s.data, s.created_at, s.last_seen_at, u.created_at AS user_since
		FROM sessions s JOIN users u ON u.id = s.user_id
		WHERE s.token_sha256 = ? AND s.expires_at > ? AND s.last_seen_at > ? AND u.disabled_at IS NULL`,
		tokenHash(token), now, now.Add(-SessionIdle)).Scan(&row)
	if q.Error != nil {
		return Session{}, q.Error
	}
	if q.RowsAffected == 0 {
		return Session{}, ended
	}
	if now.Sub(row.LastSeenAt) >= touchEvery {
		if err := s.updateSession(ctx, token, "last_seen_at", now); err != nil {
			return Session{}, err
		}
	}
	return Session{User: User{ID: row.ID, Email: row.Email, Name: row.Name, CreatedAt: row.UserSince},
		Data: row.Data, CreatedAt: row.CreatedAt, LastSeenAt: row.LastSeenAt}, nil
}

// SaveSession keeps new data in a session. A session that has ended in the meantime stays ended.
func (s *Store) SaveSession(ctx context.Context, token, data string) error {
	return s.updateSession(ctx, token, "data", data)
}

func (s *Store) updateSession(ctx context.Context, token, column string, value any) error {
	return s.db.RunTx(ctx, func(tx *gorm.DB) error {
		return tx.Model(&sessionRow{}).Where("token_sha256 = ?", tokenHash(token)).Update(column, value).Error
	})
}

// EndSession signs out one browser; a session that does not exist is no error.
func (s *Store) EndSession(ctx context.Context, token string) error {
	return s.db.RunTx(ctx, func(tx *gorm.DB) error {
		return tx.Where("token_sha256 = ?", tokenHash(token)).Delete(&sessionRow{}).Error
	})
}

// sweep deletes what has expired: sessions, form keys and counters of attempts.
func sweep(tx *gorm.DB, now time.Time) error {
	if err := tx.Where("expires_at <= ? OR last_seen_at <= ?", now, now.Add(-SessionIdle)).Delete(&sessionRow{}).Error; err != nil {
		return err
	}
	if err := tx.Where("created_at < ?", now.Add(-formKeyKept)).Delete(&formKeyRow{}).Error; err != nil {
		return err
	}
	return tx.Where("since < ? AND (subject NOT LIKE 'known %' OR since < ?)", now.Add(-24*time.Hour), now.Add(-knownFor)).
		Delete(&attempt{}).Error
}

// clip cuts text that comes from outside to n bytes of UTF-8.
func clip(text string, n int) string {
	text = strings.ToValidUTF8(strings.ReplaceAll(text, "\x00", ""), "")
	if len(text) <= n {
		return text
	}
	for n > 0 && !utf8.RuneStart(text[n]) {
		n--
	}
	return text[:n]
}
