package people

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"time"

	"billfold/models"

	"gorm.io/gorm"
)

// Secret is a random key of the installation, made when it is first asked for: all replicas get the same.
func (s *Store) Secret(ctx context.Context, name string) (key []byte, err error) {
	raw := make([]byte, 32)
	_, _ = rand.Read(raw) // never fails (crypto/rand)
	err = s.db.RunTx(ctx, func(tx *gorm.DB) error {
		err := tx.Exec(`INSERT INTO settings (name, value, updated_at) VALUES (?, ?, ?) ON CONFLICT (name) DO NOTHING`,
			"secret."+name, hex.EncodeToString(raw), models.Micro(time.Now())).Error
		if err != nil {
			return err
		}
		var value string
		if err := tx.Raw(`SELECT value FROM settings WHERE name = ?`, "secret."+name).Scan(&value).Error; err != nil {
			return err
		}
		key, err = hex.DecodeString(value)
		return err
	})
	return key, err
}
