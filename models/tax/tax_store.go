package tax

import (
	"context"
	_ "embed"
	"fmt"
	"io"
	"strings"
	"time"

	"billfold/models"
	"billfold/models/access"
	"billfold/models/db"
	"billfold/models/event"
	"billfold/models/seller"

	"github.com/shopspring/decimal"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

//go:embed data/eu_standard_rates.csv
var shipped string

type rateRow struct {
	Country   string    `gorm:"primaryKey"`
	Region    string    `gorm:"primaryKey"`
	ValidFrom time.Time `gorm:"primaryKey"`
	Rate      decimal.Decimal
	Name      string
	Source    string
	CreatedAt time.Time
}

func (rateRow) TableName() string { return "tax_rates" }

func (r rateRow) rate() Rate {
	return Rate{r.Country, r.Region, r.ValidFrom.UTC(), r.Rate, r.Name, r.Source}
}

// Store keeps tax rates.
type Store struct {
	db    *db.DB
	clock models.Clock
}

// NewStore makes a store; a nil clock is the real one.
func NewStore(d *db.DB, clock models.Clock) *Store { return &Store{d, clock} }

// RatesFor reads the rates of a country: those of the region (a code, see Region) and of the whole
// country, from a transaction or a read pool.
func RatesFor(tx *gorm.DB, country, region string) ([]Rate, error) {
	var rows []rateRow
	err := tx.Where("country = ? AND region IN ?", code(country), []string{region, ""}).Order("region, valid_from").Find(&rows).Error
	rates := make([]Rate, len(rows))
	for i, r := range rows {
		rates[i] = r.rate()
	}
	return rates, err
}

// TreatmentTx decides how a customer is taxed and loads the rates for it, from a transaction or a read pool.
func TreatmentTx(tx *gorm.DB, s seller.Seller, c Customer, taxDate time.Time) (Treatment, error) {
	d := Decide(s, c)
	if d.Country == "" {
		return NewTreatment(d, nil, taxDate), nil
	}
	rates, err := RatesFor(tx, d.Country, d.Region)
	return NewTreatment(d, rates, taxDate), err
}

// Result says what an import did.
type Result struct {
	Read      int `json:"read"`      // rates in the file
	Stored    int `json:"stored"`    // new ones
	Changed   int `json:"changed"`   // stored before with other values, which no invoice can have used yet
	Unchanged int `json:"unchanged"` // stored before with the same values
	Kept      int `json:"kept"`      // shipped rates for which the operator has stored others
}

// Import stores the rates of a CSV file, all or none, with one event of the installation when anything
// changes. For the operator. Kinds: Forbidden, Invalid (each bad line and column), Conflict (another value
// for a stored rate, after invoices were issued for a month in which it was in force).
func (s *Store) Import(ctx context.Context, actor access.Actor, r io.Reader) (Result, error) {
	return s.load(ctx, actor, r, false)
}

// ImportShipped stores the EU standard rates that come with the product. Rates the operator has stored
// stay as they are. For the operator. Kind: Forbidden.
func (s *Store) ImportShipped(ctx context.Context, actor access.Actor) (Result, error) {
	return s.load(ctx, actor, strings.NewReader(shipped), true)
}

func (s *Store) load(ctx context.Context, actor access.Actor, r io.Reader, keep bool) (Result, error) {
	if actor.Kind != access.Operator && actor.Kind != access.System {
		return Result{}, models.Forbiddenf("Only the operator can do this")
	}
	rows, err := read(r)
	if err != nil {
		return Result{}, err
	}
	var i *imported
	err = s.db.RunTx(ctx, func(tx *gorm.DB) error {
		i = &imported{tx: tx, at: s.clock.Now(), keep: keep}
		if err := lock(tx); err != nil {
			return err
		}
		for _, r := range rows {
			if err := i.add(r); err != nil {
				return err
			}
		}
		if err := i.bad.Err(models.Conflict); err != nil {
			return err
		}
		if len(i.after) == 0 {
			return nil
		}
		return event.Append(tx, actor, "", i.at, event.Event{Type: "tax.imported", Category: event.Account,
			Sentence: fmt.Sprintf("imported %d tax rates.", len(i.after)), Before: i.before, After: i.after})
	})
	if err != nil {
		return Result{}, err
	}
	i.result.Read = len(rows)
	return i.result, nil
}

// imported is one import while it runs.
type imported struct {
	tx            *gorm.DB
	at            time.Time
	keep          bool
	result        Result
	bad           models.FileProblems
	before, after map[string]string // "FI 2024-09-01" -> "0.255 Finnish VAT", for the event
}

func (i *imported) add(r fileRow) error {
	var old []rateRow
	if err := i.tx.Where("country = ? AND region = ? AND valid_from = ?", r.Country, r.Region, r.ValidFrom).Find(&old).Error; err != nil {
		return err
	}
	switch {
	case len(old) == 0:
		i.result.Stored++
	case old[0].Rate.Equal(r.Rate.Rate) && old[0].Name == r.Name:
		i.result.Unchanged++
		return nil
	case i.keep:
		i.result.Kept++
		return nil
	default:
		used, err := used(i.tx, r.ValidFrom)
		if err != nil {
			return err
		}
		if used {
			i.bad.Add(r.line, "rate", "the rate of %s from %s is stored as %s (%s); it stays, because invoices may have been made with it",
				place(r.Rate), r.ValidFrom.Format(time.DateOnly), old[0].Rate, old[0].Name)
			return nil
		}
		i.result.Changed++
		note(&i.before, old[0].rate())
	}
	note(&i.after, r.Rate)
	row := rateRow{r.Country, r.Region, r.ValidFrom, r.Rate.Rate, r.Name, r.Source, i.at}
	return i.tx.Clauses(clause.OnConflict{UpdateAll: true}).Create(&row).Error
}

// used reports whether an invoice was issued for a month that ends on the day or later.
func used(tx *gorm.DB, from time.Time) (found bool, err error) {
	err = tx.Raw(`SELECT EXISTS (SELECT 1 FROM invoices WHERE frozen AND tax_date >= ?)`, from).Scan(&found).Error
	return found, err
}

func note(list *map[string]string, r Rate) {
	if *list == nil {
		*list = map[string]string{}
	}
	(*list)[place(r)+" "+r.ValidFrom.Format(time.DateOnly)] = r.Rate.String() + " " + r.Name
}

// lock makes imports wait for each other; readers go on.
func lock(tx *gorm.DB) error {
	if tx.Dialector.Name() != string(db.Postgres) {
		return nil
	}
	return tx.Exec(`LOCK TABLE tax_rates IN SHARE ROW EXCLUSIVE MODE`).Error
}
