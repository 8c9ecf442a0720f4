package payment

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"billfold/models"
	"billfold/models/access"
	"billfold/models/event"
	"billfold/models/invoice"
	"billfold/models/money"
	"billfold/models/seller"

	"gorm.io/gorm"
)

// BankRow is a credit on the seller's bank account as stored (table bank_entries).
type BankRow struct {
	ID          string `gorm:"primaryKey"`
	IBAN        string `gorm:"column:iban"`
	EntryRef    string
	BookedOn    time.Time
	AmountMinor int64
	Currency    string
	Payer       string
	Remittance  string
	State       BankState
	Reason      string // why it is not matched, or was dismissed
	PaymentID   *string
	CreatedAt   time.Time
	UpdatedAt   time.Time `gorm:"autoUpdateTime:false"`
}

// TableName names the table for GORM.
func (BankRow) TableName() string { return "bank_entries" }

// Amount is what arrived.
func (r BankRow) Amount() money.Amount { return money.New(r.AmountMinor, money.Currency(r.Currency)) }

// holds reports whether the row is what the entry says.
func (r BankRow) holds(e BankEntry) bool {
	return r.Amount() == e.Amount && r.BookedOn.UTC().Equal(e.BookedOn) && r.Payer == e.Payer && r.Remittance == e.Remittance
}

// BankOutcome is what became of one entry of a file.
type BankOutcome struct {
	BankEntry
	ID      string // of the stored entry; "" in a dry run and of a refused one
	Before  bool   // it was there before: nothing changed
	Reason  string // why it is not matched or was refused, "" when it was recorded
	Payment invoice.Payment
}

// importing is what one import knows of the installation.
type importing struct {
	*Store
	actor    access.Actor
	prefixes []string
	dry      bool
	taken    map[string]int64 // in a dry run: what earlier entries would have paid of an invoice
}

// ImportBank takes in one booked credit after another of a bank statement, each in a transaction of its own:
// those that name one invoice in its currency are recorded as its payment by the rules of
// invoice.RecordPayment, the others are kept with the reason until the operator assigns or dismisses them.
// An entry that was there before changes nothing. A dry run changes nothing at all. The returned function is
// for ReadCamt, whose file should have been read to its end once before.
func (s *Store) ImportBank(ctx context.Context, actor access.Actor, dry bool, report func(BankOutcome) error) (func(BankEntry) error, error) {
	prefixes, err := prefixes(s.db.Read(ctx))
	if err != nil {
		return nil, err
	}
	in := importing{s, actor, prefixes, dry, map[string]int64{}}
	return func(e BankEntry) error {
		done := BankOutcome{BankEntry: e, Reason: e.Refused}
		if e.Refused == "" {
			var err error
			if done, err = in.one(ctx, e); err != nil {
				return err
			}
		}
		return report(done)
	}, nil
}

// prefixes are the seller's invoice prefix and those that it had before.
func prefixes(tx *gorm.DB) ([]string, error) {
	profile, _, err := seller.Get(tx)
	if err != nil {
		return nil, err
	}
	var series []string
	if err := tx.Raw(`SELECT series FROM counters ORDER BY series`).Scan(&series).Error; err != nil {
		return nil, err
	}
	all := []string{profile.InvoicePrefix}
	for _, s := range series {
		if prefix, _, _ := strings.Cut(s, "-"); !slices.Contains(all, prefix) {
			all = append(all, prefix)
		}
	}
	return all, nil
}

// one takes in one entry.
func (in importing) one(ctx context.Context, e BankEntry) (done BankOutcome, err error) {
	run := in.db.RunTx
	if in.dry {
		run = func(ctx context.Context, fn func(tx *gorm.DB) error) error { return fn(in.db.Read(ctx)) }
	}
	err = run(ctx, func(tx *gorm.DB) error {
		done, err = in.oneTx(tx, e)
		return err
	})
	if errors.Is(err, gorm.ErrDuplicatedKey) { // another import was at it at the same time
		return BankOutcome{BankEntry: e, Before: true}, nil
	}
	return done, err
}

func (in importing) oneTx(tx *gorm.DB, e BankEntry) (BankOutcome, error) {
	known, ok, err := bankEntry(tx, e.IBAN, e.Ref)
	if err == nil && ok && !known.holds(e) {
		// Banks use a reference again. Whether this is another payment or the same one told otherwise, only a
		// person can say; it must not vanish, and not pay twice.
		e.Doubt = "The bank's reference " + e.Ref + " came before with another amount, day or text"
		e.Ref += e.ByContent()
		known, ok, err = bankEntry(tx, e.IBAN, e.Ref)
	}
	done := BankOutcome{BankEntry: e, Before: ok}
	if err != nil || ok {
		done.ID = known.ID
		return done, err
	}
	row, reason, err := in.match(tx, e)
	if err != nil {
		return done, err
	}
	if done.Reason = reason; in.dry {
		if reason == "" {
			done.Payment = in.would(row, e)
		}
		return done, nil
	}
	at := in.clock.Now()
	stored := BankRow{ID: models.NewID(), IBAN: e.IBAN, EntryRef: e.Ref, BookedOn: e.BookedOn, AmountMinor: e.Amount.Minor(), Currency: string(e.Amount.Currency()),
		Payer: e.Payer, Remittance: e.Remittance, State: BankUnmatched, Reason: reason, CreatedAt: at, UpdatedAt: at}
	done.ID = stored.ID
	if reason != "" {
		return done, in.keep(tx, at, stored)
	}
	done.Payment, err = invoice.RecordTx(tx, at, in.actor, row, invoice.NewPayment{Number: row.Address(), Amount: e.Amount.Decimal(), Reference: e.Ref, Date: e.BookedOn})
	if err != nil {
		return done, err
	}
	stored.State, stored.PaymentID = BankMatched, &done.Payment.ID
	return done, tx.Create(&stored).Error
}

// match finds the invoice that an entry pays and locks it, or says why there is none.
func (in importing) match(tx *gorm.DB, e BankEntry) (row invoice.Row, reason string, err error) {
	number, reason := namedInvoice(in.prefixes, e)
	if reason != "" {
		return row, reason, nil
	}
	row, ok, err := in.invoiceTx(tx, number)
	switch {
	case err != nil:
		return row, "", err
	case !ok:
		return row, "There is no invoice " + number, nil
	case e.BookedOn.After(in.clock.Now()):
		return row, "It is booked in the future", nil
	}
	if reason := unfit(row, e.Amount, in.taken[row.ID]); reason != "" {
		return row, reason, nil
	}
	recorded, err := recorded(tx, row, e.Ref)
	if recorded {
		reason = "A payment with the reference " + e.Ref + " is recorded already"
	}
	return row, reason, err
}

// invoiceTx finds an invoice by its number and, but in a dry run, locks it.
func (in importing) invoiceTx(tx *gorm.DB, number string) (row invoice.Row, ok bool, err error) {
	found := tx.Where("number = ? AND kind = ?", number, invoice.KindInvoice).Limit(1).Find(&row)
	if found.Error != nil || found.RowsAffected == 0 || in.dry {
		return row, found.RowsAffected > 0, found.Error
	}
	row, err = invoice.LockTx(tx, row.AccountID, row.ID)
	return row, true, err
}

// recorded reports whether a bank transfer with this reference is recorded for the invoice's account. It is
// asked before, because a refused row ends a transaction on PostgreSQL.
func recorded(tx *gorm.DB, row invoice.Row, ref string) (yes bool, err error) {
	err = tx.Raw(`SELECT EXISTS (SELECT 1 FROM payments WHERE account_id = ? AND method = 'bank_transfer' AND reference = ?)`, row.AccountID, ref).Scan(&yes).Error
	return yes, err
}

// would is what recording the entry would do.
func (in importing) would(row invoice.Row, e BankEntry) invoice.Payment {
	left := row.DueMinor - in.taken[row.ID] - e.Amount.Minor()
	in.taken[row.ID] += e.Amount.Minor()
	p := invoice.Payment{Number: row.Address(), Amount: e.Amount, Due: money.New(max(0, left), e.Amount.Currency()), Excess: money.New(max(0, -left), e.Amount.Currency()), State: row.State}
	if left <= 0 {
		p.State = invoice.Paid
	}
	return p
}

// keep stores an entry that was not matched, with its event in the chain of the installation: it belongs to
// no account yet.
func (in importing) keep(tx *gorm.DB, at time.Time, row BankRow) error {
	if err := tx.Create(&row).Error; err != nil {
		return err
	}
	return event.Append(tx, in.actor, "", at, event.Event{Type: "bank_entry.unmatched", Category: event.Account,
		Sentence: fmt.Sprintf("took in a bank transfer of %s that matches no invoice: %s.", row.Amount(), row.Reason), After: bankFacts(row)})
}

func bankFacts(r BankRow) map[string]any {
	return map[string]any{"id": r.ID, "iban": r.IBAN, "reference": r.EntryRef, "date": r.BookedOn.UTC().Format(time.DateOnly), "amount": r.Amount().Decimal(), "currency": r.Currency, "state": r.State, "reason": r.Reason}
}

func bankEntry(tx *gorm.DB, iban, ref string) (row BankRow, ok bool, err error) {
	found := tx.Where("iban = ? AND entry_ref = ?", iban, ref).Limit(1).Find(&row)
	return row, found.RowsAffected > 0, found.Error
}
