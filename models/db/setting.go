package db

import (
	"context"
	"time"

	"billfold/models"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

type settingRow struct {
	Name      string `gorm:"primaryKey"`
	Value     string
	UpdatedAt time.Time
}

func (settingRow) TableName() string { return "settings" }

// Setting reads a setting of the installation, "" when it was never set.
func (d *DB) Setting(ctx context.Context, name string) (string, error) {
	return SettingTx(d.Read(ctx), name)
}

// SettingTx is Setting in a transaction.
func SettingTx(tx *gorm.DB, name string) (string, error) {
	var row settingRow
	err := tx.Where("name = ?", name).Limit(1).Find(&row).Error
	return row.Value, err
}

// SetSetting stores a setting of the installation.
func (d *DB) SetSetting(ctx context.Context, name, value string) error {
	return d.RunTx(ctx, func(tx *gorm.DB) error {
		return tx.Clauses(clause.OnConflict{UpdateAll: true}).Create(&settingRow{name, value, models.Micro(time.Now())}).Error
	})
}

// Empty reports whether nobody has put anything into the database yet.
func (d *DB) Empty(ctx context.Context) (bool, error) {
	var n int64
	err := d.Read(ctx).Raw(`SELECT (SELECT COUNT(*) FROM users) + (SELECT COUNT(*) FROM accounts) + (SELECT COUNT(*) FROM settings WHERE name NOT IN ('demo', 'vies'))`).Scan(&n).Error
	return n == 0, err
}
