package rate

import (
	"time"

	"billfold/models/money"

	"gorm.io/gorm"
)

// RowsOn reads the stored rates of two currencies on one day, from a transaction or a read pool.
func RowsOn(tx *gorm.DB, from, to money.Currency, date time.Time) ([]Row, error) {
	var stored []rateRow
	err := tx.Where("rate_date = ? AND currency IN ?", day(date), []string{string(from), string(to)}).Order("base, currency").Find(&stored).Error
	rows := make([]Row, len(stored))
	for i, r := range stored {
		rows[i] = Row{money.Currency(r.Base), money.Currency(r.Currency), r.RateDate, r.Rate, r.Source}
	}
	return rows, err
}
