package tax

import (
	"time"

	"billfold/models"
	"billfold/models/seller"

	"gorm.io/gorm"
)

// Book decides how the customers of a set of invoices are taxed, and reads each rate once.
type Book struct {
	tx     *gorm.DB
	seller seller.Seller
	known  map[opened]Treatment
}

// opened is what a treatment depends on, beside what is printed of the customer.
type opened struct {
	Decision
	taxDate time.Time
}

// NewBook makes one for a transaction, and for no longer than it.
func NewBook(tx *gorm.DB, s seller.Seller) *Book { return &Book{tx, s, map[opened]Treatment{}} }

// Treatment is TreatmentTx.
func (b *Book) Treatment(c Customer, taxDate time.Time) (Treatment, error) {
	d := Decide(b.seller, c)
	id := d.CustomerVATID
	d.CustomerVATID = ""
	t, ok := b.known[opened{d, taxDate}]
	if !ok {
		var rates []Rate
		if d.Country != "" {
			var err error
			if rates, err = RatesFor(b.tx, d.Country, d.Region); err != nil {
				return Treatment{}, err
			}
		}
		t = NewTreatment(d, rates, taxDate)
		t.known = map[models.Month]LineTax{}
		b.known[opened{d, taxDate}] = t
	}
	t.CustomerVATID = id
	return t, nil
}
