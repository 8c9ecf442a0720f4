package payment

import (
	"context"
	"time"

	"billfold/models"
	"billfold/models/access"
	"billfold/models/account"
	"billfold/models/invoice"
	"billfold/models/money"
)

// Payable is an invoice with what one may do to pay it now.
type Payable struct {
	InvoiceID string
	Number    string
	Month     models.Month
	State     invoice.State
	Due       money.Amount
	DueDate   *time.Time
	Open      *Attempt             // the payment that is under way, nil for none
	Cards     []account.StoredCard // that can be charged, oldest first
	Chosen    string               // id of the card that the group pays with, "" for none
	Transfer  bool                 // the group pays by bank transfer
	Takes     bool                 // a gateway is set up
}

// Wanted reports whether money is still to be had.
func (p Payable) Wanted() bool { return p.Due.Sign() > 0 && p.State.TakesPayment() }

// Busy reports whether a payment is under way that must end by itself: not a page that is still open, and
// not a charge that waits for the cardholder, which paying now takes the place of.
func (p Payable) Busy() bool {
	return p.Open != nil && (p.Open.State == Processing || p.Open.State == Started && p.Open.Kind == Automatic)
}

// Payable is an issued invoice of the scope's account (of its group, when the scope is a group's) as the page
// shows it on which it is paid. Kinds: NotFound, Forbidden.
func (s *Store) Payable(ctx context.Context, scope access.Scope, number string) (Payable, error) {
	if err := allow(scope, access.Write); err != nil {
		return Payable{}, err
	}
	row, err := s.invoiceOf(ctx, scope, number)
	if err != nil {
		return Payable{}, err
	}
	p := Payable{InvoiceID: row.ID, Number: number, Month: models.Month(row.Month), State: row.State, Due: money.New(row.DueMinor, money.Currency(row.Currency)),
		DueDate: row.DueDate, Takes: s.current != nil}
	tx := s.db.Read(ctx)
	if open, ok, err := openCharge(tx, row.ID); err != nil {
		return p, err
	} else if ok {
		a := open.attempt()
		p.Open = &a
	}
	method, ok, err := account.PaymentMethodTx(tx, row.AccountID, row.GroupID)
	if err != nil {
		return p, err
	}
	p.Transfer = ok && method.Kind == account.BankTransfer
	cards, err := account.NewStore(s.db, s.clock).Cards(ctx, scope)
	for _, c := range cards {
		if c.Expired(s.clock.Now()) {
			continue
		}
		p.Cards = append(p.Cards, c)
		if c.ID == method.ID {
			p.Chosen = c.ID
		}
	}
	return p, err
}
