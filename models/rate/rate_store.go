package rate

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"billfold/models"
	"billfold/models/access"
	"billfold/models/db"
	"billfold/models/event"
	"billfold/models/money"

	"github.com/shopspring/decimal"
	"gorm.io/gorm"
)

type rateRow struct {
	Base      string    `gorm:"primaryKey"`
	Currency  string    `gorm:"primaryKey"`
	RateDate  time.Time `gorm:"primaryKey"`
	Rate      decimal.Decimal
	Source    string
	CreatedAt time.Time
}

func (rateRow) TableName() string { return "exchange_rates" }

// Store keeps exchange rates.
type Store struct {
	db    *db.DB
	clock models.Clock
}

// NewStore makes a store; a nil clock is the real one.
func NewStore(d *db.DB, clock models.Clock) *Store { return &Store{d, clock} }

// RateAt gives the rate of one currency in another on a date, by the rules of Find, from a transaction
// or a read pool. ok is false when none is stored of the last MaxAge days.
func RateAt(tx *gorm.DB, from, to money.Currency, date time.Time) (Quote, bool, error) {
	if from == to {
		q, ok := Find(nil, from, to, date)
		return q, ok, nil
	}
	bases, err := bases(tx)
	if err != nil {
		return Quote{}, false, err
	}
	var stored []rateRow
	last := day(date)
	err = tx.Where("base IN ? AND currency IN ? AND rate_date >= ? AND rate_date <= ?", bases, []string{string(from), string(to)}, last.AddDate(0, 0, -MaxAge), last).Find(&stored).Error
	if err != nil {
		return Quote{}, false, err
	}
	rows := make([]Row, len(stored))
	for i, r := range stored {
		rows[i] = Row{money.Currency(r.Base), money.Currency(r.Currency), r.RateDate, r.Rate, r.Source}
	}
	q, ok := Find(rows, from, to, date)
	return q, ok, nil
}

// bases lists the base currencies that rates are stored for, A to Z. There are one or two, and asking
// for the next one again and again reads one index entry each, where DISTINCT reads the whole table.
func bases(tx *gorm.DB) ([]string, error) {
	var list []string
	for last := ""; ; {
		var next *string
		if err := tx.Raw(`SELECT MIN(base) FROM exchange_rates WHERE base > ?`, last).Scan(&next).Error; err != nil || next == nil {
			return list, err
		}
		last = *next
		list = append(list, last)
	}
}

// Result says what an import did.
type Result struct {
	Read      int       `json:"read"`      // rates in the file
	Stored    int       `json:"stored"`    // new ones
	Unchanged int       `json:"unchanged"` // stored before with the same value
	From      time.Time `json:"from"`      // first date in the file
	To        time.Time `json:"to"`        // last date in the file
}

// Import stores the rates of a file, all or none, with one event of the installation when any is new.
// It reads the formats of read; source "" is the ECB for files in its format. Open estimates are not
// revalued here. For the operator. Kinds: Forbidden, Invalid (each bad line and column), Conflict (another
// value for a date that is stored: invoices may have been made with it).
func (s *Store) Import(ctx context.Context, actor access.Actor, source string, r io.Reader) (Result, error) {
	if actor.Kind != access.Operator && actor.Kind != access.System {
		return Result{}, models.Forbiddenf("Only the operator can do this")
	}
	source = strings.TrimSpace(source)
	if utf8.RuneCountInString(source) > 100 || strings.ContainsFunc(source, func(r rune) bool { return !unicode.IsPrint(r) }) {
		return Result{}, models.Invalidf("source", "Use at most 100 printable characters for the source")
	}
	rows, err := read(r, source)
	if err != nil {
		return Result{}, err
	}
	slices.SortFunc(rows, func(a, b fileRow) int {
		return cmp.Or(cmp.Compare(a.Base, b.Base), cmp.Compare(a.Currency, b.Currency), a.Date.Compare(b.Date))
	})
	var result Result
	err = s.db.RunTx(ctx, func(tx *gorm.DB) error {
		result = Result{Read: len(rows), From: slices.MinFunc(rows, byDate).Date, To: slices.MaxFunc(rows, byDate).Date}
		if err := lock(tx); err != nil {
			return err
		}
		at := s.clock.Now()
		var bad models.FileProblems
		for start := 0; start < len(rows); {
			end := start + 1
			for end < len(rows) && rows[end].Base == rows[start].Base && rows[end].Currency == rows[start].Currency {
				end++
			}
			if err := store(tx, at, rows[start:end], &result, &bad); err != nil {
				return err
			}
			start = end
		}
		if err := bad.Err(models.Conflict); err != nil {
			return err
		}
		if result.Stored == 0 {
			return nil
		}
		return event.Append(tx, actor, "", at, event.Event{Type: "rates.imported", Category: event.Account,
			Sentence: fmt.Sprintf("imported %d exchange rates of %s.", result.Stored, rows[0].Source),
			After: map[string]any{"stored": result.Stored, "unchanged": result.Unchanged, "source": rows[0].Source,
				"from": result.From.Format(time.DateOnly), "to": result.To.Format(time.DateOnly)}})
	})
	if err != nil {
		return Result{}, err
	}
	return result, nil
}

func byDate(a, b fileRow) int { return a.Date.Compare(b.Date) }

// lock makes imports wait for each other; readers go on.
func lock(tx *gorm.DB) error {
	if tx.Dialector.Name() != string(db.Postgres) {
		return nil
	}
	return tx.Exec(`LOCK TABLE exchange_rates IN SHARE ROW EXCLUSIVE MODE`).Error
}

// store compares the rates of one pair of currencies, in order of date, with the stored ones and inserts the new.
func store(tx *gorm.DB, at time.Time, rows []fileRow, result *Result, bad *models.FileProblems) error {
	var stored []rateRow
	err := tx.Where("base = ? AND currency = ? AND rate_date >= ? AND rate_date <= ?", string(rows[0].Base), string(rows[0].Currency),
		rows[0].Date, rows[len(rows)-1].Date).Find(&stored).Error
	if err != nil {
		return err
	}
	known := make(map[time.Time]decimal.Decimal, len(stored))
	for _, r := range stored {
		known[day(r.RateDate)] = r.Rate
	}
	var fresh []rateRow
	for _, r := range rows {
		old, there := known[r.Date]
		switch {
		case !there:
			result.Stored++
			fresh = append(fresh, rateRow{string(r.Base), string(r.Currency), r.Date, r.Rate, r.Source, at})
		case old.Equal(r.Rate):
			result.Unchanged++
		default:
			bad.Add(r.line, r.column, "the rate of %s to %s on %s is stored as %s; it stays, because invoices may have been made with it",
				r.Base, r.Currency, r.Date.Format(time.DateOnly), old)
		}
	}
	if len(fresh) == 0 || bad.Any() {
		return nil
	}
	return tx.CreateInBatches(fresh, 1000).Error
}
